"""Int8 test cases with their answers, worked out in exact integer and rational arithmetic.

Every answer is the only right one: scales are powers of two, so that floats are exact and ties are
real (they round to even), or they are arbitrary and no result lies near a tie, so that it does not
matter in which order floats are multiplied.

usage: int8_cases.py FOLDER [SEED]
"""
import fractions
import itertools
import pathlib
import random
import sys

import numpy

from onnx_writer import node, write_case

Fraction = fractions.Fraction
MARGIN = Fraction(1, 500)  # Of a step, from a tie: far more than floats are off.
RANGE = {"uint8": (0, 255), "int8": (-128, 127)}


class Tie(Exception):
    """A result that floats may round either way: the case is drawn again."""


class Draw:
    """One case's random choices."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.numpy = numpy.random.default_rng(seed)
        self.exact = self.random.random() < 0.5  # Scales are powers of two.

    def codes(self, shape, dtype):
        """The full range of the type, both of its ends included."""
        lo, hi = RANGE[dtype]
        array = self.numpy.integers(lo, hi, shape, endpoint=True).astype(dtype)
        flat = array.reshape(-1)
        flat[:: max(1, flat.size // 3)] = lo
        flat[1:: max(1, flat.size // 2)] = hi
        return array

    def zero_point(self, dtype):
        lo, hi = RANGE[dtype]
        return self.random.choice([lo, hi, self.random.randint(lo, hi), 0])

    def scale(self, near=1.0):
        exponent = 2.0 ** round(numpy.log2(near))
        return numpy.float32(exponent if self.exact else near * self.random.uniform(0.7, 1.4))

    def dtype(self):
        return self.random.choice(["uint8", "int8"])


def rounded(value, exact, lo, hi):
    """round_half_even of a rational, clamped to [lo, hi]."""
    if value <= lo:
        return lo
    if value >= hi:
        return hi
    away = abs(value - (value.__floor__() + Fraction(1, 2)))
    if not exact and away < MARGIN:
        raise Tie
    return round(value)


def quantized(reals, scale, zero_point, dtype, exact):
    """reals: rationals, an object array."""
    lo, hi = RANGE[dtype]
    step = Fraction(float(scale))
    codes = [rounded(real / step, exact, lo - zero_point, hi - zero_point) + zero_point
             for real in reals.reshape(-1)]
    return numpy.array(codes, dtype).reshape(reals.shape)


def scaled(integers, scale, axis=None):
    """integers * scale as rationals; scale: one, or one per index of axis."""
    scale = numpy.asarray(scale)
    factors = numpy.array([Fraction(float(item)) for item in scale.reshape(-1)], object)
    if factors.size > 1:
        factors = factors.reshape([-1 if i == axis else 1 for i in range(integers.ndim)])
    return integers.astype(object) * factors


def centered(codes, zero_point, axis=None):
    zero_point = numpy.asarray(zero_point, "int64")
    if zero_point.size > 1:
        zero_point = zero_point.reshape([-1 if i == axis else 1 for i in range(codes.ndim)])
    return codes.astype("int64") - zero_point.reshape(zero_point.shape if zero_point.size > 1 else ())


def convolve(x, w, groups, strides, dilations, pads):
    """Exact; x: [n, c, ...], w: [oc, c / groups, ...], pads: begins, then ends."""
    rank = x.ndim - 2
    x = numpy.pad(x, [(0, 0), (0, 0), *zip(pads[:rank], pads[rank:])])
    outputs = [(x.shape[2 + i] - dilations[i] * (w.shape[2 + i] - 1) - 1) // strides[i] + 1 for i in range(rank)]
    n, oc, depth = x.shape[0], w.shape[0], w.shape[1]
    y = numpy.zeros([n, oc, *outputs], "int64")
    for tap in itertools.product(*(range(extent) for extent in w.shape[2:])):
        window = tuple(slice(tap[i] * dilations[i], tap[i] * dilations[i] + (outputs[i] - 1) * strides[i] + 1,
                             strides[i]) for i in range(rank))
        pixels = x[(slice(None), slice(None), *window)].reshape(n, groups, depth, -1)
        weights = w[(slice(None), slice(None), *tap)].reshape(groups, oc // groups, depth)
        y += numpy.einsum("ngkp,gok->ngop", pixels, weights).reshape(y.shape)
    return y


def conv_geometry(draw, rank):
    groups = draw.random.choice([1, 1, 2, 3])
    depth = draw.random.randint(1, 9)
    per_group = draw.random.randint(1, 9)
    if draw.random.random() < 0.25:
        depth, per_group, groups = 1, 1, draw.random.randint(2, 19)
    kernel = [draw.random.choice([1, 2, 3]) for _ in range(rank)]
    dilations = [draw.random.choice([1, 1, 2]) for _ in range(rank)]
    image = [draw.random.randint(dilations[i] * (kernel[i] - 1) + 1, 7) for i in range(rank)]
    return {
        "x": [draw.random.randint(1, 2), groups * depth, *image],
        "w": [groups * per_group, depth, *kernel],
        "attributes": {"group": groups, "strides": [draw.random.choice([1, 1, 2, 3]) for _ in range(rank)],
                       "dilations": dilations, "pads": [draw.random.randint(0, 2) for _ in range(2 * rank)]},
    }


def exact_conv(x, w, attributes):
    return convolve(x, w, attributes["group"], attributes["strides"], attributes["dilations"], attributes["pads"])


def result_scale(draw, reals):
    """Most results lie inside the range of their type, some are clamped."""
    most = max(1e-6, max(abs(float(real)) for real in reals.reshape(-1)))
    return draw.scale(most / draw.random.choice([100, 150, 200]))


class Graph:
    """Collects nodes, constants, inputs and outputs."""

    def __init__(self):
        self.nodes, self.constants, self.inputs, self.outputs = [], {}, {}, {}

    def constant(self, name, array):
        self.constants[name] = numpy.asarray(array)
        return name

    def operand(self, draw, name, array):
        """A constant of the model, or given to the run."""
        if draw.random.random() < 0.6:
            return self.constant(name, array)
        self.inputs[name] = array
        return name

    def parameters(self, stem, scale, zero_point, dtype):
        return [self.constant(stem + "_scale", numpy.asarray(scale, "float32")),
                self.constant(stem + "_zero", numpy.asarray(zero_point, dtype))]

    def dequantize(self, codes, scale, zero_point, dtype, **attributes):
        self.nodes.append(node("DequantizeLinear", [codes, *self.parameters(codes, scale, zero_point, dtype)],
                               [codes + "_real"], **attributes))
        return codes + "_real"

    def quantize(self, real, codes, scale, zero_point, dtype):
        self.nodes.append(node("QuantizeLinear", [real, *self.parameters(codes, scale, zero_point, dtype)], [codes]))

    def write(self, folder):
        write_case(folder, self.nodes, self.constants, self.inputs, self.outputs)


def weights(draw, shape, channels, dtype, symmetric):
    """Codes, scales and zero points: one, or one per channel."""
    per_channel = draw.random.random() < 0.5 and channels > 1
    count = channels if per_channel else 1
    scale = [draw.scale(draw.random.choice([0.25, 0.5, 1.0])) for _ in range(count)]
    zero = [0 if symmetric else draw.zero_point(dtype) for _ in range(count)]
    if not per_channel:
        scale, zero = scale[0], zero[0]
    return draw.codes(shape, dtype), numpy.asarray(scale, "float32"), numpy.asarray(zero, dtype)


def qlinear_conv(draw, graph):
    geometry = conv_geometry(draw, draw.random.choice([1, 2, 2, 2, 3]))
    x_type, w_type, y_type = draw.dtype(), draw.dtype(), draw.dtype()
    x, x_scale, x_zero = draw.codes(geometry["x"], x_type), draw.scale(0.5), draw.zero_point(x_type)
    w, w_scale, w_zero = weights(draw, geometry["w"], geometry["w"][0], w_type, False)
    sums = exact_conv(centered(x, x_zero), centered(w, w_zero, 0), geometry["attributes"])
    graph.inputs["x"] = x
    operands = ["x", *graph.parameters("x", x_scale, x_zero, x_type), graph.operand(draw, "w", w),
                *graph.parameters("w", w_scale, w_zero, w_type)]
    bias = []
    if draw.random.random() < 0.6:
        values = draw.numpy.integers(-9999, 9999, w.shape[0]).astype("int32")
        sums = sums + values.reshape([1, -1] + [1] * (sums.ndim - 2))
        bias = [graph.operand(draw, "b", values)]
    reals = scaled(sums, w_scale, 1) * Fraction(float(x_scale))
    y_scale, y_zero = result_scale(draw, reals), draw.zero_point(y_type)
    graph.nodes.append(node("QLinearConv", operands + graph.parameters("y", y_scale, y_zero, y_type) + bias, ["y"],
                            **geometry["attributes"]))
    graph.outputs["y"] = quantized(reals, y_scale, y_zero, y_type, draw.exact)


def conv_integer(draw, graph):
    geometry = conv_geometry(draw, draw.random.choice([1, 2, 2, 3]))
    x_type, w_type = draw.dtype(), draw.dtype()
    x, x_zero = draw.codes(geometry["x"], x_type), draw.zero_point(x_type)
    w, _, w_zero = weights(draw, geometry["w"], geometry["w"][0], w_type, False)
    graph.inputs["x"] = x
    graph.nodes.append(node("ConvInteger", ["x", graph.operand(draw, "w", w),
                                            graph.constant("x_zero", numpy.asarray(x_zero, x_type)),
                                            graph.constant("w_zero", w_zero)], ["y"], **geometry["attributes"]))
    graph.outputs["y"] = exact_conv(centered(x, x_zero), centered(w, w_zero, 0),
                                    geometry["attributes"]).astype("int32")


def matrices(draw):
    m, k, n = (draw.random.randint(1, 40) for _ in range(3))
    batch = draw.random.choice([[], [], [2], [2, 3], [2, 1]])
    own = draw.random.choice([[], [], [*batch[:-1], 3 if batch == [2, 1] else 1], batch] if batch else [[]])
    return [*batch, m, k], [*own, k, n]


def qlinear_matmul(draw, graph):
    a_shape, b_shape = matrices(draw)
    a_type, b_type, y_type = draw.dtype(), draw.dtype(), draw.dtype()
    a, a_scale, a_zero = draw.codes(a_shape, a_type), draw.scale(0.5), draw.zero_point(a_type)
    b, b_scale, b_zero = weights(draw, b_shape, b_shape[-1], b_type, False)
    sums = centered(a, a_zero) @ centered(b, b_zero, b.ndim - 1)
    reals = scaled(sums, b_scale, sums.ndim - 1) * Fraction(float(a_scale))
    y_scale, y_zero = result_scale(draw, reals), draw.zero_point(y_type)
    graph.inputs["a"] = a
    if draw.random.random() < 0.5:
        graph.constant("b", b)
    else:
        graph.inputs["b"] = b
    graph.nodes.append(node("QLinearMatMul", [
        "a", *graph.parameters("a", a_scale, a_zero, a_type), "b",
        *graph.parameters("b", b_scale, b_zero, b_type), *graph.parameters("y", y_scale, y_zero, y_type)], ["y"]))
    graph.outputs["y"] = quantized(reals, y_scale, y_zero, y_type, draw.exact)


def matmul_integer(draw, graph):
    a_shape, b_shape = matrices(draw)
    a_type, b_type = draw.dtype(), draw.dtype()
    a, b = draw.codes(a_shape, a_type), draw.codes(b_shape, b_type)
    a_zero, b_zero = draw.zero_point(a_type), draw.zero_point(b_type)
    graph.nodes.append(node("MatMulInteger", ["a", "b", graph.constant("a_zero", numpy.asarray(a_zero, a_type)),
                                              graph.constant("b_zero", numpy.asarray(b_zero, b_type))], ["y"]))
    graph.inputs.update(a=a, b=b)
    graph.outputs["y"] = (centered(a, a_zero) @ centered(b, b_zero)).astype("int32")


def activation(draw, graph, real, reals):
    """Sometimes a Relu between the product and its quantization."""
    if draw.random.random() < 0.5:
        return real, reals
    graph.nodes.append(node("Relu", [real], ["relu"]))
    return "relu", numpy.maximum(reals, 0)


def finish(draw, graph, real, reals):
    real, reals = activation(draw, graph, real, reals)
    y_type = draw.dtype()
    y_scale, y_zero = result_scale(draw, reals), draw.zero_point(y_type)
    graph.quantize(real, "y", y_scale, y_zero, y_type)
    graph.outputs["y"] = quantized(reals, y_scale, y_zero, y_type, draw.exact)


def bias_of(draw, graph, channels, x_scale, w_scale):
    """int32 codes whose scale is that of the accumulators."""
    if draw.random.random() < 0.4:
        return [], 0
    values = draw.numpy.integers(-9999, 9999, channels).astype("int32")
    scale = (numpy.float32(x_scale) * w_scale).astype("float32")
    graph.constant("b", values)
    return [graph.dequantize("b", scale, numpy.zeros(scale.shape, "int32"), "int32", axis=0)], scaled(values, scale, 0)


def qdq_conv(draw, graph):
    geometry = conv_geometry(draw, 2)
    x_type = draw.dtype()
    # Weights with a zero point are multiplied as floats, which are exact for powers of two.
    symmetric = not draw.exact or draw.random.random() < 0.8
    w_type = "int8" if symmetric else draw.dtype()
    x, x_scale, x_zero = draw.codes(geometry["x"], x_type), draw.scale(0.5), draw.zero_point(x_type)
    w, w_scale, w_zero = weights(draw, geometry["w"], geometry["w"][0], w_type, symmetric)
    graph.constant("w", w)
    operands = [graph.dequantize("x", x_scale, x_zero, x_type),
                graph.dequantize("w", w_scale, w_zero, w_type, axis=0)]
    bias, offsets = bias_of(draw, graph, w.shape[0], x_scale, w_scale)
    sums = exact_conv(centered(x, x_zero), centered(w, w_zero, 0), geometry["attributes"])
    reals = scaled(sums, w_scale, 1) * Fraction(float(x_scale))
    if bias:
        reals = reals + offsets.reshape([1, -1] + [1] * (sums.ndim - 2))
    graph.nodes.append(node("Conv", operands + bias, ["conv"], **geometry["attributes"]))
    graph.inputs["x"] = x
    finish(draw, graph, "conv", reals)


def qdq_gemm(draw, graph):
    m, k, n = (draw.random.randint(1, 40) for _ in range(3))
    x_type, transposed = draw.dtype(), draw.random.random() < 0.5
    x, x_scale, x_zero = draw.codes([m, k], x_type), draw.scale(0.5), draw.zero_point(x_type)
    w, w_scale, w_zero = weights(draw, [n, k] if transposed else [k, n], n, "int8", True)
    graph.constant("w", w)
    axis = 0 if transposed else 1
    operands = [graph.dequantize("x", x_scale, x_zero, x_type),
                graph.dequantize("w", w_scale, w_zero, "int8", axis=axis)]
    sums = centered(x, x_zero) @ (w.astype("int64").T if transposed else w.astype("int64"))
    reals = scaled(sums, w_scale, 1) * Fraction(float(x_scale))
    if draw.random.random() < 0.3 and not transposed:
        graph.nodes.append(node("MatMul", operands, ["product"]))
    else:
        bias, offsets = bias_of(draw, graph, n, x_scale, w_scale)
        reals = reals + offsets
        graph.nodes.append(node("Gemm", operands + bias, ["product"], transB=int(transposed)))
    graph.inputs["x"] = x
    finish(draw, graph, "product", reals)


def qdq_residual(draw, graph):
    """Conv -> codes -> Add of other codes."""
    geometry = conv_geometry(draw, 2)
    x_type, c_type = draw.dtype(), draw.dtype()
    x, x_scale, x_zero = draw.codes(geometry["x"], x_type), draw.scale(0.5), draw.zero_point(x_type)
    w, w_scale, w_zero = weights(draw, geometry["w"], geometry["w"][0], "int8", True)
    graph.constant("w", w)
    graph.nodes.append(node("Conv", [graph.dequantize("x", x_scale, x_zero, x_type),
                                     graph.dequantize("w", w_scale, w_zero, "int8", axis=0)], ["conv"],
                            **geometry["attributes"]))
    sums = exact_conv(centered(x, x_zero), w.astype("int64"), geometry["attributes"])
    reals = scaled(sums, w_scale, 1) * Fraction(float(x_scale))
    c_scale, c_zero = result_scale(draw, reals), draw.zero_point(c_type)
    graph.quantize("conv", "c", c_scale, c_zero, c_type)
    codes = quantized(reals, c_scale, c_zero, c_type, draw.exact)
    add(draw, graph, ("c", codes, c_scale, c_zero, c_type), same=True)
    graph.inputs = {"x": x, **graph.inputs}


def add(draw, graph, left, same=False):
    """left: name, codes, scale, zero point and type of the first operand."""
    name, codes, scale, zero, dtype = left
    b_type = draw.dtype()
    shape = codes.shape if same or draw.random.random() < 0.6 else [1, *codes.shape[1:]]
    b, b_scale, b_zero = draw.codes(shape, b_type), draw.scale(float(scale)), draw.zero_point(b_type)
    graph.nodes.append(node("Add", [graph.dequantize(name, scale, zero, dtype),
                                    graph.dequantize("b", b_scale, b_zero, b_type)], ["sum"]))
    reals = scaled(centered(codes, zero), scale) + scaled(centered(b, b_zero), b_scale)
    graph.inputs["b"] = b
    finish(draw, graph, "sum", reals)


def image(draw):
    return [draw.random.randint(1, 2), draw.random.randint(1, 35), draw.random.randint(1, 9), draw.random.randint(1, 9)]


def source(draw, shape, name="x"):
    dtype = draw.dtype()
    return name, draw.codes(shape, dtype), draw.scale(0.5), draw.zero_point(dtype), dtype


def qdq_add(draw, graph):
    left = source(draw, image(draw))
    graph.inputs["x"] = left[1]
    add(draw, graph, left)


def qdq_concat(draw, graph):
    shape = image(draw)
    reals, names = [], []
    for i in range(draw.random.randint(2, 4)):
        name, codes, scale, zero, dtype = source(draw, [shape[0], draw.random.randint(1, 9), *shape[2:]], f"x{i}")
        names.append(graph.dequantize(name, scale, zero, dtype))
        reals.append(scaled(centered(codes, zero), scale))
        graph.inputs[name] = codes
    graph.nodes.append(node("Concat", names, ["joined"], axis=1))
    finish_plain(draw, graph, "joined", numpy.concatenate(reals, 1))


def finish_plain(draw, graph, real, reals, exact=None):
    y_type = draw.dtype()
    y_scale, y_zero = result_scale(draw, reals), draw.zero_point(y_type)
    graph.quantize(real, "y", y_scale, y_zero, y_type)
    graph.outputs["y"] = quantized(reals, y_scale, y_zero, y_type, draw.exact if exact is None else exact)


def windows(x, kernel, strides, pads):
    """Every output's elements that lie in the image."""
    n, c, h, w = x.shape
    oh = (h + pads[0] + pads[2] - kernel[0]) // strides[0] + 1
    ow = (w + pads[1] + pads[3] - kernel[1]) // strides[1] + 1
    for i, j in itertools.product(range(oh), range(ow)):
        top, left = i * strides[0] - pads[0], j * strides[1] - pads[1]
        yield i, j, x[:, :, max(0, top):top + kernel[0], max(0, left):left + kernel[1]]


