"""A winner is confirmed on samples on which no trial was selected; a hopeless trial is stopped."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[3]
ASSAY = pathlib.Path(os.environ["ASSAY_BIN"]) / "assay"
DEMO = ROOT / "harness/demo"
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
SAMPLES = 1500

# Noise, labelled by the fp32 model: it is always right, and int8 often differs.
CONFIG = """
model: {{path: {demo}/fashion_mobile.onnx}}
quantization:
  calibration:
    sampling_size: 8
    dataloader: {{batch_size: 8, dataset: {{npy: {{images: images.npy, layout: NCHW}}}}}}
evaluation:
  accuracy:
    metric: {{topk: 1}}
    dataloader:
      batch_size: 50
      dataset: {{npy: {{images: images.npy, labels: labels.npy, layout: NCHW}}}}
  performance: {{warmup: 0, iteration: 5}}
tuning:
  accuracy_criterion: {{absolute: 0.3}}
  multi_objectives: {{objective: [accuracy, modelsize], weight: [0.2, 0.8]}}
  exit_policy: {{max_trials: 3}}
"""


def own_data(name):
    dataset = f"{{npy: {{images: {name}_images.npy, labels: {name}_labels.npy, layout: NCHW}}}}"
    return f"evaluation.confirmation.dataloader={{batch_size: 50, dataset: {dataset}}}"


class Certified(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.config = cls.folder / "tune.yaml"
        cls.config.write_text(CONFIG.format(demo=DEMO))
        images = numpy.random.default_rng(1).normal(size=(2 * SAMPLES, 1, 28, 28)).astype("f4")
        labels = cls.answers(DEMO / "fashion_mobile.onnx", images)
        cls.save("images", images[:SAMPLES])
        cls.save("labels", labels[:SAMPLES])
        cls.whole = cls.tune("whole", "evaluation.confirmation.share=0")
        # Other samples: as they come, and only those which the winner gets wrong.
        others, right = images[SAMPLES:], labels[SAMPLES:]
        wrong = cls.answers(cls.folder / "whole/best.onnx", others) != right
        cls.save("fair_images", others)
        cls.save("fair_labels", right)
        cls.save("unfair_images", others[wrong])
        cls.save("unfair_labels", right[wrong])

    @classmethod
    def save(cls, name, array):
        numpy.save(cls.folder / f"{name}.npy", array)

    @classmethod
    def answers(cls, model, images):
        numpy.save(cls.folder / "asked.npy", images)
        subprocess.run([ASSAY, "run", model, "--input", f"image={cls.folder}/asked.npy",
                        "--output-dir", cls.folder], check=True, capture_output=True)
        return numpy.load(cls.folder / "logits.npy").argmax(axis=1)

    @classmethod
    def run_tune(cls, workspace, *sets):
        return subprocess.run([ASSAY, "tune", cls.config, "--workspace", cls.folder / workspace,
                               *(word for item in sets for word in ("--set", item))],
                              capture_output=True, text=True, check=False)

    @classmethod
    def tune(cls, workspace, *sets):
        done = cls.run_tune(workspace, *sets)
        assert done.returncode in (0, 3, 4), done.stderr
        result = json.loads((cls.folder / workspace / "result.json").read_text())
        lines = (cls.folder / workspace / "trials.jsonl").read_text().splitlines()
        result["lines"] = [json.loads(line) for line in lines]
        result["stdout"] = done.stdout
        return result

    def accuracy(self, record):
        return next(o for o in record["objectives"] if o["name"] == "accuracy")

    def test_without_samples_for_it_nothing_is_confirmed(self):
        self.assertIsNone(self.whole["confirmed"])
        self.assertEqual(self.whole["confirmations"], [])
        self.assertEqual(self.accuracy(self.whole["baseline"])["details"]["samples"]["value"],
                         SAMPLES)

    def test_a_share_is_set_aside(self):
        result = self.tune("share", "evaluation.confirmation.share=0.4")
        self.assertEqual(self.accuracy(result["baseline"])["details"]["samples"]["value"],
                         0.6 * SAMPLES)
        self.assertIs(result["confirmed"], True)
        tried, = result["confirmations"]
        self.assertEqual((tried["trial"], tried["confirmed"], tried["samples"]),
                         (result["best"]["trial"], True, 0.4 * SAMPLES))
        self.assertEqual(tried["baseline"]["value"], 1)
        self.assertGreaterEqual(tried["model"]["value"], 0.7)
        self.assertEqual(tried["model"]["versus_baseline"]["kind"], "difference")
        self.assertIn("confirmed", result["stdout"])

    def test_samples_of_its_own(self):
        result = self.tune("fair", own_data("fair"))
        self.assertIs(result["confirmed"], True)
        self.assertEqual(result["confirmations"][0]["samples"], SAMPLES)
        self.assertEqual(self.accuracy(result["best"]["model"]),
                         self.accuracy(self.whole["best"]["model"]))

    def test_a_winner_that_is_not_confirmed_gives_way(self):
        result = self.tune("unfair", own_data("unfair"))
        first = result["confirmations"][0]
        self.assertEqual(first["trial"], self.whole["best"]["trial"])
        self.assertIs(first["confirmed"], False)
        self.assertEqual(first["model"]["value"], 0)
        self.assertGreater(len(result["confirmations"]), 1)
        self.assertNotEqual(result["best"]["trial"], first["trial"])
        last = next(c for c in result["confirmations"] if c["trial"] == result["best"]["trial"])
        self.assertEqual(result["status"], "satisfied" if last["confirmed"] else "best_effort")
        self.assertIs(result["confirmed"], last["confirmed"])

    def test_samples_of_the_search_confirm_nothing(self):
        done = self.run_tune("same", "evaluation.confirmation.dataloader={dataset: {npy: {"
                             "images: images.npy, labels: labels.npy, layout: NCHW}}}")
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"evaluation.confirmation: {SAMPLES} of its {SAMPLES} samples are among "
                      "those of evaluation.accuracy", done.stderr)

    def test_a_hopeless_trial_is_stopped(self):
        result = self.tune("hopeless", "tuning.accuracy_criterion={absolute: 0.001}")
        stopped = [line["stopped_after_samples"] for line in result["lines"]
                   if "stopped_after_samples" in line]
        self.assertTrue(stopped)
        for samples in stopped:
            self.assertLess(samples, SAMPLES)
            self.assertEqual(samples % 50, 0)
        for line in result["lines"]:
            names = {objective["name"] for objective in line["model"]["objectives"]}
            self.assertEqual("performance" in names, "stopped_after_samples" not in line)
        # The closest of all is what ships, and is known whole.
        self.assertEqual(result["status"], "best_effort")
        best = self.accuracy(result["best"]["model"])
        self.assertEqual(best["details"]["samples"]["value"], SAMPLES)
        self.assertIn("performance", {o["name"] for o in result["best"]["model"]["objectives"]})

    def test_a_confidence_is_kept(self):
        certain = self.tune("certain", "tuning.accuracy_criterion.confidence=0.95")
        self.assertEqual(certain["accuracy_criterion"]["confidence"], 0.95)
        self.assertIs(certain["confirmed"], True)
        self.assertEqual(certain["confirmations"][0]["samples"], 0.3 * SAMPLES)
        self.assertLessEqual(certain["confirmations"][0]["limit_p_value"], 0.05)
        for line in certain["lines"]:
            if "stopped_after_samples" not in line:
                self.assertEqual(line["feasible"], line["limit_p_value"] <= 0.05)
        # Allow just what was seen: feasible, were it not for luck.
        drop = -self.accuracy(self.whole["best"]["model"])["versus_baseline"]["value"]
        limit = f"tuning.accuracy_criterion={{absolute: {drop + 1e-6}"
        share = "evaluation.confirmation.share=0"
        self.assertEqual(self.tune("plain", limit + "}", share)["status"], "satisfied")
        doubted = self.tune("doubted", limit + ", confidence: 0.95}", share)
        first = doubted["lines"][self.whole["best"]["trial"] - 1]
        self.assertIs(first["feasible"], False)
        self.assertGreater(first["limit_p_value"], 0.4)

    def test_wrong_values_are_one_sentence(self):
        for change, expected in (
                ("tuning.accuracy_criterion.confidence=95",
                 "found '95', expected a number from 0 to 1"),
                ("tuning.accuracy_criterion.confidence=0.5",
                 "expected a number above 0.5 and below 1"),
                ("evaluation.confirmation.share=1", "expected a number from 0 to 0.9"),
                ("evaluation.confirmation={}", "expected either 'share'"),
                ("evaluation.confirmation={shore: 0.1}", "did you mean 'share'?"),
                ("evaluation.confirmation.share=0.0001", "leaves none to confirm the winner on")):
            done = self.run_tune("wrong", change)
            self.assertEqual(done.returncode, 2, change)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn("--set: ", done.stderr)
            self.assertIn(expected, done.stderr)


@unittest.skipUnless(DATA.exists(), "dataset-fashion-mnist is not installed")
class FashionMnist(unittest.TestCase):
    def test_both_networks_are_certified_within_one_percent(self):
        """At 95 %, all in int8, confirmed on the 10,000 test images."""
        test = ("evaluation.confirmation={dataloader: {batch_size: 100, dataset: {FashionMNIST: "
                f"{{root: {DATA}, train: False}}}}, transform: {{Rescale: {{}}, Normalize: "
                "{mean: [0.286], std: [0.353]}}}}")
        for name in ("fashion_mobile", "fashion_residual"):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                sets = [f"model.path={DEMO}/{name}.onnx", "tuning.exit_policy.max_trials=2", test,
                        "tuning.accuracy_criterion.confidence=0.95",
                        "evaluation.performance.iteration=20"]
                done = subprocess.run([ASSAY, "tune", DEMO / "config.yaml", "--workspace", folder,
                                       *(word for item in sets for word in ("--set", item))],
                                      capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
                result = json.loads((pathlib.Path(folder) / "result.json").read_text())
                self.assertIs(result["confirmed"], True)
                tried = result["confirmations"][-1]
                self.assertEqual(tried["samples"], 10000)
                self.assertLessEqual(tried["limit_p_value"], 0.05)
                self.assertNotIn("fp32", result["best"]["config"].values())
                print(name, tried["baseline"]["value"], tried["model"]["value"],
                      tried["model"]["versus_baseline"]["interval"], tried["limit_p_value"])


if __name__ == "__main__":
    if os.environ.get("ASSAY_SANITIZE"):
        print("skip: whole searches take too long under sanitizers")
        sys.exit(77)
    unittest.main(argv=sys.argv)
