#!/usr/bin/python3
"""Compares the strategies of `assay tune` at equal numbers of trials, over several seeds; prints the
tables of strategies.md. Run from the project's root; --help tells the rest.

The seed decides what a strategy draws and, for all of them, which samples search and which confirm.
What was selected is judged on samples that no search has seen (unseen.py).
Searches that are finished are kept (--keep) and not run again, one that was cut off goes on: the
same command takes the work up where it was left. A table has the seeds that are whole so far.
"""
import argparse
import dataclasses
import hashlib
import itertools
import json
import math
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys
import time

import unseen

ROOT = pathlib.Path(__file__).resolve().parents[1]
STRATEGIES = ("basic", "mse", "random", "exhaustive", "tpe", "bayesian", "pareto")
SEEDS = (9527, 1, 2, 3, 4, 5, 6, 7, 8, 9)
LEVEL = 0.05        # Of tests.
# Everything else as the product does it, recipes that rescue included.
COMMON = ("evaluation.performance.iteration=200",)
JUDGE = ("evaluation.accuracy.metric=~",
         "evaluation.accuracy.multi_metrics={topk: 1, fidelity: top1}")
BOTH = ("tuning.multi_objectives={objective: [accuracy, performance], weight: [0.5, 0.5]}",
        "tuning.workspace.front=True")
# A single objective ends the search at the first model that is feasible and confirmed.
FIRST = ("tuning.multi_objectives=~", "tuning.objective=performance")
IMAGES = "evaluation.accuracy.dataloader.dataset.ImagenetRaw"
OTHERS = "../../../shared/data/imagenet/search"


@dataclasses.dataclass
class Case:
    name: str
    limits: dict  # By metric: of the accuracy that may be lost, and of fp32's top-1 classes.
    config: str
    judge: str
    sets: tuple = ()
    judge_sets: tuple = ()
    metric: str = "topk"  # Of the search.


CASES = (
    Case("demo (fashion_mobile: 700 images to search, 300 to confirm, 10,000 to judge)",
         {"topk": 0.01, "fidelity": 0.03}, "harness/demo/config.yaml", "harness/demo/judge.yaml",
         ("evaluation.confirmation={share: 0.3}",
          "evaluation.accuracy.dataloader.dataset.FashionMNIST.count=1000")),
    Case("mobilenetv1_025 (351 images to search, 299 to confirm, 800 others to judge)",
         {"topk": 0.03, "fidelity": 0.1}, "tests/models/mobilenetv1_025.yaml",
         "tests/models/mobilenetv1_025.yaml",
         ("quantization.calibration.sampling_size=40", "evaluation.confirmation={share: 0.46}"),
         (f"{IMAGES}.data_path={OTHERS}", f"{IMAGES}.image_list={OTHERS}.txt")),
    Case("agreement (mobilenetv1_025: 560 images to search, 240 to confirm, 650 others to judge)",
         {"topk": 0.015, "fidelity": 0.1}, "tests/models/mobilenetv1_025.yaml",
         "tests/models/mobilenetv1_025.yaml",
         ("quantization.calibration.sampling_size=40", "evaluation.confirmation={share: 0.3}",
          "evaluation.accuracy.metric={fidelity: top1}",
          f"{IMAGES}.data_path={OTHERS}", f"{IMAGES}.image_list={OTHERS}.txt"),
         metric="fidelity"),
)


@dataclasses.dataclass
class Quality:
    """What strategies are compared by. least: a smaller lead in the median is none, whatever a test
    says; for times, the clock's noise."""
    name: str
    key: str
    least: float
    sign: int = 1
    form: str = "{:+.1f}"
    judged: str = ""  # What the judge's samples are asked about.


QUALITIES = (Quality("hypervolume, points", "hypervolume", 1.0, judged="topk"),
             Quality("by agreement, points", "by_agreement", 1.0, judged="fidelity"),
             Quality("first confirmed, trials sooner", "first", 0.5, -1, "{:+.0f}"),
             Quality("winner's speed-up, percent", "log_speed_up", 1.0))


class OutOfTime(Exception):
    """No further search is begun."""


