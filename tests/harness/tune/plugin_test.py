"""A plugin is built against the installed headers, apart from Assay, and its objective is used."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from small_search import BIN, SmallSearch

HERE = pathlib.Path(__file__).resolve().parent
COMPILER = os.environ.get("CXX", "c++")


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True)


class Plugin(SmallSearch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        prefix = cls.folder / "prefix"
        run("cmake", "--install", BIN.parent, "--prefix", prefix, "--component", "objectives")
        run("cmake", "-S", HERE / "plugin", "-B", cls.folder / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
            "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
        run("cmake", "--build", cls.folder / "build")

    def search(self, plugin, *settings):
        return self.tune(f"tuning.plugins=[{plugin}]", *settings)

    def test_as_the_objective(self):
        done, result = self.search("build/tail.so", "tuning.objective=tail")
        self.assertIn(done.returncode, (0, 4), done.stderr)
        self.assertEqual(result["asked"]["objectives"], ["tail"])
        tail = result["baseline"]["objectives"]
        tail = next(x for x in tail if x["name"] == "tail")
        median = next(x for x in result["baseline"]["objectives"] if x["name"] == "performance")
        self.assertGreaterEqual(tail["value"], median["value"])
        self.assertEqual(tail["unit"], "s")

    def test_among_several_and_as_a_constraint(self):
        done, result = self.search(
            "build/tail.so", "tuning.multi_objectives={objective: [accuracy, tail], weight: [0.5, 0.5]}",
            'tuning.constraints={tail: "<= 1 ns"}')
        self.assertEqual(done.returncode, 3, done.stderr)
        violation, = result["best"]["violations"]
        self.assertEqual(violation["objective"], "tail")

    def test_without_it_the_name_is_unknown(self):
        done, _ = self.tune("tuning.objective=tail")
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
            done, _ = self.search(plugin)
            self.assertEqual(done.returncode, 2, says)
            self.assertIn("tuning.plugins[0]: ", done.stderr)
            self.assertIn(says, done.stderr)


if __name__ == "__main__":
    if os.environ.get("ASSAY_SANITIZE"):
        print("skip: a plugin is built without sanitizers, Assay here with them")
        sys.exit(77)
    unittest.main()
