#!/usr/bin/python3
"""Compares the strategies of `assay tune` at equal numbers of trials, over several seeds; prints the
tables of strategies.md. Run from the project's root; --help tells the rest.

The seed decides what a strategy draws and, for all of them, which samples search and which confirm.
Searches that are finished are kept (--keep) and not run again, one that was cut off goes on: the
same command takes the work up where it was left. A table has the seeds that are whole so far.
"""
import argparse
import hashlib
import itertools
import json
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
STRATEGIES = ("basic", "mse", "random", "exhaustive", "tpe", "bayesian", "pareto")
SEEDS = (9527, 1, 2, 3, 4, 5, 6, 7, 8, 9)
LEVEL = 0.05        # Of the paired test.
LEAST = 1.0         # Points of hypervolume; less is the clock's noise, whatever a test says.
# Everything else as the product does it, recipes that rescue included.
COMMON = ("evaluation.performance.iteration=200",)
BOTH = ("tuning.multi_objectives={objective: [accuracy, performance], weight: [0.5, 0.5]}",)
# A single objective ends the search at the first model that is feasible and confirmed.
FIRST = ("tuning.multi_objectives=~", "tuning.objective=performance")
CASES = {
    "demo (fashion_mobile, 1,000 images)": (
        0.01, "harness/demo/config.yaml", "evaluation.confirmation={share: 0.3}",
        "evaluation.accuracy.dataloader.dataset.FashionMNIST.count=1000"),
    "mobilenetv1_025 (350 images)": (
        0.03, "tests/models/mobilenetv1_025.yaml", "quantization.calibration.sampling_size=40",
        "evaluation.confirmation={share: 0.46}"),
}


class OutOfTime(Exception):
    """No further search is begun."""


