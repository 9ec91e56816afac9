"""assay gate on what is made of steps: a regression is attributed to them; models."""
import json
import os
import pathlib
import re
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import browser
from libraries import ASSAY, ROOT, build, gate

HOSTILE = "<img src=x onerror=alert(1)>\\033[2J"
CASES = ASSAY.parent / "libassay_cases.so"
MODEL = ROOT / "harness" / "demo" / "fashion_mobile.onnx"


@unittest.skipIf(os.environ.get("ASSAY_SANITIZE"), "times are not those of a release")
class Layers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.place.name)
        cls.base = build(cls.folder, "base", f'STEPS="{HOSTILE}"')

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def judged(self, candidate, *arguments):
        got = gate("--base-lib", self.base, "--candidate-lib", candidate, *arguments)
        if got.returncode == 3:
            self.skipTest("the machine is too busy to judge: " + got.stdout)
        return got

    def test_the_slower_step_is_named_in_every_format(self):
        slower = build(self.folder, "slower", f'STEPS="{HOSTILE}"', "SLOW_STEP=2",
                       "SLOW_WORK=12000")
        files = {k: self.folder / f"report.{k}" for k in ("json", "xml", "sarif", "html")}
        got = self.judged(slower, "--json", files["json"], "--junit", files["xml"], "--sarif",
                          files["sarif"], "--html", files["html"], "--markdown")
        self.assertEqual(got.returncode, 10, got.stdout + got.stderr)
        case = json.loads(files["json"].read_text())["cases"][0]
        self.assertEqual(case["limit"], 0.02)
        self.assertAlmostEqual(case["slowdown"]["value"], 0.05, delta=0.03)
        self.assertEqual(case["changed_layers"], ["third: usual -> slow"])
        steps = case["layers"]["steps"]
        self.assertEqual([s["name"] for s in steps if s["explains"]], ["third"])
        third = steps[0]
        self.assertEqual((third["name"], third["candidate_variant"]), ("third", "slow"))
        self.assertAlmostEqual(third["candidate_s"] / third["base_s"], 1.2, delta=0.1)
        self.assertGreater(third["difference_s"]["lo"], 0)
        named = r"third \+[0-9.]+ us \[\+[0-9.]+, \+[0-9.]+\] \(usual -> slow\): \d+ % of"
        self.assertRegex(got.stdout, r"- layers of toy:mix: " + named)
        failure = xml.etree.ElementTree.parse(files["xml"]).getroot().find(".//failure")
        self.assertRegex(failure.get("message"), named)
        finding = json.loads(files["sarif"].read_text())["runs"][0]["results"][0]
        self.assertRegex(finding["message"]["text"], named)
        if not browser.INSTALLED:
            self.skipTest("chromium is not installed")
        page = browser.page(files["html"], self.folder)
        self.assertEqual(browser.drawn(page), ["slowdowns", "layers-0"])
        self.assertRegex(page.replace("&gt;", ">"), named)
        self.assertNotIn("<img", page)

    def test_more_everywhere_is_nobodys(self):
        other = build(self.folder, "other", f'STEPS="{HOSTILE}"', "SLOW_STEP=9", "SLOW_WORK=1")
        got = self.judged(other, "--json", "-")
        self.assertEqual(got.returncode, 0, got.stderr)
        self.assertNotIn("layers", json.loads(got.stdout)["cases"][0])

    def test_two_percent_are_tolerated_of_what_has_steps(self):
        slower = build(self.folder, "little", f'STEPS="{HOSTILE}"', "SLOW_STEP=0",
                       "SLOW_WORK=10600")
        got = self.judged(slower)
        self.assertEqual(got.returncode, 0, got.stdout)
        got = self.judged(slower, "--model-limit", "0.5")
        self.assertEqual(got.returncode, 10, got.stdout)
        self.assertRegex(got.stdout, r"layers of toy:mix: first \+")

    def test_a_library_of_version_1_is_judged_as_before(self):
        old = build(self.folder, "old", "ASSAY_REGISTRY_VERSION=1u")
        new = build(self.folder, "new", "WORK=1300")
        for base, candidate, code in ((old, old, 0), (old, new, 10)):
            got = gate("--base-lib", base, "--candidate-lib", candidate)
            self.assertIn(got.returncode, (code, 3), got.stdout + got.stderr)
            self.assertIn("toy:mix", got.stdout)
        got = gate("--base-lib", old, "--candidate-lib", new, "--models", MODEL)
        self.assertEqual(got.returncode, 2, got.stdout)
        self.assertIn(f"{old}: it has no case 'model:{MODEL}'", got.stderr)

    def test_models_of_files_are_cases(self):
        self.assertTrue(CASES.exists(), "the target assay_cases is not built")
        got = gate("--base-lib", CASES, "--candidate-lib", CASES, "--models", MODEL, "--json", "-")
        self.assertIn(got.returncode, (0, 3), got.stdout + got.stderr)
        self.assertEqual([c["name"] for c in json.loads(got.stdout)["cases"]], [f"model:{MODEL}"])
        text = self.folder / "text.onnx"
        text.write_text("no model")
        for file, says in ((text, "is not an ONNX model"), ("nowhere.onnx", "no such file")):
            got = gate("--base-lib", CASES, "--candidate-lib", CASES, "--models", file)
            self.assertEqual(got.returncode, 2, got.stdout)
            self.assertIn(says, got.stderr)
            self.assertEqual(len(got.stderr.strip().splitlines()), 1, got.stderr)

    def test_the_models_that_are_built_in_are_judged(self):
        got = gate("--base-lib", CASES, "--candidate-lib", CASES, "--filter", "^model:",
                   "--json", "-")
        self.assertIn(got.returncode, (0, 3), got.stdout + got.stderr)
        cases = {c["name"]: c for c in json.loads(got.stdout)["cases"]}
        self.assertEqual(sorted(cases), ["model:fashion_mobile", "model:fashion_mobile_int8",
                                         "model:fashion_residual"])
        self.assertTrue(all(c["candidate_s"] > 0 for c in cases.values()), cases)


if __name__ == "__main__":
    unittest.main()
