"""assay history, and what assay gate --history appends: drift located, bad lines named."""
import importlib.util
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

from libraries import ASSAY, ROOT, build, gate


def run(number, slowdowns, base="v1.0", machine="m1", error=0.001):
    cases = [{"name": name, "log_ratio": value, "standard_error": error, "degrees_of_freedom": 8}
             for name, value in slowdowns.items()]
    return json.dumps({"schema": 1, "unix_time": 1_700_000_000 + 86400 * number, "machine": machine,
                       "base": base, "base_id": base, "revision": f"r{number}", "cases": cases})


def drifting(runs=30, begin=15, each=0.003):
    """Case `still` stays; `drifts` grows by `each` per run from run `begin` on."""
    noise = random.Random(1)
    return [run(r, {"still": noise.gauss(0.02, 0.001),
                    "drifts": noise.gauss(0, 0.001) + max(0, r - begin + 1) * each})
            for r in range(runs)]


class History(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.file = pathlib.Path(self.folder.name) / "history.jsonl"

    def tearDown(self):
        self.folder.cleanup()

    def history(self, *arguments):
        return subprocess.run([ASSAY, "history", self.file, *arguments], capture_output=True,
                              text=True, timeout=60)

    def write(self, lines):
        self.file.write_text("".join(line + "\n" for line in lines))

    def test_drift_is_found_and_located_and_what_stays_is_not(self):
        self.write(drifting())
        got = self.history("--json", "-")
        self.assertEqual(got.returncode, 0, got.stderr)
        series = {s["case"]: s for s in json.loads(got.stdout)["series"]}
        self.assertEqual(series["still"]["shifts"], [])
        first = series["drifts"]["shifts"][0]
        self.assertTrue(first["slower"])
        self.assertIn(first["revision"], ("r14", "r15", "r16", "r17"))
        self.assertGreater(first["size"], 0.003)
        self.assertLessEqual(first["found"], 20)
        text = self.history().stdout
        self.assertIn("drifts: slower by", text)
        self.assertIn("since 2023-1", text)
        self.assertIn("1 of 2 cases changed", text)

    def test_strict_is_for_the_run_by_which_it_is_found(self):
        lines = drifting()
        self.write(lines)
        found = json.loads(self.history("--json", "-").stdout)["series"][1]["shifts"][0]["found"]
        for runs, code in ((found, 0), (found + 1, 10), (found + 2, 0)):
            self.write(lines[:runs])
            self.assertEqual(self.history("--strict").returncode, code, runs)

    def test_machines_and_bases_are_not_mixed(self):
        self.write([run(r, {"a": 0.05 * (r % 2)}, base=f"v{r % 2}") for r in range(20)] +
                   [run(r, {"a": 0.2}, machine="m2", base="v0") for r in range(20)])
        series = json.loads(self.history("--json", "-").stdout)["series"]
        self.assertEqual(len(series), 3)
        self.assertEqual([s["shifts"] for s in series], [[], [], []])

    def test_a_malformed_line_is_named(self):
        good = run(0, {"a": 0})
        negative, twice = json.loads(good), json.loads(good)
        negative["cases"][0]["standard_error"] = -1
        twice["cases"] *= 2
        for line, sentence in (("{", "no JSON"), ("[]", ""), ("3", ""),
                               ('{"schema": 1}', "unix_time"),
                               (good.replace('"schema": 1', '"schema": 7'), "schema 7"),
                               (good[:-20], "no JSON"),
                               (json.dumps(negative), "'standard_error' is -1"),
                               (json.dumps(twice), "'a' comes twice"),
                               (good.replace('"log_ratio": 0', '"log_ratio": 1e999'), "")):
            self.write([good, "", line, good])
            got = self.history()
            self.assertEqual(got.returncode, 2, line)
            self.assertIn(f"{self.file}:3: ", got.stderr)
            self.assertIn(sentence, got.stderr)
            self.assertEqual(len(got.stderr.strip().splitlines()), 1, got.stderr)

    def test_nothing_to_compare_is_said(self):
        for lines in ([], [run(0, {"a": 0})]):
            self.write(lines)
            got = self.history()
            self.assertEqual(got.returncode, 2)
            self.assertIn("no case has two runs", got.stderr)
        self.file.unlink()
        self.assertIn("cannot be read", self.history().stderr)

    def test_the_plot_draws_every_case(self):
        if importlib.util.find_spec("matplotlib") is None:
            self.skipTest("skip: no matplotlib")
        self.write(drifting())
        picture = pathlib.Path(self.folder.name) / "history.svg"
        record = pathlib.Path(self.folder.name) / "drift.json"
        self.history("--json", record)
        plot = ROOT / "results" / "plot_history"
        subprocess.run([sys.executable, plot, record, picture], check=True)
        self.assertIn("</svg>", picture.read_text())

    @unittest.skipIf(os.environ.get("ASSAY_SANITIZE"), "times are not those of a release")
    def test_the_gate_appends_its_valid_runs(self):
        base = build(self.folder.name, "base")
        arguments = ("--base-lib", base, "--candidate-lib", base, "--history", self.file)
        valid = 0
        for revision in ("one", "two", "three", "four"):
            got = gate(*arguments, "--revision", revision)
            self.assertIn(got.returncode, (0, 3), got.stdout + got.stderr)
            valid += got.returncode == 0
            self.assertEqual("not appended to" in got.stderr, got.returncode == 3)
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        self.assertEqual(len(lines), valid)
        if valid >= 2:
            self.assertEqual(json.loads(lines[0])["cases"][0]["name"], "toy:mix")
            self.assertIn("toy:mix", self.history().stdout)
        self.file.write_text(run(0, {"a": 0})[:-9])  # Cut off: told before anything is timed.
        got = gate(*arguments)
        self.assertEqual(got.returncode, 2, got.stdout)
        self.assertIn(f"{self.file}:1: no run of a gate", got.stderr)

    def test_only_a_gate_of_two_builds_has_a_history(self):
        for arguments in (("--selftest",), ("--bisect", "a", "b", "--case", "c")):
            got = gate(*arguments, "--history", self.file)
            self.assertEqual(got.returncode, 2, got.stdout)
            self.assertIn("has no --history", got.stderr)


if __name__ == "__main__":
    unittest.main()
