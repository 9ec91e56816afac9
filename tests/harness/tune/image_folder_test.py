"""`assay tune` and `assay evaluate` on a folder of PNG and JPEG files, a sub-folder per class."""
import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

os.environ.setdefault("MPLCONFIGDIR", tempfile.gettempdir())
from matplotlib import image as images
import numpy

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / folder) for folder in (".", "conform")]
from onnx_writer import node, write_case
from small_search import assay

COLORS = ("blue", "green", "red")  # By name, as labels are.
CHANNEL = {"red": 0, "green": 1, "blue": 2}
PER_CLASS, MISPLACED = 20, 3

CONFIG = """
model: {path: model/model.onnx}
quantization:
  calibration:
    sampling_size: 12
    dataloader: &images
      batch_size: 1
      dataset: {ImageFolder: {root: photos}}
      transform: {Resize: {size: 16}, Rescale: {}}
evaluation:
  accuracy: {metric: {topk: 1}, dataloader: *images}
  performance: {warmup: 0, iteration: 5}
tuning:
  multi_objectives: {objective: [accuracy, performance]}
  exit_policy: {max_trials: 1}
"""


def network(folder):
    """Which of its three channels an image of 16 x 16 has most of."""
    spread = numpy.zeros((12, 3, 3, 3), "f4")
    for out in range(12):
        spread[out, out % 3] = 1 / 9
    gather = numpy.zeros((3, 12, 1, 1), "f4")
    for out in range(12):
        gather[COLORS.index(next(c for c in COLORS if CHANNEL[c] == out % 3)), out] = 1
    nodes = [node("Conv", ["x", "w1"], ["a"]), node("Relu", ["a"], ["b"]),
             node("Conv", ["b", "w2"], ["c"]), node("GlobalAveragePool", ["c"], ["d"]),
             node("Flatten", ["d"], ["y"])]
    write_case(folder, nodes, {"w1": spread, "w2": gather},
               {"x": numpy.zeros((1, 3, 16, 16), "f4")}, {"y": numpy.zeros((1, 3), "f4")})


def photos(folder):
    """Noise, brightest in the channel of its class; but for a few "red" ones, which are green."""
    draw = numpy.random.default_rng(3)
    for color in COLORS:
        (folder / color).mkdir(parents=True)
        for i in range(PER_CLASS):
            pixels = draw.integers(0, 120, (20, 24, 3)).astype("u1")
            shown = "green" if color == "red" and i < MISPLACED else color
            pixels[:, :, CHANNEL[shown]] += 100
            images.imsave(folder / color / f"{i}.{'jpg' if i % 2 else 'png'}", pixels)


def accuracy(model):
    return next(entry["value"] for entry in model["objectives"] if entry["name"] == "accuracy")


class ImageFolder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        network(cls.folder / "model")
        photos(cls.folder / "photos")
        (cls.folder / "tune.yaml").write_text(CONFIG)

    def tune(self, *settings):
        workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        sets = [word for setting in settings for word in ("--set", setting)]
        done = assay("tune", self.folder / "tune.yaml", "--workspace", workspace, *sets)
        result = workspace / "result.json"
        return done, json.loads(result.read_text()) if result.exists() else None, workspace

    def test_the_label_of_an_image_is_its_folder(self):
        done, result, workspace = self.tune()
        self.assertIn(done.returncode, (0, 4), done.stderr)
        right = 1 - MISPLACED / (len(COLORS) * PER_CLASS)
        self.assertAlmostEqual(accuracy(result["baseline"]), right)
        trial = json.loads((workspace / "trials.jsonl").read_text())
        self.assertAlmostEqual(accuracy(trial["model"]), right)
        self.assertEqual(trial["model"]["int8_share_of_macs"], 1)
        done = assay("evaluate", self.folder / "model/model.onnx", workspace / "best.onnx",
                     "--config", self.folder / "tune.yaml", "--json", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        for model in json.loads(done.stdout)["models"]:
            self.assertAlmostEqual(accuracy(model), right)

    def test_a_file_of_classes_gives_them_their_numbers(self):
        (self.folder / "classes.txt").write_text("red\nblue\ngreen\n")
        of = "evaluation.accuracy.dataloader.dataset.ImageFolder"
        done, result, _ = self.tune(f"{of}.classes=classes.txt")
        self.assertIn(done.returncode, (0, 3, 4), done.stderr)
        self.assertEqual(accuracy(result["baseline"]), 0)

    def test_a_folder_that_is_none_of_these_is_refused_with_a_sentence(self):
        for make, said in ((lambda root: (root / "red/notes.txt").write_text("x"), "red/notes.txt"),
                           (lambda root: (root / "empty").mkdir(), "the class has no images"),
                           (lambda root: (root / "red/0.png").write_bytes(b"\x89PNG"), "red/0.png"),
                           (shutil.rmtree, "No such file")):
            root = pathlib.Path(tempfile.mkdtemp(dir=self.folder)) / "photos"
            shutil.copytree(self.folder / "photos", root)
            make(root)
            done, result, _ = self.tune(
                *(f"{part}.dataloader.dataset.ImageFolder.root={root}"
                  for part in ("quantization.calibration", "evaluation.accuracy")))
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(said, done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIsNone(result)


if __name__ == "__main__":
    unittest.main()
