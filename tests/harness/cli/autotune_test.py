"""assay autotune, and dispatch that follows its file, or refuses it."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ASSAY = pathlib.Path(os.environ["ASSAY_BIN"]) / "assay"
SHAPES = ("gemm:u8s8u8:40x48x64", "gemm:f32:40x48x64")


def assay(*arguments, **environment):
    return subprocess.run([ASSAY, *map(str, arguments)], capture_output=True, text=True,
                          timeout=300, env={**os.environ, **environment})


def variants(shape, **environment):
    got = assay("kernels", "--shape", shape, "--json", "-", **environment)
    assert got.returncode == 0, got.stderr
    return json.loads(got.stdout)["variants"]


class Autotune(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = pathlib.Path(cls.folder.name) / "tuned.json"
        shapes = [word for shape in SHAPES for word in ("--kernels", shape)]
        cls.got = assay("autotune", *shapes, "--budget", "0.05", "--processes", "2", "-o", cls.file)
        cls.tuned = json.loads(cls.file.read_text()) if cls.file.exists() else None

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def write(self, **changes):
        self.written = getattr(self, "written", 0) + 1
        changed = pathlib.Path(self.folder.name) / f"changed{self.written}.json"
        changed.write_text(json.dumps({**self.tuned, **changes}))
        return changed

    def test_every_shape_has_a_winner_that_runs_here(self):
        self.assertEqual(self.got.returncode, 0, self.got.stderr)
        self.assertIn(f"ASSAY_TUNED={self.file}", self.got.stdout)
        for entry in self.tuned["shapes"]:
            known = {v["name"]: v for v in variants(entry["shape"])}
            self.assertTrue(known[entry["variant"]]["available"])
            self.assertTrue(known[entry["dispatch"]]["picked"])
            self.assertIn(entry["processes"], (0, 2, 4, 8, 16))
            ratio, bar = entry["dispatch_to_best_other"], 1 + 1.5 * self.tuned["margin"]
            if entry["processes"] > 0:
                self.assertEqual(ratio["ratio"] > bar, entry["variant"] != entry["dispatch"])
            if 0 < entry["processes"] < 16:  # Nothing was open.
                self.assertFalse(ratio["lo"] <= bar <= ratio["hi"], ratio)

    def test_who_won_before_stays_unless_it_is_beaten(self):
        shape = SHAPES[1]
        usable = [v for v in variants(shape) if v["available"]]
        isa = next(v["isa"] for v in usable if v["picked"])
        others = [v["name"] for v in usable if v["isa"] == isa and not v["picked"]]
        if not others:
            self.skipTest("there is one variant here")
        before = others[-1]  # By the names: of many columns, and not twice as slow.
        file = self.write(shapes=[{"shape": shape, "variant": before}])
        arguments = ("autotune", "--kernels", shape, "--budget", "0.05", "--processes", "2",
                     "--margin", "100", "-o", file)
        for more, stays in (((), True), (("--fresh",), False)):
            got = assay(*arguments, *more)
            self.assertEqual(got.returncode, 0, got.stderr)
            winner = json.loads(file.read_text())["shapes"][0]["variant"]
            self.assertEqual(winner == before, stays, got.stdout)
        file.write_text("{}")
        got = assay(*arguments)
        self.assertEqual(got.returncode, 0, got.stderr)
        self.assertIn("begun anew: ", got.stderr)

    def test_winners_of_other_shapes_and_thread_counts_stay(self):
        of = {shape: next(v["name"] for v in variants(shape) if v["picked"]) for shape in SHAPES}
        others = [{"shape": shape, "threads": threads, "variant": of[shape]}
                  for shape, threads in ((SHAPES[1], 1), (SHAPES[0], 2))]
        file = self.write(shapes=others)
        for more, kept in (((), others), (("--fresh",), [])):
            got = assay("autotune", "--kernels", SHAPES[0], "--budget", "0.02", "--processes", "2",
                        "-o", file, *more)
            self.assertEqual(got.returncode, 0, got.stderr)
            found = [(entry["shape"], entry["threads"], entry["variant"])
                     for entry in json.loads(file.read_text())["shapes"]]
            self.assertEqual(found[0][:2], (SHAPES[0], 1))
            self.assertEqual(found[1:], [tuple(entry.values()) for entry in kept])

    def test_dispatch_follows_the_file_and_says_so(self):
        for shape in SHAPES:
            others = [v["name"] for v in variants(shape) if v["available"] and not v["picked"]]
            file = self.write(shapes=[{"shape": shape, "variant": others[0]}])
            picked = [v for v in variants(shape, ASSAY_TUNED=str(file)) if v["picked"]]
            self.assertEqual([v["name"] for v in picked], [others[0]])
            self.assertEqual(picked[0]["reason"], f"tuned by {file}")
            again = [v["name"] for v in variants(shape, ASSAY_TUNED="") if v["picked"]]
            self.assertNotEqual(again, [others[0]])

    def test_what_is_not_of_here_is_refused_with_a_sentence(self):
        text = pathlib.Path(self.folder.name) / "text.json"
        text.write_text("{")
        for file, sentence in (
                (self.write(machine="0" * 16), "tuned on machine 0000000000000000"),
                (self.write(assay="0.0.0"), "tuned by version 0.0.0"),
                (self.write(schema=1), "schema 1"),
                (self.write(shapes=[{"shape": "gemm:f32:1x1", "variant": "x"}]), "gemm:f32:1x1"),
                (self.write(shapes=[{"shape": SHAPES[0], "variant": "nobody"}]), "'nobody'"),
                (self.write(shapes=3), "not written by"),
                (self.write(shapes=[{}]), "not written by"),
                (text, "not written by"),
                ("/nowhere.json", "cannot be read")):
            got = assay("kernels", "--shape", SHAPES[0], ASSAY_TUNED=str(file))
            self.assertEqual(got.returncode, 2, got.stdout)
            self.assertIn("environment variable ASSAY_TUNED: ", got.stderr)
            self.assertIn(sentence, got.stderr)
            self.assertEqual(len(got.stderr.strip().splitlines()), 1, got.stderr)

    def test_another_cap_is_another_machine(self):
        cap = "scalar" if os.environ.get("ASSAY_ISA") != "scalar" else "avx2"
        got = assay("kernels", "--shape", SHAPES[0], ASSAY_TUNED=str(self.file), ASSAY_ISA=cap)
        self.assertEqual(got.returncode, 2, got.stdout)
        self.assertIn("tuned on machine", got.stderr)

    def test_autotune_itself_follows_nobody(self):
        got = assay("autotune", "--kernels", SHAPES[0], "--budget", "0.01", "-o", "-",
                    "--processes", "2", ASSAY_TUNED="/nowhere.json")
        self.assertEqual(got.returncode, 0, got.stderr)
        self.assertEqual(json.loads(got.stdout)["shapes"][0]["shape"], SHAPES[0])

    def test_bad_usage(self):
        for arguments in (("-o", "-"), ("--kernels", "gemm:f32:1", "-o", "-"),
                          ("--kernels", SHAPES[0]), ("--shapes", "/nowhere", "-o", "-"),
                          ("--kernels", SHAPES[0], "-o", "/nowhere/file")):
            self.assertEqual(assay("autotune", *arguments).returncode, 2, arguments)


if __name__ == "__main__":
    unittest.main()
