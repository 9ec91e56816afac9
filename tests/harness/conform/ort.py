"""ONNX Runtime through its C API, whose functions are a table that is only ever extended."""
import ctypes
import pathlib

import numpy

# Positions in the table.
GET_ERROR_MESSAGE, CREATE_ENV, CREATE_SESSION_FROM_ARRAY, RUN, CREATE_SESSION_OPTIONS = 2, 3, 8, 9, 10
SET_OPTIMIZATION, SET_THREADS, CREATE_TENSOR, GET_DATA = 23, 24, 49, 51
GET_ELEMENT_TYPE, COUNT_DIMENSIONS, GET_DIMENSIONS, GET_INFO, CREATE_MEMORY_INFO = 60, 61, 62, 65, 69
RELEASE_STATUS, RELEASE_SESSION, RELEASE_VALUE, RELEASE_INFO = 93, 95, 96, 99
API_VERSION = 17
NO_OPTIMIZATION = 0  # Of the graph: operators are run as they are written.
SILENT = 4

ELEMENT_TYPES = {1: "float32", 2: "uint8", 3: "int8", 6: "int32", 7: "int64", 9: "bool", 11: "float64"}
POINTER = ctypes.c_void_p


class Refusal(Exception):
    """ONNX Runtime does not take the model, or its inputs."""


class Runtime:
    def __init__(self, library):
        base = ctypes.CDLL(str(pathlib.Path(library)))
        base.OrtGetApiBase.restype = ctypes.POINTER(POINTER * 2)
        get_api, get_version = base.OrtGetApiBase().contents
        self.version = ctypes.CFUNCTYPE(ctypes.c_char_p)(get_version)().decode()
        table = ctypes.CFUNCTYPE(POINTER, ctypes.c_uint32)(get_api)(API_VERSION)
        if not table:
            raise OSError(f"{library}: ONNX Runtime {self.version} is too old; expected 1.{API_VERSION} or later")
        self._table = ctypes.cast(table, ctypes.POINTER(POINTER))
        environment = self._make(CREATE_ENV, SILENT, b"assay")
        self._environment, self._memory = environment, self._make(CREATE_MEMORY_INFO, 1, 0)
        self._options = self._make(CREATE_SESSION_OPTIONS)
        self._call(SET_OPTIMIZATION, self._options, NO_OPTIMIZATION)
        self._call(SET_THREADS, self._options, 1)

    def _function(self, position, result, *arguments):
        types = [POINTER if isinstance(item, (POINTER, ctypes.Array, type(None))) or hasattr(item, "_obj")
                 else ctypes.c_char_p if isinstance(item, bytes)
                 else ctypes.c_int64 for item in arguments]
        return ctypes.CFUNCTYPE(result, *types)(self._table[position])

    def _call(self, position, *arguments):
        status = self._function(position, POINTER, *arguments)(*arguments)
        if status:
            message = self._function(GET_ERROR_MESSAGE, ctypes.c_char_p, POINTER(status))(status).decode()
            self._release(RELEASE_STATUS, POINTER(status))
            raise Refusal(message)

    def _make(self, position, *arguments, kind=POINTER):
        made = kind()
        self._call(position, *arguments, ctypes.byref(made))
        return made

    def _release(self, position, item):
        self._function(position, None, item)(item)

    def _tensor(self, array):
        element_type = next(key for key, name in ELEMENT_TYPES.items() if name == array.dtype.name)
        shape = (ctypes.c_int64 * max(array.ndim, 1))(*array.shape)
        data = POINTER(array.ctypes.data)
        return self._make(CREATE_TENSOR, self._memory, data, array.nbytes, shape, array.ndim, element_type)

    def _array(self, value):
        info = self._make(GET_INFO, value)
        element_type = self._make(GET_ELEMENT_TYPE, info, kind=ctypes.c_int).value
        rank = self._make(COUNT_DIMENSIONS, info, kind=ctypes.c_size_t).value
        shape = (ctypes.c_int64 * max(rank, 1))()
        self._call(GET_DIMENSIONS, info, shape, rank)
        self._release(RELEASE_INFO, info)
        dtype = numpy.dtype(ELEMENT_TYPES[element_type])
        extents = list(shape[:rank])
        size = int(numpy.prod(extents, dtype="int64")) * dtype.itemsize
        data = ctypes.string_at(self._make(GET_DATA, value), size) if size else b""
        return numpy.frombuffer(data, dtype).reshape(extents)

    def run(self, model, inputs, outputs):
        """model: its bytes; inputs: name -> array; outputs: names. The arrays of the outputs."""
        session = self._make(CREATE_SESSION_FROM_ARRAY, self._environment, model, len(model), self._options)
        arrays = [numpy.ascontiguousarray(array).reshape(array.shape) for array in inputs.values()]
        values = []
        results = (POINTER * len(outputs))()
        try:
            values += [self._tensor(array) for array in arrays]
            self._call(RUN, session, None, (ctypes.c_char_p * len(values))(*(name.encode() for name in inputs)),
                       (POINTER * len(values))(*values), len(values),
                       (ctypes.c_char_p * len(outputs))(*(name.encode() for name in outputs)), len(outputs), results)
            return [self._array(POINTER(result)) for result in results]
        finally:
            for value in [*values, *(POINTER(result) for result in results if result)]:
                self._release(RELEASE_VALUE, value)
            self._release(RELEASE_SESSION, session)
