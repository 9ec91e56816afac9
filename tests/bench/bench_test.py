"""The Google Benchmark binaries as a person and a machine meet them: flags, JSON, counters."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ["ASSAY_BIN"])
MODEL = ROOT / "harness/demo/fashion_residual.onnx"
QUICK = ["--benchmark_min_time=0.01", "--benchmark_format=json"]


def bench(name, *arguments):
    return subprocess.run([BIN / name, *map(str, arguments)], capture_output=True, text=True,
                          check=False)


class Kernels(unittest.TestCase):
    def rows(self, name, shapes, *arguments):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(shapes)
            file.flush()
            result = bench(name, "--shapes", file.name, *QUICK, *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_counters_and_machine(self):
        record = self.rows("bench_gemm", "# a comment\n33x17x9\n")
        self.assertEqual([row["name"].split("/")[0] for row in record["benchmarks"]],
                         [f"gemm:{types}:33x17x9" for types in ("f32", "u8s8s32", "u8s8u8")])
        for row in record["benchmarks"]:
            self.assertGreater(row["ops_per_s"], 0)
            self.assertGreater(row["fraction_of_peak"], 0)
            self.assertLess(row["fraction_of_peak"], 1.5)
            if not os.environ.get("ASSAY_SANITIZE"):
                self.assertGreater(row["peak_bytes"], 33 * 9)
            self.assertNotEqual(row["label"], "")
        self.assertIn("machine_fingerprint", record["context"])
        self.assertIn("machine_isas", record["context"])

    def test_every_variant_on_request(self):
        record = self.rows("bench_conv", "1x6x6x8:8x3x3:p1:g8\n", "--types", "u8s8u8", "--variants")
        self.assertIn("conv:u8s8u8:1x6x6x8:8x3x3:s1:p1:g8/u8s8_scalar/real_time",
                      [row["name"] for row in record["benchmarks"]])

    def test_help_shows_both_kinds_of_flags(self):
        for name in ("bench_gemm", "bench_conv", "bench_model", "bench_memory"):
            result = bench(name, "--help")
            self.assertEqual(result.returncode, 0)
            self.assertIn("--threads", result.stdout)
            self.assertIn("--benchmark_filter", result.stdout)

    def test_the_list_of_shapes_is_built_in(self):
        result = bench("bench_conv", "--types", "u8s8u8", "--benchmark_list_tests=true")
        self.assertIn("conv:u8s8u8:1x28x28x128:128x3x3:s1:p1:g1", result.stdout)

    def test_wrong_input_is_exit_code_2(self):
        for arguments in (["--no-such-flag"], ["--shapes", "no/such.txt"], ["--types", "f16"],
                          ["--benchmark_filter=no_such_benchmark"]):
            result = bench("bench_gemm", *arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertNotEqual(result.stderr, "")


class Memory(unittest.TestCase):
    def test_operators_against_the_bandwidth_of_their_level(self):
        result = bench("bench_memory", *QUICK, "--benchmark_filter=(add|pool_3x3s2|nchw.*)_u8:L2")
        self.assertEqual(result.returncode, 0, result.stderr)
        rows = json.loads(result.stdout)["benchmarks"]
        self.assertEqual([row["name"].split("/")[0] for row in rows],
                         [f"memory:{name}:L2" for name in ("add_u8", "max_pool_3x3s2_u8",
                                                           "nchw_f32_to_nhwc_u8")])
        for row in rows:
            self.assertGreater(row["bytes_per_s"], 0)
            self.assertGreater(row["working_set_bytes"], 0)
            self.assertAlmostEqual(row["fraction_of_bandwidth"],
                                   row["bytes_per_s"] / row["bandwidth_bytes_per_s"], places=3)

    def test_both_levels_and_threads_are_in_the_names(self):
        result = bench("bench_memory", "--threads", 2, "--benchmark_list_tests=true")
        self.assertIn("memory:quantize:DRAM/threads:2", result.stdout)
        self.assertIn("memory:quantize:L2/threads:2", result.stdout)


class Models(unittest.TestCase):
    def test_objectives_are_counters(self):
        result = bench("bench_model", MODEL, "--batch", 2, *QUICK)
        self.assertEqual(result.returncode, 0, result.stderr)
        (row,) = json.loads(result.stdout)["benchmarks"]
        self.assertEqual(row["name"], "model/fashion_residual.onnx/batch:2/threads:1/real_time")
        self.assertEqual(row["modelsize"], MODEL.stat().st_size)
        self.assertGreater(row["performance"], 0)
        if not os.environ.get("ASSAY_SANITIZE"):
            self.assertEqual(row["peak_bytes"], row["footprint"])

    def test_a_missing_model_is_exit_code_2(self):
        result = bench("bench_model", "no/such.onnx")
        self.assertEqual(result.returncode, 2)
        self.assertIn("no/such.onnx", result.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
