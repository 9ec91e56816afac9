"""COCOmAP and mAP of `assay evaluate` against an oracle in plain Python, which goes by the definition:
every detection is matched anew for every threshold, every precision is searched for.

The model cuts its input into boxes, scores and classes, so that the images are the detections."""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/harness/conform"))
import onnx_writer  # noqa: E402

ASSAY = pathlib.Path(os.environ["ASSAY_BIN"]) / "assay"
CATEGORIES = [1, 3, 4, 90]
EACH = 130  # Detections of an image: of one category more than the 100 that count.

CONFIG = """
evaluation:
  accuracy:
    metric: {METRIC}
    dataloader:
      batch_size: 1
      dataset: {npy: {images: images.npy, labels: ids.npy, layout: NCHW}}
  performance: {warmup: 0, iteration: 5}
"""


def overlap(found, object_, crowd):
    """Of two boxes x, y, width, height."""
    left, top = max(found[0], object_[0]), max(found[1], object_[1])
    right = min(found[0] + found[2], object_[0] + object_[2])
    bottom = min(found[1] + found[3], object_[1] + object_[3])
    if right <= left or bottom <= top:
        return 0.0
    common = (right - left) * (bottom - top)
    area = found[2] * found[3]
    return common / (area if crowd else area + object_[2] * object_[3] - common)


def judged(detections, objects, threshold):
    """(score, image, place, verdict) for the detections of one category in one image; the verdict is True,
    False, or None where it does not count."""
    best = sorted(detections, key=lambda d: -d["score"])[:100]  # Stable: of equal ones the first.
    taken = set()
    for detection in best:
        partner = None
        for crowd in (0, 1):  # A crowd only where no object will do.
            least = min(threshold, 1 - 1e-10)
            for i, item in enumerate(objects):
                if item["iscrowd"] != crowd or i in taken:
                    continue
                share = overlap(detection["bbox"], item["bbox"], crowd)
                if share >= least:
                    least, partner = share, i
            if partner is not None:
                break
        crowd = partner is not None and objects[partner]["iscrowd"]
        if partner is not None and not crowd:
            taken.add(partner)
        yield detection["score"], None if crowd else partner is not None


def average_precision(images, category, threshold, points):
    """None where there is nothing of the category to be found."""
    verdicts, count = [], 0
    for image in sorted(images):
        objects = [o for o in images[image]["objects"] if o["category_id"] == category]
        found = [d for d in images[image]["detections"] if d["category_id"] == category]
        count += sum(not o["iscrowd"] for o in objects)
        verdicts += judged(found, objects, threshold)
    if count == 0:
        return None
    verdicts.sort(key=lambda pair: -pair[0])
    hits, alarms, curve = 0, 0, []  # (recall, precision)
    for _, verdict in verdicts:
        hits += verdict is True
        alarms += verdict is False
        if verdict is not None:
            curve.append((hits / count, hits / (hits + alarms)))
    if points == 0:
        area, before = 0.0, 0.0
        for recall, _ in curve:
            best = max(p for r, p in curve if r >= recall)
            area += (recall - before) * best
            before = recall
        return area
    levels = numpy.linspace(0, 1, points)
    return sum(max((p for r, p in curve if r >= level), default=0.0) for level in levels) / points


def mean_average_precision(images, thresholds, points):
    found = [average_precision(images, category, threshold, points)
             for category in CATEGORIES for threshold in thresholds]
    return numpy.mean([value for value in found if value is not None])


def made_up(seed, count):
    """Objects and detections, many of which nearly fit, some of equal scores, some in crowds."""
    chance = random.Random(seed)
    images = {}
    for image in chance.sample(range(1, 500), count):
        objects = []
        for _ in range(chance.randrange(0, 6)):
            objects.append({"category_id": chance.choice(CATEGORIES[:3]),
                            "bbox": [chance.randrange(80), chance.randrange(80),
                                     chance.randrange(4, 20), chance.randrange(4, 20)],
                            "iscrowd": int(chance.random() < 0.15)})
        detections = []
        while len(detections) < EACH:
            if objects and chance.random() < 0.4:
                near = chance.choice(objects)
                box = [x + chance.choice([0, 0, 0, -1, 1, 2]) for x in near["bbox"]]
                category = near["category_id"] if chance.random() < 0.9 else chance.choice(CATEGORIES)
            else:
                box = [chance.randrange(80), chance.randrange(80), chance.randrange(1, 20),
                       chance.randrange(1, 20)]
                category = chance.choice(CATEGORIES) if seed % 2 else 1
            detections.append({"bbox": box, "category_id": category,
                               "score": chance.randrange(1, 33) / 64})  # A float exactly.
        images[image] = {"objects": objects, "detections": detections}
    return images


