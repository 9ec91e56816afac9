"""Compares the strategies of `assay tune` at equal numbers of trials, over several seeds; prints the
tables of strategies.md. Run from the project's root; --help tells the rest.

The seed decides what a strategy draws and, for all of them, which samples search and which confirm.
"""
import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
STRATEGIES = ("basic", "mse", "random", "exhaustive", "tpe", "bayesian", "pareto")
SEEDS = (9527, 1, 2, 3, 4)
# Everything else as the product does it, recipes that rescue included. A search that was cut off goes on.
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


def search(arguments, folder, config, sets):
    """The result of one search; where the folder has it, it is not run again."""
    result = folder / "result.json"
    if not result.exists():
        words = [word for item in (*sets, *COMMON) for word in ("--set", item)]
        done = subprocess.run([*shlex.split(arguments.under), arguments.assay, "tune", ROOT / config,
                               "--workspace", folder, *words],
                              capture_output=True, text=True, check=False)
        if done.returncode not in (0, 3, 4):
            sys.exit(f"{folder}: {done.stderr}")
    return json.loads(result.read_text())


def baseline_latency(result):
    return next(objective["value"] for objective in result["baseline"]["objectives"]
                if objective["name"] == "performance")


def measure(arguments, folder, case, strategy, seed):
    """What one strategy reaches with one seed."""
    limit, config, *sets = CASES[case]
    sets += [f"tuning.accuracy_criterion={{absolute: {limit}}}",
             f"tuning.exit_policy.max_trials={arguments.trials}",
             f"tuning.strategy.name={strategy}", f"tuning.random_seed={seed}"]
    name = f"{case.split()[0]}_{strategy}_{seed}"
    whole = search(arguments, folder / name, config, (*sets, *BOTH))
    first = search(arguments, folder / f"{name}_first", config, (*sets, *FIRST))
    speed_up = next(1 / objective["versus_baseline"]["value"]
                    for objective in whole["best"]["model"]["objectives"]
                    if objective["name"] == "performance")
    area = (whole["hypervolume"] or 0) / (limit * baseline_latency(whole))
    found = first["status"] == "satisfied" and first["confirmed"]
    return {"trials": whole["trials"], "hypervolume": 100 * area, "speed_up": speed_up,
            "confirmed": whole["confirmed"] is True,
            "first": first["trials"] if found else arguments.trials + 1}


def spread(values, form):
    """"median [least, most]"."""
    middle, least, most = (form.format(f(values)) for f in (statistics.median, min, max))
    return middle if least == most else f"{middle} [{least}, {most}]"


def row(strategy, runs, ours):
    column = lambda name: [run[name] for run in runs]  # noqa: E731
    pairs = [mine["hypervolume"] > run["hypervolume"] for mine, run in zip(ours, runs)]
    behind = "" if runs is ours else f"{sum(pairs)} of {len(pairs)}"
    return (f"| {strategy} | {spread(column('trials'), '{:.0f}')} | "
            f"{spread(column('hypervolume'), '{:.1f}')} | {behind} | "
            f"{spread(column('first'), '{:.0f}')} | {spread(column('speed_up'), '{:.2f}')} | "
            f"{sum(column('confirmed'))} of {len(runs)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assay", help="the program")
    parser.add_argument("--trials", type=int, default=20, help="at most, of each search")
    parser.add_argument("--seeds", type=int, default=3, choices=range(1, len(SEEDS) + 1))
    parser.add_argument("--case", default="", help="those alone whose name begins so")
    parser.add_argument("--keep", type=pathlib.Path,
                        help="a folder for all workspaces; what it has is not run again")
    parser.add_argument("--under", default="", help="a command that runs each search")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for case in CASES:
            if not case.startswith(arguments.case):
                continue
            runs = {strategy: [] for strategy in STRATEGIES}
            for seed in SEEDS[:arguments.seeds]:  # Seed by seed: all strategies meet the same hour.
                for strategy in STRATEGIES:
                    runs[strategy].append(measure(arguments, folder, case, strategy, seed))
            print(f"\n## {case}, at most {arguments.trials} trials, {arguments.seeds} seeds\n\n"
                  "| strategy | trials | hypervolume, % | `pareto` ahead | first confirmed feasible | "
                  "winner's speed-up | confirmed |\n|---|---|---|---|---|---|---|")
            for strategy in STRATEGIES:
                print(row(strategy, runs[strategy], runs["pareto"]), flush=True)


if __name__ == "__main__":
    main()
