"""Writes results/conformance.md to stdout: runs ONNX's backend cases and the generated int8 cases.

usage: record.py ASSAY > results/conformance.md
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import int8_cases
import ort
import ort_cases

DATA = pathlib.Path("/usr/share/libonnx-testdata/data")
SEED = 1
RANDOM_SEEDS, RANDOM_CASES = (1, 2, 3), 6000


def conform(assay, folder, tier=None):
    environment = {**os.environ, **({"ASSAY_ISA": tier} if tier else {})}
    return json.loads(subprocess.run([assay, "conform", folder, "--json", "-"], env=environment,
                                     capture_output=True, text=True, check=False).stdout)


def counts(totals):
    return f"{totals['passed']} | {totals['failed']} | {totals['unsupported']}"


def package_table(totals):
    print("| operator | passed | failed | unsupported |\n|---|--:|--:|--:|")
    for op, of_op in totals["by_operator"].items():
        print(f"| {op} | {counts(of_op)} |")
    print(f"| **all cases** | {counts(totals)} |")


def random_section(assay):
    runtime = ort.Runtime(os.environ.get("ASSAY_ONNXRUNTIME", ort_cases.LIBRARY))
    print(f"""
## Random cases beside ONNX Runtime

    python3 tests/harness/conform/ort_cases.py build/bin/assay --cases {RANDOM_CASES} --seed 1

draws cases of one operator each, of those with the most rules: windows with dilations, `ceil_mode` and `auto_pad`,
Resize in all modes, Reduce*, indices counted from the end, broadcasting, quantized products. ONNX Runtime
{runtime.version}, which runs them without optimizing the graph, gives the answers; the library is what
`bench/peers/onnxruntime/run` gets. Tolerances are those above. A test in the suite draws {3 * len(ort_cases.FAMILIES)}.

| seed | cases | passed | failed | known to differ | unsupported |
|--:|--:|--:|--:|--:|--:|""")
    differing = collections.Counter()
    for seed in RANDOM_SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            made = ort_cases.Comparison(assay, runtime, ort_cases.names(RANDOM_CASES), seed, pathlib.Path(folder))
        print(f"| {seed} | {made.cases} | {made.totals['passed']} | {made.failed} | {len(made.known)} | "
              f"{made.totals['unsupported']} |")
        differing.update(made.known.values())
    print("\nWhere the two are known to differ; Assay follows ONNX's text, or its test cases:\n\n"
          "| name | cases | |\n|---|--:|---|")
    for key, reason in ort_cases.KNOWN.items():
        print(f"| {key} | {differing[key]} | {reason} |")


def main(assay):
    print("""# Conformance

Made by `python3 tests/harness/conform/record.py build/bin/assay > results/conformance.md`.

## ONNX's backend test cases

`assay conform /usr/share/libonnx-testdata/data` (Debian's libonnx-testdata, ONNX 1.12). Tolerances are
those of ONNX's own runner, relative 1e-3 and absolute 1e-7; integers must be equal. A case counts
under each operator of its model, an unsupported one under those that stand in the way.
""")
    totals = conform(assay, DATA)
    print(f"**{totals['passed']} passed, {totals['failed']} failed, {totals['unsupported']} unsupported.** Of the "
          f"passed, {totals['bound']} have inputs that the plan must know\n(a shape, axes, scales): they were "
          "constants when it was built.\n")
    package_table(totals)
    print("""
## Int8 cases

Generated from a seed by `tests/harness/conform/int8_cases.py`, answers by exact integer and rational
arithmetic: full-range codes, zero points at the ends, scales per channel, groups, odd sizes. Every
answer must be the same bits on every tier.

| `ASSAY_ISA` | passed | failed | unsupported |
|---|--:|--:|--:|""")
    with tempfile.TemporaryDirectory() as folder:
        int8_cases.generate(pathlib.Path(folder), SEED)
        for tier in (None, "scalar", "avx2", "avxvnni", "avx512", "avx512vnni"):
            print(f"| {tier or 'not set'} | {counts(conform(assay, folder, tier))} |")
    print("\n| cases | |\n|---|--:|")
    for family, count in int8_cases.FAMILIES.items():
        print(f"| {family.__name__} | {count} |")
    random_section(assay)


if __name__ == "__main__":
    main(sys.argv[1])
