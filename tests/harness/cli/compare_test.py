"""assay compare as a person meets it: records, kernels, models; refusals and broken files."""
import json
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import unittest

BIN = pathlib.Path(os.environ["ASSAY_BIN"])


def assay(*arguments):
    return subprocess.run([BIN / "assay", *map(str, arguments)], capture_output=True, text=True,
                          check=False)


def row(name, time, repetition=0, **more):
    return {"name": name, "run_name": name, "run_type": "iteration", "repetitions": 5,
            "repetition_index": repetition, "threads": 1, "iterations": 10, "real_time": time,
            "cpu_time": time, "time_unit": "us", **more}


def runs(name, time):
    return [row(name, time * (1 + 0.001 * (i - 2)), i) for i in range(5)]


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, rows, **context):
        file = pathlib.Path(self.folder.name) / name
        file.write_text(json.dumps({"context": {"host_name": "h", "num_cpus": 2, **context},
                                    "benchmarks": rows}))
        return file

    def pair(self):
        return (self.write("a.json", runs("even", 10) + runs("gain", 10) + runs("loss", 10)),
                self.write("b.json", runs("loss", 12) + runs("even", 10) + runs("gain", 8)))

    def one_sentence(self, code, *arguments, contains):
        result = assay("compare", *arguments)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertIn(contains, result.stderr)

    def test_a_table_the_slowest_first(self):
        result = assay("compare", *self.pair())
        self.assertEqual(result.returncode, 0, result.stderr)
        names = [line.split()[0] for line in result.stdout.splitlines() if "us" in line]
        self.assertEqual(names, ["loss", "even", "gain"])
        self.assertRegex(result.stdout, r"loss +10.0 us +12.0 us +5 +1.200 \[1.1\d\d, 1.20\d\] +worse")
        self.assertRegex(result.stdout, r"geometric mean of 3: 0.98\d \[")
        self.assertIn("1 better, 1 same, 1 worse, 0 unsure", result.stdout)
        self.assertNotIn("\033", result.stdout)
        self.assertIn("one process", result.stderr)

    def test_times_that_are_none_are_told_and_where_nothing_is_left_it_fails(self):
        even = self.write("even.json", runs("even", 10))
        some = self.write("some.json", runs("even", 10)[:4] + [row("even", 0, 4)])
        result = assay("compare", even, some)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("one of its times is no positive number", result.stdout)
        for bad in (0, -1, float("nan")):
            none = self.write("none.json", [row("even", bad, i) for i in range(5)])
            result = assay("compare", even, none)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn("5 of its times are no positive numbers", result.stdout)
            self.assertIn("no benchmark has times of both sides", result.stderr)

    def test_a_margin_that_is_no_number(self):
        for margin in ("nan", "-1", "101", "x"):
            result = assay("compare", *self.pair(), "--margin", margin)
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertIn("--margin", result.stderr)

    def test_order_and_filter(self):
        names = lambda text: [line.split()[0] for line in text.splitlines() if " us " in line]
        by_file = assay("compare", *self.pair(), "--sort", "file").stdout
        self.assertEqual(names(by_file), ["even", "gain", "loss"])
        some = assay("compare", *self.pair(), "--filter", "^(loss|even)$", "--sort", "name").stdout
        self.assertEqual(names(some), ["even", "loss"])

    def test_markdown(self):
        a = self.write("a.json", runs("x|y", 10))
        result = assay("compare", a, a, "--markdown")
        self.assertIn("| x\\|y | 10.0 us | 10.0 us | 5 | 1.000 [", result.stdout)
        self.assertIn("|---|--:|", result.stdout)

    def test_json(self):
        a, b = self.pair()
        result = assay("compare", a, b, "--json", "-", "--margin", 3)
        record = json.loads(result.stdout)
        self.assertEqual(record["margin"], 0.03)
        (contrast,) = record["contrasts"]
        verdicts = {line["name"]: line["verdict"] for line in contrast["lines"]}
        self.assertEqual(verdicts, {"loss": "worse", "even": "same", "gain": "better"})
        self.assertAlmostEqual(contrast["lines"][1]["ratio"]["value"], 0.8)
        self.assertEqual(contrast["averaged"], 3)
        self.assertEqual(record["sides"][0]["files"][0]["machine"], "host h, 2 CPUs")
        to_file = pathlib.Path(self.folder.name) / "out.json"
        result = assay("compare", a, b, "--json", to_file)
        self.assertIn("geometric mean", result.stdout)
        self.assertEqual(json.loads(to_file.read_text())["contrasts"][0]["averaged"], 3)

    def test_two_machines_are_refused(self):
        a = self.write("a.json", runs("x", 10), machine_fingerprint="f1", machine_cpu_model="17")
        b = self.write("b.json", runs("x", 10), machine_fingerprint="f2", machine_cpu_model="18")
        result = assay("compare", a, b)
        self.assertEqual(result.returncode, 3)
        self.assertEqual(result.stdout, "")
        for text in ("f1", "f2", "cpu_model: 17 and 18", "--across-machines"):
            self.assertIn(text, result.stderr)
        result = assay("compare", a, b, "--across-machines")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn(" us ", result.stdout)
        self.assertIn("1.000 [", result.stdout)

    def test_a_missing_context_is_a_note(self):
        a = self.write("a.json", runs("x", 10))
        a.write_text(json.dumps({"benchmarks": runs("x", 10)}))
        result = assay("compare", a, a)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("does not say which machine", result.stderr)

    def test_single_runs_are_unsure(self):
        a, b = self.write("a.json", [row("x", 10)]), self.write("b.json", [row("x", 5)])
        result = assay("compare", a, b)
        self.assertRegex(result.stdout, r"x .* 0.500 +unsure +a single run: no interval")

    def test_several_files_of_a_side(self):
        a = [self.write(f"a{i}.json", runs("x", 10 + i / 100)) for i in range(4)]
        b = [self.write(f"b{i}.json", runs("x", 9 + i / 100)) for i in range(4)]
        result = assay("compare", ",".join(map(str, a)), ",".join(map(str, b)), "--json", "-")
        self.assertNotIn("one process", result.stderr)
        (line,) = json.loads(result.stdout)["contrasts"][0]["lines"]
        self.assertEqual((line["verdict"], line["baseline"]["runs"]), ("better", 20))

    def test_broken_files_and_flags_are_one_sentence(self):
        a, b = self.pair()
        broken = pathlib.Path(self.folder.name) / "broken.json"
        self.one_sentence(2, a, "no/such.json", contains="no/such.json")
        for text in ("", "{", "[]", '{"benchmarks": [{"name": 3}]}', "\0\xff"):
            broken.write_text(text)
            self.one_sentence(2, a, broken, contains="broken.json: ")
        self.one_sentence(2, a, contains="expected a baseline and at least one candidate")
        self.one_sentence(2, a, b, "--filter", "(", contains="--filter '('")
        self.one_sentence(2, a, b, "--filter", "nothing", contains="--filter leaves")
        for flag in (["--sort", "size"], ["--margin", "-1"], ["--level", "100"]):
            self.assertEqual(assay("compare", a, b, *flag).returncode, 2, flag)

    def test_colors_on_a_terminal_only(self):
        a, b = self.pair()
        primary, secondary = pty.openpty()
        environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        subprocess.run([BIN / "assay", "compare", a, b], stdout=secondary, check=True,
                       stderr=subprocess.DEVNULL, env=environment)
        os.close(secondary)
        text = os.read(primary, 1 << 16).decode()
        os.close(primary)
        self.assertIn("\033[31mloss", text)
        self.assertIn("\033[32mgain", text)