def lines(journal):
    """Of finished trials."""
    if not journal.exists():
        return []
    whole = [line for line in journal.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return [json.loads(line) for line in whole]


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
        """result.json of a search, its seconds and its workspace beside it."""
        words = [word for item in (*sets, *COMMON) for word in ("--set", item)]
        digest = hashlib.sha256(" ".join([str(config), *words]).encode()).hexdigest()[:8]
        workspace = self.folder / f"{name}_{digest}"
        result, seconds = workspace / "result.json", workspace / "seconds"
        if not seconds.exists():
            took = self.run(kind, workspace, config, words)
            seconds.write_text(f"{took:.3f}")
        self.longest[kind] = max(self.longest.get(kind, 0), float(seconds.read_text()))
        return json.loads(result.read_text()) | {"seconds": float(seconds.read_text()),
                                                 "workspace": workspace}

    def judged(self, case, result):
        """A search's models, on the judge's samples."""
        workspace = result["workspace"]
        front = [each["trial"] for each in result["pareto_front"]]
        files = [*(workspace / "front" / f"trial_{index}.onnx" for index in front),
                 workspace / "best.onnx"]
        trials = {trial["trial"]: trial["model"] for trial in lines(workspace / "trials.jsonl")}
        promised = [[unseen.ratio(trials[index], name) for name in ("accuracy", "performance")]
                    for index in front]
        return unseen.Judged([self.judge(case, result["baseline"]["file"], file) for file in files],
                             case.limits, promised)

    def judge(self, case, fp32, model):
        """Equal models are judged once, and so are equal."""
        folder = self.folder / "judged"
        folder.mkdir(exist_ok=True)
        words = [word for item in (*case.judge_sets, *JUDGE, *COMMON) for word in ("--set", item)]
        whole = hashlib.sha256(model.read_bytes() + " ".join([case.judge, *words]).encode())
        file = folder / f"{whole.hexdigest()[:16]}.json"
        if not file.exists():
            self.call("evaluate", fp32, model, "--config", ROOT / case.judge, "--json", file, *words)
        return json.loads(file.read_text())

    def call(self, *words, fine=(0,)):
        command = [*shlex.split(self.arguments.under), self.arguments.assay, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in fine:
            sys.exit(f"{words[0]}: {done.stderr}")

    def run(self, kind, workspace, config, words):
        begin = time.monotonic()
        if begin + self.longest.get(kind, 0) > self.end:
            raise OutOfTime
        earlier_s = sum(trial["elapsed_s"] for trial in lines(workspace / "trials.jsonl"))
        self.call("tune", ROOT / config, "--workspace", workspace, *words, fine=(0, 3, 4))
        return earlier_s + time.monotonic() - begin


def search(searches, case, strategy, seed, kind, sets):
    sets = (*case.sets, f"tuning.accuracy_criterion={{absolute: {case.limits[case.metric]}}}",
            f"tuning.exit_policy.max_trials={searches.arguments.trials}",
            f"tuning.strategy.name={strategy}", f"tuning.random_seed={seed}", *sets)
    return searches.result((case.name, strategy, kind),
                           f"{case.name.split()[0]}_{strategy}_{seed}{kind}", case.config, sets)


def measure(searches, case, strategy, seed):
    """What one strategy reaches with one seed."""
    whole = search(searches, case, strategy, seed, "", BOTH)
    judged = searches.judged(case, whole)
    return {"judged": judged, "hypervolume": judged.hypervolume("topk"),
            "by_agreement": judged.hypervolume("fidelity"),
            "seen": 100 * (whole["hypervolume"] or 0) /
                    (case.limits[case.metric] * baseline_latency(whole)),
            "loss": 100 * judged.loss("topk", unseen.WINNER),
            "agreement": 100 - 100 * judged.loss("fidelity", unseen.WINNER),
            "speed_up": 1 / judged.latency[unseen.WINNER],
            "log_speed_up": -100 * math.log(judged.latency[unseen.WINNER]),
            "confirmed": whole["confirmed"] is True, "seconds": whole["seconds"],
            "first": first_confirmed(searches, case, strategy, seed, whole)}


def first_confirmed(searches, case, strategy, seed, whole):
    """Trials of a search that ends with its first model that is feasible and confirmed. None is run
    where the whole one met nothing feasible: it would propose the same."""
    none = searches.arguments.trials + 1
    if not any(trial["feasible"] for trial in lines(whole["workspace"] / "trials.jsonl")):
        return none
    first = search(searches, case, strategy, seed, "_first", FIRST)
    return first["trials"] if first["status"] == "satisfied" and first["confirmed"] else none


def baseline_latency(result):
    return next(objective["value"] for objective in result["baseline"]["objectives"]
                if objective["name"] == "performance")


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


def verdict(quality, ours, theirs):
    """"ahead, +5.1 [+4.0, +6.2] (p = 0.03)": `pareto` against another."""
    leads = [quality.sign * (mine[quality.key] - other[quality.key])
             for mine, other in zip(ours, theirs)]
    middle = statistics.median(leads)
    better, worse = p_value(leads), p_value([-x for x in leads])
    word = "tied"
    if abs(middle) >= quality.least and min(better, worse) <= LEVEL:
        word = "ahead" if better < worse else "behind"
    if quality.judged and not beyond_samples(quality, word, ours, theirs):
        word = "tied"
    return f"{word}, {spread(leads, quality.form)} (p = {better:.2g})"


def beyond_samples(quality, word, ours, theirs):
    """Whether the judge's samples bear it out."""
    ours, theirs = ([run["judged"] for run in runs] for runs in (ours, theirs))
    if word == "behind":
        ours, theirs = theirs, ours
    return unseen.lower_bound(quality.judged, ours, theirs, LEVEL) > 0


def row(strategy, runs):
    column = lambda name, form: spread([run[name] for run in runs], form)  # noqa: E731
    return (f"| {strategy} | {column('hypervolume', '{:.1f}')} | {column('seen', '{:.1f}')} | "
            f"{column('by_agreement', '{:.1f}')} | {column('first', '{:.0f}')} | {column('speed_up', '{:.2f}')} | "
            f"{column('loss', '{:.1f}')} | {column('agreement', '{:.1f}')} | "
            f"{sum(run['confirmed'] for run in runs)} of {len(runs)} | "
            f"{column('seconds', '{:.0f}')} |")


def table(case, runs, trials):
    ours = runs["pareto"]
    print(f"\n## {case.name}, at most {trials} trials, {len(ours)} seeds\n\n"
          "| strategy | hypervolume, % | as the search saw it | by agreement, % | first confirmed feasible | winner's "
          "speed-up | its loss, points | agreement, % | confirmed | seconds |\n"
          "|---|---|---|---|---|---|---|---|---|---|")
    for strategy in STRATEGIES:
        print(row(strategy, runs[strategy]))
    print("\n| `pareto` against | " + " | ".join(quality.name for quality in QUALITIES) + " |\n"
          "|" + "---|" * (1 + len(QUALITIES)))
    for strategy in STRATEGIES:
        if strategy != "pareto":
            verdicts = (verdict(quality, ours, runs[strategy]) for quality in QUALITIES)
            print(f"| {strategy} | " + " | ".join(verdicts) + " |", flush=True)


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
        if not case.name.startswith(arguments.only):
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
