#!/usr/bin/python3
"""Random cases of the operators with the most rules, their answers given by ONNX Runtime.

usage: ort_cases.py ASSAY [--library LIBONNXRUNTIME] [--cases N] [--seed S] [--family NAME] [--keep FOLDER]

Every case is one operator, drawn from the seed, the family's name and its index alone. ONNX Runtime, which
runs it without optimizing the graph, gives the outputs; what it refuses is drawn again. `assay conform` then
reads the cases as it reads ONNX's own. Cases where the two are known to differ, by KNOWN, are told apart. The
library is that of $ASSAY_ONNXRUNTIME or, by default, what bench/peers/onnxruntime/run gets from npm.
"""
import argparse
import collections
import json
import math
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import numpy

import ort
from onnx_writer import model, node, write_case

ROOT = pathlib.Path(__file__).resolve().parents[3]
LIBRARY = ROOT / "build/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1"
ATTEMPTS = 50  # At a case that ONNX Runtime takes.

# Where the two differ, and why Assay does.
KNOWN = {
    "align_corners_of_fractions": "Resize, align_corners, by scales whose product with an extent is no integer: ONNX's "
                                  "reference and its test cases reckon with the product, ONNX Runtime rounds it",
    "aspect_ratio_of_corners": "Resize, align_corners, with a policy for the aspect ratio: likewise",
    "scales_that_keep_the_extent": "Resize by a scale with which an extent stays what it was: ONNX interpolates, ONNX "
                                   "Runtime copies, along that axis or, without antialias, where all stay",
    "nearest_at_ties": "Resize, nearest, of a coordinate that lies exactly where rounding decides, by a scale that is no "
                       "eighth: ONNX Runtime rounds it in floats before",
    "aspect_ratio_of_negative_axes": "Resize, a policy for the aspect ratio with axes counted from the end: ONNX "
                                     "Runtime leaves such axes as they are",
    "dilated_pools_of_the_same_size": "pools with dilations, auto_pad SAME_*: ONNX has ceil(input / stride) outputs; "
                                      "ONNX Runtime pads as if there were no dilations",
    "transposed_strides_beyond_kernels": "ConvTranspose, auto_pad SAME_*, a window shorter than the stride: ONNX has "
                                         "input * stride outputs, ONNX Runtime fewer",
    "backward_to_the_greatest_end": "Slice, a negative step with an end of INT32_MAX or INT64_MAX: ONNX clamps it to "
                                    "the last element, ONNX Runtime goes on to the first",
    "wrapping_by_more_than_there_is": "Pad, wrap, with a negative pad, or one beyond the extent: ONNX's torus is that of "
                                      "the data; ONNX Runtime's is that of what is left, or it reads other memory",
}


class Held(numpy.ndarray):
    """An operand that is a constant of the model."""


def held(array):
    return numpy.asarray(array).view(Held)


def ints(values):
    return held(numpy.array(values, "int64"))


