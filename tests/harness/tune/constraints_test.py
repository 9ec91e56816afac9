"""Budgets of `assay tune`: what breaks one is not feasible, whatever else it is good at."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[3]
ASSAY = pathlib.Path(os.environ["ASSAY_BIN"]) / "assay"
MODEL = ROOT / "harness/demo/fashion_mobile.onnx"

CONFIG = f"""
model: {{path: {MODEL}}}
quantization:
  calibration:
    sampling_size: 8
    dataloader:
      batch_size: 8
      dataset: {{npy: {{images: images.npy, layout: NCHW}}}}
evaluation:
  accuracy:
    metric: {{topk: 1}}
    dataloader:
      batch_size: 20
      dataset: {{npy: {{images: images.npy, labels: labels.npy, layout: NCHW}}}}
  performance: {{warmup: 0, iteration: 5}}
tuning:
  accuracy_criterion: {{absolute: 0.5}}
  objective: modelsize
  exit_policy: {{max_trials: 3}}
"""


class Constraints(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        images = numpy.random.default_rng(1).normal(size=(40, 1, 28, 28)).astype("f4")
        numpy.save(cls.folder / "images.npy", images)
        numpy.save(cls.folder / "labels.npy", numpy.zeros(40, "i8"))
        (cls.folder / "tune.yaml").write_text(CONFIG)

    def tune(self, constraints, *more):
        workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        done = subprocess.run(
            [ASSAY, "tune", self.folder / "tune.yaml", "--workspace", workspace,
             "--set", f"tuning.constraints={constraints}", *more],
            capture_output=True, text=True, check=False)
        result = workspace / "result.json"
        return done, json.loads(result.read_text()) if result.exists() else None

    def test_a_budget_that_is_kept(self):
        done, result = self.tune('{modelsize: "<= 1 MB", performance: "<= 10 s"}')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(result["constraints"], {"modelsize": "<= 1 MB", "performance": "<= 10 s"})

    def test_what_nothing_keeps_is_best_effort_and_says_by_how_much(self):
        done, result = self.tune('{modelsize: "<= 100 KB", footprint: "<= 1 GB"}')
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(result["status"], "best_effort")
        self.assertEqual(done.stdout.count("no trial meets the accuracy criterion and the constraints"),
                         1, done.stdout)
        self.assertRegex(done.stdout, r"breaks +modelsize \d+ KB, allowed <= 100 KB\n")
        violation, = result["best"]["violations"]
        self.assertEqual((violation["objective"], violation["allowed"]), ("modelsize", "<= 100 KB"))
        self.assertGreater(violation["value"], 100e3)

    def test_a_least_accuracy_is_confirmed_too(self):
        numpy.save(self.folder / "loud.npy", 20 * numpy.load(self.folder / "images.npy"))
        loud = [
            "--set", "evaluation.accuracy.metric={fidelity: sqnr}",
            "--set", "tuning.accuracy_criterion.absolute=0.999",
            "--set", "evaluation.confirmation.dataloader={batch_size: 20, dataset: "
                     "{npy: {images: loud.npy, layout: NCHW}}}"]
        done, result = self.tune('{modelsize: "<= 1 MB"}', *loud)
        self.assertEqual((done.returncode, result["confirmed"]), (0, True), done.stderr)
        done, result = self.tune('{accuracy: ">= 90 %"}', *loud)
        self.assertEqual((done.returncode, result["confirmed"]), (3, False), done.stderr)
        self.assertTrue(result["best"]["feasible"])

    def test_a_unit_of_something_else_is_refused(self):
        done, _ = self.tune('{modelsize: "<= 2 ms"}')
        self.assertEqual(done.returncode, 2)
        self.assertIn("tuning.constraints.modelsize: found '<= 2 ms', expected '<= NUMBER', or with a "
                      "unit (B, KB, MB, GB, KiB, MiB, GiB)", done.stderr)


if __name__ == "__main__":
    unittest.main()
