"""Writes results/conformance.md to stdout: runs ONNX's backend cases and the generated int8 cases.

usage: record.py ASSAY > results/conformance.md
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import int8_cases

DATA = pathlib.Path("/usr/share/libonnx-testdata/data")
SEED = 1


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


if __name__ == "__main__":
    main(sys.argv[1])
