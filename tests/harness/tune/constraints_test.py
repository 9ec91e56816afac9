"""Budgets of `assay tune`: what breaks one is not feasible, whatever else it is good at."""
import pathlib
import sys
import unittest

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from small_search import SmallSearch


class Constraints(SmallSearch):
    def search(self, constraints, *settings):
        return self.tune("tuning.objective=modelsize", f"tuning.constraints={constraints}", *settings)

    def test_a_budget_that_is_kept(self):
        done, result = self.search('{modelsize: "<= 1 MB", performance: "<= 10 s"}')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(result["constraints"], {"modelsize": "<= 1 MB", "performance": "<= 10 s"})

    def test_what_nothing_keeps_is_best_effort_and_says_by_how_much(self):
        done, result = self.search('{modelsize: "<= 100 KB", performance: "<= 100 s"}')
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
            "evaluation.accuracy.metric={fidelity: sqnr}",
            "tuning.accuracy_criterion.absolute=0.999",
            "evaluation.confirmation.dataloader={batch_size: 20, dataset: "
            "{npy: {images: loud.npy, layout: NCHW}}}"]
        done, result = self.search('{modelsize: "<= 1 MB"}', *loud)
        self.assertEqual((done.returncode, result["confirmed"]), (0, True), done.stderr)
        done, result = self.search('{accuracy: ">= 90 %"}', *loud)
        self.assertEqual((done.returncode, result["confirmed"]), (3, False), done.stderr)
        self.assertTrue(result["best"]["feasible"])

    def test_a_unit_of_something_else_is_refused(self):
        done, _ = self.search('{modelsize: "<= 2 ms"}')
        self.assertEqual(done.returncode, 2)
        self.assertIn("tuning.constraints.modelsize: found '<= 2 ms', expected '<= NUMBER', or with a "
                      "unit (B, KB, MB, GB, KiB, MiB, GiB)", done.stderr)


if __name__ == "__main__":
    unittest.main()
