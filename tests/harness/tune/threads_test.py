"""The thread count as a dimension of `assay tune`: settled by the time of the first proposal."""
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from small_search import SmallSearch

OBJECTIVES = "tuning.multi_objectives={objective: [accuracy, performance]}"


class Threads(SmallSearch):
    def search(self, *settings):
        workspace = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        done, result = self.tune(OBJECTIVES, *settings, workspace=workspace)
        lines = (workspace / "trials.jsonl").read_text().splitlines()
        return done, result, [json.loads(line) for line in lines]

    def test_the_first_proposal_runs_with_each_and_the_others_with_the_fastest(self):
        done, result, trials = self.search("tuning.space={threads: [2, 1]}",
                                           "tuning.exit_policy.max_trials=4")
        self.assertIn(done.returncode, (0, 4), done.stderr)
        self.assertEqual([trial["threads"] for trial in trials[:2]], [2, 1])
        self.assertEqual(trials[0]["config"], trials[1]["config"])
        accuracies, times = ([next(objective["value"] for objective in trial["model"]["objectives"]
                                   if objective["name"] == name) for trial in trials]
                             for name in ("accuracy", "performance"))
        self.assertEqual(accuracies[0], accuracies[1])
        self.assertGreater(min(times), 0)
        self.assertEqual(len({trial["threads"] for trial in trials[2:]}), 1)
        self.assertIn(f"  {trials[2]['threads']} thread(s)", done.stdout)
        self.assertEqual(result["best"]["threads"],
                         trials[result["best"]["trial"] - 1]["threads"])

    def test_silent_about_them_nothing_is_decided(self):
        done, _, trials = self.search("tuning.exit_policy.max_trials=1")
        self.assertIn(done.returncode, (0, 4), done.stderr)
        self.assertNotIn("threads", trials[0])
        self.assertNotIn("thread(s)", done.stdout)

    def test_a_count_that_is_none_is_refused(self):
        for found, said in (("[1, 1]", "found 1 twice"), ("[0]", "found '0', expected")):
            done, _ = self.tune(f"tuning.space={{threads: {found}}}")
            self.assertEqual(done.returncode, 2)
            self.assertIn("tuning.space.threads", done.stderr)
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
