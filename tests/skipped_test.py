#!/usr/bin/env python3
"""A skipped test fails a run of the tests, but for those that may be skipped."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).parent / "skipped.py"


class Skipped(unittest.TestCase):
    def check(self, results, *allowed):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
            for name, result in results.items():
                log.write(json.dumps({"name": name, "result": result}) + "\n")
            log.flush()
            done = subprocess.run([sys.executable, CHECK, log.name, *allowed],
                                  stderr=subprocess.PIPE, text=True, check=False)
        return done.returncode, done.stderr

    def test_a_skip_is_named_and_fails(self):
        status, said = self.check({"series": "OK", "odr": "SKIP"}, "fma")
        self.assertEqual((status, said), (1, "odr: skipped, which proves nothing\n"))
        self.assertEqual(self.check({"chronopack:adapters / adapter-http": "SKIP"})[0], 1)

    def test_what_may_be_skipped_does_not(self):
        self.assertEqual(self.check({"chronopack / fma": "SKIP", "odr": "OK"}, "fma"), (0, ""))

    def test_no_skip_is_no_failure_of_this_check(self):
        self.assertEqual(self.check({"odr": "OK", "series": "FAIL"}), (0, ""))


if __name__ == "__main__":
    unittest.main()
