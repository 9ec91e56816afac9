"""Files, folders and disks that a command cannot use: one sentence, exit code 2, nothing half written."""
import contextlib
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
ASSAY = pathlib.Path(os.environ["ASSAY_BIN"]) / "assay"
SANITIZED = bool(os.environ.get("ASSAY_SANITIZE"))
MODEL = ROOT / "harness/demo/fashion_mobile.onnx"
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
CASES = pathlib.Path("/usr/share/libonnx-testdata/data/node/test_relu")
JUDGE = ROOT / "harness/demo/judge.yaml"
QUICK_JUDGE = ["--config", JUDGE, "--set", "evaluation.accuracy.dataloader.dataset.FashionMNIST.count=50",
               "--set", "evaluation.performance.iteration=5"]
TUNE = ["tune", ROOT / "harness/demo/config.yaml", "--set", "quantization.calibration.sampling_size=20",
        "--set", "evaluation.accuracy.dataloader.dataset.FashionMNIST.count=50",
        "--set", "evaluation.performance.iteration=5", "--set", "tuning.exit_policy.max_trials=1"]
GIGABYTES = 4


def assay(*arguments, limit=None, user=(), **options):
    """Runs the command with at most some gigabytes, and files of at most `limit` bytes."""
    def limits():
        if not SANITIZED:  # AddressSanitizer reserves terabytes.
            resource.setrlimit(resource.RLIMIT_AS, (GIGABYTES << 30,) * 2)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return subprocess.run([*user, ASSAY, *map(str, arguments)], stdout=options.pop("stdout", subprocess.PIPE),
                          stderr=subprocess.PIPE, text=True, check=False, preexec_fn=limits, timeout=600, **options)


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory() as name:
        yield pathlib.Path(name)


# A user who owns nothing, for what root may do in spite of all permissions; None: cannot become one.
def nobody(place):
    if os.geteuid() != 0:
        return []
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    place.chmod(0o755)
    able = shutil.which(user[0]) and subprocess.run([*user, ASSAY, "--help"], capture_output=True, cwd=place,
                                                    check=False).returncode == 0
    return user if able else None


class Base(unittest.TestCase):
    def refused(self, result, *contains):
        self.assertEqual(result.returncode, 2, (result.args, result.stderr))
        *notes, sentence = result.stderr.splitlines()
        self.assertTrue(sentence.startswith("assay: "), result.stderr)
        self.assertFalse([note for note in notes if note.startswith("assay: ")], result.stderr)
        for text in contains:
            self.assertIn(str(text), sentence, result.args)


class Unreadable(Base):
    # What reads a model, from this file.
    @staticmethod
    def readers(model):
        yield ["run", model]
        yield ["inspect", model]
        yield ["profile", model]
        yield ["init", model]
        yield ["evaluate", model, *QUICK_JUDGE]
        yield [*TUNE, "--set", f"model.path={model}"]

    def each_refuses(self, file, *reasons, **options):
        for command in self.readers(file):
            if command[0] in ("evaluate", "tune") and not DATA.exists():
                continue
            with folder() as place:
                result = assay(*command, cwd=place, **options)
                self.refused(result, file, *reasons)
                self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
                self.assertEqual(result.stdout, "")
                self.assertEqual(list(place.iterdir()), [], command)

    def test_a_folder(self):
        with folder() as place:
            self.each_refuses(place / ".")

    def test_links_to_nothing_and_in_circles(self):
        with folder() as place:
            (place / "dangling.onnx").symlink_to("nothing.onnx")
            (place / "circle.onnx").symlink_to("circle.onnx")
            self.each_refuses(place / "dangling.onnx")
            self.each_refuses(place / "circle.onnx")

    def test_a_file_below_a_file(self):
        self.each_refuses(MODEL / "model.onnx")

    def test_what_has_no_end(self):
        self.each_refuses("/dev/zero")

    def test_what_fails_while_it_is_read(self):
        self.each_refuses("/proc/self/mem")

    def test_no_permission(self):
        with folder() as place:
            secret = place / "secret.onnx"
            shutil.copy(MODEL, secret)
            secret.chmod(0)
            user = nobody(place)
            if user is None:
                self.skipTest("no other user can be become")
            for command in self.readers(secret):
                if DATA.exists() or command[0] not in ("evaluate", "tune"):
                    self.refused(assay(*command, user=user, cwd="/"), secret)

    def test_configurations(self):
        with folder() as place:
            (place / "dangling.yaml").symlink_to("nothing.yaml")
            for file in (place, place / "dangling.yaml", MODEL / "tune.yaml", "/dev/zero", "/proc/self/mem"):
                self.refused(assay("tune", file, cwd=place), file)
                self.refused(assay("evaluate", MODEL, "--config", file, cwd=place), file)
            self.assertEqual([entry.name for entry in place.iterdir()], ["dangling.yaml"])

    @unittest.skipUnless(DATA.exists(), "dataset-fashion-mnist is not installed")
    def test_data(self):
        with folder() as place:
            circle = place / "circle"
            circle.symlink_to("circle")
            wrong = place / "wrong"
            for name in ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"):
                (wrong / name).mkdir(parents=True)
            for root in (place / "nothing", circle, MODEL, wrong):
                key = "evaluation.accuracy.dataloader.dataset.FashionMNIST.root"
                self.refused(assay("evaluate", MODEL, *QUICK_JUDGE, "--set", f"{key}={root}"), root)

    def test_inputs(self):
        with folder() as place:
            (place / "dangling.npy").symlink_to("nothing.npy")
            for file in (place, place / "dangling.npy", "/dev/zero", "/proc/self/mem"):
                self.refused(assay("run", MODEL, "--input", f"image={file}", cwd=place), file)

    def test_test_cases(self):
        with folder() as place:
            for file in (place / "nothing", MODEL):
                self.refused(assay("conform", file), file)


