"""`tuning.space: {variants: measured}`: kernels by contests on this machine, once per shape."""
import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

import numpy

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / folder) for folder in (".", "conform")]
import browser
from onnx_writer import node, write_case
from small_search import SmallSearch, assay

SHAPES = ("conv:{}:1x28x28x1:16x5x5:s1:p2:g1", "conv:{}:1x14x14x16:32x3x3:s1:p1:g1")


def network(folder):
    """28 x 28 pixels through two convolutions to 32 classes."""
    draw = numpy.random.default_rng(2)
    constants = {"w1": draw.normal(size=(16, 1, 5, 5)).astype("f4") / 5,
                 "w2": draw.normal(size=(32, 16, 3, 3)).astype("f4") / 12}
    nodes = [node("Conv", ["x", "w1"], ["a"], pads=[2, 2, 2, 2]), node("Relu", ["a"], ["b"]),
             node("MaxPool", ["b"], ["c"], kernel_shape=[2, 2], strides=[2, 2]),
             node("Conv", ["c", "w2"], ["d"], pads=[1, 1, 1, 1]), node("Relu", ["d"], ["e"]),
             node("GlobalAveragePool", ["e"], ["f"]), node("Flatten", ["f"], ["y"])]
    write_case(folder, nodes, constants, {"x": numpy.zeros((1, 1, 28, 28), "f4")},
               {"y": numpy.zeros((1, 32), "f4")})
    return folder / "model.onnx"


def usable(shape):
    known = json.loads(assay("kernels", "--shape", shape, "--json", "-").stdout)["variants"]
    return [variant for variant in known if variant["available"]]


def median(trial):
    return next(objective["value"] for objective in trial["model"]["objectives"]
                if objective["name"] == "performance")


