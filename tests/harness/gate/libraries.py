"""Libraries of cases built for tests, and assay gate on them."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
ASSAY = pathlib.Path(os.environ["ASSAY_BIN"]) / "assay"
SOURCE = pathlib.Path(__file__).parent / "toy_cases.c"


def build(folder, name, *defines, flags=()):
    library = pathlib.Path(folder) / f"{name}.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-fvisibility=hidden", f"-I{ROOT}", *flags,
                    *[f"-D{d}" for d in defines], "-o", library, SOURCE], check=True)
    return library


def gate(*arguments):
    return subprocess.run([ASSAY, "gate", *map(str, arguments)], capture_output=True, text=True,
                          timeout=600)
