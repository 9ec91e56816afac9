"""A plugin is built against the installed headers, apart from Assay, and its objective is used."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy

HERE = pathlib.Path(__file__).resolve().parent
MODEL = HERE.parents[2] / "harness/demo/fashion_mobile.onnx"
BIN = pathlib.Path(os.environ["ASSAY_BIN"])
COMPILER = os.environ.get("CXX", "c++")

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
  performance: {{warmup: 0, iteration: 8}}
tuning:
  plugins: [PLUGIN]
  accuracy_criterion: {{absolute: 0.5}}
  exit_policy: {{max_trials: 2}}
"""


def run(*words, check=True, **options):
    return subprocess.run(words, capture_output=True, text=True, check=check, **options)


class Plugin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        prefix = cls.folder / "prefix"
        run("cmake", "--install", BIN.parent, "--prefix", prefix, "--component", "objectives")
        run("cmake", "-S", HERE / "plugin", "-B", cls.folder / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
            "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
        run("cmake", "--build", cls.folder / "build")
        cls.plugin = cls.folder / "build/tail.so"
        numpy.save(cls.folder / "images.npy",
                   numpy.random.default_rng(1).normal(size=(40, 1, 28, 28)).astype("f4"))
        numpy.save(cls.folder / "labels.npy", numpy.zeros(40, "i8"))

    def tune(self, plugin, *sets):
        config = self.folder / "tune.yaml"
        config.write_text(CONFIG.replace("PLUGIN", str(plugin)))
        workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        done = run(BIN / "assay", "tune", config, "--workspace", workspace,
                   *(word for item in sets for word in ("--set", item)), check=False)
        result = workspace / "result.json"
        return done, json.loads(result.read_text()) if result.exists() else None

    def objective(self, result):
        return next(x for x in result["best"]["model"]["objectives"] if x["name"] == "tail")

    def test_as_the_objective(self):
        done, result = self.tune(self.plugin.relative_to(self.folder), "tuning.objective=tail")
        self.assertIn(done.returncode, (0, 4), done.stderr)
        self.assertEqual(result["asked"]["objectives"], ["tail"])
        tail = result["baseline"]["objectives"]
        tail = next(x for x in tail if x["name"] == "tail")
        median = next(x for x in result["baseline"]["objectives"] if x["name"] == "performance")
        self.assertGreaterEqual(tail["value"], median["value"])
        self.assertEqual(tail["unit"], "s")

    def test_among_several_and_as_a_constraint(self):
        done, result = self.tune(
            self.plugin, "tuning.multi_objectives={objective: [accuracy, tail], weight: [0.5, 0.5]}",
            'tuning.constraints={tail: "<= 1 ns"}')
        self.assertEqual(done.returncode, 3, done.stderr)
        violation, = result["best"]["violations"]
        self.assertEqual(violation["objective"], "tail")

    def test_without_it_the_name_is_unknown(self):
        done, _ = self.tune(self.plugin, "tuning.plugins=[]", "tuning.objective=tail")
        self.assertEqual(done.returncode, 2)
        self.assertIn("tuning.objective: unknown objective 'tail'", done.stderr)

    def build(self, name, text):
        (self.folder / f"{name}.cc").write_text(text)
        file = self.folder / f"{name}.so"
        run(COMPILER, "-shared", "-fPIC", "-std=c++20", f"-I{self.folder}/prefix/include/assay", "-o", file,
            self.folder / f"{name}.cc")
        return file

    def test_what_is_none_or_for_another_assay_is_refused(self):
        (self.folder / "text.so").write_text("no shared object")
        absent = self.build("absent", "int nothing = 0;")
        old = self.build("old", """
#include "objectives/plugin.h"
constexpr assay::PluginAbi Other() {
  assay::PluginAbi abi = assay::kPluginAbi;
  abi.interface = 99;
  return abi;
}
extern "C" const assay::PluginAbi assay_plugin_abi = Other();
extern "C" void assay_plugin_objectives(assay::PluginObjectives&) { __builtin_trap(); }
""")
        taken = self.build("taken", """
#include "objectives/plugin.h"
struct Taken : assay::Objective {
  Taken() : Objective({.name = "performance"}) {}
  double OnEnd(const assay::Observation&, assay::Series&) override { return 0; }
};
ASSAY_PLUGIN(objectives) { objectives.push_back(std::make_shared<Taken>()); }
""")
        for plugin, says in ((self.folder / "none.so", "none.so: No such file or directory"),
                             (self.folder / "text.so", "cannot be loaded"),
                             (absent, "absent.so: is no plugin of Assay"),
                             (old, "old.so: was built for another Assay (interface 99, "),
                             (taken, "taken.so: objective 'performance' cannot be registered")):
            done, _ = self.tune(plugin)
            self.assertEqual(done.returncode, 2, says)
            self.assertIn("tuning.plugins[0]: ", done.stderr)
            self.assertIn(says, done.stderr)


if __name__ == "__main__":
    if os.environ.get("ASSAY_SANITIZE"):
        print("skip: a plugin is built without sanitizers, Assay here with them")
        sys.exit(77)
    unittest.main()
