#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The guard is guarded: each rule finds a planted violation, and nothing in a clean tree."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import layers  # noqa: E402

TOP = "/* SPDX-License-Identifier: Apache-2.0 */\n"


class Planted(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)

    def plant(self, name, text, top=TOP):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(top + text, encoding="utf-8")
        return layers.find_violations(self.root)

    def expect(self, name, text, words, top=TOP):
        found = self.plant(name, text, top)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(name + ":"), found)
        self.assertIn(words, found[0])

    def expect_clean(self, name, text):
        self.assertEqual(self.plant(name, text), [])

    def test_arrow_that_points_back(self):
        self.expect("base/a.c", '#include "schemas/plan.h"\n', "points back")

    def test_arrow_from_schemas_to_the_middle(self):
        self.expect("schemas/a.c", '#include "aggregators/outbox.h"\n', "points back")

    def test_the_middle_does_not_include_each_other(self):
        for folder, other in (("consumer", "sinks"), ("sinks", "aggregators"),
                              ("aggregators", "consumer")):
            with self.subTest(folder=folder):
                self.setUp()
                self.expect(f"{folder}/x/a.c", f'#include "{other}/a.h"\n', "points back")

    def test_arrows_of_the_architecture_are_allowed(self):
        self.expect_clean("stage/a.c", '#include "consumer/a.h"\n#include "sinks/a.h"\n')
        self.expect_clean("aggregators/hop/a.c", '#include "schemas/a.h"\n#include "base/str.h"\n')
        self.expect_clean("tests/base/a.c", '#include "tests/support/a.h"\n#include "base/a.h"\n')

    def test_path_that_is_not_from_the_root(self):
        self.expect("base/a.c", '#include "str.h"\n', "path from the root")

    def test_impure_headers_in_aggregators(self):
        for header in ("pthread.h", "time.h", "stdio.h", "sys/time.h", "librdkafka/rdkafka.h",
                       "jansson.h", "avro.h"):
            with self.subTest(header=header):
                self.setUp()
                self.expect("aggregators/tickets/a.c", f"#include <{header}>\n", "pure")

    def test_the_same_headers_elsewhere(self):
        self.expect_clean("consumer/a.c", "#include <stdio.h>\n#include <jansson.h>\n")
        self.expect_clean("aggregators/a.c", "#include <stdint.h>\n#include <string.h>\n")

    def test_third_party_in_a_header(self):
        self.expect("schemas/a.h", "#include <avro.h>\n", "header of ours")
        self.expect_clean("schemas/a.h", "#include <stdbool.h>\n")

    def test_assert_h(self):
        self.expect("base/a.c", "#include <assert.h>\n", "base/check.h")

    def test_source_included(self):
        self.expect("tests/base/a.c", '#include "base/str.c"\n', ".c file")

    def test_line_comment(self):
        self.expect("base/a.c", "int x; // why\n", "// comment")

    def test_slashes_that_are_no_comment(self):
        self.expect_clean("base/a.c", 'const char *u = "http://x"; /* see http://y */\nint c = \'"\';\n')

    def test_file_too_long(self):
        self.expect("base/a.c", "\n" * 600, "601 lines")
        self.expect_clean("base/a.c", "\n" * 599)

    def test_function_too_long(self):
        self.expect("base/a.c", "int\nf(void)\n{\n" + "\n" * 69 + "}\n", "function of 71 lines")
        self.expect_clean("base/a.c", "int\nf(void)\n{\n" + "\n" * 68 + "}\n")

    def test_licence_line_missing(self):
        self.expect("base/a.c", "int x;\n", "SPDX", top="")

    def test_typedefed_struct(self):
        self.expect("base/a.h", "typedef struct a a;\n", "typedef")
        self.expect_clean("base/a.h", "typedef struct a *(a_fn)(void);\n")


if __name__ == "__main__":
    unittest.main()
