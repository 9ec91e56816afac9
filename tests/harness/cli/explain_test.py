"""`assay explain`: every operator of an int8 model has its account, and the rows add up."""
import json
import math
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
    metric: {{fidelity: sqnr}}
    dataloader: {{batch_size: 20, dataset: {{npy: {{images: images.npy, layout: NCHW}}}}}}
  performance: {{warmup: 0, iteration: 20}}
tuning:
  accuracy_criterion: {{absolute: 0.9}}
  objective: modelsize
  exit_policy: {{max_trials: 2}}
"""


class Explain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        images = numpy.random.default_rng(1).normal(size=(40, 1, 28, 28)).astype("f4")
        numpy.save(cls.folder / "images.npy", images)
        cls.config = cls.folder / "tune.yaml"
        cls.config.write_text(CONFIG)
        record = cls.folder / "explained.json"
        cls.done = cls.assay("explain", MODEL, "--config", cls.config, "--json", record)
        cls.found = json.loads(record.read_text()) if record.exists() else None

    @staticmethod
    def assay(*arguments):
        return subprocess.run([ASSAY, *arguments], capture_output=True, text=True, check=False)

    def test_every_operator_has_its_account(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        rows = self.found["operators"]
        self.assertEqual(len(rows), len(self.found["plan"]["config"]))
        for row in rows:
            self.assertIn(row["node"], self.done.stdout)
            self.assertGreater(row["own_error"], 0, row)
            self.assertAlmostEqual(row["own_sqnr_db"], -10 * math.log10(row["own_error"]))
            self.assertLess(row["output_error"], 0.5, row)
            low, high = row["accuracy_regained"]["interval"]
            self.assertLessEqual(low, row["accuracy_regained"]["value"])
            self.assertLessEqual(row["accuracy_regained"]["value"], high)
        weighted = [row for row in rows if row["operator"] in ("Conv", "Gemm")]
        self.assertGreater(min(row["saved_bytes"] for row in weighted), 0)
        # Where all are in int8 there are no borders, and one that is restored makes some.
        self.assertEqual({row["border_s"] for row in rows}, {0})
        self.assertGreater(min(row["restored_border_s"] for row in rows), 0)

    def test_sums_are_of_the_rows_and_beside_the_whole(self):
        rows, time = self.found["operators"], self.found["time"]
        of = lambda key: sum(row[key] for row in rows)
        self.assertAlmostEqual(time["sum"], of("saved_s") - time["conversion_s"] + time["other_s"])
        low, high = time["interval"]
        self.assertTrue(low <= time["whole"] <= high)
        self.assertEqual(time["agrees"], low <= time["sum"] <= high)
        self.assertAlmostEqual(self.found["bytes"]["sum"], of("saved_bytes"))
        self.assertAlmostEqual(self.found["bytes"]["sum"], self.found["bytes"]["whole"],
                               delta=0.02 * self.found["bytes"]["whole"])
        self.assertAlmostEqual(self.found["error"]["sum"], of("output_error"))
        self.assertGreater(self.found["error"]["whole"], 0)
        accuracy = self.found["accuracy"]
        self.assertEqual(accuracy["fp32"], 1)
        self.assertAlmostEqual(accuracy["account"]["whole"], accuracy["fp32"] - accuracy["int8"])
        regained = sum(row["accuracy_regained"]["value"] for row in rows)
        self.assertAlmostEqual(accuracy["account"]["sum"], regained)

    # The machine has other work: of several measurements one has to be undisturbed.
    def test_time_adds_up_with_the_threads_that_are_asked_for(self):
        record = self.folder / "threads.json"
        for threads in (1, 2):
            shares = []
            while len(shares) < 5 and min(shares, default=1) > 0.5:
                done = self.assay("explain", MODEL, "--config", self.config, "--json", record, "--set",
                                  f"evaluation.performance.configs.cores_per_instance={threads}")
                self.assertEqual(done.returncode, 0, done.stderr)
                time = json.loads(record.read_text())["time"]
                self.assertEqual(time["threads"], threads)
                self.assertEqual(" on 2 threads" in done.stdout, threads == 2)
                if time["agrees"]:
                    shares.append((time["interval"][1] - time["interval"][0]) / time["fp32_s"])
                else:
                    shares.append(1)
            # The sum is within an interval that tells one thread from two; how narrow it is,
            # the machine decides.
            self.assertLess(min(shares), 0.5, threads)

    def test_a_workspace_is_explained_by_its_own_configuration(self):
        workspace, record = self.folder / "workspace", self.folder / "best.json"
        # One operator is kept in fp32: it has borders, and nothing to restore.
        rule = "{activation: {dtype: fp32}, weight: {dtype: fp32}}"
        node = self.found["operators"][2]["node"]
        tuned = self.assay("tune", self.config, "--workspace", workspace,
                           "--set", f"quantization.op_wise={{'{node}': {rule}}}")
        self.assertEqual(tuned.returncode, 0, tuned.stderr)
        done = self.assay("explain", workspace, "--json", record)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(record.read_text())
        best = json.loads((workspace / "result.json").read_text())["best"]
        self.assertEqual(found["plan"]["config"], best["config"])
        kept, = (row for row in found["operators"] if row["node"] == node)
        self.assertEqual((kept["precision"], kept["accuracy_regained"]), ("fp32", None))
        self.assertGreater(kept["border_s"], 0)
        # Another configuration leaves out what the plan has.
        done = self.assay("explain", workspace, "--set", "quantization.optype_wise="
                          f"{{Conv: {rule}, Gemm: {rule}}}")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, "the plan has '.*' in a precision")

    def test_bad_input(self):
        for arguments, expected in (
                ([MODEL], "expected --config"),
                ([self.folder], "result.json: cannot be read"),
                (["no.onnx", "--config", self.config], "no.onnx"),
                ([MODEL, "--config", "no.yaml"], "no.yaml: there is no such file")):
            done = self.assay("explain", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn(expected, done.stderr)
        broken = self.folder / "broken"
        broken.mkdir()
        for text, expected in (("{", "not a whole result"), ("{}", "not a whole result"),
                               ('{"best": null}', "not a whole plan"),
                               ('{"best": {"config": {"a": "int4"}}}', "unknown precision 'int4'"),
                               ('{"best": {"config": {}, "calibration": {"algorithm": "kl"}, '
                                '"recipes": ["magic"]}}', 'unknown recipe "magic"')):
            (broken / "result.json").write_text(text)
            done = self.assay("explain", broken, "--config", self.config)
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(expected, done.stderr)
        (broken / "result.json").write_text(
            '{"best": {"config": {}, "calibration": {"algorithm": "minmax"}, "recipes": []}}')
        done = self.assay("explain", broken)
        self.assertEqual(done.returncode, 2)
        self.assertIn("does not say by which configuration", done.stderr)


if __name__ == "__main__":
    unittest.main()
