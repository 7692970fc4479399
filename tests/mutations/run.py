#!/usr/bin/env python3
"""Deletes each guard of the tables beside this file in turn, in a copy of the tree, and expects a test to notice.

    tests/mutations/run.py [PATTERN]      only rows that match the regular expression

A row of *.txt: path from the root | meson tests | what to replace | by what. The text must be there once. In it "\\n"
is a line end and "\\|" a bar; "#" starts a comment line. The copy and its build stay in build-mutations: a second run
compiles only what has changed.

    caught     a test failed without the guard
    hung       a test did not end within ten minutes without the guard: caught too
    SURVIVED   all tests passed: the guard has no test
    STALE      the text is not there, or more than once
    BROKEN     it does not compile so

Exit status: 0 when each was caught and the tests pass with the guards in place, else 1.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

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


class Test:
    """A meson test: what ninja has to build for it, and how it is run."""
    def __init__(self, described, files):
        self.built = [file for target in described["depends"] for file in files.get(target, [])]
        self.command = described["cmd"]
        self.environment = {**os.environ, **described["env"]}
        self.folder = described["workdir"] or BUILD


def introspect(what):
    return json.loads(subprocess.run(["meson", "introspect", what, BUILD], check=True, capture_output=True, text=True).stdout)


def build(tests):
    wanted = sorted({os.path.relpath(file, BUILD) for test in tests for file in test.built})
    return subprocess.run(["ninja", "-C", BUILD, "--quiet", *wanted], capture_output=True, text=True)


class Built:
    """What was built for some tests, kept aside: the next is built while these run."""
    def __init__(self, tests):
        self.tests = tests
        self.kept = tempfile.TemporaryDirectory(dir=BUILD)
        self.names = {}
        for file in {file for test in tests for file in test.built}:
            folder = pathlib.Path(self.kept.name, str(len(self.names)))
            folder.mkdir()
            # Tests name them by either path.
            self.names[file] = self.names[os.path.relpath(file, BUILD)] = shutil.copy(file, folder)

    def verdict(self):
        # A mutant may hang: ten minutes are enough for a test that is well, on a busy machine too.
        try:
            passed = all(subprocess.run([self.names.get(word, word) for word in test.command], cwd=test.folder,
                                        env=test.environment, capture_output=True, timeout=600).returncode == 0
                         for test in self.tests)
            return "SURVIVED" if passed else "caught"
        except subprocess.TimeoutExpired:
            return "hung"
        finally:
            self.kept.cleanup()


def mutate(row, tests):
    """The mutant's tests, built; or why they could not be."""
    path = COPY / row.path
    code = path.read_text() if path.is_file() else ""
    if code.count(row.old) != 1:
        return f"STALE: found {code.count(row.old)} times"
    path.write_text(code.replace(row.old, row.new))
    try:
        made = build(tests)
        return Built(tests) if made.returncode == 0 else "BROKEN: " + "\n".join(made.stdout.splitlines()[:8])
    finally:
        path.write_text(code)


def report(row, verdict):
    print(f"{verdict:8} {row.line}" if " " not in verdict else f"{verdict}\n         {row.line}", flush=True)
    return verdict in ("caught", "hung")


def main():
    chosen = list(rows(sys.argv[1] if len(sys.argv) > 1 else ""))
    if not chosen:
        return 0
    sync_copy()
    subprocess.run([COPY / "tests/run", "--list"], check=True, stdout=subprocess.DEVNULL)
    # A name that only the guard used is no reason not to compile.
    subprocess.run(["meson", "configure", BUILD, "-Dwerror=false"], check=True, stdout=subprocess.DEVNULL)
    files = {target["id"]: target["filename"] for target in introspect("--targets")}
    tests = {one["name"]: Test(one, files) for one in introspect("--tests")}
    unknown = {name for row in chosen for name in row.tests} - tests.keys()
    if unknown:
        sys.exit(f"no such tests: {' '.join(sorted(unknown))}")

    good = True
    for name in sorted({name for row in chosen for name in row.tests}):
        made = build([tests[name]])
        fine = made.returncode == 0 and Built([tests[name]]).verdict() == "SURVIVED"
        print("passes  " if fine else "FAILS   ", f"unchanged | {name}", flush=True)
        good = good and fine
    if not good:
        return 1
    with concurrent.futures.ThreadPoolExecutor(4) as runs:
        running = []
        # Rows of one file after each other: it is compiled once for both.
        for row in sorted(chosen, key=lambda row: row.path):
            mutant = mutate(row, [tests[name] for name in row.tests])
            if isinstance(mutant, str):
                good = report(row, mutant) and good
            else:
                running.append(runs.submit(lambda row=row, mutant=mutant: report(row, mutant.verdict())))
        good = all([one.result() for one in running]) and good
    return 0 if good else 1


sys.exit(main())
