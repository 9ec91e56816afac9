"""A search of `assay tune` that takes a second: 40 images of noise, labels that mean nothing."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import numpy

BIN = pathlib.Path(os.environ["ASSAY_BIN"])
MODEL = pathlib.Path(__file__).resolve().parents[2] / "harness/demo/fashion_mobile.onnx"

CONFIG = f"""
model: {{path: {MODEL}}}
quantization:
  calibration:
    sampling_size: 8
    dataloader: {{batch_size: 8, dataset: {{npy: {{images: images.npy, layout: NCHW}}}}}}
evaluation:
  accuracy:
    metric: {{topk: 1}}
    dataloader:
      batch_size: 20
      dataset: {{npy: {{images: images.npy, labels: labels.npy, layout: NCHW}}}}
  performance: {{warmup: 0, iteration: 8}}
tuning:
  accuracy_criterion: {{absolute: 0.5}}
  exit_policy: {{max_trials: 3}}
"""


def assay(*words):
    return subprocess.run([BIN / "assay", *words], capture_output=True, text=True, check=False)


class SmallSearch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        images = numpy.random.default_rng(1).normal(size=(40, 1, 28, 28)).astype("f4")
        numpy.save(cls.folder / "images.npy", images)
        numpy.save(cls.folder / "labels.npy", numpy.zeros(40, "i8"))
        (cls.folder / "tune.yaml").write_text(CONFIG)

    @classmethod
    def tune(cls, *settings, workspace=None):
        """The finished process and result.json, None where there is none."""
        workspace = workspace or pathlib.Path(tempfile.mkdtemp(dir=cls.folder))
        sets = [word for setting in settings for word in ("--set", setting)]
        done = assay("tune", cls.folder / "tune.yaml", "--workspace", workspace, *sets)
        result = workspace / "result.json"
        return done, json.loads(result.read_text()) if result.exists() else None
