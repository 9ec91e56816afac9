"""The command line as a person meets it: help, errors, exit codes, and the files it leaves."""
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[3]
ASSAY = pathlib.Path(os.environ["ASSAY_BIN"]) / "assay"
MODEL = ROOT / "harness/demo/fashion_mobile.onnx"
CONFIG = ROOT / "harness/demo/config.yaml"
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
# Little data and few rounds: these tests are about behavior, not about figures.
QUICK = [
    "quantization.calibration.sampling_size=20",
    "evaluation.accuracy.dataloader.dataset.FashionMNIST.count=200",
    "evaluation.performance.iteration=5",
    "evaluation.performance.warmup=0",
    "tuning.exit_policy.max_trials=3",
]


def assay(*arguments, environment=None):
    return subprocess.run([ASSAY, *map(str, arguments)], capture_output=True, text=True,
                          env={**os.environ, **(environment or {})}, check=False)


def quick_tune(folder, *extra):
    sets = [word for item in [*QUICK, *extra] for word in ("--set", item)]
    return ["tune", CONFIG, "--workspace", folder, *sets]


class Help(unittest.TestCase):
    def test_every_command_teaches(self):
        overview = assay("--help")
        self.assertEqual(overview.returncode, 0)
        for command in ("run", "inspect", "profile", "kernels", "tune", "evaluate", "init",
                        "compare", "conform", "explain"):
            self.assertIn(command, overview.stdout)
            text = assay(command, "--help")
            self.assertEqual(text.returncode, 0)
            self.assertGreater(len(text.stdout.splitlines()), 5)

    def test_usage_errors_are_exit_code_2(self):
        for arguments in ([], ["run"], ["tune", "a.yaml", "--no-such-flag"]):
            result = assay(*arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertEqual(result.stdout, "")
            self.assertNotEqual(result.stderr, "")


    def test_an_unknown_command_is_named_with_the_nearest(self):
        result = assay("inspekt", MODEL)
        self.assertEqual(result.returncode, 2)
        self.assertIn("unknown command 'inspekt'; did you mean 'inspect'?", result.stderr)


class Input(unittest.TestCase):
    def one_sentence(self, *arguments, contains, environment=None):
        result = assay(*arguments, environment=environment)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn(contains, result.stderr)

    def test_wrong_files(self):
        self.one_sentence("run", "no/such.onnx", contains="no/such.onnx")
        self.one_sentence("run", __file__, contains="cli_test.py")
        self.one_sentence("inspect", ROOT, contains=str(ROOT))
        self.one_sentence("run", MODEL, "--input", "imge=x.npy", contains="did you mean 'image'")
        self.one_sentence("run", MODEL, "--input", "image=x.txt", contains="x.txt")
        self.one_sentence("tune", "no.yaml", contains="no.yaml")

    def test_wrong_cap(self):
        self.one_sentence("run", MODEL, contains="ASSAY_ISA", environment={"ASSAY_ISA": "sse9"})

    def test_wrong_shape(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "x.npy"
            numpy.save(file, numpy.zeros((1, 3, 28, 28), numpy.float32))
            self.one_sentence("run", MODEL, "--input", f"image={file}", contains="image")


# A ModelProto of opset 13 with one node, of these names and types, by hand.
def one_node_model(node, op_type):
    def field(number, payload):
        return bytes([number << 3 | 2, len(payload)]) + payload

    def value(name):
        tensor = b"\x08\x01" + field(2, field(1, b"\x08\x04"))
        return field(1, name) + field(2, field(1, tensor))

    graph = field(1, field(1, b"x") + field(2, b"y") + field(3, node) + field(4, op_type))
    graph += field(11, value(b"x")) + field(12, value(b"y"))
    return b"\x08\x07" + field(7, graph) + field(8, b"\x10\x0d")


class Hostile(unittest.TestCase):
    """What a person sees of files and disks that are not as they should be."""

    def inspect(self, model, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "model.onnx"
            file.write_bytes(model)
            return assay("inspect", file, *arguments)

    def test_names_neither_break_the_line_nor_steer_the_terminal(self):
        result = self.inspect(one_node_model(b"odd\n\x1b[2Jname", b"NoSuchOp"))
        self.assertEqual(result.returncode, 2)
        self.assertIn("odd\\n\\x1b[2Jname", result.stdout)
        self.assertNotIn("\x1b", result.stdout + result.stderr)
        refused = assay("run", "no\nsuch\x1b.onnx")
        self.assertEqual(refused.stderr.count("\n"), 1)
        self.assertNotIn("\x1b", refused.stderr)

    def test_names_that_are_not_utf8_make_valid_json(self):
        result = self.inspect(one_node_model(b"caf\xe9", b"Relu"), "--steps", "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)["steps"][0]["node"], "caf\ufffd")

    def test_a_file_that_cannot_be_read(self):
        result = assay("run", "/proc/self/mem")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr.count("\n"), 1)
        self.assertIn("/proc/self/mem", result.stderr)

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_result_that_cannot_be_printed(self):
        for command in (["inspect", MODEL], ["inspect", MODEL, "--json", "-"], ["init", MODEL],
                        ["kernels"], ["run", MODEL, "--output-dir", tempfile.gettempdir()]):
            with open("/dev/full", "w", encoding="utf-8") as full:
                result = subprocess.run([ASSAY, *command], stdout=full, stderr=subprocess.PIPE, text=True,
                                        check=False)
            self.assertEqual(result.returncode, 2, command)
            self.assertIn("standard output cannot be written: No space left on device", result.stderr)

    def test_a_full_disk_leaves_nothing_half_written(self):
        limit = (2000, 2000)
        for command in (["run", MODEL, "--batch", "200", "--output-dir", "."],
                        ["inspect", MODEL, "--steps", "--json", "inspect.json"]):
            with tempfile.TemporaryDirectory() as folder:
                result = subprocess.run([ASSAY, *command], cwd=folder, capture_output=True, text=True, check=False,
                                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn("cannot be written", result.stderr)
                self.assertEqual(list(pathlib.Path(folder).iterdir()), [])


class Run(unittest.TestCase):
    def outputs(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            result = assay("run", MODEL, "--output-dir", folder, *arguments)
            self.assertEqual(result.returncode, 0, result.stderr)
            return numpy.load(pathlib.Path(folder) / "logits.npy"), result

    def test_says_when_it_makes_inputs(self):
        first, result = self.outputs("--batch", 2)
        self.assertEqual(first.shape, (2, 10))
        self.assertIn("made from seed 1", result.stderr)
        again, _ = self.outputs("--batch", 2)
        numpy.testing.assert_array_equal(first, again)

    def test_threads_agree_on_a_given_input(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "x.npy"
            numpy.save(file, numpy.random.default_rng(1).normal(size=(3, 1, 28, 28)).astype("f4"))
            one, result = self.outputs("--input", f"image={file}")
            two, _ = self.outputs("--input", f"image={file}", "--threads", 2)
        self.assertNotIn("made from seed", result.stderr)
        numpy.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-5)


class Inspect(unittest.TestCase):
    def test_json(self):
        result = assay("inspect", MODEL, "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        model = json.loads(result.stdout)
        self.assertEqual(model["operators"]["Conv"]["nodes"], 21)
        self.assertEqual(model["operators"]["Conv"]["quantizable"], 21)
        self.assertGreater(model["macs"], 14_000_000)
        self.assertEqual(model["unsupported"], [])
        self.assertLessEqual(model["arena_lower_bound_bytes"], model["arena_bytes"])
        self.assertLessEqual(model["arena_bytes"], 1.05 * model["arena_lower_bound_bytes"])
        self.assertEqual(model["parts"], 1)
        self.assertIn("lower bound", assay("inspect", MODEL).stdout)

    def test_what_is_not_supported_is_shown(self):
        # A ModelProto of opset 13 with one node "odd" of a type nobody knows, by hand.
        def field(number, payload):
            return bytes([number << 3 | 2, len(payload)]) + payload

        node = field(1, b"x") + field(2, b"y") + field(3, b"odd") + field(4, b"NoSuchOp")
        graph = field(1, node)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "odd.onnx"
            file.write_bytes(b"\x08\x07" + field(7, graph) + field(8, b"\x10\x0d"))
            result = assay("inspect", file)
            self.assertEqual(result.returncode, 2)
            self.assertIn("NoSuchOp", result.stdout)
            self.assertIn("'odd'", result.stdout)
            record = json.loads(assay("inspect", file, "--json", "-").stdout)
        self.assertEqual(record["operators"], {"NoSuchOp": {"nodes": 1}})
        self.assertEqual(len(record["unsupported"]), 1)


class Profile(unittest.TestCase):
    QUICK = ["--seconds", "0.3"]

    def record(self, *arguments, environment=None):
        result = assay("profile", MODEL, *self.QUICK, "--json", "-", *arguments,
                       environment=environment)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_steps_are_those_of_the_plan_and_sum_to_the_whole(self):
        plan = json.loads(assay("inspect", MODEL, "--json", "-").stdout)["steps"]
        differences = []
        for _ in range(10):  # Until one measurement is not disturbed by others.
            profile = self.record()
            steps = profile["steps"]
            for key in ("node", "operator", "variant", "macs", "bytes", "fused", "shape"):
                self.assertEqual([s[key] for s in steps], [s[key] for s in plan])
            self.assertAlmostEqual(sum(s["seconds"] for s in steps), profile["sum_s"])
            self.assertAlmostEqual(sum(s["share"] for s in steps), 1)
            self.assertAlmostEqual(profile["sum_s"] / profile["whole_s"] - 1,
                                   profile["difference"])
            self.assertAlmostEqual(sum(o["seconds"] for o in profile["operators"]),
                                   profile["sum_s"])
            differences.append(abs(profile["difference"]))
            if differences[-1] <= 0.03:
                break
        self.assertLessEqual(min(differences), 0.03, differences)

    def test_speeds_are_of_the_peak_of_the_cap(self):
        for cap in ("avx2", "scalar"):
            profile = self.record(environment={"ASSAY_ISA": cap})
            peak = profile["peak"]["f32"]
            self.assertEqual(peak is None, cap == "scalar")  # There is no loop for it.
            for step in profile["steps"]:
                if step["macs"] == 0:
                    self.assertIsNone(step["ops_per_s"])
                    continue
                self.assertAlmostEqual(step["ops_per_s"] * step["seconds"] / step["macs"], 2)
                self.assertEqual(step["fraction_of_peak"] is None, peak is None)
                if peak is not None:
                    self.assertIn("avx2", peak["variant"])
                    self.assertAlmostEqual(step["fraction_of_peak"] * peak["ops_per_s"],
                                           step["ops_per_s"], delta=1)

    def tables(self, *arguments):
        result = assay("profile", MODEL, *self.QUICK, *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout.splitlines()[-1],
                         r"^sum of \d+ steps .*; whole runs .*; difference [-+].* %$")
        blocks = result.stdout.split("\n\n")
        return [[line.split()[0] for line in block.splitlines()[2:]] for block in blocks[1:-2]]

    def test_both_orders_are_shown(self):
        both = self.tables()
        self.assertEqual(len(both), 2)
        self.assertEqual(both[0], [str(i) for i in range(len(both[0]))])
        self.assertEqual(sorted(both[1], key=int), both[0])
        self.assertEqual(self.tables("--sort", "run"), both[:1])
        by_time = self.tables("--sort", "time")
        self.assertEqual(len(by_time), 1)
        self.assertEqual(sorted(by_time[0], key=int), both[0])
        self.assertNotEqual(by_time[0], both[0])

    def test_wrong_input_is_one_sentence(self):
        for arguments, contains in ((["no/such.onnx"], "no/such.onnx"),
                                    ([MODEL, "--input", "imge=x.npy"], "did you mean 'image'"),
                                    ([MODEL, "--json", "/no/such/file.json"], "/no/such")):
            result = assay("profile", *arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertEqual(result.stdout, "")
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
            self.assertIn(contains, result.stderr)
        for arguments in (["--sort", "size"], ["--seconds", "-1"], ["--threads", "0"]):
            self.assertEqual(assay("profile", MODEL, *arguments).returncode, 2, arguments)


class WinogradBudget(unittest.TestCase):
    SHAPE = "conv:f32:1x28x28x64:64x3x3:p1"

    def picked(self, *arguments):
        result = assay("kernels", "--shape", self.SHAPE, "--json", "-", *arguments,
                       environment={"ASSAY_ISA": "avx2"})
        self.assertEqual(result.returncode, 0, result.stderr)
        variants = json.loads(result.stdout)["variants"]
        return next(variant["name"] for variant in variants if variant["picked"])

    def test_decides_what_is_picked(self):
        self.assertIn("winograd", self.picked())
        self.assertNotIn("winograd", self.picked("--winograd-budget", 0))
        self.assertNotIn("winograd", self.picked("--winograd-budget", "1KiB"))
        self.assertIn("winograd", self.picked("--winograd-budget", "1MiB"))

    def test_every_command_that_plans_has_it(self):
        for command in ("run", "inspect", "profile", "kernels", "evaluate", "tune"):
            self.assertIn("--winograd-budget SIZE", assay(command, "--help").stdout)
        for size in ("-1", "lots", "8XB", "9EiB"):
            self.assertEqual(assay("inspect", MODEL, "--winograd-budget", size).returncode, 2)


CAPS = {"scalar": {"scalar"}, "avx2": {"scalar", "avx2"}, "avxvnni": {"scalar", "avx2", "avxvnni"},
        "avx512": {"scalar", "avx2", "avx512"},
        "avx512vbmi": {"scalar", "avx2", "avx512", "avx512vbmi"},
        "avx512vnni": {"scalar", "avx2", "avx512", "avx512vnni"}}


class Kernels(unittest.TestCase):
    SHAPES = ("gemm:f32:64x64x64", "gemm:u8s8u8:64x64x64", "conv:u8s8u8:1x8x8x16:16x3x3:p1",
              "conv:u8s8u8:1x8x8x16:16x3x3:p1:g16")

    def test_json_and_the_cap_took_effect(self):
        for cap, allowed in CAPS.items():
            for shape in self.SHAPES:
                result = assay("kernels", "--shape", shape, "--json", "-",
                               environment={"ASSAY_ISA": cap})
                self.assertEqual(result.returncode, 0, result.stderr)
                variants = json.loads(result.stdout)["variants"]
                picked = [variant for variant in variants if variant["picked"]]
                self.assertEqual(len(picked), 1)
                self.assertIn(picked[0]["isa"], allowed)
                for variant in variants:
                    self.assertLessEqual(variant["available"], variant["isa"] in allowed)
                    self.assertNotEqual(variant["reason"], "")

    def test_a_model_runs_on_the_capped_variants(self):
        for cap, allowed in CAPS.items():
            result = assay("inspect", MODEL, "--json", "-", environment={"ASSAY_ISA": cap})
            used = {step["variant"] for step in json.loads(result.stdout)["steps"]} - {""}
            self.assertTrue(used)
            for variant in used:
                self.assertIn(variant.split("_")[1], allowed, variant)

    def test_times_what_can_run(self):
        result = assay("kernels", "--shape", "gemm:u8s8s32:40x40x40", "--time", "--json", "-")
        record = json.loads(result.stdout)
        self.assertGreater(record["peak_ops_per_s"], 0)
        for variant in record["variants"]:
            self.assertEqual(variant["available"], variant["median_s"] is not None)

    def test_wrong_shapes_are_one_sentence(self):
        for shape in ("gemm", "gemm:f32:1x2", "gemm:f64:1x2x3", "conv:f32:1x2x2x1:1x5x5",
                      "gemm:f32:0x1x1", "gemm:f32:99999999999999999999x1x1"):
            result = assay("kernels", "--shape", shape)
            self.assertEqual(result.returncode, 2, shape)
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
            self.assertIn(shape.split(":")[0], result.stderr)


@unittest.skipUnless(DATA.exists(), "dataset-fashion-mnist is not installed")
class Tune(unittest.TestCase):
    def test_writes_a_whole_workspace(self):
        with tempfile.TemporaryDirectory() as folder:
            result = assay(*quick_tune(folder))
            self.assertIn(result.returncode, (0, 3, 4), result.stderr)
            folder = pathlib.Path(folder)
            outcome = json.loads((folder / "result.json").read_text())
            trials = [json.loads(line) for line in (folder / "trials.jsonl").read_text().splitlines()]
            self.assertEqual(len(trials), 3)
            self.assertEqual(outcome["exit_code"], result.returncode)
            names = {objective["name"] for objective in outcome["baseline"]["objectives"]}
            self.assertLessEqual({"accuracy", "performance", "modelsize"}, names)
            self.assertEqual(sorted(p.name for p in folder.iterdir()),
                             ["best.onnx", "result.json", "trials.jsonl"])
            self.assertEqual(assay("inspect", folder / "best.onnx").returncode, 0)

    def test_the_same_seed_gives_the_same_model(self):
        with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
            only = ["tuning.multi_objectives.objective=[accuracy, modelsize]"]
            assay(*quick_tune(a, *only))
            assay(*quick_tune(b, *only, "threads=1"))
            files = [pathlib.Path(folder) / "best.onnx" for folder in (a, b)]
            self.assertEqual(files[0].read_bytes(), files[1].read_bytes())

    def test_interrupt_leaves_the_best_model_even_where_it_must_be_made_again(self):
        with tempfile.TemporaryDirectory() as folder:
            command = quick_tune(folder, "tuning.exit_policy.max_trials=40",
                                 "quantization.recipes={bias_correction: True}")
            process = subprocess.Popen([ASSAY, *map(str, command)], stdout=subprocess.PIPE, text=True)
            journal = pathlib.Path(folder) / "trials.jsonl"
            deadline = time.time() + 300
            while time.time() < deadline and not (journal.exists()
                                                  and journal.read_text().count("\n") > 2):
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=300)
            self.assertEqual(process.returncode, 130, output)
            self.assertTrue((pathlib.Path(folder) / "best.onnx").exists())
            self.assertTrue((pathlib.Path(folder) / "result.json").exists())

    def test_interrupt_leaves_whole_files(self):
        with tempfile.TemporaryDirectory() as folder:
            command = quick_tune(folder, "tuning.exit_policy.max_trials=40",
                                 "evaluation.performance.iteration=50")
            process = subprocess.Popen([ASSAY, *map(str, command)], stdout=subprocess.PIPE, text=True)
            journal = pathlib.Path(folder) / "trials.jsonl"
            deadline = time.time() + 300
            while time.time() < deadline and not (journal.exists() and journal.read_text()):
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=300)
            self.assertEqual(process.returncode, 130, output)
            outcome = json.loads((pathlib.Path(folder) / "result.json").read_text())
            self.assertEqual(outcome["status"], "interrupted")
            before = journal.read_text().splitlines()
            for line in before:
                json.loads(line)
            again = assay(*quick_tune(folder, "tuning.exit_policy.max_trials=40",
                                      "evaluation.performance.iteration=50"))
            self.assertIn(again.returncode, (0, 3, 4), again.stderr)
            self.assertIn(f"continued: {len(before)} finished trials", again.stderr)
            self.assertEqual(journal.read_text().splitlines()[:len(before)], before)

    def test_a_failed_start_leaves_the_earlier_run_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn(assay(*quick_tune(folder)).returncode, (0, 3, 4))
            before = {p.name: p.read_bytes() for p in pathlib.Path(folder).iterdir()}
            failed = assay(*quick_tune(folder, "evaluation.accuracy.metric={topk: 11}"))
            self.assertEqual(failed.returncode, 2)
            self.assertIn("evaluation.accuracy.metric", failed.stderr)
            self.assertEqual(before, {p.name: p.read_bytes()
                                      for p in pathlib.Path(folder).iterdir()})
            self.assertIn(assay(*quick_tune(folder)).returncode, (0, 3, 4))
            kept = {p.name for p in pathlib.Path(folder).iterdir()}
            self.assertLessEqual({"best.previous.onnx", "result.previous.json",
                                  "trials.previous.jsonl", "best.onnx"}, kept)

    def test_an_interrupt_before_the_first_trial_writes_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            command = quick_tune(folder, "evaluation.performance.iteration=1000000")
            for wait_s in (1, 4, 16):  # Until the program is up, however slow the machine.
                process = subprocess.Popen([ASSAY, *map(str, command)], stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE, text=True)
                time.sleep(wait_s)
                process.send_signal(signal.SIGINT)
                output, _ = process.communicate(timeout=300)
                if process.returncode != -signal.SIGINT:
                    break
            self.assertEqual(process.returncode, 130, output)
            self.assertIn("before the first trial", output)
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [])

    def test_a_quantized_model_is_refused(self):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
            assay(*quick_tune(folder, "tuning.exit_policy.max_trials=1",
                              "tuning.accuracy_criterion.relative=0.5",
                              "tuning.multi_objectives={objective: [modelsize]}"))  # No clock decides.
            again = assay(*quick_tune(other, f"model.path={folder}/best.onnx"))
            self.assertEqual(again.returncode, 2)
            self.assertIn("is quantized already", again.stderr)

    def test_an_unwritable_workspace_is_an_error(self):
        result = assay(*quick_tune("/proc/no/such"))
        self.assertEqual(result.returncode, 2)
        self.assertIn("/proc/no", result.stderr)


@unittest.skipUnless(DATA.exists(), "dataset-fashion-mnist is not installed")
class Evaluate(unittest.TestCase):
    CONFIG = ROOT / "harness/demo/judge.yaml"
    SETS = ["--set", "evaluation.accuracy.dataloader.dataset.FashionMNIST.count=200",
            "--set", "evaluation.performance.iteration=5"]

    def test_models_side_by_side(self):
        result = assay("evaluate", MODEL, MODEL, "--config", self.CONFIG, *self.SETS, "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        first, second = json.loads(result.stdout)["models"]
        self.assertEqual([first["name"], second["name"]], [f"1: {MODEL}", f"2: {MODEL}"])
        by_name = {entry["name"]: entry for entry in second["objectives"]}
        self.assertEqual(by_name["modelsize"]["value"], MODEL.stat().st_size)
        self.assertEqual(by_name["accuracy"]["versus_baseline"]["value"], 0)
        change = by_name["performance"]["versus_baseline"]
        self.assertEqual(change["kind"], "ratio")
        self.assertLessEqual(change["interval"]["low"], change["value"])
        self.assertLessEqual(change["value"], change["interval"]["high"])

    def test_a_place_that_cannot_be_written_is_found_before_the_work(self):
        start = time.time()
        result = assay("evaluate", MODEL, "--config", self.CONFIG, "--json", "/no/such/file.json")
        self.assertEqual(result.returncode, 2)
        self.assertIn("/no/such", result.stderr)
        self.assertLess(time.time() - start, 10)


class Init(unittest.TestCase):
    def test_what_it_writes_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "tune.yaml"
            self.assertEqual(assay("init", MODEL, "-o", file).returncode, 0)
            self.assertEqual(assay("init", MODEL, "-o", file).returncode, 2)
            result = assay("tune", file)
            # It is a valid configuration whose data has to be filled in.
            self.assertEqual(result.returncode, 2)
            self.assertIn("/path/to/", result.stderr)

    def test_the_model_is_where_the_configuration_says(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("models", "configurations"):
                os.mkdir(os.path.join(folder, name))
            shutil.copy(MODEL, os.path.join(folder, "models/net.onnx"))
            for output in ("configurations/tune.yaml", "tune.yaml"):
                done = subprocess.run([ASSAY, "init", "models/net.onnx", "-o", output], cwd=folder,
                                      capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                result = assay("tune", os.path.join(folder, output))
                self.assertIn("/path/to/", result.stderr)  # It comes as far as to the data.


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
