"""Int8 answers are exact, and the same bits, on every tier: int8_cases.py says what they must be."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import int8_cases

ASSAY = pathlib.Path(os.environ["ASSAY_BIN"]) / "assay"
SEED = 1


class Int8(unittest.TestCase):
    def test_every_tier_gives_the_exact_answers(self):
        with tempfile.TemporaryDirectory() as folder:
            cases = int8_cases.generate(pathlib.Path(folder), SEED)
            self.assertGreaterEqual(cases, 500)
            tiers = [os.environ["ASSAY_ISA"]] if "ASSAY_ISA" in os.environ else [None, "scalar", "avx2", "avx512"]
            for tier in tiers:
                environment = {**os.environ, **({"ASSAY_ISA": tier} if tier else {})}
                result = subprocess.run([ASSAY, "conform", folder], env=environment, capture_output=True, text=True,
                                        check=False)
                self.assertEqual(result.returncode, 0, result.stdout)
                self.assertIn(f"passed {cases}, failed 0, unsupported 0", result.stdout, tier)

    def test_an_answer_off_by_one_is_a_failure(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            int8_cases.generate(folder, SEED)
            case = folder / "qdq_conv_000"
            answer = case / "test_data_set_0/output_0.pb"
            codes = bytearray(answer.read_bytes())
            codes[-1] ^= 1
            answer.write_bytes(codes)
            result = subprocess.run([ASSAY, "conform", case, "--json", "-"], capture_output=True, text=True,
                                    check=False)
            self.assertEqual(json.loads(result.stdout)["failed"], 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
