# SPDX-License-Identifier: Apache-2.0
"""What avsc2c prints: a golden copy, so that a change of its output is seen in review, and what it
refuses. The program comes from the environment, AVSC2C. With UPDATE_GOLDEN=1 the copy is written."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SCHEMA = HERE.parent / "kinds.avsc"


def run(avsc, out):
    environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    return subprocess.run([os.environ["AVSC2C"], str(avsc), str(out)], env=environment,
                          capture_output=True, text=True, check=False)


class Golden(unittest.TestCase):
    def test_output_is_the_golden_copy(self):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "kinds"
            done = run(SCHEMA, out)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            for suffix in (".h", ".c"):
                text = out.with_suffix(suffix).read_text(encoding="utf-8")
                golden = HERE / f"kinds{suffix}.txt"
                if os.environ.get("UPDATE_GOLDEN"):
                    golden.write_text(text, encoding="utf-8")
                self.assertEqual(text, golden.read_text(encoding="utf-8"))

    def test_a_second_run_leaves_the_files_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "kinds"
            run(SCHEMA, out)
            before = out.with_suffix(".h").stat().st_mtime_ns
            run(SCHEMA, out)
            self.assertEqual(out.with_suffix(".h").stat().st_mtime_ns, before)


class Refusals(unittest.TestCase):
    def refuse(self, schema, sentence):
        with tempfile.TemporaryDirectory() as folder:
            avsc = pathlib.Path(folder) / "x.avsc"
            avsc.write_text(schema if isinstance(schema, str) else json.dumps(schema), encoding="utf-8")
            done = run(avsc, pathlib.Path(folder) / "x")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(sentence, done.stderr)
            self.assertIn("x.avsc", done.stderr)
            self.assertEqual(sorted(p.name for p in pathlib.Path(folder).iterdir()), ["x.avsc"])

    def record(self, *fields):
        return {"type": "record", "name": "R", "fields": list(fields)}

    def test_no_schema(self):
        self.refuse("{", "avro-c refuses it")

    def test_not_a_record(self):
        self.refuse('{"type": "array", "items": "int"}', "not a record")

    def test_a_record_inside_itself(self):
        self.refuse(self.record({"name": "r", "type": ["null", "R"], "default": None}),
                    "record R holds itself by value")

    def test_defaults_that_do_not_fit(self):
        for kind, value in (("int", "x"), ("int", 2 ** 31), ("long", 1.5), ("string", 1),
                            ("boolean", None), (["null", "int"], 1), (["int", "null"], None),
                            ({"type": "array", "items": "int"}, {}), ({"type": "map", "values": "int"}, {"a": "b"}),
                            ({"type": "enum", "name": "E", "symbols": ["A"]}, "B")):
            with self.subTest(kind=kind):
                self.refuse(self.record({"name": "f", "type": kind, "default": value}), "the default of R.f does not fit")

    def test_a_file_that_is_not_there(self):
        done = run("/nonexistent/x.avsc", "/nonexistent/x")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("/nonexistent/x.avsc", done.stderr)


if __name__ == "__main__":
    unittest.main()
