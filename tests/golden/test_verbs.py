# SPDX-License-Identifier: Apache-2.0
"""The program from outside: its verbs, what they print where, and what they end with."""

import os
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("TICKETSTREAM", "")

MINIMAL = """input: {max_out_of_orderness: 5m, source_delay: never, max_future_skew: 1h, duplicates_within: 1h}
retain_solved: 90d
segmentations: {all: []}
windows: {1h: {every: 1h, allowed_lateness: 1d}}
"""


def run(*arguments, **options):
    """(exit code, stdout, stderr), started in the root of the tree."""
    done = subprocess.run([PROGRAM, *arguments], cwd=ROOT, capture_output=True, timeout=60, **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def listed_verbs():
    code, out, _ = run("--help")
    assert code == 0
    lines = out[out.index("verbs:\n") + len("verbs:\n"):].split("\n\n")[0].splitlines()
    return [line.split()[0] for line in lines]


@unittest.skipUnless(PROGRAM, "TICKETSTREAM is not set")
class Verbs(unittest.TestCase):
    def test_without_arguments_help_goes_to_stderr(self):
        code, out, err = run()
        self.assertEqual((code, out), (64, ""))
        self.assertTrue(err.startswith("usage: ticketstream VERB"))

    def test_help_lists_the_verbs(self):
        verbs = listed_verbs()
        for verb in ("replay", "convert", "check", "demo", "version"):
            self.assertIn(verb, verbs)
        self.assertNotIn("config-doc", verbs)
        self.assertNotIn("metrics-doc", verbs)
        self.assertEqual(run("help"), run("--help"))

    def test_each_verb_has_help(self):
        for verb in listed_verbs():
            code, out, err = run(verb, "--help")
            self.assertEqual((code, err), (0, ""), verb)
            self.assertTrue(out.startswith("usage: ticketstream " + verb), out)
            self.assertEqual(run("help", verb), (0, out, ""))
            self.assertLessEqual(max(len(line) for line in out.splitlines()), 100, verb)

    def test_each_verb_names_an_unknown_option(self):
        for verb in listed_verbs():
            code, out, err = run(verb, "--no-such-option")
            self.assertEqual((code, out), (64, ""), verb)
            self.assertIn('unknown option "--no-such-option"', err)

    def test_unknown_verb_with_the_nearest(self):
        code, out, err = run("reply")
        self.assertEqual((code, out), (64, ""))
        self.assertEqual(err, 'ticketstream: unknown verb "reply"; did you mean "replay"?\n'
                              'Try "ticketstream --help".\n')

    def test_version(self):
        code, out, err = run("version")
        self.assertEqual((code, err), (0, ""))
        names = [line.split()[0] for line in out.splitlines()]
        self.assertEqual(names, ["ticketstream", "engine", "definitions", "avro-c", "jansson",
                                 "libyaml", "zlib", "tzdata"])
        self.assertRegex(out, r"\Aticketstream +\d+\.\d+\.\d+\n")

    def test_a_full_disk_is_not_a_success(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "version"], stdout=full, stderr=subprocess.PIPE,
                                  timeout=60, check=False)
        self.assertEqual(done.returncode, 74)

    def test_config_doc_is_the_committed_page(self):
        self.assertEqual(run("config-doc"), (0, read("docs/config.md"), ""))

    def test_metrics_doc_is_the_committed_page(self):
        self.assertEqual(run("metrics-doc"), (0, read("docs/metrics.md"), ""))


@unittest.skipUnless(PROGRAM, "TICKETSTREAM is not set")
class Check(unittest.TestCase):
    def check(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "config.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            code, out, err = run("check", "-c", path)
            return code, out.replace(folder + "/", ""), err.replace(folder + "/", "")

    def test_explains_the_sample(self):
        self.assertEqual(run("check", "-c", "config/example.yaml"),
                         (0, read("tests/golden/check_example.txt"), ""))

    def test_estimates_for_another_load(self):
        code, out, _ = run("check", "-c", "config/example.yaml", "--rate", "10000", "--tickets",
                           "10000000", "--segments", "100")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"held events +600 MB")
        self.assertRegex(out, r"tickets +1\.6 GB")
        self.assertIn("limits.held_events is less", out)
        self.assertEqual(run("check", "-c", "config/example.yaml", "--rate", "x")[0], 64)

    def test_an_error_has_a_place_and_78(self):
        code, out, err = self.check(MINIMAL.replace("allowed_lateness", "allowed_latness"))
        self.assertEqual((code, out), (78, ""))
        self.assertEqual(err, 'config.yaml:4:27: unknown key "allowed_latness" in windows.1h; did '
                              'you mean "allowed_lateness"?\n')

    def test_a_key_of_a_later_feature_is_a_warning(self):
        code, out, err = self.check(MINIMAL + "sla_publish: [warned]\n")
        line = "config.yaml:5:1: sla_publish: known, but without effect in this version (comes with the SLA clocks)\n"
        self.assertEqual((code, err), (0, line))
        self.assertIn("NOTE", out)

    def test_no_file(self):
        self.assertEqual(run("check", "-c", "no_such.yaml"),
                         (78, "", "no_such.yaml: No such file or directory\n"))
        self.assertEqual(run("check")[0], 64)


if __name__ == "__main__":
    unittest.main()
