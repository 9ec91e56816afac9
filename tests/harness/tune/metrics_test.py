"""Metrics of `assay tune` and `evaluate` beside topk: without labels, of regression, several."""
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
    dataloader: {{batch_size: 8, dataset: {{npy: {{images: images.npy, layout: NCHW}}}}}}
evaluation:
  accuracy:
    metric: {{fidelity: top1}}
    dataloader: {{batch_size: 15, dataset: {{npy: {{images: images.npy, layout: NCHW}}}}}}
  performance: {{warmup: 0, iteration: 5}}
tuning:
  accuracy_criterion: {{absolute: 0.9}}
  multi_objectives: {{objective: [accuracy, modelsize]}}
  exit_policy: {{max_trials: 2}}
"""


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        images = numpy.random.default_rng(1).normal(size=(40, 1, 28, 28)).astype("f4")
        numpy.save(cls.folder / "images.npy", images)
        (cls.folder / "tune.yaml").write_text(CONFIG)

    def run_assay(self, *arguments):
        return subprocess.run([ASSAY, *arguments], capture_output=True, text=True, check=False)

    def tune(self, *settings, workspace=None):
        workspace = workspace or pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        sets = [part for setting in settings for part in ("--set", setting)]
        done = self.run_assay("tune", self.folder / "tune.yaml", "--workspace", workspace, *sets)
        result = workspace / "result.json"
        return done, json.loads(result.read_text()) if result.exists() else None

    @staticmethod
    def accuracy(model):
        found, = (record for record in model["objectives"] if record["name"] == "accuracy")
        return found | {name: detail["value"] for name, detail in found["details"].items()}

    @staticmethod
    def trials(workspace):
        lines = (workspace / "trials.jsonl").read_text().splitlines()
        return [json.loads(line)["model"] for line in lines]

    def test_fidelity_needs_no_labels_and_is_the_agreement(self):
        done, result = self.tune("evaluation.confirmation.share=0.25")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.accuracy(result["baseline"])["value"], 1)
        best = result["best"]["model"]
        self.assertEqual(self.accuracy(best)["value"], best["agreement"]["value"])
        self.assertIs(result["confirmed"], True)
        self.assertIn("fidelity", done.stdout)

    def test_a_continued_search_runs_the_reference_again(self):
        workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        _, first = self.tune("tuning.exit_policy.max_trials=1", workspace=workspace)
        done, result = self.tune("tuning.workspace.resume=True", workspace=workspace)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((first["trials"], result["trials"]), (1, 2))

    def test_a_metric_that_is_better_when_lower(self):
        done, result = self.tune("evaluation.accuracy.metric={MSE: {compare_label: False}}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.accuracy(result["baseline"])["value"], 0)
        found = self.accuracy(result["best"]["model"])
        self.assertEqual((found["unit"], found["higher_is_better"]), ("MSE", False))
        self.assertGreater(found["value"], 0)
        self.assertNotIn("%", done.stdout.splitlines()[2].split("MSE")[0])
        strict, result = self.tune("evaluation.accuracy.metric={MSE: {compare_label: False}}",
                                   "tuning.accuracy_criterion.absolute=1e-12")
        self.assertEqual((strict.returncode, result["status"]), (3, "best_effort"))

    def test_each_of_several_metrics_must_meet_its_target(self):
        both = "evaluation.accuracy.multi_metrics={fidelity: top1, MAE: {compare_label: False}}"
        drop = "evaluation.accuracy.metric=null"
        done, result = self.tune(both, drop)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(self.accuracy(result["best"]["model"])["MAE"], 0)
        # What MAE may be beyond 0 decides now: what fidelity allows is far from it.
        mae = self.accuracy(result["best"]["model"])["MAE"]
        budget = "tuning.accuracy_criterion.absolute"
        loose, _ = self.tune(both, drop, f"{budget}={min(1, 100 * mae)}")
        self.assertEqual(loose.returncode, 0, loose.stderr)
        tight, result = self.tune(both, drop, f"{budget}=1e-9")
        self.assertEqual((tight.returncode, result["status"]), (3, "best_effort"))

    def test_each_of_several_metrics_may_end_a_hopeless_trial(self):
        workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        numpy.save(self.folder / "zeros.npy", numpy.zeros((8, 1, 28, 28), "f4"))
        # Calibrated on nothing; and the error, first in the list, lies beyond the [0, 1] that would
        # let it end a trial.
        done, result = self.tune(
            "evaluation.accuracy.multi_metrics={MSE: {compare_label: False}, fidelity: top1}",
            "evaluation.accuracy.metric=null", "tuning.accuracy_criterion.absolute=0.01",
            "quantization.calibration.dataloader.dataset.npy.images=zeros.npy", workspace=workspace)
        self.assertEqual((done.returncode, result["status"]), (3, "best_effort"), done.stderr)
        stopped = json.loads((workspace / "trials.jsonl").read_text().splitlines()[0])
        self.assertIn(stopped["stopped_after_samples"], (15, 30))

    def test_each_of_several_metrics_has_its_drop_with_its_interval(self):
        workspace, other = (pathlib.Path(tempfile.mkdtemp(dir=self.folder)) for _ in range(2))
        both = ("evaluation.accuracy.multi_metrics={fidelity: top1, MAE: {compare_label: False}}",
                "evaluation.accuracy.metric=null", "evaluation.confirmation.share=0.25")
        done, result = self.tune(*both, workspace=workspace)
        self.assertEqual(done.returncode, 0, done.stderr)
        alone, _ = self.tune("evaluation.accuracy.metric={MAE: {compare_label: False}}", *both[2:],
                             workspace=other)
        self.assertEqual(alone.returncode, 0, alone.stderr)
        trials = self.trials(workspace)
        for record in (result["baseline"], result["best"]["model"], *trials):
            fidelity, mae = self.accuracy(record)["metrics"]
            self.assertEqual((fidelity["name"], mae["name"], mae["unit"]), ("fidelity", "MAE", "MAE"))
            self.assertEqual((fidelity["higher_is_better"], mae["higher_is_better"]), (True, False))
            if record["name"] == "fp32":
                continue
            self.assertEqual(fidelity["versus_baseline"], self.accuracy(record)["versus_baseline"])
            low, high = (mae["versus_baseline"]["interval"][end] for end in ("low", "high"))
            self.assertLess(low, mae["versus_baseline"]["value"])
            self.assertLess(mae["versus_baseline"]["value"], high)
            self.assertGreater(low, 0)  # The error of fp32 against itself is 0.
        # As where it is the only metric: both begin with the same trial.
        self.assertEqual(self.accuracy(trials[0])["metrics"][1]["versus_baseline"],
                         self.accuracy(self.trials(other)[0])["versus_baseline"])
        header = done.stdout.splitlines()[0]
        self.assertRegex(header, r"fidelity +points +MAE +change")
        self.assertRegex(done.stdout, r"confirmed  trial \d.*; MAE [\d.e-]+ MAE \(\+.* \[\+.*\]\)")
        self.assertRegex(done.stdout, r"trial +1 .* MAE [\d.e-]+ MAE \(\+.* \[\+")
        # A continued search has them from the journal.
        again, resumed = self.tune(*both, "tuning.workspace.resume=True", workspace=workspace)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.accuracy(resumed["best"]["model"])["metrics"],
                         self.accuracy(result["best"]["model"])["metrics"])

    def test_a_confidence_is_kept_by_each_of_several_metrics(self):
        certain = ("tuning.accuracy_criterion.confidence=0.95", "evaluation.confirmation.share=0",
                   "tuning.exit_policy.max_trials=1")
        rmse = "RMSE: {compare_label: False}"

        def first_trial(metrics):
            workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
            done, _ = self.tune(f"evaluation.accuracy.multi_metrics={{{metrics}}}",
                                "evaluation.accuracy.metric=null", *certain, *limit,
                                workspace=workspace)
            self.assertIn(done.returncode, (0, 3), done.stderr)
            return json.loads((workspace / "trials.jsonl").read_text().splitlines()[0])

        limit = ()
        both = first_trial(f"fidelity: top1, {rmse}")
        alone = [first_trial(metric)["limit_p_value"] for metric in ("fidelity: top1", rmse)]
        self.assertEqual(both["limit_p_value"], max(alone))
        self.assertEqual(both["feasible"], max(alone) <= 0.05)
        # What RMSE was seen to be is allowed just so: the others being certain is not enough.
        seen = self.accuracy(both["model"])["RMSE"]
        limit = (f"tuning.accuracy_criterion.absolute={seen * (1 + 1e-6)}",)
        doubted = first_trial(f"MAE: {{compare_label: False}}, {rmse}")
        self.assertIs(doubted["feasible"], False)
        self.assertGreater(doubted["limit_p_value"], 0.4)

    def test_metrics_that_are_no_means_have_intervals(self):
        numpy.save(self.folder / "classes.npy", numpy.arange(40) % 10)
        workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        done, _ = self.tune(
            "evaluation.accuracy.multi_metrics={F1: macro, RMSE: {compare_label: False}}",
            "evaluation.accuracy.metric=null",
            "evaluation.accuracy.dataloader.dataset.npy.labels=classes.npy", workspace=workspace)
        self.assertIn(done.returncode, (0, 3, 4), done.stderr)
        for model in self.trials(workspace):
            for metric in self.accuracy(model)["metrics"]:
                low, high = (metric["interval"][end] for end in ("low", "high"))
                self.assertLess(low, metric["value"])
                self.assertLess(metric["value"], high)
                self.assertIn("interval", metric["versus_baseline"])

    def test_a_weighted_mean_is_between_its_metrics(self):
        done, result = self.tune(
            "evaluation.accuracy.multi_metrics={fidelity: top1, F1: macro, weight: [1, 1]}",
            "evaluation.accuracy.metric=null",
            "evaluation.accuracy.dataloader.dataset.npy.labels=labels.npy")
        self.assertEqual(done.returncode, 2)  # There are no labels.
        self.assertIn("labels.npy", done.stderr)
        numpy.save(self.folder / "labels.npy", numpy.arange(40) % 10)
        done, result = self.tune(
            "evaluation.accuracy.multi_metrics={fidelity: top1, F1: macro, weight: [1, 1]}",
            "evaluation.accuracy.metric=null",
            "evaluation.accuracy.dataloader.dataset.npy.labels=labels.npy")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = self.accuracy(result["baseline"])
        self.assertAlmostEqual(found["value"], (found["fidelity"] + found["F1"]) / 2)

    def test_evaluate_compares_with_the_first_model(self):
        done, _ = self.tune()
        record = self.folder / "record.json"
        best = sorted(self.folder.glob("*/best.onnx"))[0]
        done = self.run_assay("evaluate", MODEL, best, "--config", self.folder / "tune.yaml",
                              "--json", record)
        self.assertEqual(done.returncode, 0, done.stderr)
        first, second = json.loads(record.read_text())["models"]
        self.assertEqual(self.accuracy(first)["value"], 1)
        self.assertEqual(self.accuracy(second)["value"], second["agreement"]["value"])

    def test_labels_that_are_missing_are_named(self):
        done, _ = self.tune("evaluation.accuracy.metric={topk: 1}")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"evaluation\.accuracy\.metric.*has label -1")


if __name__ == "__main__":
    unittest.main()
