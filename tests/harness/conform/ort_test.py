"""Random cases whose answers are ONNX Runtime's: a few of each family. ort_cases.py has the rest."""
import contextlib
import io
import os
import pathlib
import re
import sys
import tempfile
import unittest

import ort
import ort_cases

BIN = pathlib.Path(os.environ["ASSAY_BIN"])
INSTALLED = BIN.parent / "onnxruntime" / ort_cases.LIBRARY.relative_to(ort_cases.ROOT / "build")  # By another test.
CASES = 3 * len(ort_cases.FAMILIES)


def library():
    candidates = [os.environ.get("ASSAY_ONNXRUNTIME"), ort_cases.LIBRARY, INSTALLED]
    return next((str(path) for path in candidates if path and os.path.exists(path)), None)


class Agreement(unittest.TestCase):
    def test_cases_of_every_family_pass(self):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = ort_cases.main([str(BIN / "assay"), "--library", library(), "--cases", str(CASES)])
        self.assertEqual(code, 0, output.getvalue())
        passed = int(re.search(r"passed (\d+), failed 0", output.getvalue())[1])
        self.assertGreaterEqual(passed, CASES * 0.9, output.getvalue())

    def test_a_seed_draws_the_same_cases(self):
        runtime = ort.Runtime(library())
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            cases = ort_cases.names(len(ort_cases.FAMILIES))
            for turn in ("first", "second"):
                ort_cases.generate(folder / turn, runtime, cases, 7)
            for path in (folder / "first").rglob("*"):
                if path.is_file():
                    self.assertEqual(path.read_bytes(), (folder / "second" / path.relative_to(folder / "first"))
                                     .read_bytes(), path)


if __name__ == "__main__":
    if library() is None:
        print("skip: there is no ONNX Runtime; bench/peers/onnxruntime/run gets it")
        sys.exit(77)
    unittest.main(argv=sys.argv)