class Kernels(unittest.TestCase):
    def json(self, *arguments):
        result = assay("compare", "--kernels", *arguments, "--budget", "0.01", "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_variants_are_timed_warm_and_cold(self):
        for shape in ("gemm:u8s8:32x32x32", "conv:u8s8:1x8x8x16:16x3x3:p1",
                      "conv:f32:1x8x8x16:16x3x3:p1:g16"):
            (record,) = self.json(shape)["shapes"]
            winners = [v["name"] for v in record["variants"] if v["warm"]["winner"]]
            self.assertTrue(winners)
            self.assertEqual(sum(v["picked"] for v in record["variants"]), 1)
            for variant in record["variants"]:
                self.assertGreater(variant["cold"]["median_s"], 0)
                self.assertGreater(variant["fraction_of_peak"], 0)
                interval = variant["warm"]["ratio_to_best_other"]["interval"]
                if len(record["variants"]) > 1:
                    self.assertLess(interval["low"], interval["high"])
            self.assertEqual(record["not_cold"], [])

    def test_a_table_with_winners_and_the_pick(self):
        result = assay("compare", "--kernels", "gemm:f32:16x16x16", "--warm", "--budget", "0.01")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("winners, warm: ", result.stdout)
        self.assertRegex(result.stdout, r"\n\* f32_")
        self.assertIn("warm: dispatch's pick", result.stdout)
        self.assertNotIn("cold", result.stdout)
        self.assertNotIn("\033", result.stdout)

    def test_a_sweep_ends_in_a_table_about_dispatch(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("# products\n16x16x16\nmodel:m quick\n"
                       "conv:f32:1x8x8x16:16x3x3:p1:g16 quick  # as in a suite of the gate\n")
            file.flush()
            sweep = ["compare", "--shapes", file.name, "--warm", "--budget", "0.01"]
            result = assay(*sweep, "--assert-dispatch", "900")
            self.assertEqual(result.returncode, 0, result.stderr)
            for shape in ("gemm:f32:16x16x16", "gemm:u8s8s32:16x16x16", "conv:f32:1x8x8x16"):
                self.assertRegex(result.stdout, rf"(?m)^{shape}\S* +\S+ .* (a winner|beaten) ")
            self.assertRegex(result.stdout, r"dispatch, warm: a winner for \d of 3 shapes")
            for line, found in (("16x16x16 slow", "'slow'"), ("16x", "'gemm:f32:16x'")):
                file.seek(0)
                file.truncate()
                file.write(line + "\n")
                file.flush()
                result = assay(*sweep)
                self.assertEqual(result.returncode, 2)
                self.assertIn(file.name, result.stderr)
                self.assertIn(found, result.stderr)

    @unittest.skipIf(os.environ.get("ASSAY_SANITIZE"), "checks of every access decide who wins")
    def test_a_wrong_pick_is_an_exit_code(self):
        """Under a budget of no memory for Winograd the pick is direct; a forced one still runs."""
        shape = "conv:f32:1x28x28x64:64x3x3:s1:p1:g1"
        record = self.json(shape, "--warm")["shapes"][0]
        names = [v["name"] for v in record["variants"]]
        winograd = [name for name in names if name.startswith("winograd4")]
        if not winograd:
            self.skipTest("skip: no Winograd here")
        direct = json.loads(assay("kernels", "--shape", shape, "--winograd-budget", "0", "--json",
                                  "-").stdout)
        (picked,) = [v["name"] for v in direct["variants"] if v["picked"]]
        result = assay("compare", "--kernels", shape, "--warm", "--budget", "0.3",
                       "--winograd-budget", "0", "--variants", f"{picked},{winograd[0]}",
                       "--assert-dispatch", "3")
        self.assertEqual(result.returncode, 3, result.stdout + result.stderr)
        self.assertIn(f"missed: {shape}", result.stderr)
        self.assertIn(f"dispatch's pick {picked} is beaten", result.stdout)

    def test_wrong_requests_are_one_sentence(self):
        for arguments in (["gemm:u8s8:3"], ["gemm:f32:8x8x8", "--variants", "f32_avx2"]):
            result = assay("compare", "--kernels", *arguments)
            self.assertEqual(result.returncode, 2)
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        result = assay("compare", "a.json", "b.json", "--kernels", "gemm:f32:8x8x8")
        self.assertIn("do not go together", result.stderr)


PEERS = BIN / "libassay_peers.so"


@unittest.skipUnless(PEERS.exists(), "no peers were found when this was built")
class Peers(unittest.TestCase):
    def compare(self, *arguments, code=0):
        result = assay("compare", "--kernels", *arguments, "--warm", "--budget", "0.01")
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def test_they_take_part_like_variants(self):
        for shape, peers in (("gemm:f32:16x24x40", {"onednn", "openblas"}),
                             ("gemm:u8s8s32:16x24x40", {"onednn"}),
                             ("gemm:u8s8u8:16x24x40", {"onednn"}),
                             ("conv:f32:1x8x8x16:16x3x3:p1", {"onednn"}),
                             ("conv:u8s8u8:1x8x8x32:32x3x3:p1:g32", {"onednn"})):
            record = json.loads(self.compare(shape, "--peers", "--json", "-").stdout)
            got, = record["shapes"]
            times = {v["name"]: v for v in got["variants"]}
            self.assertEqual(sum(v["picked"] for v in got["variants"]), 1)
            out = " ".join(got["left_out"])  # Integers that saturate, below VNNI.
            for peer in peers:
                if f"{peer} (" not in out:
                    self.assertGreater(times[peer]["warm"]["median_s"], 0, shape)
                    self.assertTrue(times[peer]["detail"], shape)

    def test_they_are_named_like_variants(self):
        result = self.compare("gemm:f32:16x24x40", "--peers", PEERS, "--variants",
                              "openblas,openblas")
        self.assertIn("openblas #2", result.stdout)
        self.assertIn("sgemm", result.stdout)
        result = self.compare("gemm:u8s8s32:16x24x40", "--peers", "--variants", "openblas", code=2)
        self.assertIn("openblas: does fp32 products only", result.stderr)
        result = self.compare("gemm:f32:16x24x40", "--variants", "openblas", code=2)
        self.assertIn("'openblas'", result.stderr)

    def test_what_is_no_library_of_peers_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            text = pathlib.Path(folder) / "text.so"
            text.write_text("no library")
            for file, says in ((text, "cannot be loaded"), ("nowhere.so", "cannot be loaded"),
                               (BIN / "libassay_cases.so", "exports no assay_peers")):
                result = self.compare("gemm:f32:8x8x8", "--peers", file, code=2)
                self.assertIn(says, result.stderr)
                self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)


class Models(unittest.TestCase):
    ROOT = pathlib.Path(__file__).resolve().parents[3] / "harness/demo"

    def test_a_model_against_itself_and_another(self):
        models = [self.ROOT / f"{name}.onnx" for name in ("fashion_mobile", "fashion_mobile",
                                                          "fashion_residual")]
        result = assay("compare", "--models", *models, "--budget", "0.2", "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        record = json.loads(result.stdout)
        self.assertEqual(record["margin"], 0.02)
        first, again, other = record["models"]
        self.assertNotIn("ratio", first)
        self.assertEqual(again["outputs"], "equal")
        self.assertNotEqual(other["outputs"], "equal")
        self.assertLess(abs(again["ratio"]["value"] - 1), 0.2)
        self.assertGreater(record["rounds"], 9)

    def test_one_model_is_too_few(self):
        result = assay("compare", "--models", self.ROOT / "fashion_mobile.onnx")
        self.assertEqual(result.returncode, 2)
        self.assertIn("two models or more", result.stderr)


class OurOwn(unittest.TestCase):
    """What a benchmark binary of this project writes compares with itself."""

    def test_a_record_of_bench_gemm(self):
        with tempfile.TemporaryDirectory() as folder:
            shapes = pathlib.Path(folder) / "shapes.txt"
            shapes.write_text("33x17x9\n16x16x16\n")
            file = pathlib.Path(folder) / "gemm.json"
            subprocess.run([BIN / "bench_gemm", "--shapes", shapes, "--benchmark_min_time=0.001",
                            "--benchmark_repetitions=3", f"--benchmark_out={file}"],
                           capture_output=True, check=True)
            record = json.loads(file.read_text())
            self.assertIn("machine_fingerprint", record["context"])
            result = assay("compare", file, file, "--json", "-")
            self.assertEqual(result.returncode, 0, result.stderr)
            (contrast,) = json.loads(result.stdout)["contrasts"]
            self.assertEqual(len(contrast["lines"]), 6)
            for line in contrast["lines"]:
                self.assertEqual(line["baseline"], line["candidate"])
                self.assertEqual((line["baseline"]["runs"], line["baseline"]["clock"]),
                                 (3, "real"))
                self.assertAlmostEqual(line["ratio"]["value"], 1)
                self.assertNotIn(line["verdict"], ("better", "worse"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
