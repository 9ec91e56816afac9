"""Writes ONNX test cases with nothing but numpy: the few protobuf messages they need, by hand.
Field numbers are those of onnx.proto3."""
import struct

import numpy

ELEMENT_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7, "bool": 9, "float64": 11}


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(int(value))


def block(field, content):
    if isinstance(content, str):
        content = content.encode()
    return varint(field << 3 | 2) + varint(len(content)) + content


def tensor(name, array):
    array = numpy.asarray(array)
    return (b"".join(number(1, extent) for extent in array.shape) +
            number(2, ELEMENT_TYPES[array.dtype.name]) + block(8, name) +
            block(9, numpy.ascontiguousarray(array).tobytes()))


def attribute(name, value):
    if isinstance(value, str):
        return block(1, name) + block(4, value) + number(20, 3)
    if isinstance(value, float):
        return block(1, name) + varint(2 << 3 | 5) + struct.pack("<f", value) + number(20, 1)
    if isinstance(value, int):
        return block(1, name) + number(3, value) + number(20, 2)
    if any(isinstance(item, float) for item in value):
        return (block(1, name) + b"".join(varint(7 << 3 | 5) + struct.pack("<f", item) for item in value) +
                number(20, 6))
    return block(1, name) + b"".join(number(8, item) for item in value) + number(20, 7)


def node(op_type, inputs, outputs, domain="", **attributes):
    return (b"".join(block(1, name) for name in inputs) + b"".join(block(2, name) for name in outputs) +
            block(4, op_type) + (block(7, domain) if domain else b"") +
            b"".join(block(5, attribute(name, value)) for name, value in attributes.items()))


def value_info(name, array):
    """array: None where neither type nor shape is known."""
    if array is None:
        return block(1, name)
    shape = b"".join(block(1, number(1, extent)) for extent in array.shape)
    return block(1, name) + block(2, block(1, number(1, ELEMENT_TYPES[array.dtype.name]) + block(2, shape)))


def model(nodes, constants, inputs, outputs, opset=13):
    """The file's bytes. constants, inputs, outputs: name -> array."""
    graph = b"".join(block(1, item) for item in nodes) + block(2, "graph")
    graph += b"".join(block(5, tensor(name, array)) for name, array in constants.items())
    graph += b"".join(block(11, value_info(name, array)) for name, array in inputs.items())
    graph += b"".join(block(12, value_info(name, array)) for name, array in outputs.items())
    opsets = block(8, number(2, opset)) + block(8, block(1, "com.microsoft") + number(2, 1))
    return number(1, 8 if opset > 13 else 7) + block(7, graph) + opsets


def write_case(folder, nodes, constants, inputs, outputs, opset=13):
    data = folder / "test_data_set_0"
    data.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(model(nodes, constants, inputs, outputs, opset))
    for stem, arrays in (("input", inputs), ("output", outputs)):
        for i, (name, array) in enumerate(arrays.items()):
            (data / f"{stem}_{i}.pb").write_bytes(tensor(name, array))
