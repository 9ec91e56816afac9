"""results/judges: who is counted for calling what slower, with a compare.py that is known."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

JUDGES = pathlib.Path(__file__).resolve().parents[2] / "results" / "judges"
# Tells what the real one would, but finds everything significant whose mean differs at all.
STAND_IN = """
import json, sys
told, base, candidate = sys.argv[3], *map(lambda f: json.load(open(f))["benchmarks"], sys.argv[5:])
report = {}
for a, b in zip(base, candidate):
    row = report.setdefault(a["name"], {"name": a["name"], "measurements": [], "utest": {}})
    row["measurements"].append({"cpu_time": a["cpu_time"], "cpu_time_other": b["cpu_time"]})
    row["utest"]["cpu_pvalue"] = 0.01 if a["cpu_time"] != b["cpu_time"] else 1
json.dump(list(report.values()), open(told, "w"))
"""


class Judges(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)
        (self.folder / "compare.py").write_text(STAND_IN)

    def run_on(self, *arguments):
        return subprocess.run([sys.executable, JUDGES, *map(str, arguments)], capture_output=True,
                              text=True, check=False,
                              env={**os.environ, "COMPARE_PY": str(self.folder / "compare.py")})

    def write(self, name, content):
        file = self.folder / name
        file.write_text(json.dumps(content))
        return file

    def test_the_same_data_judged_by_all(self):
        def cell(work, base, candidate):
            return {"work": work, "observed": {"base_s": base, "candidate_s": candidate}}

        same = [1e-6] * 20
        cells = [cell(1, same, same), cell(1.05, same, [1.05e-6] * 20),
                 cell(1.02, [1e-6] * 10 + [2e-6] * 10, [1.02e-6] * 10 + [2.04e-6] * 10)]
        record = self.write("record.json", {"conditions": {"quiet": {"observed": {"cells": cells}}}})
        powers = [{"work": 1, "comparisons": 5, "invalid": 1, "regressed": 0},
                  {"work": 1.05, "comparisons": 3, "invalid": 0, "regressed": 2}]
        judged = self.write("judged.json", {"conditions": {"quiet": {"all": powers}}})
        got = self.run_on(record, judged)
        self.assertEqual(got.returncode, 0, got.stderr)
        rows = {line.split(" | ")[0].strip("| "): [c.strip(" |") for c in line.split(" | ")[1:]]
                for line in got.stdout.splitlines() if " | " in line}
        self.assertEqual(rows["quiet: called slower by"], ["identical", "+2 %", "+5 %"])
        self.assertEqual(rows["assay gate"], ["0 of 4 (0 %)", "-", "2 of 3 (66.7 %)"])
        self.assertEqual(rows["compare.py, in turns"],
                         ["0 of 2 (0 %)", "2 of 2 (100 %)", "2 of 2 (100 %)"])
        self.assertEqual(rows["stored mean + 5 %"],  # The base became slower meanwhile: +104 %.
                         ["0 of 1 (0 %)", "1 of 1 (100 %)", "0 of 1 (0 %)"])
        self.assertEqual(rows["stored mean + 2 %"][2], "1 of 1 (100 %)")

    def test_runs_one_behind_the_other(self):
        def run(time):
            return {"benchmarks": [{"name": "a", "cpu_time": time}, {"name": "b", "cpu_time": 1}]}

        files = [self.write(f"run{i}.json", run(t)) for i, t in enumerate((1, 1.03, 1.01))]
        got = self.run_on("--runs", *files)
        self.assertEqual(got.returncode, 0, got.stderr)
        self.assertIn("| compare.py | 1 of 4 (25 %) |", got.stdout)
        self.assertIn("| mean + 2 % | 1 of 4 (25 %) |", got.stdout)
        self.assertIn("| mean + 5 % | 0 of 4 (0 %) |", got.stdout)

    def test_usage_and_what_is_missing(self):
        self.assertEqual(self.run_on().returncode, 2)
        (self.folder / "compare.py").unlink()
        got = self.run_on("a", "b")
        self.assertEqual(got.returncode, 1)
        self.assertIn("apt-get install libbenchmark-tools", got.stderr)


if __name__ == "__main__":
    unittest.main()
