# SPDX-License-Identifier: Apache-2.0
"""Makes a stream on which program and oracle differ as small as it gets.

    python3 shrink.py --program PATH FOLDER

FOLDER is what run.py kept of a failing seed. Segmentations, windows and lines are left out as long as some
difference stays; FOLDER/small has the rest, and its differences are printed."""

import argparse
import io
import json
import os
import sys

import compare
import oracle
import run


class Case:
    """A configuration, and the lines of each input."""

    def __init__(self, program, folder, extra, without):
        self.program = program
        self.folder = folder
        self.extra = extra
        self.without = without
        self.runs = 0

    def differs(self, config, inputs, out=None):
        """Whether program and oracle differ (a program that fails counts)."""
        self.runs += 1
        os.makedirs(self.folder, exist_ok=True)
        names = [f"events-{number}.jsonl" for number in range(len(inputs))]
        for name, lines in zip(names, inputs):
            with open(os.path.join(self.folder, name), "wb") as file:
                file.write(b"".join(line + b"\n" for line in lines))
        with open(os.path.join(self.folder, "config.json"), "w", encoding="utf-8") as file:
            json.dump(config, file, indent=1)
        run.expect(self.folder, names, self.extra, self.without)
        problem = run.replay(self.program, self.folder, names, self.extra)
        if problem:
            print(problem, file=out or io.StringIO())
            return True
        folders = [os.path.join(self.folder, name) for name in ("expected", "got")]
        return compare.compare(*folders, limit=5, ignore=self.without, out=out or io.StringIO()) > 0


def shrink_keys(case, config, inputs, part):
    """Leaves out entries of a map of the configuration."""
    for name in list(config[part]):
        smaller = {**config, part: {key: value for key, value in config[part].items() if key != name}}
        if smaller[part] and case.differs(smaller, inputs):
            config = smaller
    return config


def shrink_lines(case, config, inputs):
    """Leaves out runs of lines, long ones first."""
    lines = [(number, line) for number, part in enumerate(inputs) for line in part]

    def parts(chosen):
        return [[line for at, line in chosen if at == number] for number in range(len(inputs))]
    size = max(1, len(lines) // 2)
    while True:
        before = len(lines)
        start = 0
        while start < len(lines):
            fewer = lines[:start] + lines[start + size:]
            if fewer and case.differs(config, parts(fewer)):
                lines = fewer
            else:
                start += size
        if size == 1 and len(lines) == before:
            return parts(lines)
        size = max(1, size // 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--program", required=True, type=os.path.abspath)
    parser.add_argument("--ignore-new", help="metric ids that the program does not compute: ID,ID or none")
    parser.add_argument("folder")
    args = parser.parse_args()
    with open(os.path.join(args.folder, "args.json"), encoding="utf-8") as file:
        stream = json.load(file)
    with open(os.path.join(args.folder, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    inputs = [oracle.read_file(os.path.join(args.folder, name)) for name in stream["inputs"]]
    case = Case(args.program, os.path.join(args.folder, "small"), stream["args"],
                run.left_out(args.ignore_new, args.program))
    if not case.differs(config, inputs):
        print("no difference")
        return 1
    config = shrink_keys(case, config, inputs, "segmentations")
    config = shrink_keys(case, config, inputs, "windows")
    inputs = shrink_lines(case, config, inputs)
    config = shrink_keys(case, config, inputs, "segmentations")
    config = shrink_keys(case, config, inputs, "windows")
    case.differs(config, inputs, sys.stdout)
    print(f"arguments: {' '.join(stream['args'])}")
    print(json.dumps({name: config[name] for name in ("input", "retain_solved", "pane", "segmentations",
                                                      "windows", "limits")}))
    for number, lines in enumerate(inputs):
        for line in lines:
            print(f"{number}: {line.decode('utf-8', 'backslashreplace')}")
    print(f"{sum(map(len, inputs))} lines after {case.runs} runs: {case.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
