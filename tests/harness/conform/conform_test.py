"""`assay conform` over ONNX's backend test cases, and how it reports what goes wrong."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

ASSAY = pathlib.Path(os.environ["ASSAY_BIN"]) / "assay"
DATA = pathlib.Path("/usr/share/libonnx-testdata/data")
CASES = 1072
PASSED = 918


def conform(*arguments):
    return subprocess.run([ASSAY, "conform", *map(str, arguments)], capture_output=True, text=True,
                          check=False)


class Package(unittest.TestCase):
    def test_no_case_fails_and_as_many_pass(self):
        result = conform(DATA, "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        totals = json.loads(result.stdout)
        self.assertEqual(totals["failed"], 0)
        self.assertEqual(totals["passed"] + totals["unsupported"], CASES)
        self.assertGreaterEqual(totals["passed"], PASSED)
        self.assertGreaterEqual(totals["by_operator"]["Conv"]["passed"], 33)


class Reports(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def copy(self, case):
        shutil.copytree(DATA / "node" / case, self.folder / case)
        return self.folder / case

    def test_a_wrong_output_is_a_failure(self):
        case = self.copy("test_relu")
        (case / "test_data_set_0/output_0.pb").write_bytes(
            (case / "test_data_set_0/input_0.pb").read_bytes())
        self.copy("test_add")
        result = conform(self.folder)
        self.assertEqual(result.returncode, 11)
        self.assertRegex(result.stdout, r"(?m)^failed  test_relu  output 'y': \d+ of 60 elements")
        self.assertIn("passed 1, failed 1, unsupported 0", result.stdout)

    def test_an_unsupported_case_is_named(self):
        self.copy("test_strnormalizer_export_monday_casesensintive_lower")
        result = conform(self.folder)
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"(?m)^unsupported  test_strnorm\S+  .*StringNormalizer.*opset 10")

    def test_an_unsupported_type_is_named_with_operator_and_opset(self):
        self.copy("test_cast_FLOAT_to_STRING")
        result = conform(self.folder)
        self.assertRegex(result.stdout, r"(?m)^unsupported  test_cast_FLOAT_to_STRING  .*string.*\[Cast; opset 13\]")

    def test_an_interrupt_still_gives_the_totals_so_far(self):
        process = subprocess.Popen([ASSAY, "conform", DATA], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   text=True)
        process.stdout.readline()  # The first case that does not pass.
        process.send_signal(signal.SIGINT)
        output = process.communicate()[0]
        self.assertEqual(process.returncode, 130)
        counts = re.search(r"passed (\d+), failed 0, unsupported (\d+)", output)
        self.assertLess(int(counts[1]) + int(counts[2]), CASES)
        self.assertGreater(int(counts[1]) + int(counts[2]), 0)

    def test_a_broken_model_is_a_failure(self):
        case = self.copy("test_relu")
        (case / "model.onnx").write_bytes(b"\xff" * 100)
        result = conform(self.folder)
        self.assertEqual(result.returncode, 11)
        self.assertRegex(result.stdout, r"(?m)^failed  test_relu  ")

    def test_a_case_beyond_the_time_limit_is_a_failure(self):
        self.copy("test_relu")
        result = conform(self.folder, "--timeout", "1e-9")
        self.assertEqual(result.returncode, 11)
        self.assertIn("gave no answer", result.stdout)

    def test_a_folder_without_cases_is_an_input_error(self):
        result = conform(self.folder)
        self.assertEqual(result.returncode, 2)
        self.assertIn("holds no test case", result.stderr)


if __name__ == "__main__":
    if not DATA.exists():
        print("skip: libonnx-testdata is not installed")
        sys.exit(77)
    unittest.main(argv=sys.argv)
