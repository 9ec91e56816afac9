"""`mpirun assay tune`: samples spread over processes give what one process gives, to the bit, whoever
dies meanwhile."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import search_outcome  # noqa: E402
import small_search  # noqa: E402

BIN = small_search.BIN
ASSAY, MODEL = BIN / "assay", small_search.MODEL
# As root, on more processes than cores: Open MPI wants both said.
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe"]
SAMPLES = 900

# Many batches, and no objective that a clock decides.
SETTINGS = [
    "evaluation.accuracy.dataloader.batch_size=7",
    "evaluation.confirmation.share=0.2",
    "evaluation.performance.iteration=5",
    "tuning.accuracy_criterion.absolute=0.2",
    "tuning.multi_objectives={objective: [accuracy, modelsize], weight: [0.8, 0.2]}",
    "tuning.exit_policy.max_trials=4",
]


def children(parent):
    """The ranks that an mpirun has started: rank -> process."""
    found = {}
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if int((process / "stat").read_text().rsplit(")", 1)[1].split()[1]) != parent:
                continue
            rank = re.search(rb"\0OMPI_COMM_WORLD_RANK=(\d+)\0", (process / "environ").read_bytes())
        except OSError:
            continue
        if rank:
            found[int(rank[1])] = int(process.name)
    return found


class Mpi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        images = numpy.random.default_rng(1).normal(size=(SAMPLES, 1, 28, 28)).astype("f4")
        numpy.save(cls.folder / "images.npy", images)
        subprocess.run([ASSAY, "run", MODEL, "--input", f"image={cls.folder}/images.npy",
                        "--output-dir", cls.folder], check=True, capture_output=True)
        labels = numpy.load(cls.folder / "logits.npy").argmax(axis=1)  # The fp32 model is right.
        numpy.save(cls.folder / "labels.npy", labels)
        cls.config = cls.folder / "tune.yaml"
        cls.config.write_text(small_search.CONFIG)
        cls.reference = cls.folder / "reference"
        done = cls.tune([], cls.reference)
        assert done.returncode in (0, 4), done.stderr

    @classmethod
    def command(cls, launcher, workspace, *sets):
        return [*launcher, ASSAY, "tune", cls.config, "--workspace", workspace,
                *(word for item in [*SETTINGS, *sets] for word in ("--set", item))]

    @classmethod
    def tune(cls, launcher, workspace, *sets):
        return subprocess.run(cls.command(launcher, workspace, *sets), capture_output=True, text=True,
                              check=False)

    def assert_same_end(self, done, workspace, reference=None):
        self.assertIn(done.returncode, (0, 4), done.stderr)
        self.assertEqual(search_outcome.outcome(workspace), search_outcome.outcome(reference or self.reference))

    def shared(self, done):
        return int(re.search(r"accuracy: of \d+ batches (\d+) ran in", done.stderr)[1])

    def test_two_and_four_ranks_give_what_one_process_gives(self):
        for ranks in (2, 4):
            workspace = self.folder / f"ranks{ranks}"
            done = self.tune([*MPIRUN, "-np", str(ranks)], workspace)
            self.assert_same_end(done, workspace)
            self.assertGreater(self.shared(done), 50)
            self.assertIn(f"ran in {ranks - 1} other processes", done.stderr)
            self.assertEqual(done.stdout.count("status"), 1)  # One of them reports.

    def test_metrics_that_see_fp32_or_all_samples_too(self):
        for metric in ("{fidelity: sqnr}", "{F1: macro}"):
            ends = []
            for name, launcher in (("one", []), ("many", [*MPIRUN, "-np", "3"])):
                workspace = self.folder / f"{name}{metric[1]}"
                done = self.tune(launcher, workspace, f"evaluation.accuracy.metric={metric}",
                                 "tuning.exit_policy.max_trials=2")
                ends.append((done, workspace))
            self.assert_same_end(*ends[1], reference=ends[0][1])
            self.assertGreater(self.shared(ends[1][0]), 20)

    def killed(self, launcher, rank, workspace):
        """Kills a rank once the first trial is in the journal; the finished mpirun."""
        with subprocess.Popen(self.command(launcher, workspace), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as process:
            while not search_outcome.lines(workspace):
                self.assertIsNone(process.poll(), "ended before it could be killed")
                time.sleep(0.002)
            ranks = children(process.pid)
            os.kill(ranks[rank], signal.SIGKILL)
            stdout, stderr = process.communicate()
        deadline = time.monotonic() + 60
        while any(pathlib.Path(f"/proc/{each}").exists() for each in ranks.values()):
            self.assertLess(time.monotonic(), deadline, "a rank is left")
            time.sleep(0.1)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def test_a_rank_that_dies_costs_nothing_but_time(self):
        workspace = self.folder / "dies"
        done = self.killed([*MPIRUN, "--enable-recovery", "-np", "3"], 2, workspace)
        self.assert_same_end(done, workspace)
        self.assertGreater(self.shared(done), 50)

    def test_without_recovery_mpirun_ends_all_and_the_journal_goes_on(self):
        workspace = self.folder / "aborted"
        done = self.killed([*MPIRUN, "-np", "2"], 1, workspace)
        self.assertNotIn(done.returncode, (0, 4))
        trials = search_outcome.lines(workspace)
        self.assertGreaterEqual(len(trials), 1)
        done = self.tune([*MPIRUN, "-np", "2"], workspace, "tuning.workspace.resume=True")
        self.assert_same_end(done, workspace)
        self.assertEqual(search_outcome.lines(workspace)[:len(trials)], trials)

    def test_when_rank_0_dies_the_others_end_and_the_journal_goes_on(self):
        workspace = self.folder / "headless"
        self.killed([*MPIRUN, "--enable-recovery", "-np", "3"], 0, workspace)
        self.assert_same_end(self.tune([], workspace), workspace)

    def test_what_is_wrong_is_said_once(self):
        done = self.tune([*MPIRUN, "-np", "3"], self.folder / "wrong", "tuning.strategy=none")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("did you mean") + done.stderr.count("known:"), 1,
                         done.stderr)

    def test_without_the_module_it_says_so(self):
        alone = pathlib.Path(shutil.copy2(ASSAY, self.folder / "assay"))
        done = subprocess.run([alone, "tune", self.config], capture_output=True, text=True, check=False,
                              env=os.environ | {"OMPI_COMM_WORLD_SIZE": "2"})
        alone.unlink()
        self.assertEqual(done.returncode, 2)
        self.assertIn("mpirun started 2 processes, but the module for that cannot be loaded",
                      done.stderr)
        linked = subprocess.run(["ldd", ASSAY], capture_output=True, text=True, check=True).stdout
        self.assertNotIn("libmpi", linked)


if __name__ == "__main__":
    if shutil.which("mpirun") is None:
        print("skip: mpirun is missing (Debian's openmpi-bin)")
        sys.exit(77)
    if not (BIN / "libassay_mpi.so").exists():
        print("skip: libassay_mpi.so was not built (Debian's libopenmpi-dev; ASSAY_MPI)")
        sys.exit(77)
    if os.environ.get("ASSAY_SANITIZE"):
        print("skip: Open MPI does not run under sanitizers")
        sys.exit(77)
    unittest.main()