class MeasuredVariants(SmallSearch):
    """One search contests the variants; the others start from copies of its cache."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = network(cls.folder / "network")
        cls.cache_root = cls.folder / "cache"
        cls.first = cls.search("tuning.space={variants: measured, contest: 0.01}")

    @classmethod
    def search(cls, *settings, workspace=None):
        """The process, result.json, the trials."""
        workspace = workspace or pathlib.Path(tempfile.mkdtemp(dir=cls.folder))
        os.environ["XDG_CACHE_HOME"] = str(cls.cache_root)
        cls.addClassCleanup(os.environ.pop, "XDG_CACHE_HOME", None)
        sizes = ["quantization.calibration.dataloader.batch_size=1",
                 "evaluation.accuracy.dataloader.batch_size=1", f"model.path={cls.model}",
                 "tuning.multi_objectives={objective: [accuracy, performance]}",
                 "tuning.accuracy_criterion={absolute: 1}", "tuning.exit_policy.max_trials=1"]
        done, result = cls.tune(*sizes, *settings, workspace=workspace)
        journal = workspace / "trials.jsonl"
        lines = journal.read_text().splitlines() if journal.exists() else []
        return done, result, [json.loads(line) for line in lines]

    def setUp(self):
        self.assertIn(self.first[0].returncode, (0, 4), self.first[0].stderr)
        self.caches = list((self.folder / "cache/assay").glob("tuned-*.json"))
        self.assertEqual(len(self.caches), 1)
        type(self).cache_root = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copytree(self.folder / "cache/assay", self.cache_root / "assay")
        self.cache = self.cache_root / "assay" / self.caches[0].name

    def change(self, **entries):
        """Rewrites what the cache says of every shape; values are functions of the shape."""
        cache = json.loads(self.cache.read_text())
        for entry in cache["shapes"]:
            entry.update({key: value(entry["shape"]) for key, value in entries.items()})
        self.cache.write_text(json.dumps(cache))

    def assert_done(self, done):
        self.assertIn(done.returncode, (0, 4), done.stderr)

    def test_every_shape_of_both_models_has_a_winner(self):
        done, result, trials = self.first
        self.assertIn("measured variants", done.stdout)
        for model, of in ((trials[0]["model"], "u8s8u8"), (result["baseline"], "f32")):
            found = {entry["shape"]: entry for entry in model["variants"]}
            self.assertEqual(sorted(found), sorted(shape.format(of) for shape in SHAPES))
            for shape, entry in found.items():
                self.assertIn(entry["variant"], [variant["name"] for variant in usable(shape)])
                self.assertEqual(entry["threads"], 1)
        self.assertEqual(trials[0]["variants"], "measured")
        self.assertEqual(len(json.loads(self.cache.read_text())["shapes"]), 4)

    def test_nothing_is_contested_twice(self):
        before = self.cache.read_bytes(), self.cache.stat().st_mtime_ns
        done, result, _ = self.search("tuning.space={variants: measured, contest: 3600}")
        self.assert_done(done)
        self.assertEqual((self.cache.read_bytes(), self.cache.stat().st_mtime_ns), before)
        self.assertEqual(result["baseline"]["variants"], self.first[1]["baseline"]["variants"])

    def test_the_winners_are_what_is_timed_and_what_the_file_beside_the_model_says(self):
        slow = {shape.format(of): next(v["name"] for v in usable(shape.format(of))
                                       if v["isa"] == "scalar")
                for shape in SHAPES for of in ("f32", "u8s8u8")}
        if all(v["isa"] == "scalar" for v in usable(SHAPES[0].format("f32"))):
            self.skipTest("only plain loops run here")
        _, quick_result, quick = self.first
        self.change(variant=slow.get, processes=lambda shape: 77)
        workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        done, result, trials = self.search("tuning.space={variants: measured}", workspace=workspace)
        self.assert_done(done)
        for entry in trials[0]["model"]["variants"] + result["baseline"]["variants"]:
            self.assertEqual((entry["variant"], entry["processes"]), (slow[entry["shape"]], 77))
        self.assertGreater(median(trials[0]), 2 * median(quick[0]))
        self.assertGreater(median({"model": result["baseline"]}),
                           2 * median({"model": quick_result["baseline"]}))
        beside = workspace / "variants.json"
        self.assertIn(f"ASSAY_TUNED={beside}", done.stdout)
        os.environ["ASSAY_TUNED"] = str(beside)
        self.addCleanup(os.environ.pop, "ASSAY_TUNED", None)
        shipped = [] if done.returncode == 4 else result["best"]["model"]["variants"]
        for entry in shipped + result["baseline"]["variants"]:
            picked = next(v for v in usable(entry["shape"]) if v["picked"])
            self.assertEqual(picked["name"], slow[entry["shape"]])

    def test_the_report_has_them(self):
        workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        self.change(variant=lambda shape: usable(shape)[0]["name"], dispatch=lambda shape: "<nobody>")
        done, result, _ = self.search("tuning.space={variants: measured}", workspace=workspace)
        self.assert_done(done)
        self.assertIn(" instead of <nobody>, ", done.stdout)
        self.assertEqual(assay("report", workspace, "--profile", "0").returncode, 0)
        page = browser.page(workspace / "report.html", self.folder)
        self.assertIsNotNone(browser.drawn(page))
        for entry in result["best"]["model"]["variants"]:
            self.assertRegex(page, f"<td>{entry['shape']}</td><td>1</td><td>{entry['variant']}</td>"
                                   "<td>&lt;nobody&gt;</td>")

    def test_another_thread_count_is_contested_anew(self):
        unknown = SHAPES[0].format("u8s8u8")
        cache = json.loads(self.cache.read_text())
        before = list(cache["shapes"])
        cache["shapes"] += [{**entry, "threads": 2, "processes": 77} for entry in before
                            if entry["shape"] != unknown]
        self.cache.write_text(json.dumps(cache))
        done, result, trials = self.search(
            "tuning.space={threads: [2], variants: measured, contest: 0.01}")
        self.assert_done(done)
        for entry in trials[0]["model"]["variants"]:
            self.assertEqual(entry["threads"], 2)
            self.assertEqual(entry["processes"] == 77, entry["shape"] != unknown)
        self.assertEqual(result["baseline"]["variants"], self.first[1]["baseline"]["variants"])
        after = json.loads(self.cache.read_text())["shapes"]
        self.assertEqual([entry for entry in after if entry["threads"] == 1], before)
        self.assertEqual(len([entry for entry in after if entry["threads"] == 2]), 4)

    def test_a_cache_that_is_none_is_begun_anew_with_a_word(self):
        self.cache.write_text("{}")
        done, result, _ = self.search("tuning.space={variants: measured, contest: 0.01}")
        self.assert_done(done)
        self.assertIn("warning: begun anew: ", done.stderr)
        self.assertEqual(len(json.loads(self.cache.read_text())["shapes"]), 4)
        self.assertEqual(len([text for text in result["warnings"] if "begun anew" in text]), 1)

    def test_a_run_that_goes_on_keeps_the_variants_that_it_began_with(self):
        workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        space = "tuning.space={variants: measured}"
        done, _, begun = self.search(space, workspace=workspace)
        self.assert_done(done)
        self.change(processes=lambda shape: 77)
        done, result, trials = self.search(space, "tuning.exit_policy.max_trials=2",
                                           "tuning.workspace.resume=True", workspace=workspace)
        self.assert_done(done)
        self.assertEqual(trials[0], begun[0])
        self.assertEqual(len(trials), 2)
        of_both = trials[1]["model"]["variants"] + result["baseline"]["variants"]
        self.assertNotIn(77, {entry["processes"] for entry in of_both})

    def test_both_ways_are_tried_where_both_are_listed(self):
        done, _, trials = self.search("tuning.space={variants: [dispatch, measured]}",
                                      "tuning.exit_policy.max_trials=3")
        self.assert_done(done)
        self.assertEqual([trial["variants"] for trial in trials[:2]], ["dispatch", "measured"])
        self.assertNotIn("variants", trials[0]["model"])
        self.assertEqual(trials[0]["config"], trials[1]["config"])


if __name__ == "__main__":
    if os.environ.get("ASSAY_SANITIZE"):
        print("skip: contests take too long under sanitizers")
        sys.exit(77)
    unittest.main()
