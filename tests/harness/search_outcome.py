"""What a search of `assay tune` came to, without what a clock has seen."""
import json


def lines(workspace):
    """The whole lines of its journal."""
    journal = workspace / "trials.jsonl"
    return journal.read_bytes().split(b"\n")[:-1] if journal.exists() else []


def untimed(record):
    """What of a model no clock has seen, to the last digit."""
    objectives = [objective for objective in record["objectives"]
                  if objective["name"] in ("accuracy", "modelsize")]
    return objectives, record.get("agreement")


def outcome(workspace):
    """To the last digit and byte, of a search whose objectives no clock decides."""
    trials = [json.loads(line) for line in lines(workspace)]
    result = json.loads((workspace / "result.json").read_text())
    return {"best.onnx": (workspace / "best.onnx").read_bytes(),
            "baseline": untimed(result["baseline"]),
            "trials": [(t["trial"], t["config"], t["feasible"], t["accepted"], untimed(t["model"]),
                        t["series"][f"trial {t['trial']}"]["accuracy"]) for t in trials],
            "best": (result["best"]["trial"], untimed(result["best"]["model"])),
            "rest": [result[key] for key in ("status", "exit_code", "trials", "confirmed",
                                             "pareto_front", "hypervolume", "asked")]}