class Draw:
    """One case's random choices."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.numpy = numpy.random.default_rng(int.from_bytes(seed.encode(), "little"))

    def pick(self, *choices):
        return self.random.choice(choices)

    def often(self, share=0.5):
        return self.random.random() < share

    def extent(self, least, most):
        return self.random.randint(least, most)

    def shape(self, least_rank, most_rank, most=6):
        return [self.extent(1, most) for _ in range(self.extent(least_rank, most_rank))]

    def reals(self, shape, dtype="float32"):
        """Eighths: sums of products are exact, whatever their order."""
        return (self.numpy.integers(-32, 33, shape) / 8).astype(dtype)

    def positive(self, shape, dtype="float32"):
        return (self.numpy.integers(1, 65, shape) / 8).astype(dtype)

    def codes(self, shape, dtype):
        limits = numpy.iinfo(dtype)
        return self.numpy.integers(limits.min, limits.max, shape, endpoint=True).astype(dtype)

    def weights(self, shape, dtype):
        """Codes of a right operand: s8 that no vpmaddubsw saturates, by which ONNX Runtime multiplies on old CPUs."""
        return self.numpy.integers(-64, 64, shape).astype(dtype) if dtype == "int8" else self.codes(shape, dtype)

    def values(self, shape, dtype):
        if dtype == "bool":
            return self.numpy.integers(0, 2, shape).astype("bool")
        if dtype.startswith("float"):
            return self.reals(shape, dtype)
        return self.numpy.integers(0 if dtype == "uint8" else -9, 10, shape).astype(dtype)

    def maybe_held(self, array):
        return held(array) if self.often() else array

    def axis(self, rank):
        return self.extent(-rank, rank - 1)

    def axes(self, rank, least=1):
        chosen = self.random.sample(range(rank), self.extent(least, rank))
        return [axis - rank if self.often() else axis for axis in chosen]

    def broadcast(self, shape):
        """A shape that broadcasts to this one: extents of one, axes in front left out."""
        own = [1 if self.often(0.3) else extent for extent in shape]
        return own[self.extent(0, len(own)):] if self.often() else own

    def scale(self):
        return held(numpy.float32(self.random.uniform(0.01, 0.1)))


class Case:
    """One node; operands: arrays, held ones are constants; None is not there."""

    def __init__(self, op, operands, opset=13, outputs=1, domain="", **attributes):
        while operands and operands[-1] is None:
            operands = operands[:-1]
        names = [f"x{i}" if operand is not None else "" for i, operand in enumerate(operands)]
        given = {name: operand for name, operand in zip(names, operands) if operand is not None}
        self.constants = {name: numpy.asarray(item) for name, item in given.items() if isinstance(item, Held)}
        self.inputs = {name: numpy.asarray(item) for name, item in given.items() if not isinstance(item, Held)}
        self.outputs = dict.fromkeys([f"y{i}" for i in range(outputs)])
        self.nodes, self.opset = [node(op, names, list(self.outputs), domain, **attributes)], opset
        self.known = None  # A key of KNOWN.

    def differs(self, known, condition):
        if condition:
            self.known = known
        return self

    def answer(self, runtime):
        """Fills in the outputs, by ONNX Runtime; Refusal: it does not take the case."""
        file = model(self.nodes, self.constants, self.inputs, self.outputs, self.opset)
        self.outputs = dict(zip(self.outputs, runtime.run(file, self.inputs, list(self.outputs))))

    def write(self, folder):
        write_case(folder, self.nodes, self.constants, self.inputs, self.outputs, self.opset)


def windows(draw, rank, pooling=False):
    """An image's extents and the attributes of windows that fit."""
    kernel = [draw.extent(1, 4) for _ in range(rank)]
    attributes = {"kernel_shape": kernel, "strides": [draw.extent(1, 3) for _ in range(rank)]}
    dilations = [draw.pick(1, 1, 2, 3) for _ in range(rank)]
    if draw.often(0.7):
        attributes["dilations"] = dilations
    else:
        dilations = [1] * rank
    reach = [dilations[i] * (kernel[i] - 1) + 1 for i in range(rank)]
    how = draw.pick("pads", "pads", "SAME_UPPER", "SAME_LOWER", "VALID")
    if how == "pads":
        attributes["pads"] = [draw.extent(0, kernel[i % rank] - 1 if pooling else 2) for i in range(2 * rank)]
    else:
        attributes["auto_pad"] = how
    return [extent + draw.extent(0, 6) for extent in reach], attributes


def conv(draw):
    image, attributes = windows(draw, draw.pick(1, 2, 2, 3))
    groups, depth, each = draw.extent(1, 3), draw.extent(1, 4), draw.extent(1, 4)
    weights = draw.reals([groups * each, depth, *attributes["kernel_shape"]])
    bias = draw.maybe_held(draw.reals([groups * each])) if draw.often() else None
    return Case("Conv", [draw.reals([draw.extent(1, 2), groups * depth, *image]), draw.maybe_held(weights), bias],
                group=groups, **attributes)


def conv_transpose(draw):
    rank = draw.pick(1, 2, 2, 3)
    _, attributes = windows(draw, rank, pooling=True)
    groups, depth, each = draw.extent(1, 3), draw.extent(1, 4), draw.extent(1, 4)
    if draw.often(0.3):
        attributes["output_padding"] = [draw.extent(0, stride - 1) for stride in attributes["strides"]]
    image = [draw.extent(1, 6) for _ in range(rank)]
    if draw.often(0.2):
        attributes["output_shape"] = [image[i] * attributes["strides"][i] for i in range(rank)]
    weights = draw.reals([groups * depth, each, *attributes["kernel_shape"]])
    bias = draw.maybe_held(draw.reals([groups * each])) if draw.often() else None
    case = Case("ConvTranspose", [draw.reals([draw.extent(1, 2), groups * depth, *image]), draw.maybe_held(weights),
                                  bias], opset=draw.pick(11, 13), group=groups, **attributes)
    dilations = attributes.get("dilations", [1] * rank)
    short = any((kernel - 1) * dilation + 1 < stride for kernel, dilation, stride in zip(
        attributes["kernel_shape"], dilations, attributes["strides"]))
    return case.differs("transposed_strides_beyond_kernels", short and "SAME" in attributes.get("auto_pad", ""))


def of_same_size(case, attributes):
    dilated = max(attributes.get("dilations", [1])) > 1
    return case.differs("dilated_pools_of_the_same_size", dilated and "SAME" in attributes.get("auto_pad", ""))


def max_pool(draw):
    image, attributes = windows(draw, draw.pick(1, 2, 2, 3), pooling=True)
    dtype = draw.pick("float32", "float32", "float64", "uint8", "int8")
    return of_same_size(Case("MaxPool", [draw.values([draw.extent(1, 2), draw.extent(1, 3), *image], dtype)],
                             opset=draw.pick(12, 13) if dtype.endswith("int8") else draw.pick(10, 12, 13),
                             ceil_mode=draw.extent(0, 1), **attributes), attributes)