class Unwritable(Base):
    # What writes a file, to this place in the folder it runs in.
    @staticmethod
    def writers(file):
        yield ["inspect", MODEL, "--json", file]
        yield ["profile", MODEL, "--seconds", "0.1", "--json", file]
        yield ["kernels", "--shape", "gemm:f32:8x8x8", "--json", file]
        yield ["init", MODEL, "-o", file]
        if DATA.exists():
            yield ["evaluate", MODEL, *QUICK_JUDGE, "--json", file]
        if CASES.exists():
            yield ["conform", CASES, "--json", file]

    # What writes files of its own names into this folder.
    @staticmethod
    def fillers(place):
        yield ["run", MODEL, "--output-dir", place]
        if DATA.exists():
            yield [*TUNE, "--workspace", place]

    def test_a_full_disk(self):
        with folder() as place:
            for command in (*self.writers("out"), *self.fillers(".")):
                self.refused(assay(*command, limit=40, cwd=place), "cannot be written: File too large")
                self.assertEqual(list(place.iterdir()), [], command)

    def test_a_full_disk_keeps_what_was_there(self):
        with folder() as place:
            for command in self.writers("out"):
                (place / "out").write_text("old")
                self.refused(assay(*command, limit=40, cwd=place), "out")
                self.assertEqual([entry.name for entry in place.iterdir()], ["out"], command)
                self.assertEqual((place / "out").read_text(), "old", command)

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_full_device(self):
        for command in self.writers("/dev/full"):
            if command[0] != "init":  # It never replaces what is there.
                self.refused(assay(*command), "/dev/full: cannot be written: No space left on device")
            stdout = [word if word != "/dev/full" else "-" for word in command if command[0] != "init"]
            with open("/dev/full", "w", encoding="utf-8") as full:
                self.refused(assay(*(stdout or ["init", MODEL]), stdout=full), "standard output cannot be written")

    def test_places_that_are_none(self):
        with folder() as place:
            (place / "folder").mkdir()
            (place / "file").write_text("old")
            (place / "dangling").symlink_to("no/such/file")
            before = sorted(entry.name for entry in place.iterdir())
            for out in ("no/such/file", "folder", "file/below"):
                for command in self.writers(out):
                    self.refused(assay(*command, cwd=place), out)
            for out in ("file", "file/below", "dangling"):
                for command in self.fillers(out):
                    self.refused(assay(*command, cwd=place), out)
            self.assertEqual(sorted(entry.name for entry in place.iterdir()), before)
            self.assertEqual((place / "file").read_text(), "old")

    def test_no_permission(self):
        with folder() as place:
            user = nobody(place)
            if user is None:
                self.skipTest("no other user can be become")
            place.chmod(0o555)
            for command in (*self.writers("out"), *self.fillers(".")):
                self.refused(assay(*command, user=user, cwd=place), "Permission denied")
            self.assertEqual(list(place.iterdir()), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
