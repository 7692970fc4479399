#!/usr/bin/env python3
"""What the command shows of names that come from outside: nothing that a terminal obeys."""

import json
import os
import pty
import re
import subprocess
import unicodedata

import support
from support import CommandTest

# C0 and DEL; C1 as bytes and as characters; what turns the direction of writing; what
# is no UTF-8.
EVIL = [b"\x1b]0;owned\x07", b"a\nb", b"\r\x08\x7f", b"\x9b31m", b"\xc2\x9b31m", b"\xc2\x85",
        b"\xe2\x80\xaegpj.exe", b"\xe2\x81\xa6x\xe2\x81\xa9", b"\xe2\x80\x8e", b"\xd8\x9c",
        b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80"]
SHOWN = ["\\x1b]0;owned\\x07", "a\\nb", "\\r\\x08\\x7f", "\\x9b31m", "\\u009b31m", "\\u0085",
         "\\u202egpj.exe", "\\u2066x\\u2069", "\\u200e", "\\u061c",
         "\\xff\\xfe", "\\xc0\\x80", "\\xed\\xa0\\x80"]
LONG_WORK = (EVIL[0], EVIL[6])  # what advise and bench are given


class Names(CommandTest):
    def assert_tame(self, said):
        """It is text on lines, and every character of it is seen."""
        text = said.decode() if isinstance(said, bytes) else said
        for c in text:
            self.assertTrue(c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp"),
                            ascii(text))

    def both(self, *args, status=0, **how):
        """What it says on stdout and stderr, which is tame."""
        done = self.run_command(*args, **how)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assert_tame(done.stdout)
        self.assert_tame(done.stderr)
        return done.stdout.decode(), done.stderr.decode()

    def test_labels_are_shown_with_escapes_and_written_as_they_are(self):
        for evil, shown in zip(EVIL, SHOWN):
            with self.subTest(shown):
                self.file("f.csv", b'time,host,load\n1,"' + evil + b'",1\n2,"' + evil + b'",2\n')
                self.both("compress", "f.csv", "--labels", "host")
                self.assertIn(f'load{{host="{shown}"}}', self.both("inspect", "f.cpk")[0])
                self.assertIn(evil, self.ok("decompress", "f.cpk"))
                # Damage is named with the series in it.
                data = (self.path / "f.cpk").read_bytes()
                at = data.rindex(b"CPKR", 0, data.rindex(b"CPKR"))
                self.file("d.cpk", data[:at + 40] + bytes([data[at + 40] ^ 1]) + data[at + 41:])
                for command in (["verify"], ["decompress", "-o", "d.csv"], ["inspect"],
                                ["rollup", "--every", "1s"]):
                    self.assertIn(shown, "".join(self.both(*command, "d.cpk", status=1)))

    def test_columns_are_shown_with_escapes(self):
        for evil, shown in zip(EVIL, SHOWN):
            with self.subTest(shown):
                self.file("f.csv", b'time,"' + evil + b'"\n1,1\n2,x\n')
                self.assertIn(shown, self.both("compress", "f.csv", status=1)[1])
                self.file("f.csv", b'time,"' + evil + b'"\n1,1\n2,2\n')
                self.assertIn(shown, self.both("compress", "f.csv")[1])
                if evil in LONG_WORK:
                    said = self.both("advise", "f.csv", "--each", "--seconds", "1e-6")
                    self.assertIn(shown, said[0])
                    said = self.both("bench", "f.csv", "--codec", "raw", "--seconds", "1e-6")
                    self.assertIn(shown, said[0])

    def test_files_are_shown_with_escapes(self):
        for evil, shown in zip(EVIL, SHOWN):
            if b"/" in evil:
                continue
            with self.subTest(shown):
                name, into = os.fsdecode(evil + b".csv"), os.fsdecode(evil + b".cpk")
                (self.path / name).write_bytes(b"time,load\n1,1\n2,2\n")
                self.assertEqual(self.both("compress", name)[1].count(shown), 2)
                self.assertIn(shown + ".cpk: whole", self.both("verify", into)[0])
                self.assertIn(shown + ".cpk: ", self.both("inspect", into)[0])
                if evil in LONG_WORK:
                    self.assertIn(shown, self.both("advise", name, "--seconds", "1e-6")[0])
                    self.assertIn(shown, self.both("bench", name, "--codec", "raw", "--seconds",
                                                   "1e-6", "--html", os.fsdecode(evil))[0])
                for args, status in ((["verify", name], 1), (["compress", name + "x"], 3),
                                     (["inspect", into + "x"], 3), (["verify", into, "--" + into], 2),
                                     (["bench", name, "--" + into], 2),
                                     (["compress", name, "-o", name], 2),
                                     (["query", into, "{" + os.fsdecode(evil)], 2)):
                    self.assertIn(shown, self.both(*args, status=status)[1])

    def test_progress_on_a_terminal_is_tame(self):
        name = os.fsdecode(b"\x9b\xe2\x80\xae.csv")
        rows = "".join(f"{1700000000 + i},{i}\n" for i in range(1000))
        with open(self.path / name, "w") as big:
            big.write("time,load\n" + rows)
        ours, theirs = pty.openpty()
        process = subprocess.Popen([support.COMMAND, "bench", "--brief", name, "--codec", "raw",
                                    "--seconds", "1e-6"], cwd=self.path, stdout=subprocess.DEVNULL,
                                   stderr=theirs)
        os.close(theirs)
        seen = b""
        try:
            while piece := os.read(ours, 4096):
                seen += piece
        except OSError:  # the end of a terminal
            pass
        os.close(ours)
        self.assertEqual(process.wait(timeout=60), 0)
        text = re.sub("\r(\x1b\\[K)?", "", seen.decode())
        self.assertIn("\\x9b\\u202e", text)
        self.assert_tame(text)

    def test_json_keeps_what_json_can_hold(self):
        self.file("f.csv", b"time,host,load\n1,\xe2\x80\xaea,1\n2,\xe2\x80\xaea,2\n")
        self.ok("compress", "f.csv", "--labels", "host")
        found = json.loads(self.ok("inspect", "--json", "f.cpk"))
        self.assertEqual(found["series"][0]["labels"]["host"], "\u202ea")


if __name__ == "__main__":
    support.main()