class CocoMap(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        parts = {"boxes": (0, 4), "scores": (4, 5), "classes": (5, 6)}
        nodes = [onnx_writer.node("Slice", ["x", f"{name}_begin", f"{name}_end", "axis"], [name])
                 for name in parts]
        constants = {"axis": numpy.array([3])}
        for name, (begin, end) in parts.items():
            constants |= {f"{name}_begin": numpy.array([begin]), f"{name}_end": numpy.array([end])}
        shape = lambda width: numpy.zeros((1, 1, EACH, width), "f4")  # noqa: E731
        onnx_writer.write_case(cls.folder / "case", nodes, constants, {"x": shape(6)},
                               {name: shape(end - begin) for name, (begin, end) in parts.items()})
        cls.model = cls.folder / "case/model.onnx"

    def write(self, images):
        order = list(images)
        rows = [[[b[0], b[1], b[0] + b[2], b[1] + b[3], d["score"], d["category_id"]]
                 for d in images[image]["detections"] for b in [d["bbox"]]] for image in order]
        numpy.save(self.folder / "images.npy", numpy.array(rows, "f4")[:, None])
        numpy.save(self.folder / "ids.npy", numpy.array(order))
        (self.folder / "instances.json").write_text(json.dumps({
            "images": [{"id": image, "width": 100, "height": 100} for image in order] + [{"id": 777}],
            "categories": [{"id": category, "name": "x"} for category in CATEGORIES],
            "annotations": [{"id": i, "image_id": image, "area": 9, **item} for image in order
                            for i, item in enumerate(images[image]["objects"])]}))

    def evaluate(self, metric):
        (self.folder / "tune.yaml").write_text(CONFIG.replace("{METRIC}", "{" + metric + "}"))
        return subprocess.run([ASSAY, "evaluate", self.model, "--config", self.folder / "tune.yaml",
                               "--json", self.folder / "record.json"],
                              capture_output=True, text=True, check=False)

    def accuracy(self, metric):
        done = self.evaluate(metric)
        self.assertEqual(done.returncode, 0, done.stderr)
        record, = json.loads((self.folder / "record.json").read_text())["models"]
        return next(each for each in record["objectives"] if each["name"] == "accuracy")

    def test_agrees_with_the_oracle(self):
        cases = [("COCOmAP: {anno_path: instances.json}", numpy.linspace(0.5, 0.95, 10), 101),
                 ("mAP: instances.json", [0.5], 0),
                 ("COCOmAP: {anno_path: instances.json, iou_thrs: 0.75, map_points: 11}", [0.75], 11)]
        values = []
        for seed in range(4):
            images = made_up(seed, 28)
            self.write(images)
            for metric, thresholds, points in cases:
                expected = mean_average_precision(images, thresholds, points)
                values.append(expected)
                self.assertAlmostEqual(self.accuracy(metric)["value"], expected, delta=1e-12,
                                       msg=f"{metric}, seed {seed}")
        self.assertGreater(min(values), 0.01)  # Neither all found nor nothing.
        self.assertLess(max(values), 0.9)

    def test_has_an_interval_though_it_is_no_mean(self):
        self.write(made_up(1, 28))
        found = self.accuracy("COCOmAP: instances.json")
        low, high = found["interval"]["low"], found["interval"]["high"]
        self.assertLess(low, found["value"])
        self.assertLess(found["value"], high)
        self.assertLess(high - low, 0.3)

    def test_names_what_is_wrong(self):
        self.write(made_up(0, 7))
        text = (self.folder / "instances.json").read_text()
        (self.folder / "instances.json").write_text(text.replace('"bbox": [', '"bbox": ["', 1))
        done = self.evaluate("COCOmAP: instances.json")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"tune.yaml:4: evaluation.accuracy.metric.COCOmAP: \S+"
                                      r"instances.json: (not JSON|annotations\[0\].bbox)")
        self.write(made_up(0, 7))
        numpy.save(self.folder / "ids.npy", numpy.arange(1000, 1007))
        done = self.evaluate("COCOmAP: instances.json")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr,
                         "sample 0 has label 100[0-6], but no image of the annotations has that id")


if __name__ == "__main__":
    unittest.main()
