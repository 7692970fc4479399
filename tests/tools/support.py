"""Runs the command in a directory of its own; what the tests of it share.

usage: TEST.py COMMAND [unittest options]
"""

import csv
import io
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

csv.field_size_limit(1 << 27)
COMMAND = None


class CommandTest(unittest.TestCase):
    def setUp(self):
        self._scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self._scratch.cleanup)
        self.path = pathlib.Path(self._scratch.name)

    def file(self, name, content):
        """A file with this text or these bytes; its name."""
        data = content if isinstance(content, bytes) else content.encode()
        (self.path / name).write_bytes(data)
        return name

    def names(self):
        return sorted(p.name for p in self.path.iterdir())

    def run_command(self, *args, stdin=b"", stdout=subprocess.PIPE):
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        done = subprocess.run([COMMAND, *map(str, args)], input=data, stdout=stdout,
                              stderr=subprocess.PIPE, cwd=self.path, timeout=120)
        # A signal, or a sanitizer's report, is never an answer.
        self.assertIn(done.returncode, (0, 1, 2, 3), done.stderr.decode(errors="replace"))
        self.assertNotIn(b"Sanitizer", done.stderr)
        self.assertNotIn(b"runtime error", done.stderr)
        return done

    def ok(self, *args, **how):
        """Its stdout, as bytes; it must succeed."""
        done = self.run_command(*args, **how)
        self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))
        self.remarks = done.stderr.decode(errors="replace")
        return done.stdout

    def fails(self, status, *args, **how):
        """Its stderr, as text; it must fail with this status."""
        done = self.run_command(*args, **how)
        self.assertEqual(done.returncode, status, done.stderr.decode(errors="replace"))
        return done.stderr.decode(errors="replace")

    def samples(self, archive, *options):
        """{series: [(time, value as printed), ...]} of an archive, times as counts."""
        out = self.ok("decompress", archive, "--shape", "long", "--time-as", "count", *options)
        rows = list(csv.reader(io.StringIO(out.decode(), newline="")))
        header, found = rows[0], {}
        for row in rows[1:]:
            labels = tuple((n, v) for n, v in zip(header[1:-1], row[1:-1]) if v)
            found.setdefault(labels, []).append((int(row[0]), row[-1]))
        return found

    def column(self, archive, name, *options):
        """The samples of the one series with this name."""
        of_name = [v for k, v in self.samples(archive, *options).items() if ("__name__", name) in k]
        self.assertEqual(len(of_name), 1)
        return of_name[0]


def bits(text):
    """The bits of a double as the command prints it."""
    if text.startswith("NaN(0x"):
        return int(text[4:-1], 16)
    if text == "NaN":
        return 0x7ff8000000000000
    return struct.unpack("<Q", struct.pack("<d", float(text)))[0]


def main():
    global COMMAND
    COMMAND = str(pathlib.Path(sys.argv.pop(1)).resolve())
    sys.modules.setdefault("support", sys.modules[__name__])
    unittest.main(module="__main__", verbosity=1)
