#!/usr/bin/python3
"""Writes models of one operator each for bench_onnxruntime: products of two activations, quantized
ones too, convolutions of three axes, transposed ones, quantized ones by type. Needs Debian's python3-onnx.
Usage: operators.py FOLDER"""
import pathlib
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

RANDOM = numpy.random.default_rng(1)


def weights(*shape):
    return RANDOM.standard_normal(shape).astype("f4")


def write(folder, name, operator, inputs, constants=(), **attributes):
    """A model of one node, whose constants follow its inputs."""
    names = [f"x{i}" for i in range(len(inputs))]
    tensors = [numpy_helper.from_array(value, f"c{i}") for i, value in enumerate(constants)]
    node = helper.make_node(operator, names + [tensor.name for tensor in tensors], ["y"], **attributes)
    graph = helper.make_graph(
        [node], name,
        [helper.make_tensor_value_info(input_, TensorProto.FLOAT, shape)
         for input_, shape in zip(names, inputs)],
        [helper.make_empty_tensor_value_info("y")], tensors)
    graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(onnx.shape_inference.infer_shapes(model), str(folder / f"{name}.onnx"))


def write_codes(folder, name, a, b, signed=False, zero=0, sums=False):
    """QLinearMatMul, or MatMulInteger, of two activations; the left one is u8, b's zero point is a step off the middle
    by `zero`."""
    dtype = "int8" if signed else "uint8"
    b_zero = numpy.array(zero + (0 if signed else 128), dtype)
    a_zero = numpy.array(117, "uint8")
    scale = numpy.array(0.02, "f4")
    operands = {"a_scale": scale, "a_zero": a_zero, "b_scale": scale, "b_zero": b_zero,
                "y_scale": numpy.array(0.1, "f4"), "y_zero": a_zero}
    order = ["a", "a_scale", "a_zero", "b", "b_scale", "b_zero", "y_scale", "y_zero"]
    operator = "QLinearMatMul"
    if sums:
        operator, order = "MatMulInteger", ["a", "b", "a_zero", "b_zero"]
    result = helper.make_tensor_value_info("y", TensorProto.INT32 if sums else TensorProto.UINT8, (*a[:-1], b[-1]))
    types = {"a": (TensorProto.UINT8, a), "b": (TensorProto.INT8 if signed else TensorProto.UINT8, b)}
    graph = helper.make_graph(
        [helper.make_node(operator, order, ["y"])], name,
        [helper.make_tensor_value_info(input_, *types[input_]) for input_ in types], [result],
        [numpy_helper.from_array(value, key) for key, value in operands.items() if key in order])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, str(folder / f"{name}.onnx"))


def write_convolution(folder, name, x, w, types="usu", constant=True, sums=False, w_zero=None, **attributes):
    """QLinearConv or ConvInteger; types: of x, w and y, u for uint8, s for int8. Weights are a constant, or data; their
    zero point is in the middle of their type by default."""
    numbers = {"u": ("uint8", TensorProto.UINT8, 128), "s": ("int8", TensorProto.INT8, 0)}
    (x_type, x_code, x_zero), (w_type, w_code, middle), (y_type, y_code, y_zero) = (numbers[t] for t in types)
    scale = numpy.array(0.02, "f4")
    low = 0 if w_type == "uint8" else -128
    operands = {"x_scale": scale, "x_zero": numpy.array(x_zero - 11, x_type), "w_scale": scale,
                "w_zero": numpy.array(middle if w_zero is None else w_zero, w_type), "y_scale": numpy.array(0.3, "f4"),
                "y_zero": numpy.array(y_zero, y_type), "b": RANDOM.integers(-999, 999, w[0]).astype("i4")}
    order = ["x", "x_scale", "x_zero", "w", "w_scale", "w_zero", "y_scale", "y_zero", "b"]
    operator, inputs = "QLinearConv", [helper.make_tensor_value_info("x", x_code, x)]
    if sums:
        operator, order, y_code = "ConvInteger", ["x", "w", "x_zero", "w_zero"], TensorProto.INT32
    if constant:
        operands["w"] = RANDOM.integers(low, low + 256, w).astype(w_type)
    else:
        inputs.append(helper.make_tensor_value_info("w", w_code, w))
    node = helper.make_node(operator, order, ["y"], **attributes)
    result = helper.make_tensor_value_info("y", y_code, [f"y{i}" for i in range(len(x))])
    graph = helper.make_graph([node], name, inputs, [result],
                              [numpy_helper.from_array(value, key) for key, value in operands.items() if key in order])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, str(folder / f"{name}.onnx"))


