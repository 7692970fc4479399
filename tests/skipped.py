#!/usr/bin/env python3
"""Fails where a run of `meson test` skipped a test that must not be.

usage: skipped.py TESTLOG.json [NAME ...]     the tests that may be skipped
"""

import json
import sys


def skipped(log, allowed):
    """The names of tests in this log that were skipped and are not allowed to."""
    names = [test["name"].split(" / ")[-1].split(":")[-1].strip()
             for test in map(json.loads, log) if test["result"] == "SKIP"]
    return [name for name in names if name not in allowed]


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        found = skipped(log, sys.argv[2:])
    for name in found:
        print(f"{name}: skipped, which proves nothing", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
