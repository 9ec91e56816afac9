"""The direction of includes: kernels <- objectives <- harness <- bench, tests, and inside harness."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What each folder may include, besides itself. The longest matching folder counts.
ALLOWED = {
    "kernels": [],
    "objectives": ["kernels/base"],
    "harness/file": ["kernels/base"],
    "harness/graph": ["kernels"],
    "harness/onnx": ["kernels", "harness/file", "harness/graph"],
    "harness/engine": ["kernels", "harness/graph"],
    "harness/quantize": ["kernels", "harness/graph", "harness/engine"],
    "harness/data": ["kernels", "harness/file"],
    "harness/measure": ["kernels", "objectives", "harness/engine", "harness/data"],
    "harness/tune": ["kernels", "objectives", "harness/file", "harness/graph", "harness/onnx", "harness/quantize",
                     "harness/engine", "harness/data", "harness/measure"],
    "harness/mpi": ["kernels/base", "harness/tune"],
    "harness/conform": ["kernels", "harness/graph", "harness/onnx", "harness/engine", "harness/measure"],
    "harness/compare": ["kernels", "objectives", "harness/data", "harness/measure"],
    "harness/gate": ["kernels", "objectives", "harness/file", "harness/measure"],
    "harness/report": ["kernels", "objectives", "harness/tune", "harness/measure",
                       "harness/compare", "harness/gate"],
    "harness/cli": ["kernels", "objectives", "harness"],
    "bench": ["kernels", "objectives", "harness"],
}


def includes(file):
    return re.findall(r'^#include "([^"]+)"', file.read_text(), re.M)


def within(path, folder):
    return path == folder or path.startswith(folder + "/")


class Includes(unittest.TestCase):
    def test_point_in_one_direction(self):
        files = 0
        for folder, allowed in ALLOWED.items():
            for file in (ROOT / folder).rglob("*"):
                if file.suffix not in (".h", ".cc"):
                    continue
                files += 1
                for include in includes(file):
                    ok = any(within(include, prefix) for prefix in [folder, *allowed])
                    self.assertTrue(ok, f"{file.relative_to(ROOT)} includes {include}")
        self.assertGreater(files, 100)

    def test_every_folder_is_listed(self):
        for folder in (ROOT / "harness").iterdir():
            if any(folder.glob("*.h")):
                self.assertIn(f"harness/{folder.name}", ALLOWED)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