def average_pool(draw):
    image, attributes = windows(draw, draw.pick(1, 2, 2, 3), pooling=True)
    opset = draw.pick(10, 11, 13, 19)
    if opset < 19:
        attributes.pop("dilations", None)
    return of_same_size(Case("AveragePool", [draw.positive([draw.extent(1, 2), draw.extent(1, 3), *image])], opset,
                             ceil_mode=draw.extent(0, 1), count_include_pad=draw.extent(0, 1), **attributes), attributes)


def reduce(draw):
    op = draw.pick("Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare")
    shape = draw.shape(1, 5, 4)
    dtype = draw.pick("float32", "float32", "float64", "int32", "int64", "int8", "uint8")
    if dtype in ("int8", "uint8") and op not in ("Max", "Min"):
        dtype = "float32"
    if op in ("Mean", "L1", "L2", "LogSum", "LogSumExp") and dtype.startswith("int"):
        dtype = "float32"
    values = draw.positive(shape, dtype) if dtype.startswith("float") else draw.values(shape, dtype)
    if op == "Prod":  # Within the type.
        values = draw.numpy.choice([-1, 1, 1, 2], shape, p=[.3, .3, .3, .1]).astype(dtype)
    opset = draw.pick(11, 13, 18)
    attributes = {"keepdims": draw.extent(0, 1)} if draw.often(0.7) else {}
    axes = draw.axes(len(shape)) if draw.often(0.8) else None
    if opset == 18 or (opset == 13 and op == "Sum"):
        if draw.often(0.3):
            attributes["noop_with_empty_axes"] = draw.extent(0, 1)
        return Case("Reduce" + op, [values, ints(axes) if axes else draw.pick(None, ints([]))], opset, **attributes)
    if axes:
        attributes["axes"] = axes
    return Case("Reduce" + op, [values], opset, **attributes)


def arg_extreme(draw):
    shape = draw.shape(1, 4, 5)
    return Case(draw.pick("ArgMax", "ArgMin"), [draw.values(shape, draw.pick("float32", "int32", "uint8", "int8"))],
                axis=draw.axis(len(shape)), keepdims=draw.extent(0, 1), select_last_index=draw.extent(0, 1))


def near_tie(attributes, extent, size, scale):
    """Whether a coordinate lies where rounding decides, as far as floats can tell."""
    if attributes["mode"] != "nearest" or scale * 8 % 1 == 0:
        return False
    tie = 0.5 if attributes["nearest_mode"].startswith("round") else 0.0
    mode = attributes["coordinate_transformation_mode"]
    for x in range(size):
        at = {"asymmetric": x / scale, "align_corners": x * (extent - 1) / max(size - 1, 1)}.get(
            mode, (x + 0.5) / scale - 0.5 + (extent - size / scale) / 2 * (mode == "half_pixel_symmetric"))
        if abs((at - tie + 0.5) % 1 - 0.5) < 1e-5:
            return True
    return False