def pool_geometry(draw):
    shape = image(draw)
    kernel = [min(draw.random.choice([1, 2, 3]), shape[2]), min(draw.random.choice([1, 2, 3]), shape[3])]
    pads = [draw.random.randint(0, kernel[i % 2] - 1) for i in range(4)]
    return shape, {"kernel_shape": kernel, "strides": [draw.random.randint(1, 3) for _ in range(2)], "pads": pads}


def pooled(x, attributes, function):
    cells = list(windows(x, attributes["kernel_shape"], attributes["strides"], attributes["pads"]))
    y = numpy.empty([x.shape[0], x.shape[1], cells[-1][0] + 1, cells[-1][1] + 1], object)
    for i, j, window in cells:
        y[:, :, i, j] = function(window)
    return y


def qdq_max_pool(draw, graph):
    shape, attributes = pool_geometry(draw)
    name, codes, scale, zero, dtype = source(draw, shape)
    graph.nodes.append(node("MaxPool", [graph.dequantize(name, scale, zero, dtype)], ["pool"], **attributes))
    graph.inputs[name] = codes
    real = pooled(scaled(centered(codes, zero), scale), attributes, lambda window: window.max((2, 3)))
    if draw.random.random() < 0.5:
        finish_plain(draw, graph, "pool", real)
    else:  # The same parameters: codes are moved as they are.
        graph.quantize("pool", "y", scale, zero, dtype)
        graph.outputs["y"] = quantized(real, scale, zero, dtype, True)


