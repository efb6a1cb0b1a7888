#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Guards the layers and the few rules of the house style that a script can see.

    layers.py ROOT      prints one line for each violation (file:line: sentence), exits 1 if any

Arrows of #include point one way: stage -> {consumer | aggregators | sinks} -> schemas -> base; the
three in the middle never include each other. aggregators/ is pure, so the headers of clocks, files,
threads and third parties are forbidden there. Third-party types stay out of all our headers.
"""

import pathlib
import re
import sys

MAY_INCLUDE = {
    "base": {"base"},
    "schemas": {"schemas", "base"},
    "consumer": {"consumer", "schemas", "base"},
    "aggregators": {"aggregators", "schemas", "base"},
    "sinks": {"sinks", "schemas", "base"},
    "stage": {"stage", "consumer", "aggregators", "sinks", "schemas", "base"},
}
OTHER_FOLDERS = ("tests", "bench", "tools")

THIRD_PARTY = re.compile(r"librdkafka/|rdkafka|avro(\.h$|/)|jansson|yaml\.h$|zlib\.h$|zstd\.h$|snappy-c\.h$|xxhash")
IMPURE = re.compile(r"(pthread|time|stdio|unistd|fcntl|threads|signal|locale)\.h$|sys/|arpa/|netinet/")
LINES_MAX = 600
FUNCTION_LINES_MAX = 70
SPDX = "SPDX-License-Identifier: Apache-2.0"

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
TYPEDEF = re.compile(r"^\s*typedef\s+(struct|enum|union)\b")
# Strings, character constants and comments; whichever starts first wins.
TOKEN = re.compile(
    r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*', re.DOTALL)


def check_include(folder, path, kind, name):
    """What is wrong with one #include, as sentences."""
    if name.endswith(".c"):
        yield f"includes a .c file: {name}"
    if kind == '"':
        target = name.split("/")[0]
        known = target in MAY_INCLUDE or target in OTHER_FOLDERS
        if "/" not in name or not known:
            yield f'"{name}" is not a path from the root'
        elif folder in MAY_INCLUDE and target not in MAY_INCLUDE[folder]:
            yield f'{folder}/ may not include "{name}": the arrow points back'
        return
    if name == "assert.h":
        yield "<assert.h> is gone where NDEBUG is set: use base/check.h"
    if path.suffix == ".h" and folder in MAY_INCLUDE and THIRD_PARTY.search(name):
        yield f"a header of ours may not include <{name}>"
    if folder == "aggregators" and (IMPURE.search(name) or THIRD_PARTY.search(name)):
        yield f"aggregators/ is pure: <{name}> is forbidden there"


def check_lines(text):
    """Yields (line, sentence) for everything that is seen line by line."""
    lines = text.split("\n")
    if SPDX not in "\n".join(lines[:3]):
        yield 1, f"no '{SPDX}' at the top"
    if len(lines) - 1 > LINES_MAX:
        yield LINES_MAX, f"{len(lines) - 1} lines; a file has at most {LINES_MAX}"
    opened = 0
    for number, line in enumerate(lines, 1):
        if TYPEDEF.match(line) and "(" not in line:
            yield number, "structs, enums and unions are never typedefed"
        if line.startswith("{"):
            opened = number
        elif line.startswith("}") and opened:
            if number - opened + 1 > FUNCTION_LINES_MAX:
                yield opened, (f"a function of {number - opened + 1} lines; "
                               f"it has at most {FUNCTION_LINES_MAX}")
            opened = 0


def check_comments(text):
    for match in TOKEN.finditer(text):
        if match.group().startswith("//"):
            yield text.count("\n", 0, match.start()) + 1, "a // comment: /* */ for what stays"


def check_file(root, path):
    folder = path.relative_to(root).parts[0]
    text = path.read_text(encoding="utf-8")
    found = list(check_lines(text)) + list(check_comments(text))
    for number, line in enumerate(text.split("\n"), 1):
        match = INCLUDE.match(line)
        if match:
            found += [(number, s) for s in check_include(folder, path, *match.groups())]
    return [f"{path.relative_to(root)}:{number}: {what}" for number, what in sorted(found)]


def source_files(root):
    for folder in (*MAY_INCLUDE, *OTHER_FOLDERS):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".c", ".h") and path.is_file():
                yield path


def find_violations(root):
    return [v for path in source_files(root) for v in check_file(root, path)]


def main(arguments):
    if len(arguments) != 1:
        print("usage: layers.py ROOT", file=sys.stderr)
        return 64
    root = pathlib.Path(arguments[0]).resolve()
    n_files = len(list(source_files(root)))
    if n_files == 0:
        print(f"no C file below {root}", file=sys.stderr)
        return 1
    violations = find_violations(root)
    for violation in violations:
        print(violation)
    print(f"{n_files} files, {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