def resize(draw):
    mode = draw.pick("nearest", "linear", "cubic")
    shape = [draw.extent(1, 2), draw.extent(1, 3), draw.extent(1, 7), draw.extent(1, 7)]
    opset = draw.pick(11, 13, 18, 19)
    coordinates = draw.pick("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric",
                            *(["half_pixel_symmetric"] if opset == 19 else []))
    attributes = {"mode": mode, "coordinate_transformation_mode": coordinates}
    if mode == "nearest":
        attributes["nearest_mode"] = draw.pick("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
    if mode == "cubic":
        attributes["exclude_outside"] = draw.extent(0, 1)
        attributes["cubic_coeff_a"] = draw.pick(-0.75, -0.5)
    if opset >= 18 and mode != "nearest" and draw.often(0.4):
        attributes["antialias"] = 1
    values = draw.positive(shape) + numpy.float32(24)  # No result lies near 0.
    axes = [0, 1, 2, 3]
    if opset >= 18 and draw.often(0.4):
        axes = [2, 3] if draw.often() else [-1, -2]
        attributes["axes"] = axes
    moved = [1 if axis in (0, 1) else None for axis in axes]
    if draw.often():
        sizes = [shape[axis] if still else draw.extent(1, 13) for axis, still in zip(axes, moved)]
        if opset >= 18 and len(axes) == 2 and draw.often(0.3):
            attributes["keep_aspect_ratio_policy"] = draw.pick("not_larger", "not_smaller")
        case = Case("Resize", [values, None, None, ints(sizes)], opset, **attributes)
        case.differs("nearest_at_ties", any(near_tie(attributes, shape[axis], size, size / shape[axis])
                                            for axis, size in zip(axes, sizes)))
        policy = "keep_aspect_ratio_policy" in attributes
        case.differs("aspect_ratio_of_corners", policy and coordinates == "align_corners")
        return case.differs("aspect_ratio_of_negative_axes", policy and min(axes) < 0)
    scales = [still or draw.pick(0.5, 0.6, 0.75, 1.0, 1.3, 1.5, 2.0, 2.5, 3.0) for still in moved]
    case = Case("Resize", [values, None, held(numpy.array(scales, "float32"))], opset, **attributes)
    scaled = [(shape[axis], int(shape[axis] * scale + 1e-5), scale) for axis, scale in zip(axes, scales)]
    case.differs("nearest_at_ties", any(near_tie(attributes, *each) for each in scaled))
    kept = [extent == size for extent, size, scale in scaled if scale != 1]
    case.differs("scales_that_keep_the_extent", any(kept) if "antialias" in attributes else kept and all(kept))
    fractions = any(shape[axis] * scale % 1 for axis, scale in zip(axes, scales))
    return case.differs("align_corners_of_fractions", coordinates == "align_corners" and fractions)


def upsample(draw):
    scales = [1.0, 1.0, draw.pick(1.0, 1.5, 2.0, 2.4), draw.pick(1.0, 1.5, 2.0, 3.0)]
    return Case("Upsample", [draw.positive([1, draw.extent(1, 3), draw.extent(1, 6), draw.extent(1, 6)]),
                             held(numpy.array(scales, "float32"))], 9, mode=draw.pick("nearest", "linear"))


def slice_(draw):
    shape = draw.shape(1, 5, 7)
    axes = draw.axes(len(shape))
    ends = [2**63 - 1, -2**63, 2**31 - 1, -2**31]
    starts = [draw.pick(draw.extent(-9, 9), draw.extent(-9, 9), *ends[:2]) for _ in axes]
    stops = [draw.pick(draw.extent(-9, 9), draw.extent(-9, 9), *ends) for _ in axes]
    steps = [draw.pick(1, 1, 2, 3, -1, -2, -5, 2**31) for _ in axes]
    values = draw.values(shape, draw.pick("float32", "int64", "uint8", "bool", "float64"))
    if draw.often(0.2):
        return Case("Slice", [values], 9, starts=starts, ends=stops, axes=[axis % len(shape) for axis in axes])
    if draw.often(0.2) and len(axes) == len(shape):
        return Case("Slice", [values, ints(starts), ints(stops)])
    if draw.often(0.2):
        return Case("Slice", [values, ints(starts), ints(stops), ints(axes)])
    backward = any(step < 0 and stop in (ends[0], ends[2]) for step, stop in zip(steps, stops))
    return Case("Slice", [values, ints(starts), ints(stops), ints(axes), ints(steps)]).differs(
        "backward_to_the_greatest_end", backward)


def pad(draw):
    shape = draw.shape(1, 4)
    mode = draw.pick("constant", "constant", "reflect", "edge", "wrap")
    opset = 19 if mode == "wrap" else draw.pick(11, 13, 18)
    least = -2 if draw.often(0.4) else 0
    rank = len(shape)
    axes = draw.axes(rank) if opset >= 18 and draw.often() else None
    count = rank if axes is None else len(axes)
    pads = [draw.extent(least, 3) for _ in range(2 * count)]
    values = draw.values(shape, draw.pick("float32", "float32", "int32", "int64", "uint8", "float64"))
    fill = held(draw.values([], values.dtype.name)) if draw.often() and mode == "constant" else None
    extents = [shape[axis] for axis in axes or range(rank)]
    beyond = any(pads[i] < 0 or pads[i] > extents[i % count] for i in range(2 * count))
    return Case("Pad", [values, ints(pads), fill, None if axes is None else ints(axes)], opset, mode=mode).differs(
        "wrapping_by_more_than_there_is", mode == "wrap" and beyond)


def gather(draw):
    shape = draw.shape(1, 4)
    axis = draw.axis(len(shape))
    indices = draw.numpy.integers(-shape[axis], shape[axis], draw.shape(0, 3, 4)).astype(draw.pick("int32", "int64"))
    return Case("Gather", [draw.values(shape, draw.pick("float32", "int64", "uint8", "bool")),
                           draw.maybe_held(indices)], axis=axis)


def gather_elements(draw):
    shape = draw.shape(1, 4)
    axis = draw.axis(len(shape))
    own = [draw.extent(1, extent) for extent in shape]
    own[axis] = draw.extent(1, 6)
    indices = draw.numpy.integers(-shape[axis], shape[axis], own).astype("int64")
    return Case("GatherElements", [draw.reals(shape), draw.maybe_held(indices)], axis=axis)


def gather_nd(draw):
    shape = draw.shape(2, 4)
    batch = draw.extent(0, 1)
    depth = draw.extent(1, len(shape) - batch)
    front = shape[:batch] + draw.shape(0, 2, 3)
    columns = [draw.numpy.integers(-shape[batch + i], shape[batch + i], front) for i in range(depth)]
    return Case("GatherND", [draw.reals(shape), draw.maybe_held(numpy.stack(columns, -1).astype("int64"))],
                batch_dims=batch)


def scatter(draw):
    shape = draw.shape(1, 3)
    axis = draw.axis(len(shape))
    own = [draw.extent(1, extent) for extent in shape]
    order = draw.numpy.permuted(numpy.broadcast_to(numpy.arange(shape[axis]).reshape(
        [-1 if i == axis % len(shape) else 1 for i in range(len(shape))]), shape), axis=axis)
    indices = order[tuple(slice(extent) for extent in own)]
    indices = numpy.where(draw.numpy.integers(0, 2, own) == 1, indices, indices - shape[axis]).astype("int64")
    return Case("ScatterElements", [draw.reals(shape), indices, draw.reals(own)], axis=axis)


def split(draw):
    shape = draw.shape(1, 4, 8)
    axis = draw.axis(len(shape))
    values = draw.values(shape, draw.pick("float32", "int64", "uint8"))
    parts = draw.extent(1, min(4, shape[axis]))
    if draw.often(0.4):
        return Case("Split", [values], 18, outputs=parts, axis=axis, num_outputs=parts)
    cuts = sorted(draw.extent(0, shape[axis]) for _ in range(parts - 1))
    sizes = [end - begin for begin, end in zip([0, *cuts], [*cuts, shape[axis]])]
    if draw.often(0.3):
        return Case("Split", [values], 11, outputs=parts, axis=axis, split=sizes)
    return Case("Split", [values, ints(sizes)], outputs=parts, axis=axis)


def cast(draw):
    source = draw.pick("float32", "float64", "int32", "int64", "uint8", "int8", "bool")
    target = draw.pick("float32", "float64", "int32", "int64", "uint8", "int8", "bool")
    shape = draw.shape(0, 3)
    values = draw.values(shape, source)
    if source.startswith("float"):
        values = (draw.numpy.integers(0 if target == "uint8" else -128, 127, shape) / 2).astype(source)
        if target in ("bool", "float32", "float64"):
            values = numpy.where(draw.numpy.integers(0, 4, shape) == 0, numpy.array(
                draw.pick(math.inf, -math.inf, math.nan, -0.0), source), values).astype(source)
    elif source.startswith("int") and source != "int8":
        values = draw.codes(shape, source)  # Integers are cut to the bits of the result.
    number = next(key for key, name in ort.ELEMENT_TYPES.items() if name == target)
    return Case("Cast", [values], draw.pick(9, 13, 19), to=number)


def softmax(draw):
    shape = draw.shape(1, 5, 5)
    return Case(draw.pick("Softmax", "LogSoftmax", "Hardmax"), [draw.reals(shape)], draw.pick(9, 11, 13),
                **({"axis": draw.axis(len(shape))} if draw.often(0.8) else {}))


def gemm(draw):
    m, n, k = (draw.extent(1, 20) for _ in range(3))
    turned, flipped = draw.extent(0, 1), draw.extent(0, 1)
    dtype = draw.pick("float32", "float32", "float32", "float64")
    b = draw.reals([n, k] if flipped else [k, n], dtype)
    c = draw.reals(draw.pick([], [1], [n], [m, 1], [1, n], [m, n], [1, 1]), dtype) if draw.often(0.8) else None
    return Case("Gemm", [draw.reals([k, m] if turned else [m, k], dtype), draw.maybe_held(b),
                         None if c is None else draw.maybe_held(c)], transA=turned, transB=flipped,
                alpha=draw.pick(1.0, 0.5, -2.0, 0.0), beta=draw.pick(1.0, 0.25, 0.0))


def batches(draw):
    """Shapes of two matrices, or vectors, that numpy.matmul takes."""
    m, n, k = draw.extent(1, 20), draw.extent(1, 40), draw.extent(1, 40)
    front = draw.shape(0, 3, 3)
    a, b = [*draw.broadcast(front), m, k], [*draw.broadcast(front), k, n]
    if draw.often(0.1):
        a = [k]
    elif draw.often(0.1):
        b = [k]
    return a, b


def matmul(draw):
    a, b = batches(draw)
    dtype = draw.pick("float32", "float32", "float64", "int32", "int64")
    return Case("MatMul", [draw.values(a, dtype), draw.maybe_held(draw.values(b, dtype))])


def quantized(draw, dtype, channels=1):
    """A scale and a zero point, or those of channels."""
    count = [] if channels == 1 else [channels]
    zero = draw.codes(count, dtype) if draw.often(0.7) else numpy.zeros(count, dtype)
    return [held(draw.numpy.uniform(0.01, 0.1, count).astype("float32")), held(zero)]


def qlinear_matmul(draw):
    a, b = batches(draw)
    a_type, b_type = draw.pick(("uint8", "uint8"), ("uint8", "int8"), ("int8", "int8"))
    y_scale = held(numpy.float32(draw.random.uniform(0.5, 1.5)))
    return Case("QLinearMatMul", [draw.codes(a, a_type), *quantized(draw, a_type),
                                  draw.maybe_held(draw.weights(b, b_type)), *quantized(draw, b_type),
                                  y_scale, held(draw.codes([], a_type))], 10)


def matmul_integer(draw):
    a, b = batches(draw)
    a_type, b_type = draw.pick("uint8", "int8"), draw.pick("uint8", "int8")
    zero = draw.often(0.7)
    return Case("MatMulInteger", [draw.codes(a, a_type), draw.maybe_held(draw.weights(b, b_type)),
                                  held(draw.codes([], a_type)) if zero else None,
                                  held(draw.codes([], b_type)) if zero else None])


def integer_conv_operands(draw):
    image, attributes = windows(draw, draw.pick(1, 2, 2, 3))
    groups, depth, each = draw.extent(1, 3), draw.extent(1, 5), draw.extent(1, 5)
    attributes["group"] = groups
    return ([draw.extent(1, 2), groups * depth, *image], [groups * each, depth, *attributes["kernel_shape"]],
            attributes)


def qlinear_conv(draw):
    x, w, attributes = integer_conv_operands(draw)
    x_type, w_type = draw.pick(("uint8", "uint8"), ("uint8", "int8"), ("int8", "int8"))
    w_scale, w_zero = quantized(draw, w_type, draw.pick(1, w[0]))
    if w_zero.ndim == 1:
        w_zero = held(numpy.zeros(w[0], w_type))
    bias = held(draw.numpy.integers(-999, 1000, w[0]).astype("int32")) if draw.often() else None
    y_scale = held(numpy.float32(draw.random.uniform(0.2, 0.8)))
    return Case("QLinearConv", [draw.codes(x, x_type), *quantized(draw, x_type),
                                draw.maybe_held(draw.weights(w, w_type)), w_scale,
                                w_zero, y_scale, held(draw.codes([], x_type)), bias], 10, **attributes)


def conv_integer(draw):
    x, w, attributes = integer_conv_operands(draw)
    x_type, w_type = "uint8", draw.pick("uint8", "int8")
    zero = held(draw.codes([], w_type)) if draw.often() else None
    return Case("ConvInteger", [draw.codes(x, x_type), draw.maybe_held(draw.weights(w, w_type)),
                                held(draw.codes([], x_type)) if draw.often(0.7) or zero is not None else None, zero],
                10, **attributes)


def quantize_linear(draw):
    shape, dtype = draw.shape(1, 4), draw.pick("uint8", "int8")
    axis = draw.axis(len(shape))
    operands = quantized(draw, dtype, draw.pick(1, shape[axis]))
    if draw.often(0.2):
        operands = operands[:1]
    return Case("QuantizeLinear", [draw.reals(shape), *operands], draw.pick(13, 19, 21), axis=axis)


def dequantize_linear(draw):
    shape, dtype = draw.shape(1, 4), draw.pick("uint8", "int8")
    axis = draw.axis(len(shape))
    operands = quantized(draw, dtype, draw.pick(1, shape[axis]))
    return Case("DequantizeLinear", [draw.codes(shape, dtype), *operands], draw.pick(13, 19, 21), axis=axis)


def dynamic_quantize_linear(draw):
    return Case("DynamicQuantizeLinear", [draw.reals(draw.shape(1, 3)) + draw.pick(0, 9, -9)], 11, outputs=3)


def binary(draw):
    op = draw.pick("Add", "Sub", "Mul", "Div", "Min", "Max", "Equal", "Less", "Greater", "Pow", "Mod")
    shape = draw.shape(0, 4, 5)
    dtype = draw.pick("float32", "float32", "float64", "int32", "int64")
    a, b = draw.values(draw.broadcast(shape), dtype), draw.values(draw.broadcast(shape), dtype)
    attributes = {}
    if op in ("Div", "Mod"):
        b = numpy.where(b == 0, 3, b).astype(dtype)
    if op == "Mod" and dtype.startswith("float"):
        attributes["fmod"] = 1
    if op == "Pow":
        a, b = numpy.abs(a), numpy.abs(b) % 4
    return Case(op, [a.astype(dtype), draw.maybe_held(b.astype(dtype))], **attributes)


def prelu(draw):
    shape = draw.shape(1, 4)
    return Case("PRelu", [draw.reals(shape), draw.maybe_held(draw.reals(draw.broadcast(shape)))])


def where(draw):
    shape = draw.shape(0, 4)
    dtype = draw.pick("float32", "int64", "uint8")
    return Case("Where", [draw.values(draw.broadcast(shape), "bool"), draw.values(draw.broadcast(shape), dtype),
                          draw.values(draw.broadcast(shape), dtype)])


SPECIAL = [math.inf, -math.inf, math.nan, 0.0, -0.0]


def special(draw):
    """Reals with some values that end no sum well."""
    values = draw.reals(draw.shape(1, 3))
    return numpy.where(draw.numpy.integers(0, 3, values.shape) == 0,
                       draw.numpy.choice(SPECIAL, values.shape), values).astype("float32")


def clip(draw):
    opset = draw.pick(6, 11, 12, 13)
    dtype = "float32" if opset < 12 else draw.pick("float32", "float64", "int32", "int64", "int8", "uint8")
    values = special(draw) if dtype == "float32" else draw.values(draw.shape(1, 3), dtype)
    lo, hi = (draw.values([], dtype) if draw.often(0.7) else None for _ in range(2))
    if lo is not None and hi is not None and draw.often(0.8):
        lo, hi = min(lo, hi), max(lo, hi)
    if opset == 6:
        bounds = {name: float(bound) for name, bound in (("min", lo), ("max", hi)) if bound is not None}
        return Case("Clip", [values], opset, **bounds)
    return Case("Clip", [values, *(None if bound is None else held(bound) for bound in (lo, hi))], opset)


def activation(draw):
    op = draw.pick("Relu", "LeakyRelu", "Elu", "Selu", "Celu", "HardSigmoid", "HardSwish", "Sigmoid", "Tanh", "Softplus",
                   "Softsign", "ThresholdedRelu", "Exp", "Sqrt", "Abs", "Neg", "Ceil", "Floor", "Round", "Sign", "Erf",
                   "Reciprocal", "Shrink", "IsInf", "IsNaN", "Log")
    attributes = {}
    if op in ("LeakyRelu", "Elu", "Celu", "ThresholdedRelu", "HardSigmoid") and draw.often():
        attributes["alpha"] = draw.pick(0.1, 0.5, 1.5)
    if op == "HardSigmoid" and draw.often():
        attributes["beta"] = draw.pick(0.25, 0.6)
    if op == "Shrink":
        attributes.update(lambd=draw.pick(0.5, 1.5), bias=draw.pick(0.0, 0.5))
    if op == "IsInf":
        attributes.update(detect_negative=draw.extent(0, 1), detect_positive=draw.extent(0, 1))
    return Case(op, [special(draw)], 14 if op == "HardSwish" else 13, **attributes)


def shuffle(draw):
    """Operators that move elements."""
    shape = draw.shape(1, 5, 5)
    rank = len(shape)
    values = draw.values(shape, draw.pick("float32", "int64", "uint8", "bool"))
    op = draw.pick("Transpose", "Concat", "Expand", "Tile", "Squeeze", "Unsqueeze", "Flatten", "Reshape")
    if op == "Transpose":
        order = draw.random.sample(range(rank), rank)
        return Case(op, [values], **({"perm": order} if draw.often(0.8) else {}))
    if op == "Concat":
        axis = draw.axis(rank)
        others = [list(shape) for _ in range(draw.extent(0, 2))]
        for other in others:
            other[axis] = draw.extent(1, 4)
        return Case(op, [values, *(draw.values(other, values.dtype.name) for other in others)], axis=axis)
    if op == "Expand":
        target = [extent if extent > 1 or draw.often() else draw.extent(1, 4) for extent in shape]
        target = draw.shape(0, 2, 3) + [1 if draw.often(0.3) else extent for extent in target]
        return Case(op, [values, ints(target)])
    if op == "Tile":
        return Case(op, [values, ints([draw.extent(1, 3) for _ in shape])])
    if op == "Squeeze":
        ones = [i for i in range(rank) if shape[i] == 1]
        axes = [axis - rank if draw.often() else axis for axis in ones if draw.often(0.7)]
        return Case(op, [values, ints(axes) if axes else None])
    if op == "Unsqueeze":
        return Case(op, [values, ints(draw.random.sample(range(-rank - 2, 0), 2))])
    if op == "Flatten":
        return Case(op, [values], axis=draw.extent(-rank, rank))
    cut = draw.extent(0, rank - 1)
    return Case(op, [values, ints([0] * cut + [-1])])


def top_k(draw):
    shape = draw.shape(1, 3, 7)
    axis = draw.axis(len(shape))
    order = draw.numpy.permutation(math.prod(shape)).reshape(shape).astype(draw.pick("float32", "int64"))
    return Case("TopK", [order, ints([draw.extent(1, shape[axis])])], outputs=2, axis=axis, largest=draw.extent(0, 1),
                sorted=1)


def one_hot(draw):
    indices = draw.numpy.integers(-7, 8, draw.shape(1, 3, 4)).astype("int64")
    return Case("OneHot", [indices, ints(draw.extent(1, 7)), held(draw.reals([2]))],
                axis=draw.axis(indices.ndim + 1))


def cum_sum(draw):
    shape = draw.shape(1, 4)
    return Case("CumSum", [draw.values(shape, draw.pick("float32", "int32", "float64")),
                           held(numpy.array(draw.axis(len(shape)), draw.pick("int32", "int64")))],
                exclusive=draw.extent(0, 1), reverse=draw.extent(0, 1))


def depth_to_space(draw):
    block = draw.extent(1, 3)
    image = [draw.extent(1, 2), draw.extent(1, 3), draw.extent(1, 4), draw.extent(1, 4)]
    if draw.often():
        return Case("DepthToSpace", [draw.reals([image[0], image[1] * block**2, *image[2:]])], blocksize=block,
                    mode=draw.pick("DCR", "CRD"))
    return Case("SpaceToDepth", [draw.reals([*image[:2], image[2] * block, image[3] * block])], blocksize=block)


def normalization(draw):
    op = draw.pick("LRN", "InstanceNormalization", "BatchNormalization", "LayerNormalization", "GlobalAveragePool",
                   "GlobalMaxPool")
    c = draw.extent(1, 7)
    values = draw.positive([draw.extent(1, 2), c, *(draw.extent(2, 5) for _ in range(draw.pick(1, 2, 2, 3)))])
    if op == "LRN":
        return Case(op, [values], size=draw.pick(1, 3, 5), alpha=0.5, beta=draw.pick(0.5, 0.75), bias=draw.pick(1.0, 2.0))
    parameters = [draw.maybe_held(draw.positive([c])) for _ in range(4)]
    if op == "InstanceNormalization":
        parameters[1] = parameters[1] + numpy.float32(99)  # No result lies near 0.
        return Case(op, [values, *parameters[:2]], epsilon=draw.pick(1e-5, 0.1))
    if op == "BatchNormalization":
        return Case(op, [values, *map(held, parameters)], draw.pick(9, 14, 15), epsilon=draw.pick(1e-5, 0.1))
    if op == "LayerNormalization":
        axis = draw.axis(values.ndim)
        own = values.shape[axis:]
        return Case(op, [values, held(draw.positive(own)), held(draw.positive(own) + numpy.float32(99))], 17, axis=axis)
    return Case(op, [values])


FAMILIES = [conv, conv_transpose, max_pool, average_pool, reduce, arg_extreme, resize, resize, upsample, slice_, pad,
            gather, gather_elements, gather_nd, scatter, split, cast, softmax, gemm, matmul, qlinear_matmul,
            matmul_integer, qlinear_conv, conv_integer, quantize_linear, dequantize_linear, dynamic_quantize_linear,
            binary, prelu, where, clip, activation, shuffle, top_k, one_hot, cum_sum, depth_to_space, normalization]


def names(count, family=""):
    """Of the cases, in turn by family."""
    chosen = [item.__name__.rstrip("_") for item in FAMILIES]
    return [(FAMILIES[i % len(FAMILIES)], f"{chosen[i % len(FAMILIES)]}_{i:04}") for i in range(count)
            if family in ("", chosen[i % len(FAMILIES)])]


def generate(folder, runtime, cases, seed):
    """Writes them; returns how many draws ONNX Runtime refused, and the known differences: name -> key of KNOWN."""
    refused, known = 0, {}
    for family, name in cases:
        for attempt in range(ATTEMPTS):
            case = family(Draw(f"{seed} {name} {attempt}"))
            try:
                case.answer(runtime)
                break
            except ort.Refusal as refusal:
                refused += 1
                reason = refusal
        else:
            raise ValueError(f"{name}: refused {ATTEMPTS} times, at last: {reason}")
        case.write(folder / name)
        if case.known:
            known[name] = case.known
    return refused, known


def conform(assay, folder):
    """The totals, and the lines of cases that do not pass: name -> line."""
    result = subprocess.run([assay, "conform", folder, "--json", folder / "totals.json"], capture_output=True, text=True,
                            check=False)
    lines = re.findall(r"(?m)^(?:failed|unsupported)  (\S+)  .*$", result.stdout)
    whole = re.findall(r"(?m)^(?:failed|unsupported)  \S+  .*$", result.stdout)
    return json.loads((folder / "totals.json").read_text()), dict(zip(lines, whole))


class Comparison:
    """What came of the cases; known: names of cases that differ for a reason -> key of KNOWN."""

    def __init__(self, assay, runtime, cases, seed, folder):
        self.cases = len(cases)
        self.refused, known = generate(folder, runtime, cases, seed)
        self.totals, self.lines = conform(assay, folder)
        self.known = {name: known[name] for name, line in self.lines.items()
                      if name in known and line.startswith("failed")}
        self.failed = self.totals["failed"] - len(self.known)

    def __str__(self):
        return (f"{self.cases} cases, {self.refused} draws refused; passed {self.totals['passed']}, "
                f"failed {self.failed}, known to differ {len(self.known)}, unsupported {self.totals['unsupported']}")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assay")
    parser.add_argument("--library", default=os.environ.get("ASSAY_ONNXRUNTIME", str(LIBRARY)))
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--family", default="")
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args(arguments)
    runtime = ort.Runtime(options.library)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or pathlib.Path(temporary)
        cases = names(options.cases, options.family)
        comparison = Comparison(options.assay, runtime, cases, options.seed, folder)
    for name, line in comparison.lines.items():
        if name not in comparison.known:
            print(line)
    for key, count in collections.Counter(comparison.known.values()).items():
        print(f"{count} differ, as is known: {key}\n    {KNOWN[key]}")
    print(f"ONNX Runtime {runtime.version}, seed {options.seed}: {comparison}")
    return 11 if comparison.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
