"""bench_onnxruntime: bars, reports of records, wrong input; and one small model, where npm has installed
ONNX Runtime."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

BENCH = pathlib.Path(os.environ["ASSAY_BIN"]) / "bench_onnxruntime"
ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "harness/demo/fashion_mobile.onnx"
LIBRARIES = [folder / "node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1"
             for folder in (ROOT / "build", BENCH.parents[1] / "onnxruntime")]


def bench(*arguments):
    return subprocess.run([BENCH, *map(str, arguments)], capture_output=True, text=True, check=False,
                          timeout=600)


def estimate(value):
    return {"value": value, "low": None, "high": None}


def record(model="net", kind="fp32", **ratios):
    """One thread, and two where the contest says so."""
    fresh = {"build_s": 0.1, "build_bytes": 2, "run_bytes": 1, "alone_s": 0.0}
    lanes = [{"subject": subject, "threads": threads, "seconds": estimate(0.001 * threads)}
             for threads in (1, 2) for subject in ("assay", "onnxruntime")]
    return {"model": model, "type": kind, "batch": 1, "rounds": 5, "others": 0.0, "difference": 0.0, "lanes": lanes,
            "ratios": [{"contest": contest, "threads": 2 if contest == "scaling" else 1,
                        "value": estimate(value)} for contest, value in ratios.items()],
            "assay": fresh, "onnxruntime": fresh}


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, name, text):
        path = pathlib.Path(self.folder.name) / name
        path.write_text(text)
        return path

    def records(self, *records, name="records.json"):
        return self.file(name, json.dumps({"onnxruntime": "1.30.0", "processor": "2-core X",
                                           "records": records}))

    def test_bars_that_are_met(self):
        result = bench("--from", self.records(record(onnxruntime=1.5, memory=1.2)),
                       "--assert", self.file("bars", "onnxruntime :fp32: 1.4 1.5\nmemory . 1.2 -"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("fp32: geometric mean 1.50x", result.stdout)

    def test_bars_that_are_missed(self):
        both = [self.records(record("a", onnxruntime=0.9)),
                self.records(record("b", onnxruntime=1.6), name="more.json")]
        result = bench("--from", *both, "--assert", self.file("bars", "onnxruntime . 1 1.3 # all"))
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertIn("onnxruntime a:fp32:b1:t1: ratio 0.900, at least 1 is asked", result.stderr)
        self.assertIn("geometric mean 1.200, at least 1.3 is asked", result.stderr)
        self.assertNotIn("b:fp32", result.stderr)

    def test_bars_of_this_project(self):
        bars = ROOT / "bench/shapes/bars_onnxruntime.txt"
        good = record("resnet50", onnxruntime=2, direct=2, scaling=2, memory=2, build=2)
        self.assertEqual(bench("--from", self.records(good), "--assert", bars).returncode, 0)
        for contest in ("onnxruntime", "direct", "scaling", "memory", "build"):
            bad = record("resnet50", **{contest: 0.6})
            result = bench("--from", self.records(bad), "--assert", bars)
            self.assertEqual(result.returncode, 3, contest)

    def test_markdown(self):
        table = pathlib.Path(self.folder.name) / "table.md"
        result = bench("--from", self.records(record(onnxruntime=1.5, scaling=1.9)), "--markdown", table)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("| net | 1 | 1 | 1.00 ms | 1.00 ms | 1.50x |", table.read_text())
        self.assertIn("| net | fp32 | 1 | 2 | 2.00 ms | 1.90x |", table.read_text())

    def test_wrong_input(self):
        records = self.records(record(onnxruntime=1))
        for arguments, reason in (
                ([], "expected models to measure, or --from"),
                ([MODEL, "--library", "no.so"], "no.so"),
                (["--from", self.file("text", "{}")], "is not a record of bench_onnxruntime"),
                (["--from", records, "--assert", self.file("bars", "onnxruntime .")], "is not a bar"),
                (["--from", records, "--assert", self.file("bars", "a ( 1 1")], "regular expression"),
                (["--from", records, "--assert", self.file("bars", "a . 0 1")], "is not a bar")):
            with self.subTest(reason):
                result = bench(*arguments)
                self.assertEqual(result.returncode, 2, result.stdout)
                self.assertIn(reason, result.stderr)


@unittest.skipUnless(any(library.exists() for library in LIBRARIES), "onnxruntime-node is not installed")
class Models(unittest.TestCase):
    def test_one_model(self):
        library = next(library for library in LIBRARIES if library.exists())
        result = bench(MODEL, "--library", library, "--threads", "1,2", "--rounds", "3", "--seconds",
                       "0.2", "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        (measured,) = json.loads(result.stdout)["records"]
        self.assertEqual((measured["model"], measured["type"]), ("fashion_mobile", "fp32"))
        self.assertLess(measured["difference"], 1e-5)
        self.assertLessEqual({"onnxruntime", "direct", "scaling", "memory", "build"},
                             {ratio["contest"] for ratio in measured["ratios"]})
        for engine in ("assay", "onnxruntime"):
            for field, value in measured[engine].items():
                self.assertGreater(value, 0, f"{engine} {field}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
