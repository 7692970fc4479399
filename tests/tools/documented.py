#!/usr/bin/env python3
"""What docs/command.md and the README show is what the command does.

usage: documented.py COMMAND [--write]

Blocks of ```console hold commands after "$ " and what they print. Figures may have
changed since, words may not; --write puts the present output. Blocks of
```console timed are only written: they hold speeds.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs/command.md", ROOT / "README.md"]
BLOCK = re.compile(r"^```console( timed)?\n(.*?)^```$", re.M | re.S)


def run(command, directory, tool):
    path = str(pathlib.Path(tool).resolve().parent) + os.pathsep + os.environ["PATH"]
    done = subprocess.run(["bash", "-c", command], cwd=directory, env={**os.environ, "PATH": path},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    return done.stdout.decode().rstrip("\n")


def words(text):
    """The text without its figures, and what they are aligned with."""
    return re.sub(r"\s+", " ", re.sub(r"-?[0-9][0-9.,:TZ-]*", "#", text)).strip()


def main():
    tool, write = sys.argv[1], "--write" in sys.argv
    differences = 0
    for page in PAGES:
        text = page.read_text()
        with tempfile.TemporaryDirectory() as directory:
            example = ROOT / "bench/examples/temperature.csv"
            (pathlib.Path(directory) / example.name).write_bytes(example.read_bytes())

            def shown(match):
                nonlocal differences
                timed, body = match.group(1) or "", match.group(2)
                out = ""
                for part in re.split(r"^(?=\$ )", body, flags=re.M):
                    if not part.startswith("$ "):
                        continue
                    command, _, expected = part.partition("\n")
                    if timed and not write:
                        continue
                    found = run(command[2:], directory, tool)
                    out += command + "\n" + (found + "\n" if found else "")
                    if not write and words(found) != words(expected):
                        differences += 1
                        print(f"{page.name}: {command}\nprints\n{found}\nthe page has\n{expected}")
                return f"```console{timed}\n{out}```" if write else match.group(0)

            changed = BLOCK.sub(shown, text)
        if write:
            page.write_text(changed)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
