"""Trials that are timed while others use the same CPU are timed again, a bounded number of times."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from small_search import SmallSearch

MOST = 3


class Disturbed(SmallSearch):
    def timings(self):
        workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        done, _ = self.tune("tuning.multi_objectives={objective: [accuracy, performance]}",
                            "evaluation.performance.iteration=30", workspace=workspace)
        self.assertIn(done.returncode, (0, 4), done.stderr)
        lines = (workspace / "trials.jsonl").read_text().splitlines()
        trials = [json.loads(line) for line in lines]
        for trial in trials:  # The rounds of one timing, whatever came before it.
            rounds = trial["series"][f"trial {trial['trial']}"]["performance"]["values"]
            self.assertEqual(len(rounds), 30)
        return [trial["timings"] for trial in trials]

    def test_others_on_the_same_cpu(self):
        mine = os.sched_getaffinity(0)
        self.addCleanup(os.sched_setaffinity, 0, mine)
        os.sched_setaffinity(0, {min(mine)})  # Inherited by all that are started here.
        others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
        try:
            timings = self.timings()
        finally:
            for other in others:
                other.kill()
                other.wait()
        self.assertEqual(max(timings), MOST)


if __name__ == "__main__":
    unittest.main()
