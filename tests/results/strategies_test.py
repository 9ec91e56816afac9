"""strategies.py: searches are run once, parts add up, ties are called ties. The program is a fake."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "results/strategies.py"
STRATEGIES = 7
CASES = 3

# Writes down every search; on the judge's samples `pareto` has more hypervolume by LEAD points, which
# differ by the seed, while each search sees the same. What a sample tells is WIDE off the mean.
FAKE = """#!/usr/bin/env python3
import json, pathlib, re, sys, time
words = sys.argv[1:]

def model(name, loss, latency):
    return {{"name": name, "objectives": [
        {{"name": "accuracy", "value": 0.9, "versus_baseline": {{"value": -loss}}}},
        {{"name": "performance", "value": 2.0, "versus_baseline": {{"value": latency}}}}]}}

def tune():
    workspace = pathlib.Path(words[words.index("--workspace") + 1])
    sets = dict(word.split("=", 1) for word, flag in zip(words[1:], words) if flag == "--set")
    with open("{calls}", "a") as calls:
        calls.write(workspace.name + "\\n")
    time.sleep({sleep})
    (workspace / "front").mkdir(parents=True)
    for file in "best.onnx", "front/trial_1.onnx":
        (workspace / file).write_text(workspace.name)
    (workspace / "trials.jsonl").write_text(
        json.dumps({{"trial": 1, "elapsed_s": 1, "feasible": "_{barren}_" not in workspace.name,
                     "model": model("trial 1", 0, 0.5)}}) + "\\n")
    (workspace / "result.json").write_text(json.dumps(
        {{"trials": 3, "status": "satisfied", "confirmed": True, "hypervolume": 0.01,
          "pareto_front": [{{"trial": 1}}],
          "baseline": model("fp32", 0, 1) | {{"file": "fp32.onnx"}}}}))

def evaluate():
    names = words[1:words.index("--config")]
    limit = 0.03 if "mobilenet" in words[words.index("--config") + 1] else 0.01
    strategy, seed = re.search("_([a-z]+)_([0-9]+)_[0-9a-f]+/", names[-1]).groups()
    area = 30 + int(seed) % 7 / 10
    if strategy == "pareto":
        area += {lead} * (1 + int(seed) % 3 / 10)
    series = {{}}
    for name in names:
        loss = 0 if name == "fp32.onnx" else limit * (1 - area / 50)
        off = {wide} if strategy == "pareto" and loss else 0
        series[pathlib.Path(name).name] = {{"accuracy": {{"metrics": [
            {{"name": metric, "outcomes": [1 - loss * scale + off, 1 - loss * scale - off] * 20}}
            for metric, scale in (("topk", 1), ("fidelity", 3))]}}}}
    pathlib.Path(words[words.index("--json") + 1]).write_text(json.dumps(
        {{"models": [model(name, 0, 0.5) for name in series], "series": series}}))

tune() if words[0] == "tune" else evaluate()
"""


class Strategies(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.calls = self.folder / "calls"
        self.fake(lead=5)

    def fake(self, lead, sleep=0, wide=0, barren="none"):
        program = self.folder / "assay"
        program.write_text(FAKE.format(calls=self.calls, lead=lead, sleep=sleep, wide=wide,
                                       barren=barren))
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
        self.assertEqual(self.count(), CASES * 2 * 2 * STRATEGIES)
        self.compare("--seeds", "2", "--trials", "4")  # Other searches.
        self.assertEqual(self.count(), 2 * CASES * 2 * 2 * STRATEGIES)

    def test_a_lead_in_five_seeds_is_one_and_less_is_a_tie(self):
        for lead, seeds, word in ((5, 5, "ahead"), (5, 3, "tied"), (0.5, 5, "tied"), (-5, 5, "behind")):
            self.fake(lead)
            done = self.compare("--only", "demo", "--seeds", str(seeds), keep=f"{lead}_{seeds}")
            hypervolumes = [line.split(" | ")[1] for line in done.stdout.splitlines()[-6:]]
            self.assertEqual([each.split(",")[0] for each in hypervolumes],
                             [word] * (STRATEGIES - 1), done.stdout)
        self.assertIn("(p = 1)", done.stdout)

    def test_a_lead_that_the_judges_samples_may_have_made_is_a_tie(self):
        self.fake(5, wide=0.05)
        done = self.compare("--only", "demo", "--seeds", "5")
        self.assertIn("| basic | tied, +5.5", done.stdout)

    def test_what_met_nothing_feasible_is_not_run_again_for_the_first(self):
        self.fake(5, barren="mse")
        done = self.compare("--only", "demo", "--seeds", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.count(), 2 * STRATEGIES - 1)
        first = {line.split(" | ")[0]: line.split(" | ")[4] for line in done.stdout.splitlines()
                 if line.count(" | ") == 9}
        self.assertEqual((first["| mse"], first["| basic"]), ("16", "3"))

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
