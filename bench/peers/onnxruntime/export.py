"""Writes three large networks with random weights for bench/peers/onnxruntime/run, in fp32, and random
images to calibrate them: their speed does not depend on what they learned. Debian's torch and
torchvision make them.
Usage: export.py FOLDER"""
import pathlib
import sys

import numpy
import torch
import torchvision

NETWORKS = {"resnet50": torchvision.models.resnet50,
            "mobilenetv2": torchvision.models.mobilenet_v2,
            "vgg16": torchvision.models.vgg16}
IMAGE = (1, 3, 224, 224)


def with_trained_looks(network):
    """Batch norms of a trained network are no identity, and keep activations in range."""
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.0)
            torch.nn.init.normal_(module.bias, 0, 0.1)
            torch.nn.init.normal_(module.running_mean, 0, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    return network.eval()


def export(name, path):
    torch.manual_seed(1)
    network = with_trained_looks(NETWORKS[name](weights=None))
    partial = path.with_suffix(".partial")
    torch.onnx.export(network, torch.zeros(IMAGE), str(partial), opset_version=13,
                      input_names=["input"], output_names=["output"],
                      dynamic_axes={"input": {0: "N"}, "output": {0: "N"}})
    partial.rename(path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    images = numpy.random.default_rng(1).standard_normal((8, *IMAGE[1:]), dtype=numpy.float32)
    numpy.save(folder / "images.npy", images)
    for wanted in NETWORKS:
        if not (folder / f"{wanted}.onnx").exists():
            export(wanted, folder / f"{wanted}.onnx")
