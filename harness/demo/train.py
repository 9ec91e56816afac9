#!/usr/bin/python3
"""Trains the embedded example networks on Fashion-MNIST and writes them as ONNX.

    apt-get install python3-torch python3-onnx dataset-fashion-mnist
    export MALLOC_MMAP_THRESHOLD_=2000000000 MALLOC_TRIM_THRESHOLD_=8000000000  # a third faster
    /usr/bin/python3 harness/demo/train.py mobile
    /usr/bin/python3 harness/demo/train.py residual --epochs 12

Pixels enter the network as (x / 255 - 0.286) / 0.353; that is done by whoever feeds it.
The first 55,000 training images train; the last 5,000 are held out for tuning and only watched
here; the 10,000 test images are read once, after the last epoch, whose weights are the ones kept.

With torch 1.13 on 2 threads these commands reached, top-1 in fp32:

    network   held out 5,000   test 10,000   parameters   multiply-adds
    mobile         93.42 %        93.26 %       165,258      14,316,480
    residual       94.18 %        93.64 %       169,770      16,571,264
"""

import argparse
import collections
import gzip
import pathlib
import time

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

HELD_OUT = 5000
MEAN, STD = 0.286, 0.353


def conv(inputs, outputs, kernel, stride=1, groups=1, activation=None):
    """Convolution with "same" padding, batch norm and, if given, an activation."""
    layers = collections.OrderedDict(
        conv=nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        norm=nn.BatchNorm2d(outputs))
    if activation:
        layers["act"] = activation(inplace=True)
    return nn.Sequential(layers)


class Residual(nn.Module):
    """Basic block of ResNet (He et al., 2015), with a 1x1 projection where the shape changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = conv(inputs, outputs, 3, stride, activation=nn.ReLU)
        self.second = conv(outputs, outputs, 3)
        same = stride == 1 and inputs == outputs
        self.skip = nn.Identity() if same else conv(inputs, outputs, 1, stride)

    def forward(self, x):
        return F.relu(self.skip(x) + self.second(self.first(x)))


class InvertedResidual(nn.Module):
    """Expand 1x1, depthwise 3x3, project 1x1: block of MobileNetV2 (Sandler et al., 2018)."""

    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        widens = expansion > 1
        self.expand = conv(inputs, hidden, 1, activation=nn.ReLU6) if widens else nn.Identity()
        self.depthwise = conv(hidden, hidden, 3, stride, groups=hidden, activation=nn.ReLU6)
        self.project = conv(hidden, outputs, 1)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.adds else y


def classifier(stem, blocks, width):
    return nn.Sequential(collections.OrderedDict(
        stem=stem, blocks=nn.Sequential(*blocks), pool=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(), head=nn.Linear(width, 10)))


def residual():
    shapes = [(16, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1)]
    return classifier(conv(1, 16, 3, activation=nn.ReLU), [Residual(*s) for s in shapes], 64)


def mobile():
    shapes = [(32, 32, 2, 1), (32, 48, 1, 4), (48, 48, 1, 4),
              (48, 64, 2, 4), (64, 64, 1, 4), (64, 64, 1, 4), (64, 64, 1, 4)]
    blocks = [InvertedResidual(*s) for s in shapes]
    return classifier(conv(1, 32, 3, activation=nn.ReLU6), blocks, 64)


NETWORKS = {"residual": residual, "mobile": mobile}


def read_idx(path, header):
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=header)


def load(folder, part):
    """Normalized images [N,1,28,28] and labels [N] of part "train" or "t10k"."""
    pixels = read_idx(folder / f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    labels = read_idx(folder / f"{part}-labels-idx1-ubyte.gz", 8).astype(np.int64)
    images = (torch.from_numpy(pixels.astype(np.float32)) / 255 - MEAN) / STD
    return images, torch.from_numpy(labels)


def augment(images, reach=2):
    """Mirrors half of the images and shifts each by up to `reach` pixels, black coming in."""
    count, size = len(images), images.shape[-1]
    padded = F.pad(images[:, 0], (reach,) * 4, value=-MEAN / STD)
    rows = torch.arange(size) + torch.randint(2 * reach + 1, (count, 1))
    columns = torch.arange(size) + torch.randint(2 * reach + 1, (count, 1))
    columns = torch.where(torch.rand(count, 1) < 0.5, columns, columns.flip(1))
    return padded[torch.arange(count)[:, None, None], rows[:, :, None], columns[:, None]][:, None]


@torch.no_grad()
def top1(model, images, labels):
    """Share of images, in percent, whose largest logit is the label's."""
    model.eval()
    hits = sum((model(x).argmax(1) == y).sum().item()
               for x, y in zip(images.split(500), labels.split(500)))
    return 100 * hits / len(labels)


def train(model, images, labels, held_out, args):
    optimizer = torch.optim.SGD(model.parameters(), args.lr, momentum=0.9, nesterov=True,
                                weight_decay=5e-4)
    steps = len(images) // args.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, args.lr, epochs=args.epochs, steps_per_epoch=steps, pct_start=0.2)
    start = time.time()
    for epoch in range(args.epochs):
        model.train()
        total = 0.0
        for indices in torch.randperm(len(images)).split(args.batch)[:steps]:
            logits = model(augment(images[indices]))
            loss = F.cross_entropy(logits, labels[indices], label_smoothing=0.05)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{args.epochs}: loss {total / steps:.4f}, held out "
              f"{top1(model, *held_out):.2f} %, {time.time() - start:.0f} s", flush=True)


def multiply_adds(model):
    """Multiply-adds of the convolutions and linear layers for one image."""
    counts = []
    hooks = [layer.register_forward_hook(
        lambda layer, _, y: counts.append(y[0].numel() * layer.weight[0].numel()))
        for layer in model.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    model.eval()(torch.zeros(1, 1, 28, 28))
    for hook in hooks:
        hook.remove()
    return sum(counts)


def export(model, path):
    """Writes the network, batch norms folded, and prints what the file holds."""
    torch.onnx.export(model.eval().to(memory_format=torch.contiguous_format),
                      torch.zeros(1, 1, 28, 28), str(path), opset_version=13,
                      input_names=["image"], output_names=["logits"],
                      dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}})
    saved = onnx.load(str(path))
    onnx.checker.check_model(saved, full_check=True)
    parameters = sum(int(np.prod(tensor.dims)) for tensor in saved.graph.initializer)
    print(f"{path.name}: {path.stat().st_size} bytes, {parameters} parameters, "
          f"{multiply_adds(model)} multiply-adds")
    print(dict(collections.Counter(node.op_type for node in saved.graph.node)))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--data", type=pathlib.Path,
                        default=pathlib.Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--output-dir", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--lr", type=float, default=0.1, help="peak of the one-cycle schedule")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main():
    args = parse_arguments()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    model = NETWORKS[args.network]().to(memory_format=torch.channels_last)
    images, labels = load(args.data, "train")
    held_out = images[-HELD_OUT:], labels[-HELD_OUT:]
    train(model, images[:-HELD_OUT], labels[:-HELD_OUT], held_out, args)
    print(f"held out {top1(model, *held_out):.2f} %, "
          f"test {top1(model, *load(args.data, 't10k')):.2f} %")
    export(model, args.output_dir / f"fashion_{args.network}.onnx")


if __name__ == "__main__":
    main()
