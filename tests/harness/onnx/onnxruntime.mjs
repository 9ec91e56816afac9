// Runs a model of one float input in ONNX Runtime: node onnxruntime.mjs MODEL INPUT.bin N,C,H,W OUTPUT.bin
import fs from 'node:fs';
import {createRequire} from 'node:module';

const ort = createRequire(process.cwd() + '/')('onnxruntime-node');
const [model, input, shape, output] = process.argv.slice(2);
const dims = shape.split(',').map(Number);
const bytes = fs.readFileSync(input);
const images = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const session = await ort.InferenceSession.create(model);
const batch = 100;
const perImage = dims.slice(1).reduce((a, b) => a * b, 1);
const chunks = [];
for (let begin = 0; begin < dims[0]; begin += batch) {
  const n = Math.min(batch, dims[0] - begin);
  const slice = images.slice(begin * perImage, (begin + n) * perImage);
  const feeds = {[session.inputNames[0]]: new ort.Tensor('float32', slice, [n, ...dims.slice(1)])};
  const results = await session.run(feeds);
  chunks.push(Buffer.from(new Float32Array(results[session.outputNames[0]].data).buffer));
}
fs.writeFileSync(output, Buffer.concat(chunks));
