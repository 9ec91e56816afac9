"""winners.py: runs are kept, differing winners are counted and an exit code. The program is a fake."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "results/winners.py"

# Two shapes; from the second on, which is beaten, FLIPS runs say otherwise.
FAKE = """#!/usr/bin/env python3
import json, pathlib, sys, time
words = sys.argv[1:]
assert words[0] == "autotune" and "--fresh" in words
with open("{calls}", "a") as calls:
    calls.write(" ".join(words) + "\\n")
run = len(open("{calls}").readlines())
time.sleep({sleep})
if run == {dies}:
    sys.exit("INVALID")

def entry(shape, variant, ratio):
    return {{"shape": shape, "variant": variant, "dispatch": "a", "processes": 5 * (ratio > 0),
             "dispatch_to_best_other": {{"ratio": ratio, "lo": ratio, "hi": ratio}}}}

flips = 2 <= run < 2 + {flips}
pathlib.Path(words[words.index("-o") + 1]).write_text(json.dumps({{"shapes": [
    entry("alone", "a", 0), entry("steady", "a", 0.98),
    entry("beaten", "a" if flips else "b", 1.05 if flips else 1.08)]}}))
"""


class Winners(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.calls = self.folder / "calls"

    def run_with(self, *words, flips=0, sleep=0, dies=0, keep="kept"):
        program = self.folder / "assay"
        program.write_text(FAKE.format(calls=self.calls, flips=flips, sleep=sleep, dies=dies))
        program.chmod(0o755)
        return subprocess.run([sys.executable, SCRIPT, program, "--keep", self.folder / keep, *words],
                              capture_output=True, text=True, check=False)

    def count(self):
        return len(self.calls.read_text().splitlines())

    def test_the_same_winners_are_fine_and_runs_are_kept(self):
        done = self.run_with("--runs", "3")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("| `beaten` | `a` | 1.080 to 1.080 | 5 | 3 of 3 | `b` |", done.stdout)
        self.assertIn("| `alone` | `a` | alone | 0 | 3 of 3 | dispatch's |", done.stdout)
        self.assertIn("3 shapes, 3 runs: each shape has the same winner in at least 3; all have in 3",
                      done.stdout)
        self.assertEqual(self.run_with("--runs", "3").stdout, done.stdout)
        self.assertEqual(self.count(), 3)
        self.assertNotIn("alone`", self.run_with("--runs", "4", "--beyond", "0.9").stdout)
        self.assertEqual(self.count(), 4)

    def test_one_of_twenty_may_differ_and_two_may_not(self):
        for flips, code in ((1, 0), (2, 3)):
            self.calls.unlink(missing_ok=True)
            done = self.run_with(flips=flips, keep=f"flips{flips}")
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(f"| {20 - flips} of 20 | `b`; else `a` |", done.stdout)
            self.assertIn(f"in at least {20 - flips}; all have in {20 - flips}\n", done.stdout)
            self.assertEqual("beaten: another winner in more than 1 of 20" in done.stderr, code == 3)

    def test_what_does_not_fit_is_left_for_the_next_call(self):
        done = self.run_with("--runs", "5", "--minutes", "0.01", sleep=0.4)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("of 5 runs: the same command goes on", done.stderr)
        self.assertLess(self.count(), 5)
        done = self.run_with("--runs", "5", sleep=0.4)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.count(), 5)

    def test_a_run_that_fails_ends_it_with_its_words(self):
        done = self.run_with("--runs", "3", dies=2)
        self.assertEqual(done.returncode, 1)
        self.assertIn("exit code 1: INVALID", done.stderr)

    def test_builds_and_budgets_are_not_mixed(self):
        self.run_with("--runs", "1")
        for words, flips in (((), 1), (("--budget", "1"), 0)):
            done = self.run_with("--runs", "1", *words, flips=flips)
            self.assertEqual(done.returncode, 1)
            self.assertIn("runs of another build or command", done.stderr)
        done = subprocess.run([sys.executable, SCRIPT, "no/such"], capture_output=True, text=True,
                              check=False)
        self.assertIn("no/such: is no program", done.stderr)


if __name__ == "__main__":
    unittest.main()