def qdq_average_pool(draw, graph):
    shape, attributes = pool_geometry(draw)
    padded = draw.random.randint(0, 1)
    name, codes, scale, zero, dtype = source(draw, shape)
    area = attributes["kernel_shape"][0] * attributes["kernel_shape"][1]
    real = pooled(scaled(centered(codes, zero), scale), attributes,
                  lambda window: window.sum((2, 3)) / (area if padded else window.shape[2] * window.shape[3]))
    graph.nodes.append(node("AveragePool", [graph.dequantize(name, scale, zero, dtype)], ["pool"],
                            count_include_pad=padded, **attributes))
    graph.inputs[name] = codes
    finish_plain(draw, graph, "pool", real, exact=False)


def qdq_global_average_pool(draw, graph):
    name, codes, scale, zero, dtype = source(draw, image(draw))
    real = scaled(centered(codes, zero), scale).sum((2, 3), keepdims=True) / (codes.shape[2] * codes.shape[3])
    graph.nodes.append(node("GlobalAveragePool", [graph.dequantize(name, scale, zero, dtype)], ["pool"]))
    graph.inputs[name] = codes
    finish_plain(draw, graph, "pool", real, exact=False)


def qlinear_add(draw, graph):
    dtype, shape = draw.dtype(), image(draw)
    operands, total = [], 0
    for name, extents in (("a", shape), ("b", shape if draw.random.random() < 0.5 else [1, shape[1], 1, 1])):
        codes, scale, zero = draw.codes(extents, dtype), draw.scale(0.5), draw.zero_point(dtype)
        operands += [name, *graph.parameters(name, scale, zero, dtype)]
        graph.inputs[name] = codes
        total = total + scaled(centered(codes, zero), scale)
    y_scale, y_zero = result_scale(draw, total), draw.zero_point(dtype)
    graph.nodes.append(node("QLinearAdd", operands + graph.parameters("y", y_scale, y_zero, dtype), ["y"],
                            domain="com.microsoft"))
    graph.outputs["y"] = quantized(total, y_scale, y_zero, dtype, draw.exact)


FAMILIES = {qlinear_conv: 130, conv_integer: 40, qlinear_matmul: 60, matmul_integer: 30, qdq_conv: 120, qdq_gemm: 70,
            qdq_residual: 30, qdq_add: 40, qdq_concat: 40, qdq_max_pool: 40, qdq_average_pool: 40,
            qdq_global_average_pool: 20, qlinear_add: 30}


def generate(folder, seed):
    """Writes the cases; returns how many."""
    for family, count in FAMILIES.items():
        for index in range(count):
            for attempt in itertools.count():
                name = f"{seed} {family.__name__} {index} {attempt}"
                draw, graph = Draw(int.from_bytes(name.encode(), "little")), Graph()
                try:
                    family(draw, graph)
                    break
                except Tie:
                    continue
            graph.write(folder / f"{family.__name__}_{index:03}")
    return sum(FAMILIES.values())


if __name__ == "__main__":
    print(generate(pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1), "cases")
