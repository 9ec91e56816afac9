"""A run of `assay tune` that is cut off, anywhere and by anything, is continued to the same end."""
import json
import os
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/harness"))
import search_outcome  # noqa: E402

ASSAY = pathlib.Path(os.environ["ASSAY_BIN"]) / "assay"
DEMO = ROOT / "harness/demo"
# Under sanitizers a run takes many times as long.
KILLS = 10 if os.environ.get("ASSAY_SANITIZE") else 100
TRIALS = 6

# Few samples, few rounds, and no objective that a clock decides.
CONFIG = """
model: {{path: {demo}/fashion_mobile.onnx}}
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
  performance: {{warmup: 0, iteration: 5}}
tuning:
  accuracy_criterion: {{absolute: 0.1}}
  multi_objectives: {{objective: [accuracy, modelsize], weight: [0.8, 0.2]}}
  exit_policy: {{max_trials: {trials}}}
"""


class Resume(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        images = numpy.random.default_rng(1).normal(size=(40, 1, 28, 28)).astype("f4")
        numpy.save(cls.folder / "images.npy", images)
        subprocess.run([ASSAY, "run", DEMO / "fashion_mobile.onnx", "--input",
                        f"image={cls.folder}/images.npy", "--output-dir", cls.folder],
                       check=True, capture_output=True)
        labels = numpy.load(cls.folder / "logits.npy").argmax(axis=1)  # The fp32 model is right.
        numpy.save(cls.folder / "labels.npy", labels)
        cls.config = cls.folder / "tune.yaml"
        cls.config.write_text(CONFIG.format(demo=DEMO, trials=TRIALS))
        cls.reference = cls.folder / "reference"
        start = time.monotonic()
        done = cls.tune(cls.reference)
        cls.whole_s = time.monotonic() - start
        assert done.returncode in (0, 4), done.stderr
        best = json.loads((cls.reference / "result.json").read_text())["best"]["model"]
        assert best["agreement"]["value"] > 0.5, best  # What is compared has one.

    @classmethod
    def command(cls, workspace, *sets):
        return [ASSAY, "tune", cls.config, "--workspace", workspace,
                *(word for item in sets for word in ("--set", item))]

    @classmethod
    def tune(cls, workspace, *sets, **options):
        return subprocess.run(cls.command(workspace, *sets), capture_output=True, text=True,
                              check=False, **options)

    def killed_after(self, workspace, trials, *sets):
        """Starts a run and kills it once so many trials are in its journal."""
        with subprocess.Popen(self.command(workspace, *sets), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            while len(search_outcome.lines(workspace)) < trials:
                self.assertIsNone(process.poll())
                time.sleep(0.002)
            process.kill()

    def assert_same_end(self, workspace):
        self.assertEqual(search_outcome.outcome(workspace), search_outcome.outcome(self.reference))
        self.assertEqual(sorted(p.name for p in workspace.iterdir()),
                         ["best.onnx", "result.json", "trials.jsonl"])

    def test_what_clocks_said_of_operators_comes_from_the_journal(self):
        sets = ("tuning.strategy=pareto", "tuning.multi_objectives.objective=[accuracy, performance]")
        whole = self.folder / "clocked"
        done = self.tune(whole, *sets)
        self.assertIn(done.returncode, (0, 4), done.stderr)
        lines = search_outcome.lines(whole)
        self.assertGreaterEqual(len(lines), 2)
        for known in range(1, len(lines)):
            cut = self.folder / f"clocked_{known}"
            cut.mkdir()
            (cut / "trials.jsonl").write_bytes(b"\n".join(lines[:known]) + b"\n")
            done = self.tune(cut, *sets)
            self.assertIn(done.returncode, (0, 4), done.stderr)
            again = search_outcome.lines(cut)
            self.assertEqual(again[:known], lines[:known])
            configs = [json.loads(journal[known])["config"] for journal in (again, lines)]
            self.assertEqual(*configs)

    def test_facts_of_other_operators_are_refused(self):
        workspace = self.folder / "other_facts"
        self.tune(workspace, "tuning.strategy=mse")
        first = json.loads(search_outcome.lines(workspace)[0])
        del first["crc32"], first["facts"]["operators"][0]
        body = json.dumps(first, separators=(",", ":"))[1:].encode()
        line = b'{"crc32":"%08x",' % zlib.crc32(body) + body
        (workspace / "result.json").unlink()
        (workspace / "trials.jsonl").write_bytes(line + b"\n")
        done = self.tune(workspace, "tuning.strategy=mse")
        self.assertEqual(done.returncode, 2)
        self.assertIn("trials.jsonl:1: 'facts' are not those of the model's operators", done.stderr)

    def test_one_model_per_trial_of_the_front_on_request(self):
        workspace = self.folder / "front"
        (workspace / "front").mkdir(parents=True)
        (workspace / "front/trial_99.onnx").write_bytes(b"of an earlier run")
        done = self.tune(workspace, "tuning.workspace.front=True")
        self.assertIn(done.returncode, (0, 4), done.stderr)
        result = json.loads((workspace / "result.json").read_text())
        front = {f"trial_{point['trial']}.onnx" for point in result["pareto_front"]}
        self.assertTrue(front)
        self.assertEqual({file.name for file in (workspace / "front").iterdir()}, front)
        best = workspace / f"front/trial_{result['best']['trial']}.onnx"
        self.assertEqual(best.read_bytes(), (workspace / "best.onnx").read_bytes())

    def test_killed_at_random_moments(self):
        moments = random.Random(5)
        kills = ends = resumed = 0
        while kills < KILLS:
            workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
            ended = False
            patience_s = self.whole_s
            while not ended:
                before = search_outcome.lines(workspace)
                with subprocess.Popen(self.command(workspace), stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True) as process:
                    try:
                        output, errors = process.communicate(
                            timeout=moments.uniform(0, patience_s) if kills < KILLS else None)
                        ended = True
                        self.assertIn(process.returncode, (0, 4), errors)
                        self.assertEqual(output.count("from the journal"), len(before))
                    except subprocess.TimeoutExpired:
                        process.kill()
                        process.wait()
                        kills += 1
                        patience_s *= 1.1  # The machine may be slower than it was.
                        # Its last act done, a run is over, whatever becomes of the process.
                        ended = (workspace / "result.json").exists()
                # Every trial was measured once: its line, with its timings, is never another.
                self.assertEqual(search_outcome.lines(workspace)[:len(before)], before)
            self.assertEqual([json.loads(line)["trial"] for line in search_outcome.lines(workspace)],
                             list(range(1, TRIALS + 1)))
            self.assert_same_end(workspace)
            ends += 1
            resumed += len(before)
            shutil.rmtree(workspace)
        print(f"{kills} kills, {ends} ends, all the same; {resumed} trials came from journals")
        self.assertGreater(resumed, 0)

    def test_a_line_that_was_cut_is_measured_again(self):
        workspace = self.folder / "cut"
        self.tune(workspace)
        for name in ("result.json", "best.onnx"):
            (workspace / name).unlink()
        journal = workspace / "trials.jsonl"
        whole = journal.read_bytes()
        lines = search_outcome.lines(workspace)
        moments = random.Random(6)
        for cut in [moments.randrange(len(whole)) for _ in range(3)] + [1, len(whole) - 1]:
            journal.write_bytes(whole[:cut])
            kept = whole[:cut].count(b"\n")
            done = self.tune(workspace)
            self.assertIn(done.returncode, (0, 4), done.stderr)
            self.assertEqual(search_outcome.lines(workspace)[:kept], lines[:kept])
            self.assert_same_end(workspace)
            for name in ("result.json", "best.onnx"):
                (workspace / name).unlink()

    def test_what_is_of_another_run_is_refused_and_kept(self):
        workspace = self.folder / "other"
        self.killed_after(workspace, 2)
        journal = (workspace / "trials.jsonl").read_bytes()
        for change, what in ((f"model.path={DEMO}/fashion_residual.onnx", "another model"),
                             ("tuning.accuracy_criterion.absolute=0.2", "another configuration"),
                             ("evaluation.accuracy.dataloader.dataset.npy.count=39", "other data"),
                             ("tuning.random_seed=8", "random_seed 9527")):
            done = self.tune(workspace, change)
            self.assertEqual(done.returncode, 2, change)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(what, done.stderr)
            self.assertIn("resume=False", done.stderr)
            self.assertEqual((workspace / "trials.jsonl").read_bytes(), journal)
        anew = self.tune(workspace, "tuning.workspace.resume=False",
                         "tuning.accuracy_criterion.absolute=0.2")
        self.assertIn(anew.returncode, (0, 4), anew.stderr)
        self.assertEqual((workspace / "trials.previous.jsonl").read_bytes(), journal)

    def test_a_finished_run_goes_on_with_more_trials(self):
        workspace = self.folder / "more"
        self.tune(workspace, "tuning.exit_policy.max_trials=2")
        first = search_outcome.lines(workspace)
        self.assertEqual(len(first), 2)
        self.killed_after(workspace, 4, "tuning.workspace.resume=True")
        done = self.tune(workspace)  # Was cut off meanwhile: nobody need ask.
        self.assertIn("an earlier run is continued", done.stderr)
        self.assertEqual(search_outcome.lines(workspace)[:2], first)
        self.assert_same_end(workspace)

    def test_two_processes(self):
        workspace = self.folder / "two"
        with subprocess.Popen(self.command(workspace, "evaluation.performance.iteration=1000"),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
            while not search_outcome.lines(workspace):
                self.assertIsNone(first.poll())
                time.sleep(0.002)
            second = self.tune(workspace)
            self.assertIsNone(first.poll())
            first.kill()
        self.assertEqual(second.returncode, 2)
        self.assertEqual(second.stderr.count("\n"), 1, second.stderr)
        self.assertIn("another process is tuning in this workspace", second.stderr)

    def test_a_full_disk(self):
        workspace = self.folder / "full"
        self.killed_after(workspace, 2)
        before = search_outcome.lines(workspace)
        limit = (20_000, 20_000)  # Of every file: the next candidate does not fit.
        done = self.tune(workspace,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr.splitlines()[-1], r"cannot be written: File too large$")
        self.assertEqual(search_outcome.lines(workspace), before)
        self.assertEqual(sorted(p.name for p in workspace.iterdir()), ["trials.jsonl"])
        self.assertIn(self.tune(workspace).returncode, (0, 4))
        self.assert_same_end(workspace)

    def test_threads_do_not_matter(self):
        for threads in (1, 2, 4):
            workspace = self.folder / f"threads{threads}"
            self.tune(workspace, f"threads={threads}")
            self.assertEqual(search_outcome.outcome(workspace), search_outcome.outcome(self.reference))

    def test_resume_is_true_or_false(self):
        done = self.tune(self.folder / "none", "tuning.workspace.resume=history.snapshot")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--set: tuning.workspace.resume: found 'history.snapshot', expected True or "
                      "False", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
