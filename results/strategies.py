"""Compares the strategies of `assay tune` at equal numbers of trials; prints the tables of strategies.md.

usage: strategies.py ASSAY [TRIALS] [NAME...]     (from the project's root; NAME: strategies)
"""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
STRATEGIES = ("basic", "mse", "random", "exhaustive", "tpe", "bayesian", "pareto")
# Everything else as the product does it, recipes that rescue included.
COMMON = ("tuning.workspace.resume=False", "evaluation.performance.iteration=30",
          "tuning.multi_objectives.weight=[0.5, 0.5]")
CASES = {
    "demo (fashion_mobile, 1,000 images)": (
        "harness/demo/config.yaml", "tuning.accuracy_criterion={absolute: 0.01}",
        "evaluation.confirmation={share: 0.3}",
        "evaluation.accuracy.dataloader.dataset.FashionMNIST.count=1000"),
    "mobilenetv1_025 (350 images)": (
        "tests/models/mobilenetv1_025.yaml", "tuning.accuracy_criterion={absolute: 0.03}",
        "quantization.calibration.sampling_size=40",
        "evaluation.confirmation={share: 0.46}"),
}


def run(assay, config, sets, trials, strategy):
    """Trials and result of one strategy."""
    with tempfile.TemporaryDirectory() as folder:
        words = [word for item in (*sets, *COMMON, f"tuning.exit_policy.max_trials={trials}",
                                   f"tuning.strategy.name={strategy}")
                 for word in ("--set", item)]
        done = subprocess.run([assay, "tune", ROOT / config, "--workspace", folder, *words],
                              capture_output=True, text=True, check=False)
        if done.returncode not in (0, 3, 4):
            sys.exit(f"{strategy}: {done.stderr}")
        result = json.loads((pathlib.Path(folder) / "result.json").read_text())
        lines = (pathlib.Path(folder) / "trials.jsonl").read_text().splitlines()
    measured = [json.loads(line) for line in lines]
    return measured, result


def row(strategy, trials, result):
    """The speed-up is that of the winner, beside fp32 timed in the same rounds."""
    feasible = next((trial["trial"] for trial in trials if trial["feasible"]), "-")
    speed_up = next(1 / objective["versus_baseline"]["value"]
                    for objective in result["best"]["model"]["objectives"]
                    if objective["name"] == "performance")
    hypervolume = result["hypervolume"] or 0
    confirmed = {True: "yes", False: "no", None: "not tried"}[result["confirmed"]]
    return (f"| {strategy} | {len(trials)} | {hypervolume * 1e6:.3f} | {feasible} | "
            f"{speed_up:.2f}x | {confirmed} |")


def main():
    assay, most = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20
    for case, (config, *sets) in CASES.items():
        print(f"\n## {case}, at most {most} trials\n\n"
              "| strategy | trials | hypervolume x 10^6 | first feasible trial | winner | confirmed |\n"
              "|---|---|---|---|---|---|")
        for strategy in sys.argv[3:] or STRATEGIES:
            print(row(strategy, *run(assay, config, sets, most, strategy)), flush=True)


if __name__ == "__main__":
    main()
