#!/usr/bin/python3
"""Runs `assay autotune` from nothing again and again, and counts how often every shape has the same
winner; prints the table of gate.md's "Winners that stay". Exit code 3: a shape has another winner
in more runs than may differ (--differ), or not all runs are done yet.

Runs that are finished are kept (--keep) and not run again.
"""
import argparse
import collections
import hashlib
import json
import math
import pathlib
import shlex
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]


def require_one_command(folder, program, words):
    """Winners of another build, list or budget are another question's."""
    found = shutil.which(program)
    if found is None:
        sys.exit(f"{program}: is no program; expected assay")
    digest = hashlib.sha256(pathlib.Path(found).read_bytes()).hexdigest()
    command = json.dumps([digest, *map(str, words)])
    note = folder / "command.json"
    if note.exists() and note.read_text() != command:
        sys.exit(f"{folder}: has runs of another build or command; expected an empty folder, or "
                 "another one (--keep)")
    folder.mkdir(parents=True, exist_ok=True)
    note.write_text(command)


def sweeps(arguments):
    """What the runs wrote, as many as there was time for."""
    words = ["autotune", "--shapes", arguments.shapes, "--fresh", "--budget", arguments.budget,
             "--processes", arguments.processes]
    require_one_command(arguments.keep, arguments.assay, words)
    end, longest = time.monotonic() + 60 * arguments.minutes, 0
    files = [arguments.keep / f"{run + 1:02d}.json" for run in range(arguments.runs)]
    for file in files:
        begin = time.monotonic()
        if file.exists() or begin + longest > end:
            continue
        command = [*shlex.split(arguments.under), arguments.assay, *map(str, words), "-o", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{shlex.join(command)}: exit code {done.returncode}: {done.stderr}")
        longest = max(longest, time.monotonic() - begin)
    return [json.loads(file.read_text())["shapes"] for file in files if file.exists()]


class Counted:
    """One shape over all runs."""

    def __init__(self, entries):
        self.shape = entries[0]["shape"]
        self.dispatch = entries[0]["dispatch"]
        winners = collections.Counter(entry["variant"] for entry in entries)
        self.winner, self.same = winners.most_common(1)[0]
        self.runs = len(entries)
        self.others = sorted(set(winners) - {self.winner})
        self.wins = [entry["variant"] == self.winner for entry in entries]
        self.processes = max(entry["processes"] for entry in entries)
        near = [entry["dispatch_to_best_other"]["ratio"] for entry in entries if entry["processes"]]
        self.ratios = (min(near), max(near)) if near else None  # None: alone in all runs.

    def row(self):
        ratios = "alone" if self.ratios is None else "{:.3f} to {:.3f}".format(*self.ratios)
        winner = "dispatch's" if self.winner == self.dispatch else f"`{self.winner}`"
        if self.others:
            winner += "; else " + ", ".join(f"`{other}`" for other in self.others)
        return (f"| `{self.shape}` | `{self.dispatch}` | {ratios} | {self.processes} "
                f"| {self.same} of {self.runs} | {winner} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assay", help="the program")
    parser.add_argument("--shapes", type=pathlib.Path, default=ROOT / "bench" / "shapes" / "gate.txt",
                        help="as of assay autotune (default: bench/shapes/gate.txt)")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--differ", type=float, default=0.05,
                        help="the share of the runs in which a winner may differ (default: 0.05)")
    parser.add_argument("--budget", default="0.4", help="as of assay autotune (default: 0.4)")
    parser.add_argument("--processes", default="5", help="as of assay autotune (default: 5)")
    parser.add_argument("--beyond", type=float, default=0,
                        help="rows of those shapes alone whose ratio comes so high, or that differ")
    parser.add_argument("--keep", type=pathlib.Path, default=ROOT / "build" / "winners",
                        help="a folder for what the runs write (default: build/winners)")
    parser.add_argument("--minutes", type=float, default=math.inf,
                        help="begins no run that is expected to end later; exit code 3 then")
    parser.add_argument("--under", default="", help="a command that runs each of them")
    arguments = parser.parse_args()
    runs = sweeps(arguments)
    if not runs:
        sys.exit("no run was finished; expected more --minutes")
    shapes = [Counted(entries) for entries in zip(*runs)]
    print("| shape | dispatch's pick | / best other | processes, at most | the same winner | winner |")
    print("|---|---|---|---|---|---|")
    for shape in sorted(shapes, key=lambda s: s.ratios or (0, 0), reverse=True):
        if shape.others or (shape.ratios or (0, 0))[1] >= arguments.beyond:
            print(shape.row())
    whole = sum(all(shape.wins[run] for shape in shapes) for run in range(len(runs)))
    most = math.floor(arguments.differ * len(runs) + 1e-9)
    differ = [shape.shape for shape in shapes if len(runs) - shape.same > most]
    print(f"\n{len(shapes)} shapes, {len(runs)} runs: each shape has the same winner in at least "
          f"{min(shape.same for shape in shapes)}; all have in {whole}")
    for shape in differ:
        print(f"{shape}: another winner in more than {most} of {len(runs)} runs", file=sys.stderr)
    if len(runs) < arguments.runs:
        print(f"out of time after {len(runs)} of {arguments.runs} runs: the same command goes on",
              file=sys.stderr)
    if differ or len(runs) < arguments.runs:
        sys.exit(3)


if __name__ == "__main__":
    main()
