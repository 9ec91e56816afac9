"""best.onnx gives the same answers in ONNX Runtime: top-1 on 99.9 % of 10,000 images, logits within
one output step on 99 %. ONNX Runtime comes from npm (no install scripts are run)."""
import gzip
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ["ASSAY_BIN"])
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
PACKAGE = "onnxruntime-node@1"


def skip(reason):
    print(f"skip: {reason}")
    sys.exit(77)


def test_images():
    with gzip.open(DATA / "t10k-images-idx3-ubyte.gz") as file:
        pixels = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 1, 28, 28)
    # As the pipeline computes it, in float32.
    return (pixels.astype("f4") / numpy.float32(255) - numpy.float32(0.286)) / numpy.float32(0.353)


def install_onnxruntime():
    folder = BIN.parent / "onnxruntime"
    if (folder / "node_modules/onnxruntime-node").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text("{}")
    try:
        done = subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE],
                              cwd=folder, capture_output=True, text=True, timeout=400, check=False)
    except subprocess.TimeoutExpired:
        skip("npm cannot be reached (time-out)")
    if done.returncode != 0:
        skip("npm cannot install onnxruntime-node: " + done.stderr.strip().splitlines()[-1])
    return folder


def tune(folder, model, trials):
    subprocess.run([BIN / "assay", "tune", ROOT / "harness/demo/config.yaml", "--workspace", folder,
                    "--set", f"model.path={model}",
                    "--set", f"tuning.exit_policy.max_trials={trials}",
                    "--set", "evaluation.performance.iteration=5",
                    # Sizes, not timings, decide: on a tier without VNNI int8 may gain nothing.
                    "--set", "tuning.multi_objectives.objective=[accuracy, modelsize]",
                    "--set", "evaluation.accuracy.dataloader.dataset.FashionMNIST.count=500"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return folder / "best.onnx"


class Agreement(unittest.TestCase):
    def check(self, model):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            best = tune(folder, model, 2)
            images = test_images()
            numpy.save(folder / "images.npy", images)
            images.tofile(folder / "images.bin")
            subprocess.run([BIN / "assay", "run", best, "--input", f"image={folder / 'images.npy'}",
                            "--output-dir", folder, "--threads", "2"], check=True,
                           capture_output=True)
            ours = numpy.load(folder / "logits.npy")
            script = pathlib.Path(__file__).with_name("onnxruntime.mjs")
            shape = ",".join(map(str, images.shape))
            subprocess.run(["node", script, best, folder / "images.bin", shape, folder / "logits.bin"],
                           cwd=RUNTIME, check=True)
            theirs = numpy.fromfile(folder / "logits.bin", "f4").reshape(ours.shape)
        # Quantized logits lie on a grid; its step is their smallest distance.
        levels = numpy.unique(theirs)
        step = numpy.diff(levels).min()
        self.assertLess(len(levels), 257, "the logits are not quantized")
        same_top1 = (ours.argmax(1) == theirs.argmax(1)).mean()
        within = (numpy.abs(ours - theirs) <= 1.001 * step).mean()
        print(f"{model}: top-1 equal {same_top1:.4%}, logits within a step {within:.4%}, "
              f"identical {(ours == theirs).mean():.4%}")
        self.assertGreaterEqual(same_top1, 0.999)
        self.assertGreaterEqual(within, 0.99)

    def test_mobile(self):
        self.check("fashion_mobile.onnx")

    def test_residual(self):
        self.check("fashion_residual.onnx")


if __name__ == "__main__":
    if os.environ.get("ASSAY_SANITIZE"):
        skip("run once, without sanitizers")
    if not DATA.exists():
        skip("dataset-fashion-mnist is not installed")
    if shutil.which("npm") is None or shutil.which("node") is None:
        skip("npm is not installed")
    RUNTIME = install_onnxruntime()
    unittest.main(argv=sys.argv)
