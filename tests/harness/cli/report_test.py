"""`assay report`: one file that needs no network, looked at in headless Chromium."""
import json
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import browser
from small_search import SmallSearch, assay

HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"


class Report(SmallSearch):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workspace = cls.folder / "workspace"
        tuned, _ = cls.tune(f'model.name="{HOSTILE}"', "tuning.strategy=random",
                            "tuning.multi_objectives={objective: [accuracy, performance]}",
                            "tuning.exit_policy.max_trials=4", workspace=cls.workspace)
        assert tuned.returncode in (0, 4), tuned.stderr
        cls.written = assay("report", cls.workspace, "--profile", "0.2")

    def test_every_chart_is_drawn_and_names_are_text(self):
        self.assertEqual(self.written.returncode, 0, self.written.stderr)
        self.assertEqual(self.written.stdout, f"{self.workspace}/report.html\n")
        self.assertEqual(self.written.stderr.count("made from seed 1"), 1, self.written.stderr)
        page = browser.page(self.workspace / "report.html", self.folder)
        self.assertEqual(browser.drawn(page), ["pareto", "losses", "speeds", "layers", "latencies"])
        result = json.loads((self.workspace / "result.json").read_text())
        self.assertIn(f"Of 4 trials, trial {result['best']['trial']} runs", page)
        self.assertIn("&lt;img src=x onerror=alert(1)&gt;", page)
        self.assertNotIn("<img", page)
        self.assertNotIn("<title>owned", page)

    def test_nothing_is_loaded_from_elsewhere(self):
        html = (self.workspace / "report.html").read_text()
        self.assertFalse(re.findall(r'(?:src|href)\s*=\s*["\']?\s*(?:https?:)?//', html))
        self.assertNotIn("@import", html)

    def test_without_layers(self):
        other = self.folder / "other.html"
        done = assay("report", self.workspace, "-o", other, "--profile", "0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(browser.drawn(browser.page(other, self.folder)),
                         ["pareto", "losses", "speeds", "latencies"])

    def test_each_of_several_metrics_is_there(self):
        place = self.folder / "metrics"
        tuned, _ = self.tune("evaluation.accuracy.metric=null",
                             "evaluation.accuracy.multi_metrics={topk: 1, fidelity: sqnr}",
                             "tuning.exit_policy.max_trials=1", workspace=place)
        self.assertIn(tuned.returncode, (0, 3, 4), tuned.stderr)
        done = assay("report", place, "--profile", "0")
        self.assertEqual(done.returncode, 0, done.stderr)
        page = browser.page(place / "report.html", self.folder)
        self.assertRegex(page, r"<td[^>]*>fidelity</td>(<td[^>]*>[^<]* %[^<]*</td>){2}"
                               r"<td[^>]*>-[\d.]+ points \[-")

    def test_what_is_no_workspace_is_refused(self):
        for text, says in ((None, "is not there"), ("{", "is no result"), ("[]", "is no result"),
                           ('{"schema": 1}', "is no result"),
                           ('{"schema": 1, "model": 3, "best": null, "best_file": ""}',
                            "is no result")):
            place = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
            if text is not None:
                (place / "result.json").write_text(text)
            done = assay("report", place)
            self.assertEqual(done.returncode, 2, text)
            self.assertIn(f"{place}/result.json: {says}", done.stderr)
            self.assertEqual(list(place.glob("*.html")), [])


if __name__ == "__main__":
    if not browser.INSTALLED:
        print("skip: chromium is not installed")
        sys.exit(77)
    unittest.main()
