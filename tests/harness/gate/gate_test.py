"""assay gate on libraries of somebody else: verdicts, exit codes, formats, bad input."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest
import unittest.mock
import xml.etree.ElementTree

from libraries import build, gate


@unittest.skipIf(os.environ.get("ASSAY_SANITIZE"), "times are not those of a release")
class Gate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.base = build(cls.folder.name, "base")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_a_clear_slowdown_is_a_regression_in_every_format(self):
        slower = build(self.folder.name, "slower", "WORK=1300")
        files = {k: pathlib.Path(self.folder.name) / f"report.{k}" for k in ("json", "xml", "sarif")}
        got = gate("--base-lib", self.base, "--candidate-lib", slower, "--json", files["json"],
                   "--junit", files["xml"], "--sarif", files["sarif"])
        report = json.loads(files["json"].read_text())
        if got.returncode == 3:
            self.skipTest("the machine is too busy to judge: " + report["invalid"])
        self.assertEqual(got.returncode, 10, got.stdout + got.stderr)
        self.assertIn("REGRESSED", got.stdout)
        case = report["cases"][0]
        self.assertEqual(case["verdict"], "regressed")
        self.assertEqual(report["code_change"], "some")
        self.assertAlmostEqual(case["slowdown"]["value"], 0.3, delta=0.1)
        self.assertEqual(len(case["confirmation"]), 10)
        self.assertEqual(case["confirmation_base_first"][:5],
                         [not first for first in case["base_first"][:5]])
        suite = xml.etree.ElementTree.parse(files["xml"]).getroot()
        self.assertEqual(suite.get("failures"), "1")
        sarif = json.loads(files["sarif"].read_text())
        self.assertEqual(sarif["runs"][0]["results"][0]["ruleId"], "regression")

    def test_the_same_build_is_none(self):
        got = gate("--base-lib", self.base, "--candidate-lib", self.base)
        self.assertIn(got.returncode, (0, 3), got.stdout + got.stderr)
        self.assertNotIn("REGRESSED", got.stdout)
        self.assertIn("both are the same machine code and data", got.stdout)

    def test_either_build_comes_first_in_turn_and_the_report_says_which(self):
        traced = [build(self.folder.name, f"traced_{name}", f'TRACE="{name}"')
                  for name in ("base", "candidate")]
        trace = pathlib.Path(self.folder.name) / "trace"
        with unittest.mock.patch.dict(os.environ, TOY_TRACE=str(trace)):
            got = gate("--base-lib", traced[0], "--candidate-lib", traced[1], "--json", "-")
        case = json.loads(got.stdout)["cases"][0]
        told = case["base_first"]
        self.assertGreaterEqual(len(told), 5, got.stderr)
        self.assertEqual(told, [told[0] != (i % 2 == 1) for i in range(len(told))])
        # The controls are of the base alone, so that a pair with the candidate is the case's.
        set_up = {}
        for line in trace.read_text().splitlines():
            process, library, what = line.split(" ", 2)
            if what == "set up":
                set_up.setdefault(process, []).append(library)
        seen = []
        for libraries in set_up.values():
            pairs = [libraries[i:i + 2] for i in range(0, len(libraries), 2)]
            seen += [pair[0] == "base" for pair in pairs if "candidate" in pair]
        self.assertEqual(seen[1:1 + len(told)], told)  # The first compares outputs.

    def test_the_same_code_that_is_slower_does_not_block(self):
        base = build(self.folder.name, "by_name", "BY_NAME")
        slower = pathlib.Path(self.folder.name) / "slower_place.so"
        shutil.copy(base, slower)
        junit = pathlib.Path(self.folder.name) / "layout.xml"
        got = gate("--base-lib", base, "--candidate-lib", slower, "--json", "-", "--junit", junit)
        report = json.loads(got.stdout)
        if got.returncode == 3:
            self.skipTest("the machine is too busy to judge: " + report["invalid"])
        self.assertEqual(got.returncode, 0, report)
        self.assertEqual(report["code_change"], "none")
        self.assertEqual(report["cases"][0]["verdict"], "layout only")
        self.assertGreater(report["cases"][0]["slowdown"]["lo"], 0.1)
        self.assertIn("1 are slower by the same machine code and data", report["verdict"])
        suite = xml.etree.ElementTree.parse(junit).getroot()
        self.assertEqual(suite.get("failures"), "0")

    def test_other_outputs_are_wrong_results_and_the_change_of_variant_is_told(self):
        wrong = build(self.folder.name, "wrong", "WRONG")
        got = gate("--base-lib", self.base, "--candidate-lib", wrong)
        self.assertEqual(got.returncode, 11, got.stdout + got.stderr)
        self.assertIn("different outputs", got.stdout)
        self.assertIn("toy -> toy_wrong", got.stdout)

    def test_a_case_that_cannot_be_set_up_is_named(self):
        failing = build(self.folder.name, "failing", "FAILING")
        got = gate("--base-lib", failing, "--candidate-lib", failing)
        self.assertEqual(got.returncode, 2, got.stdout + got.stderr)
        self.assertIn("this one never can", got.stdout)
        self.assertIn("FAILED: 1 of 2 cases could not be run", got.stdout)

    def test_a_case_that_crashes_is_named_and_the_others_are_judged(self):
        crashing = build(self.folder.name, "crashing", "CRASHING")
        got = gate("--base-lib", crashing, "--candidate-lib", crashing, "--json", "-")
        cases = {case["name"]: case for case in json.loads(got.stdout)["cases"]}
        self.assertEqual(cases["toy:crash"]["verdict"], "died")
        self.assertIn("was killed by signal 6", cases["toy:crash"]["note"])
        self.assertGreaterEqual(len(cases["toy:mix"]["log_ratios"]), 5)
        self.assertEqual(got.returncode, 11, got.stderr)

    def dying(self, name, *defines):
        """A build whose second case is well, and one whose candidate dies; judged."""
        well, dies = (build(self.folder.name, f"{name}_{of}", "CRASHING", *also)
                      for of, also in (("base", ("DIE=(void)0",)), ("candidate", defines)))
        first = pathlib.Path(self.folder.name) / f"{name}_first"
        with unittest.mock.patch.dict(os.environ, TOY_LATER=str(first)):
            got = gate("--base-lib", well, "--candidate-lib", dies, "--timeout", "3", "--json", "-")
        self.assertEqual(got.returncode, 11, got.stdout + got.stderr)
        report = json.loads(got.stdout)
        self.assertEqual(report["status"], "wrong_results")
        self.assertIn("1 crashed or hung", report["verdict"])
        cases = {case["name"]: case for case in report["cases"]}
        self.assertEqual(cases["toy:crash"]["verdict"], "died")
        self.assertGreaterEqual(len(cases["toy:mix"]["log_ratios"]), 5)
        return cases["toy:crash"]

    def test_a_case_that_crashes_later_only_is_a_finding_and_the_others_are_judged(self):
        died = self.dying("later", "LATER")
        self.assertIn("the candidate: ", died["note"])
        self.assertIn("was killed by signal 6", died["note"])
        self.assertGreater(died["iterations"], 0)  # Of the first process, which was well.

    def test_a_case_that_hangs_costs_one_limit_and_the_others_are_judged(self):
        for name, defines in (("waits", ("DIE=pause()",)), ("turns", ("LATER", "DIE=for(;;)"))):
            begun = time.monotonic()
            died = self.dying(name, *defines)
            self.assertIn("was not ready after 3 s", died["note"])
            self.assertLess(time.monotonic() - begun, 120)  # Six hundred seconds, twice, before.

    def test_a_library_beside_what_it_needs_is_judged(self):
        for origin, beside in (("$ORIGIN", ""), ("$ORIGIN/../lib", "lib")):
            libraries = []
            for name in ("a", "b"):
                folder = pathlib.Path(self.folder.name) / f"{beside}origin_{name}" / "bin"
                needed = folder.parent / (beside or "bin")
                for made in (folder, needed):
                    made.mkdir(parents=True, exist_ok=True)
                part = folder / "part.c"
                part.write_text("int part(void) { return 1; }\n")
                subprocess.run(["cc", "-shared", "-fPIC", "-o", needed / "libpart.so", part],
                               check=True)
                libraries.append(build(folder, "cases", "PART", flags=(
                    f"-L{needed}", "-Wl,--no-as-needed", "-lpart", f"-Wl,-rpath,{origin}")))
            got = gate("--base-lib", libraries[0], "--candidate-lib", libraries[1], "--json", "-")
            self.assertIn(got.returncode, (0, 3), got.stdout + got.stderr)
            case = json.loads(got.stdout)["cases"][0]
            self.assertGreaterEqual(len(case["log_ratios"]), 5, case)

    def test_a_library_that_crashes_while_it_is_loaded_is_refused(self):
        crashing = pathlib.Path(self.folder.name) / "constructor.so"
        source = pathlib.Path(self.folder.name) / "constructor.c"
        source.write_text("#include <stdlib.h>\n"
                          "__attribute__((constructor)) static void die(void) { abort(); }\n")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", crashing, source], check=True)
        got = gate("--base-lib", self.base, "--candidate-lib", crashing)
        self.assertEqual(got.returncode, 2, got.stdout + got.stderr)
        self.assertIn("constructor.so: cannot be loaded: child process", got.stderr)
        self.assertIn("was killed by signal 6", got.stderr)

    def test_of_an_invalid_run_nothing_is_concluded_in_any_format(self):
        deaf = build(self.folder.name, "deaf", "DEAF")
        slower = build(self.folder.name, "deaf_slower", "DEAF", "WORK=1300")
        files = {k: pathlib.Path(self.folder.name) / f"deaf.{k}" for k in ("json", "xml", "sarif")}
        got = gate("--base-lib", deaf, "--candidate-lib", slower, "--json", files["json"],
                   "--junit", files["xml"], "--sarif", files["sarif"])
        self.assertEqual(got.returncode, 3, got.stdout + got.stderr)
        self.assertIn("INVALID, nothing is concluded: 3 % more work was not found", got.stdout)
        self.assertNotIn("again:", got.stdout)
        self.assertNotIn("the same machine code", got.stdout)
        report = json.loads(files["json"].read_text())
        self.assertEqual(report["cases"][0]["verdict"], "not concluded")
        self.assertEqual(report["cases"][0]["confirmation"], [])
        self.assertEqual(xml.etree.ElementTree.parse(files["xml"]).getroot().get("failures"), "0")
        self.assertEqual(json.loads(files["sarif"].read_text())["runs"][0]["results"], [])

    def test_a_limit_beyond_the_usual_slowdown_of_the_controls(self):
        got = gate("--base-lib", self.base, "--candidate-lib", self.base, "--limit", "5", "--json", "-")
        report = json.loads(got.stdout)
        if got.returncode == 3:
            self.skipTest("the machine is too busy to judge: " + report["invalid"])
        self.assertEqual(got.returncode, 0, report)
        self.assertAlmostEqual(report["controls"]["sentinel"]["work"], 1.07)

    def test_a_suite_that_names_what_neither_build_has(self):
        suite = pathlib.Path(self.folder.name) / "suite"
        suite.write_text("toy:mix\ntoy:mixx\n")
        got = gate("--base-lib", self.base, "--candidate-lib", self.base, "--suite", suite)
        self.assertEqual(got.returncode, 2, got.stdout + got.stderr)
        self.assertIn("has a case 'toy:mixx'", got.stderr)

    def test_bad_libraries_are_refused_with_a_sentence(self):
        version = build(self.folder.name, "version", "VERSION=99")
        unique = build(self.folder.name, "unique", "UNIQUE")
        also = build(self.folder.name, "also_unique", "UNIQUE")
        got = gate("--base-lib", unique, "--candidate-lib", also)
        self.assertEqual(got.returncode, 2, got.stdout + got.stderr)
        self.assertIn("both define one, of which a process has one", got.stderr)
        text = pathlib.Path(self.folder.name) / "text.so"
        text.write_text("no library")
        for library, sentence in ((version, "version 99"), (text, "cannot be loaded"),
                                  ("/nowhere.so", "cannot be loaded")):
            got = gate("--base-lib", self.base, "--candidate-lib", library)
            self.assertEqual(got.returncode, 2, got.stdout + got.stderr)
            self.assertIn(sentence, got.stderr)
            self.assertEqual(len(got.stderr.strip().splitlines()), 1, got.stderr)

    def test_a_bisection_needs_a_revision_before_another(self):
        got = gate("--bisect", "nowhere", "HEAD", "--case", "toy:mix")
        self.assertEqual(got.returncode, 2, got.stdout + got.stderr)
        self.assertIn("'nowhere' is no revision before 'HEAD'", got.stderr)

    def test_a_selftest_is_continued_from_its_record(self):
        record = pathlib.Path(self.folder.name) / "record.json"
        processes = []
        for _ in range(2):
            got = gate("--selftest", "--base-lib", self.base, "--condition", "quiet", "--seconds",
                       "3", "--record", record, "--json", "-")
            self.assertIn(got.returncode, (0, 3), got.stdout + got.stderr)
            quiet = json.loads(got.stdout)["conditions"]["quiet"]
            processes.append(quiet["processes"])
        self.assertGreater(processes[1], processes[0])
        self.assertEqual([p["work"] for p in quiet["all"]], [1, 1.01, 1.02, 1.05, 1.1])
        self.assertLessEqual(quiet["all"][0]["regressed"], quiet["all"][0]["comparisons"])
        other = build(self.folder.name, "other", "WORK=999")
        got = gate("--selftest", "--base-lib", other, "--seconds", "1", "--record", record)
        self.assertEqual(got.returncode, 2, got.stdout + got.stderr)
        self.assertIn("another library", got.stderr)
        kept = json.loads(record.read_text())
        observed = kept["conditions"]["quiet"]["observed"]["null"]
        self.assertEqual(len(observed["forward"]), processes[1] / 2)
        self.assertEqual(len(observed["reversed"]), processes[1] / 2)
        record.write_text(json.dumps(kept | {"method": 1}))
        got = gate("--selftest", "--base-lib", self.base, "--seconds", "1", "--record", record)
        self.assertEqual(got.returncode, 2, got.stdout + got.stderr)
        self.assertIn("another version of the selftest", got.stderr)
        record.write_text("{}")
        got = gate("--selftest", "--base-lib", self.base, "--seconds", "1", "--record", record)
        self.assertEqual(got.returncode, 2, got.stdout + got.stderr)
        self.assertIn("no record", got.stderr)

    def test_a_selftest_goes_on_until_alarms_are_shown_to_be_rare(self):
        got = gate("--selftest", "--base-lib", self.base, "--condition", "quiet", "--alarms", "40",
                   "--json", "-")
        quiet = json.loads(got.stdout)["conditions"]["quiet"]
        self.assertLessEqual(quiet["alarm_bound"], 0.4)
        same = quiet["all"][0]
        self.assertGreaterEqual(same["comparisons"] - same["invalid"], 8, got.stderr)
        self.assertLess(quiet["processes"], 1000)

    def test_options_that_do_not_go_together(self):
        for arguments in ((), ("--base-lib", self.base), ("--base", "HEAD", "--bisect", "a", "b"),
                          ("--bisect", "a", "b"),
                          ("--selftest", "--base", "HEAD"),
                          ("--base-lib", self.base, "--candidate-lib", self.base, "--filter", "("),
                          ("--base-lib", self.base, "--candidate-lib", self.base, "--suite", "no")):
            got = gate(*arguments)
            self.assertEqual(got.returncode, 2, got.stdout + got.stderr)
            self.assertTrue(got.stderr.startswith("assay:"), got.stderr)

        got = gate("--base-lib", self.base, "--candidate-lib", self.base, "--html", "/nowhere/x")
        self.assertEqual(got.returncode, 2, got.stdout + got.stderr)
        self.assertIn("--html /nowhere/x: there is no folder /nowhere", got.stderr)
        for arguments in (("--quick",), ("--record", "r"), ("--selftest", "--condition", "odd"),
                          ("--base-lib", self.base, "--candidate-lib", self.base, "--limit", "nan")):
            self.assertEqual(gate(*arguments).returncode, 2, arguments)


if __name__ == "__main__":
    unittest.main()
