#!/usr/bin/env python3
"""Runs an example on a PostgreSQL that is started for it, twice: once into nothing.

usage: example.py EXAMPLE
"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import postgres  # noqa: E402


def main():
    with tempfile.TemporaryDirectory() as directory, postgres.Server(directory) as server:
        words = [sys.argv[1], "127.0.0.1", str(server.port), "postgres", "postgres", "plain"]
        environment = os.environ | {"EXAMPLE_PASSWORD": postgres.PASSWORD}
        return max(subprocess.run(words, check=False, env=environment).returncode for _ in range(2))


if __name__ == "__main__":
    sys.exit(main())