def seconds_of_trials(journal):
    if not journal.exists():
        return 0.0
    whole = [line for line in journal.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return sum(json.loads(line)["elapsed_s"] for line in whole)


class Searches:
    """Runs searches, or finds them finished in a folder."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.folder = arguments.keep
        self.folder.mkdir(parents=True, exist_ok=True)
        self.end = time.monotonic() + 60 * arguments.minutes
        self.longest = {}  # By case and kind: seconds.
        self.require_one_program()

    def require_one_program(self):
        program = shutil.which(self.arguments.assay)
        if program is None:
            sys.exit(f"{self.arguments.assay}: is no program; expected assay")
        digest = hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()
        note = self.folder / "program.sha256"
        if note.exists() and note.read_text() != digest:
            sys.exit(f"{self.folder}: has searches of another build; expected an empty folder, or "
                     "another one (--keep)")
        note.write_text(digest)

    def result(self, kind, name, config, sets):
        """result.json of a search, its seconds beside it."""
        words = [word for item in (*sets, *COMMON) for word in ("--set", item)]
        digest = hashlib.sha256(" ".join([str(config), *words]).encode()).hexdigest()[:8]
        workspace = self.folder / f"{name}_{digest}"
        result, seconds = workspace / "result.json", workspace / "seconds"
        if not seconds.exists():
            took = self.run(kind, workspace, config, words)
            seconds.write_text(f"{took:.3f}")
        self.longest[kind] = max(self.longest.get(kind, 0), float(seconds.read_text()))
        return json.loads(result.read_text()) | {"seconds": float(seconds.read_text())}

    def run(self, kind, workspace, config, words):
        begin = time.monotonic()
        if begin + self.longest.get(kind, 0) > self.end:
            raise OutOfTime
        command = [*shlex.split(self.arguments.under), self.arguments.assay, "tune", ROOT / config,
                   "--workspace", workspace, *words]
        earlier_s = seconds_of_trials(workspace / "trials.jsonl")  # Of one that was cut off.
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 3, 4):
            sys.exit(f"{workspace}: {done.stderr}")
        return earlier_s + time.monotonic() - begin


def baseline_latency(result):
    return next(objective["value"] for objective in result["baseline"]["objectives"]
                if objective["name"] == "performance")


def measure(searches, case, strategy, seed):
    """What one strategy reaches with one seed."""
    limit, config, *sets = CASES[case]
    trials = searches.arguments.trials
    sets += [f"tuning.accuracy_criterion={{absolute: {limit}}}",
             f"tuning.exit_policy.max_trials={trials}",
             f"tuning.strategy.name={strategy}", f"tuning.random_seed={seed}"]
    name = f"{case.split()[0]}_{strategy}_{seed}"
    whole = searches.result((case, strategy), name, config, (*sets, *BOTH))
    first = searches.result((case, strategy, "first"), f"{name}_first", config, (*sets, *FIRST))
    speed_up = next(1 / objective["versus_baseline"]["value"]
                    for objective in whole["best"]["model"]["objectives"]
                    if objective["name"] == "performance")
    area = (whole["hypervolume"] or 0) / (limit * baseline_latency(whole))
    found = first["status"] == "satisfied" and first["confirmed"]
    return {"trials": whole["trials"], "hypervolume": 100 * area, "speed_up": speed_up,
            "confirmed": whole["confirmed"] is True, "seconds": whole["seconds"],
            "first": first["trials"] if found else trials + 1}


def spread(values, form):
    """"median [least, most]"."""
    middle, least, most = (form.format(f(values)) for f in (statistics.median, min, max))
    return middle if least == most else f"{middle} [{least}, {most}]"


def p_value(differences):
    """Of "no difference, or less": the share of all signs with which the sum is as large (Fisher
    1935, "The design of experiments", section 21). With n seeds at least 1 / 2^n."""
    signs = itertools.product((1, -1), repeat=len(differences))
    sums = [sum(sign * x for sign, x in zip(each, differences)) for each in signs]
    return sum(x >= sums[0] - 1e-12 for x in sums) / len(sums)


def verdict(ours, theirs):
    """"ahead by 5.1 [4.0, 6.2] (p = 0.03)": `pareto` against another, in points of hypervolume."""
    differences = [mine["hypervolume"] - other["hypervolume"] for mine, other in zip(ours, theirs)]
    middle = statistics.median(differences)
    better, worse = p_value(differences), p_value([-x for x in differences])
    word = "tied"
    if abs(middle) >= LEAST and min(better, worse) <= LEVEL:
        word = "ahead" if better < worse else "behind"
    return f"{word}, {spread(differences, '{:+.1f}')} (p = {better:.2g})"


def row(strategy, runs, ours):
    column = lambda name: [run[name] for run in runs]  # noqa: E731
    against = "" if runs is ours else verdict(ours, runs)
    return (f"| {strategy} | {spread(column('trials'), '{:.0f}')} | "
            f"{spread(column('hypervolume'), '{:.1f}')} | {against} | "
            f"{spread(column('first'), '{:.0f}')} | {spread(column('speed_up'), '{:.2f}')} | "
            f"{sum(column('confirmed'))} of {len(runs)} | {spread(column('seconds'), '{:.0f}')} |")


def table(case, runs, trials):
    count = len(runs["pareto"])
    print(f"\n## {case}, at most {trials} trials, {count} seeds\n\n"
          "| strategy | trials | hypervolume, % | `pareto` against it | first confirmed feasible | "
          "winner's speed-up | confirmed | seconds |\n|---|---|---|---|---|---|---|---|")
    for strategy in STRATEGIES:
        print(row(strategy, runs[strategy], runs["pareto"]), flush=True)


def compare(searches, case, seeds):
    """By strategy, what it reaches with each seed; of seeds that are whole. Whether all are."""
    runs = {strategy: [] for strategy in STRATEGIES}
    for seed in seeds:  # Seed by seed: all strategies meet the same hour.
        try:
            found = [measure(searches, case, strategy, seed) for strategy in STRATEGIES]
        except OutOfTime:
            return runs, False
        for strategy, each in zip(STRATEGIES, found):
            runs[strategy].append(each)
    return runs, True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assay", help="the program")
    parser.add_argument("--trials", type=int, default=15, help="at most, of each search")
    parser.add_argument("--seeds", type=int, default=5, choices=range(1, len(SEEDS) + 1))
    parser.add_argument("--only", default="", help="those cases alone whose name begins so")
    parser.add_argument("--keep", type=pathlib.Path, default=ROOT / "build" / "strategies",
                        help="a folder for all workspaces (default: build/strategies)")
    parser.add_argument("--minutes", type=float, default=float("inf"),
                        help="begins no search that is expected to end later; exit code 3 then")
    parser.add_argument("--under", default="", help="a command that runs each search")
    arguments = parser.parse_args()
    searches, whole = Searches(arguments), True
    for case in CASES:
        if not case.startswith(arguments.only):
            continue
        runs, done = compare(searches, case, SEEDS[:arguments.seeds])
        whole = whole and done
        if runs["pareto"]:
            table(case, runs, arguments.trials)
    if not whole:
        print("\nout of time: the same command goes on", file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    main()