def main(folder):
    def conv(name, image, *kernel, bias, **attributes):
        constants = [weights(*kernel)] + ([weights(bias)] if bias else [])
        write(folder, name, "Conv", [image], constants, **attributes)

    def turned(name, image, *kernel, bias, **attributes):
        write(folder, name, "ConvTranspose", [image], [weights(*kernel), weights(bias)], **attributes)

    write(folder, "scores", "MatMul", [(12, 197, 64), (12, 64, 197)])
    write(folder, "values", "MatMul", [(12, 197, 197), (12, 197, 64)])
    write(folder, "scores_of_one", "MatMul", [(12, 1, 64), (12, 64, 197)])
    write(folder, "values_of_one", "MatMul", [(12, 1, 197), (12, 197, 64)])
    write(folder, "scores_of_four", "MatMul", [(12, 4, 64), (12, 64, 197)])
    write(folder, "matmul_512", "MatMul", [(512, 512), (512, 512)])
    write(folder, "matmul_small", "MatMul", [(64, 8, 8), (64, 8, 8)])
    write(folder, "matmul_vector", "MatMul", [(16, 256, 256), (16, 256, 1)])
    write_codes(folder, "codes_scores_u8s8", (12, 197, 64), (12, 64, 197), signed=True)
    write_codes(folder, "codes_scores_u8u8", (12, 197, 64), (12, 64, 197), zero=7)
    write_codes(folder, "codes_values_u8u8", (12, 197, 197), (12, 197, 64), zero=7)
    write_codes(folder, "codes_scores_of_four", (12, 4, 64), (12, 64, 197), zero=7)
    write_codes(folder, "codes_512", (512, 512), (512, 512), signed=True)
    write_codes(folder, "codes_512_sums", (512, 512), (512, 512), zero=7, sums=True)
    image, kernel, pads = (1, 64, 28, 28), (64, 64, 3, 3), [1] * 4
    write_convolution(folder, "qconv_u8s8", image, kernel, pads=pads)
    write_convolution(folder, "qconv_s8s8", image, kernel, "sss", pads=pads)
    write_convolution(folder, "qconv_u8u8", image, kernel, "uuu", pads=pads)
    write_convolution(folder, "qconv_u8u8_off_middle", image, kernel, "uuu", w_zero=121, pads=pads)
    write_convolution(folder, "qconv_u8u8_depthwise", image, (64, 1, 3, 3), "uuu", w_zero=121, pads=pads, group=64)
    write_convolution(folder, "qconv_pointwise_off_middle", (1, 128, 28, 28), (128, 128, 1, 1), "uuu", w_zero=121)
    write_convolution(folder, "qconv_of_data", image, kernel, constant=False, pads=pads)
    write_convolution(folder, "qconv_lines", (1, 64, 800), (64, 64, 5), pads=[2, 2])
    write_convolution(folder, "qconv_3d", (1, 16, 8, 32, 32), (32, 16, 3, 3, 3), pads=[1] * 6)
    write_convolution(folder, "conv_integer_of_data", image, kernel, constant=False, sums=True, pads=pads)
    write(folder, "gemm_transposed", "Gemm", [(128, 256), (384, 256), (384,)], transB=1)
    conv("conv3d_3x3x3", (1, 16, 8, 32, 32), 32, 16, 3, 3, 3, bias=32, pads=[1] * 6)
    conv("conv3d_1x1x1", (1, 64, 8, 28, 28), 128, 64, 1, 1, 1, bias=128)
    conv("conv3d_stride2", (1, 3, 16, 112, 112), 64, 3, 3, 7, 7, bias=64, pads=[1, 3, 3, 1, 3, 3],
         strides=[1, 2, 2])
    conv("conv3d_depthwise", (1, 64, 8, 28, 28), 64, 1, 3, 3, 3, bias=64, group=64, pads=[1] * 6)
    conv("conv_groups", (1, 128, 28, 28), 128, 4, 3, 3, bias=128, group=32, pads=[1] * 4)
    turned("transposed_2x2", (1, 128, 28, 28), 128, 64, 2, 2, bias=64, strides=[2, 2])
    turned("transposed_4x4", (1, 128, 28, 28), 128, 64, 4, 4, bias=64, strides=[2, 2], pads=[1] * 4)
    turned("transposed_3x3", (1, 64, 28, 28), 64, 64, 3, 3, bias=64, pads=[1] * 4)
    turned("transposed_depthwise", (1, 32, 28, 28), 32, 1, 4, 4, bias=32, group=32, strides=[2, 2],
           pads=[1] * 4)
    turned("transposed_3d", (1, 32, 4, 14, 14), 32, 32, 2, 2, 2, bias=32, strides=[2, 2, 2])
    turned("transposed_1d", (1, 128, 400), 128, 64, 16, bias=64, strides=[8], pads=[4, 4])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    main(target)
