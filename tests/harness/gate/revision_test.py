"""assay gate on revisions of a repository: built once per tree, bisected; and results/gate.sh."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from libraries import ASSAY, ROOT, SOURCE

CMAKE = """cmake_minimum_required(VERSION 3.25)
project(toy LANGUAGES C CXX)
add_library(assay_cases SHARED toy_cases.c)
target_include_directories(assay_cases PRIVATE ${CMAKE_SOURCE_DIR})
target_compile_options(assay_cases PRIVATE -O2 -fvisibility=hidden)
target_compile_definitions(assay_cases PRIVATE %s)
set_target_properties(assay_cases PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
"""


class Repository:
    """A project of one case, whose commits set its macros."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.git("init", "-q", "-b", "main")
        shutil.copy(SOURCE, self.folder)
        header = self.folder / "harness" / "gate" / "registry.h"
        header.parent.mkdir(parents=True)
        shutil.copy(ROOT / "harness" / "gate" / "registry.h", header)
        (self.folder / "results").mkdir()
        shutil.copy(ROOT / "results" / "gate.sh", self.folder / "results")
        (self.folder / ".gitignore").write_text("/build/\n")

    def git(self, *arguments):
        command = ["git", "-C", self.folder, "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def comment(self, text):
        with open(self.folder / "toy_cases.c", "a", encoding="utf-8") as source:
            source.write(f"/* {text} */\n")

    def commit(self, subject, macros=None):
        if macros:
            (self.folder / "CMakeLists.txt").write_text(CMAKE % macros)
        self.comment(subject)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def run(self, *command, **environment):
        return subprocess.run(list(map(str, command)), cwd=self.folder, capture_output=True,
                              text=True, timeout=600, env={**os.environ, **environment})

    def gate(self, *arguments):
        return self.run(ASSAY, "gate", *arguments)


@unittest.skipIf(os.environ.get("ASSAY_SANITIZE"), "times are not those of a release")
class Revisions(unittest.TestCase):
    def setUp(self):
        self.repository = Repository()
        self.addCleanup(self.repository.temporary.cleanup)

    def test_a_comment_passes_is_built_once_and_goes_into_the_history(self):
        repository = self.repository
        repository.commit("first", "WORK=1000")
        repository.comment("not committed")
        history = repository.folder / "build" / "history.jsonl"
        history.parent.mkdir(exist_ok=True)
        got = repository.gate("--base", "HEAD", "--history", history)
        self.assertIn(got.returncode, (0, 3), got.stdout + got.stderr)
        self.assertIn("building HEAD", got.stderr)
        self.assertIn("building the working tree", got.stderr)
        if got.returncode == 0:
            run = json.loads(history.read_text())
            self.assertEqual(run["base_id"], repository.git("rev-parse", "HEAD^{tree}"))
            self.assertEqual(run["revision"], repository.git("rev-parse", "--short=12", "HEAD") + "+")
        repository.git("commit", "-q", "-a", "-m", "the same tree")
        again = repository.gate("--base", "HEAD~1", "--history", history)
        self.assertNotIn("building", again.stderr)
        if again.returncode == 0:
            run = json.loads(history.read_text().splitlines()[-1])
            self.assertEqual(run["revision"], repository.git("rev-parse", "--short=12", "HEAD"))

    def test_a_bisection_finds_the_commit_and_passes_over_one_that_does_not_build(self):
        repository = self.repository
        repository.commit("good", "WORK=1000")
        repository.commit("a comment")
        repository.commit("does not build", "WORK=1000 FAILS=#")
        slower = repository.commit("more work", "WORK=1400")
        repository.commit("another comment")
        got = repository.gate("--bisect", "HEAD~4", "HEAD", "--case", "toy:mix")
        if got.returncode == 3:
            self.skipTest("the machine is too busy to judge")
        self.assertEqual(got.returncode, 10, got.stdout + got.stderr)
        self.assertIn(f"first slower: {slower[:7]}", got.stdout)
        self.assertIn("more work", got.stdout)
        none = repository.gate("--bisect", "HEAD~4", "HEAD~3", "--case", "toy:mix")
        self.assertIn(none.returncode, (0, 3), none.stdout + none.stderr)
        if none.returncode == 0:
            self.assertIn("is not shown to be slower", none.stdout)

    def test_where_more_work_is_not_found_a_bisection_is_invalid(self):
        repository = self.repository
        repository.commit("good", "DEAF")
        repository.commit("bad", "DEAF WORK=1400")
        got = repository.gate("--bisect", "HEAD~1", "HEAD", "--case", "toy:mix")
        self.assertEqual(got.returncode, 3, got.stdout + got.stderr)
        self.assertIn("INVALID: HEAD is not judged: 3 % more work was not found", got.stdout)
        self.assertEqual(got.stderr.count("bad: not decided: 3 % more work was not found"), 3)

    def test_what_cannot_be_built_is_said(self):
        repository = self.repository
        repository.commit("broken", "WORK=1000 FAILS=#")
        got = repository.gate("--base", "HEAD")
        self.assertEqual(got.returncode, 2, got.stdout)
        self.assertIn("HEAD: cannot be built: ", got.stderr)
        got = repository.gate("--base", "nowhere")
        self.assertEqual(got.returncode, 2, got.stdout)
        self.assertEqual(got.stderr, "assay: nowhere: no such revision of this repository\n")

    def test_a_folder_with_a_space_and_a_submodule(self):
        repository = self.repository
        repository.commit("first", "WORK=1000")
        spaced = repository.folder.parent / (repository.folder.name + " it's")
        repository.git("clone", "-q", repository.folder, spaced)
        self.addCleanup(shutil.rmtree, spaced)
        repository.folder = spaced
        got = repository.gate("--base", "HEAD")
        self.assertIn(got.returncode, (0, 3), got.stdout + got.stderr)
        repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", spaced,
                       "part")
        cmake = spaced / "CMakeLists.txt"
        cmake.write_text(cmake.read_text() + 'file(READ part/CMakeLists.txt text)\n')
        got = repository.gate("--base", "HEAD")
        self.assertEqual(got.returncode, 2, got.stdout)
        self.assertIn("; 'part' is a submodule, which is not checked out", got.stderr)

    def test_the_nightly_gate_takes_the_last_tag_or_what_is_pinned_and_writes_every_format(self):
        repository = self.repository
        repository.commit("released", "WORK=1000")
        binaries = {"ASSAY_BIN": str(ASSAY.parent)}
        script = repository.folder / "results" / "gate.sh"
        got = repository.run(script, **binaries)
        self.assertEqual(got.returncode, 2, got.stdout)
        self.assertIn("there is no tag", got.stderr)
        pinned = repository.folder / "results" / "pinned"
        pinned.write_text("# Why.\n" + repository.git("rev-parse", "HEAD") + "\n")
        out = repository.folder / "build" / "pinned"
        got = repository.run(script, GATE_OUT=str(out), **binaries)
        self.assertIn(got.returncode, (0, 3), got.stdout + got.stderr)
        report = json.loads((out / "gate.json").read_text())
        self.assertEqual(report["base"], repository.git("rev-parse", "HEAD"))
        history = repository.folder / "results" / "history.jsonl"
        self.assertEqual(history.exists(), not report["invalid"])
        repository.git("tag", "v1")
        repository.commit("after it", "WORK=1400")
        out = repository.folder / "build" / "report"
        got = repository.run(script, GATE_OUT=str(out), **binaries)
        report = json.loads((out / "gate.json").read_text())
        self.assertEqual(report["base"], "v1")
        self.assertEqual({f.name for f in out.iterdir()}, {"gate.xml", "gate.sarif",
                                                          "gate.html", "gate.json"})
        self.assertIn("### Gate: ", got.stdout)
        self.assertEqual(got.returncode, 3 if report["invalid"] else 10, got.stdout + got.stderr)
        named = repository.run(script, "HEAD", "--filter", "mix", GATE_OUT=str(out), **binaries)
        self.assertIn(named.returncode, (0, 3), named.stdout + named.stderr)
        self.assertEqual(json.loads((out / "gate.json").read_text())["base"], "HEAD")


if __name__ == "__main__":
    unittest.main()
