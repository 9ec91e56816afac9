"""assay gate --html: one file that needs no network, looked at in headless Chromium."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import browser
from libraries import ASSAY, build, gate

HOSTILE = "</script><img src=x onerror=alert(1)> it's $(one)"


@unittest.skipIf(os.environ.get("ASSAY_SANITIZE"), "times are not those of a release")
class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.place.name)
        cls.base = build(cls.folder, "base's", f'NAME="{HOSTILE}"')
        cls.slower = build(cls.folder, "slower", f'NAME="{HOSTILE}"', "WORK=1300")
        cls.html, cls.history = cls.folder / "gate.html", cls.folder / "history.jsonl"
        for revision in ("one", "two"):  # A history has points from the second run on.
            cls.got = gate("--base-lib", cls.base, "--candidate-lib", cls.slower,
                           "--html", cls.html, "--history", cls.history, "--revision", revision,
                           "--json", "-")
            if cls.got.returncode == 3:
                raise unittest.SkipTest("the machine is too busy to judge")
        cls.report = json.loads(cls.got.stdout)

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def test_every_chart_is_drawn_and_names_are_text(self):
        self.assertEqual(self.got.returncode, 10, self.got.stderr)
        page = browser.page(self.html, self.folder)
        self.assertEqual(browser.drawn(page), ["slowdowns", "history-0"])
        self.assertIn("REGRESSED: 1 of 1 cases are slower, confirmed", page)
        self.assertIn(self.report["machine"]["fingerprint"], page)
        self.assertIn("Ratios to ", page)
        self.assertIn("&lt;img src=x onerror=alert(1)&gt; it's $(one): slower by +", page)
        self.assertNotIn("<img", page)

    def test_nothing_is_loaded_from_elsewhere(self):
        html = self.html.read_text()
        self.assertFalse(re.findall(r'(?:src|href)\s*=\s*["\']?\s*(?:https?:)?//', html))
        self.assertNotIn("@import", html)

    def test_the_command_of_a_finding_looks_at_it_again(self):
        again = self.report["cases"][0]["again"]
        self.assertEqual(len(again.splitlines()), 1)
        path = f"{ASSAY.parent}{os.pathsep}{os.environ['PATH']}"
        got = subprocess.run(again, shell=True, capture_output=True, text=True, timeout=600,
                             env={**os.environ, "PATH": path})
        self.assertIn(got.returncode, (3, 10), got.stdout + got.stderr)
        self.assertIn("img src=x", got.stdout)

    def test_a_verdict_without_a_slowdown_or_a_history_is_a_page_too(self):
        wrong = build(self.folder, "wrong", f'NAME="{HOSTILE}"', "WRONG")
        other = self.folder / "wrong.html"
        got = gate("--base-lib", self.base, "--candidate-lib", wrong, "--html", other)
        self.assertEqual(got.returncode, 11, got.stderr)
        page = browser.page(other, self.folder)
        self.assertEqual(browser.drawn(page), [])
        self.assertIn("computes something else: element 0: ", page)

    def test_only_a_gate_of_two_builds_has_a_page(self):
        for arguments in (("--selftest",), ("--bisect", "a", "b", "--case", "c")):
            got = gate(*arguments, "--html", self.folder / "no.html")
            self.assertEqual(got.returncode, 2, got.stdout)
            self.assertIn("--html is for", got.stderr)


if __name__ == "__main__":
    if not browser.INSTALLED:
        print("skip: chromium is not installed")
        sys.exit(77)
    unittest.main()
