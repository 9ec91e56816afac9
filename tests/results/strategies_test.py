"""strategies.py: searches are run once, parts add up, ties are called ties. The program is a fake."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "results/strategies.py"
STRATEGIES = 7

# Writes down every call; `pareto` has more hypervolume by LEAD points, which differ by the seed.
FAKE = """#!/usr/bin/env python3
import json, pathlib, sys, time
words = sys.argv[1:]
workspace = pathlib.Path(words[words.index("--workspace") + 1])
sets = dict(word.split("=", 1) for word, flag in zip(words[1:], words) if flag == "--set")
with open("{calls}", "a") as calls:
    calls.write(workspace.name + "\\n")
time.sleep({sleep})
limit = float(sets["tuning.accuracy_criterion"].split()[1].rstrip("}}"))
area = 50 + int(sets["tuning.random_seed"]) % 7 / 10
if sets["tuning.strategy.name"] == "pareto":
    area += {lead} * (1 + int(sets["tuning.random_seed"]) % 3 / 10)
latency = {{"name": "performance", "value": 2.0, "versus_baseline": {{"value": 0.5}}}}
workspace.mkdir()
(workspace / "result.json").write_text(json.dumps(
    {{"trials": 3, "status": "satisfied", "confirmed": True, "hypervolume": area / 100 * limit * 2,
      "baseline": {{"objectives": [latency]}}, "best": {{"model": {{"objectives": [latency]}}}}}}))
"""


class Strategies(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.calls = self.folder / "calls"
        self.fake(lead=5)

    def fake(self, lead, sleep=0):
        program = self.folder / "assay"
        program.write_text(FAKE.format(calls=self.calls, lead=lead, sleep=sleep))
        program.chmod(0o755)

    def compare(self, *words, keep="kept"):
        return subprocess.run([sys.executable, SCRIPT, self.folder / "assay", "--keep",
                               self.folder / keep, *words], capture_output=True, text=True, check=False)

    def count(self):
        return len(self.calls.read_text().splitlines())

    def test_finished_searches_are_kept_and_parts_add_up(self):
        done = self.compare("--only", "mobilenet", "--seeds", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.count(), 2 * 2 * STRATEGIES)
        self.assertNotIn("## demo", done.stdout)
        again = self.compare("--only", "mobilenet", "--seeds", "2")
        self.assertEqual(again.stdout, done.stdout)
        self.assertEqual(self.count(), 2 * 2 * STRATEGIES)
        whole = self.compare("--seeds", "2")
        self.assertIn(done.stdout.strip(), whole.stdout)
        self.assertEqual(self.count(), 2 * 2 * 2 * STRATEGIES)
        self.compare("--seeds", "2", "--trials", "4")  # Other searches.
        self.assertEqual(self.count(), 2 * 2 * 2 * 2 * STRATEGIES)

    def test_a_lead_in_five_seeds_is_one_and_less_is_a_tie(self):
        for lead, seeds, word in ((5, 5, "ahead"), (5, 3, "tied"), (0.5, 5, "tied"), (-5, 5, "behind")):
            self.fake(lead)
            done = self.compare("--only", "demo", "--seeds", str(seeds), keep=f"{lead}_{seeds}")
            self.assertEqual(done.stdout.count(f"| {word}, "), STRATEGIES - 1, done.stdout)
        self.assertIn("(p = 1)", done.stdout)

    def test_what_does_not_fit_is_left_for_the_next_call(self):
        self.fake(5, sleep=0.2)
        done = self.compare("--only", "demo", "--seeds", "5", "--minutes", str(6 / 60))
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("the same command goes on", done.stderr)
        before = self.count()
        self.assertLess(before, 2 * 5 * STRATEGIES)
        done = self.compare("--only", "demo", "--seeds", "5")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.count(), 2 * 5 * STRATEGIES)

    def test_builds_are_not_mixed(self):
        self.compare("--only", "demo", "--seeds", "1")
        self.fake(4)
        done = self.compare("--only", "demo", "--seeds", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("searches of another build", done.stderr)
        done = subprocess.run([sys.executable, SCRIPT, "no/such"], capture_output=True, text=True,
                              check=False)
        self.assertIn("no/such: is no program", done.stderr)


if __name__ == "__main__":
    unittest.main()
