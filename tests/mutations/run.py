#!/usr/bin/env python3
"""Deletes each guard of the tables beside this file in turn, in a copy of the tree, and expects a test to notice.

    tests/mutations/run.py [PATTERN]      only rows that match the regular expression

A row of *.txt: path from the root | meson tests | what to replace | by what. The text must be there once. In it "\\n"
is a line end and "\\|" a bar; "#" starts a comment line. The copy and its build stay in build-mutations: a second run
compiles only what has changed.

    caught     a test failed without the guard
    SURVIVED   all tests passed: the guard has no test
    STALE      the text is not there, or more than once
    BROKEN     it does not compile so

Exit status: 0 when each was caught and the tests pass with the guards in place, else 1.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPY = ROOT / "build-mutations"
BUILD = COPY / "build-tests"


class Row:
    def __init__(self, line):
        self.line = line
        # A part may begin or end in blanks, which belong to it.
        fields = [field.replace("\\|", "|").replace("\\n", "\n") for field in re.split(r" \| | \|$", line)]
        if len(fields) != 4:
            sys.exit(f"not a row of four fields: {line}")
        self.path, tests, self.old, self.new = fields
        self.tests = tests.split()


def rows(pattern):
    for table in sorted(HERE.glob("*.txt")):
        for line in table.read_text().splitlines():
            if line and not line.startswith("#") and re.search(pattern, f"{table.name}: {line}"):
                yield Row(line)


def sync_copy():
    """Makes the copy that of the tree, touching nothing that is the same."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True,
                           text=True).stdout.splitlines()
    names = {name for name in names if (ROOT / name).is_file()}
    for folder, folders, files in os.walk(COPY):
        folders[:] = [one for one in folders if not one.startswith("build-")]
        for name in files:
            path = pathlib.Path(folder, name)
            if str(path.relative_to(COPY)) not in names:
                path.unlink()
    for name in names:
        to = COPY / name
        if to.is_file() and to.read_bytes() == (ROOT / name).read_bytes():
            continue
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, to)


def targets_of_tests():
    """By the name of a test, what ninja has to build for it."""
    def introspect(what):
        return json.loads(subprocess.run(["meson", "introspect", what, BUILD], check=True, capture_output=True,
                                         text=True).stdout)
    files = {t["id"]: [os.path.relpath(f, BUILD) for f in t["filename"]] for t in introspect("--targets")}
    return {t["name"]: [f for d in t["depends"] for f in files.get(d, [])] for t in introspect("--tests")}


def build(tests, targets):
    wanted = sorted({target for test in tests for target in targets[test]})
    return subprocess.run(["ninja", "-C", BUILD, "--quiet", *wanted], capture_output=True, text=True)


def passes(tests):
    # A mutant may hang: two minutes are enough for a test that is well.
    return subprocess.run(["meson", "test", "-C", BUILD, "--no-rebuild", "-t", "0.4", *tests],
                          capture_output=True).returncode == 0


def verdict(row, targets):
    path = COPY / row.path
    if not path.is_file():
        return "STALE", ""
    code = path.read_text()
    if code.count(row.old) != 1:
        return "STALE", f"found {code.count(row.old)} times"
    path.write_text(code.replace(row.old, row.new))
    try:
        made = build(row.tests, targets)
        if made.returncode != 0:
            return "BROKEN", "\n".join(made.stdout.splitlines()[:8])
        return ("SURVIVED" if passes(row.tests) else "caught"), ""
    finally:
        path.write_text(code)


def main():
    chosen = list(rows(sys.argv[1] if len(sys.argv) > 1 else ""))
    if not chosen:
        return 0
    sync_copy()
    subprocess.run([COPY / "tests/run", "--list"], check=True, stdout=subprocess.DEVNULL)
    targets = targets_of_tests()
    unknown = {test for row in chosen for test in row.tests} - targets.keys()
    if unknown:
        sys.exit(f"no such tests: {' '.join(sorted(unknown))}")

    good = True
    for test in sorted({test for row in chosen for test in row.tests}):
        made = build([test], targets)
        fine = made.returncode == 0 and passes([test])
        print("passes  " if fine else "FAILS   ", f"unchanged | {test}", flush=True)
        good = good and fine
    if not good:
        return 1
    # Rows of one file after each other: it is compiled once for both.
    for row in sorted(chosen, key=lambda row: row.path):
        what, detail = verdict(row, targets)
        print(f"{what:8} {row.line}", *filter(None, [detail]), sep="\n" if detail else "", flush=True)
        good = good and what == "caught"
    return 0 if good else 1


sys.exit(main())
