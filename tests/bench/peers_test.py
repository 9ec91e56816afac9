"""bench_peers: it checks, times and reports one small shape per family, and refuses what is not one."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BENCH = pathlib.Path(os.environ["ASSAY_BIN"]) / "bench_peers"
ROOT = pathlib.Path(__file__).resolve().parents[2]
QUICK = ["--rounds", "2", "--budget", "0.001"]
SHAPES = ["gemm:f32:20x24x40", "gemm:u8s8s32:20x24x40", "gemm:u8s8u8:20x24x40",
          "conv:f32:1x8x8x16:16x3x3:p1", "conv:u8s8u8:1x8x8x16:16x3x3:p1",
          "conv:f32:1x8x8x32:32x3x3:p1:g32", "conv:u8s8u8:1x8x8x32:32x3x3:p1:g32"]


def bench(*arguments, environment=None):
    return subprocess.run([BENCH, *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, **(environment or {})}, check=False, timeout=300)


class Report(unittest.TestCase):
    def rows(self, *arguments, environment=None):
        shapes = [word for shape in SHAPES for word in ("--shape", shape)]
        result = bench(*shapes, *QUICK, "--json", "-", *arguments, environment=environment)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout), result.stderr

    def test_every_contestant_has_a_row(self):
        record, notes = self.rows()
        self.assertEqual(notes.count("is wrong"), 0, notes)
        self.assertIn("machine_fingerprint", record["context"])
        ours = [row for row in record["benchmarks"] if row["name"].endswith("/assay")]
        self.assertEqual(len(ours), len(SHAPES))
        for row in record["benchmarks"]:
            for counter in ("real_time", "cpu_time", "median_s", "spread", "ops_per_s",
                            "fraction_of_peak", "rounds", "saturates", "label"):
                self.assertIn(counter, row, row["name"])
            self.assertGreater(row["median_s"], 0)
        # Where Assay picks Winograd, the contest of direct algorithms has a row of its own.
        judged = [row for row in record["benchmarks"] if "ratio_to_best_peer" in row]
        for row in judged:
            self.assertLessEqual(row["ratio_to_best_peer_lo"], row["ratio_to_best_peer"])
            self.assertLessEqual(row["ratio_to_best_peer"], row["ratio_to_best_peer_hi"])
        if any("/onednn" in row["name"] for row in record["benchmarks"]):
            self.assertEqual(len(judged), len(SHAPES))

    def test_a_cap_holds_for_peers(self):
        record, _ = self.rows(environment={"ASSAY_ISA": "avx2"})
        for row in record["benchmarks"]:
            self.assertNotIn("avx512", row["label"], row["name"])

    def test_tables(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "table.md"
            result = bench("--shape", SHAPES[0], *QUICK, "--markdown", file, "--variants")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("gemm f32: geometric mean", result.stdout)
            if os.environ.get("ASSAY_ISA") != "avx2":  # Which has but one.
                self.assertIn("variants of Assay", result.stdout)
            self.assertIn("| 20x24x40 |", file.read_text())

    def test_random_shapes_are_summed_up(self):
        result = bench("--random", "gemm:4", "--random", "conv:4", *QUICK)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("of 4 random shapes", result.stdout)

    def test_cold(self):
        result = bench("--shape", "gemm:f32:1x64x64", "--cold", "--rounds", "2")
        self.assertEqual(result.returncode, 0, result.stderr)


class Bars(unittest.TestCase):
    def verdict(self, line):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "bars.txt"
            file.write_text(line + "\n")
            return bench("--shape", SHAPES[0], *QUICK, "--assert", file)

    def test_met_missed_and_misspelled(self):
        self.assertEqual(self.verdict("gemm f32 . 1e-6 1e-6 - -").returncode, 0)
        missed = self.verdict("gemm f32 . 1e6 1e6 - -")
        self.assertEqual(missed.returncode, 3)
        self.assertEqual(missed.stderr.count("missed:"), 2, missed.stderr)
        self.assertEqual(self.verdict("gemm f32 .").returncode, 2)

    def test_the_lists_of_the_house_are_read(self):
        for bars in ("bars.txt", "bars_tiers.txt"):
            result = bench("--shape", SHAPES[0], *QUICK, "--assert", ROOT / "bench/shapes" / bars)
            self.assertIn(result.returncode, (0, 3), result.stderr)


class Usage(unittest.TestCase):
    def test_help_teaches(self):
        result = bench("--help")
        self.assertEqual(result.returncode, 0)
        for word in ("--assert", "ASSAY_ISA", "Exit codes", "bench/shapes/bars.txt"):
            self.assertIn(word, result.stdout)

    def test_wrong_input_is_exit_code_2(self):
        for arguments in (["--no-such-flag"], ["--types", "f16"], ["--peers", "mkl"],
                          ["--shape", "gemm:f32:1x1"], ["--shapes", "no/such.txt"],
                          ["--filter", "("], ["--filter", "no such shape"], ["--threads", "0"],
                          ["--random", "gemm"], ["--assert", "no/such.txt"]):
            result = bench(*arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertEqual(result.stdout, "")
            self.assertNotEqual(result.stderr, "")


if __name__ == "__main__":
    if not BENCH.exists():
        print("skip: bench_peers was not built (its packages are not installed, or sanitizers are on)")
        sys.exit(77)
    unittest.main(argv=sys.argv)
