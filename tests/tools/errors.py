#!/usr/bin/env python3
"""Wrong input: the messages of the command, its exit status, and the files it leaves."""

import os
import signal
import subprocess
import time

import support
from support import CommandTest


class BadCsv(CommandTest):
    def refused(self, content, *options):
        """Returns the error without the name of the command; checks that no file is left."""
        self.file("f.csv", content)
        told = self.fails(1, "compress", "-q", "f.csv", "-o", "f.cpk", *options)
        self.assertEqual(self.names(), ["f.csv"])
        self.assertTrue(told.startswith("chronopack: "), told)
        return told[len("chronopack: "):].rstrip("\n")

    def test_errors_name_line_and_column(self):
        self.assertEqual(self.refused(""), "f.csv:1:1: this file has no records")
        self.assertEqual(self.refused("\n\n"), "f.csv:1:1: this file has no records")
        self.assertEqual(self.refused("time,v\n"),
                         "f.csv:1:1: this file has a header but no records")
        self.assertEqual(self.refused("time,v\n1,2\n2,\"a\nb\"\n3,3\n"),
                         "f.csv:3:4: \"a\\nb\" is not a number, but column v holds numbers")
        self.assertEqual(self.refused("time,v\n1,2\n2,3\n3,x\n"),
                         "f.csv:4:3: \"x\" is not a number, but column v holds numbers")
        self.assertEqual(self.refused("time,v\n1,2\n2,\"3\n3,4\n5,6\n"),
                         "f.csv:3:3: this quote is never closed")
        self.assertEqual(self.refused("time,v\n1,2\n2,3,4\n"),
                         "f.csv:3:5: more than 2 fields in this record")
        self.assertEqual(self.refused("time,v\n1,2\n2,3\n3,1e999\n"),
                         "f.csv:4:3: \"1e999\" is outside the range of a double")
        self.assertEqual(self.refused("time,v\n2024-01-01,2\n2024-01-02,3\n2024-02-30,3\n"),
                         "f.csv:4:1: \"2024-02-30\" is not a time that fits column time, in ns")

    def test_an_error_late_in_a_long_file_names_its_line(self):
        rows = [f"{1700000000 + i},{i},{i * 0.5}" for i in range(200_000)]
        rows[150_000] = "1700150000,17,0x5"
        self.assertEqual(self.refused("time,a,b\n" + "\n".join(rows)),
                         "f.csv:150002:15: \"0x5\" is not a number, but column b holds numbers")

    def test_what_is_no_text(self):
        self.assertEqual(self.refused(bytes(range(256)) * 100),
                         "f.csv: this is not text: byte 1 is zero")
        self.assertEqual(self.refused("time,v\n1,2\n".encode("utf-16")[:-1]),
                         "f.csv: this is UTF-16 with half of a character at its end")
        self.assertIn("half of a surrogate pair",
                      self.refused("time,v\n".encode("utf-16") + b"\x00\xdc\n\x00"))
        junk = bytes(1 + (i * 7919) % 255 for i in range(100_000))
        self.assertIn("f.csv:", self.refused(junk))

    def test_times_that_go_back_are_refused_by_line(self):
        late = "a sample older than the last of its series; --sort takes samples in any order"
        self.assertEqual(self.refused("time,v\n1,2\n2,3\n3,4\n2,5\n"), "f.csv:5:1: " + late)
        # Each series has an order of its own.
        self.file("f.csv", "time,host,v\n1,a,1\n2,a,2\n1,b,1\n2,b,2\n")
        self.ok("compress", "f.csv")

    def test_too_many_series_are_taken_for_a_mistake(self):
        self.assertIn("f.csv:4:8: more than 2 series",
                      self.refused("time,id,v\n1,aaaa,1\n1,bbbb,2\n1,cccc,3\n", "--max-series", "2"))

    def test_too_many_series_end_a_run_that_skips_bad_records(self):
        rows = "".join(f"1,n{i},1\n" for i in range(9))
        self.assertIn("f.csv:4:6: more than 2 series",
                      self.refused("time,id,v\n" + rows, "--skip-bad", "--max-series", "2"))

    def test_labels_may_take_so_much_memory_and_no_more(self):
        row = "time," + ",".join(f"l{i}" for i in range(100)) + ",v\n"
        row += "1," + ",".join(["x"] * 100) + ",1\n"
        self.assertIn(":2:203: more than 5,000 bytes of memory for labels",
                      self.refused(row, "--long", "--max-label-bytes", "5000"))


class SkippingBad(CommandTest):
    def test_bad_cells_and_records_are_counted_and_left_out(self):
        self.file("f.csv", "time,a,b\n1,1,1\n2,x,2\n3,3\n4,\"4,4\n5,5,5\nnow,6,6\n7,7,7\n")
        self.ok("compress", "f.csv", "--skip-bad")
        self.assertIn("f.csv:3:3: \"x\" is not a number", self.remarks)
        self.assertIn("f.csv:4:4: the record ends after 2 fields", self.remarks)
        self.assertIn("f.csv:5:3: this quote is never closed", self.remarks)
        self.assertIn("f.csv:7:1: \"now\" is not a time", self.remarks)
        self.assertIn("4 cells or records left out", self.remarks)
        self.assertEqual(self.column("f.cpk", "a"), [(1, "1"), (5, "5"), (7, "7")])
        self.assertEqual(self.column("f.cpk", "b"), [(1, "1"), (2, "2"), (5, "5"), (7, "7")])

    def test_only_the_first_are_shown(self):
        self.file("f.csv", "time,a\n" + "".join(f"{i},x\n" for i in range(100)) +
                  "".join(f"{i},1\n" for i in range(100, 300)))
        self.ok("compress", "f.csv", "--skip-bad")
        self.assertEqual(self.remarks.count("is not a number"), 10)
        self.assertIn("100 cells or records left out", self.remarks)

    def test_order_is_still_asked_for(self):
        self.file("f.csv", "time,a\n1,1\n2,2\n1,3\n")
        self.assertIn("f.csv:4:1: a sample older", self.fails(1, "compress", "f.csv", "--skip-bad"))


class ExitStatus(CommandTest):
    def test_2_for_wrong_usage(self):
        self.file("f.csv", "time,a\n1,1\n2,2\n")
        self.ok("compress", "f.csv")
        for wrong in ([], ["frobnicate"], ["compress"], ["inspect"], ["compress", "f.csv", "--wrong"],
                      ["compress", "f.csv", "--time-unit", "h"], ["compress", "-"],
                      ["compress", "f.csv", "--values", "b"], ["compress", "f.csv", "--time", "x"],
                      ["compress", "f.csv", "--labels", "a", "--values", "a"],
                      ["compress", "f.csv", "--integers", "time"],
                      ["compress", "f.csv", "--separator", "ab"],
                      ["compress", "f.csv", "--frame-samples", "0"],
                      ["query", "f.cpk", "a{"], ["query", "f.cpk", "{a=~\"[\"}"],
                      ["query", "f.cpk", "--from", "soon"]):
            with self.subTest(wrong):
                self.assertNotEqual(self.fails(2, *wrong), "")

    def test_3_when_the_system_refuses(self):
        self.file("f.csv", "time,a\n1,1\n2,2\n")
        self.ok("compress", "f.csv")
        self.assertEqual(self.fails(3, "compress", "none.csv"),
                         "chronopack: none.csv: No such file or directory\n")
        self.assertEqual(self.fails(3, "inspect", "none.cpk"),
                         "chronopack: none.cpk: No such file or directory\n")
        self.assertIn("Is a directory", self.fails(3, "compress", "."))
        self.assertIn("No such file", self.fails(3, "compress", "f.csv", "-o", "no/where.cpk"))
        self.assertIn("No such file", self.fails(3, "decompress", "f.cpk", "-o", "no/where.csv"))
        with open("/dev/full", "wb") as full:
            self.assertIn("No space left",
                          self.fails(3, "decompress", "f.cpk", stdout=full))
        self.assertEqual(self.names(), ["f.cpk", "f.csv"])

    def test_1_for_what_is_no_archive(self):
        for content in (b"", b"CPKA", b"time,a\n1,1\n", os.urandom(5000)):
            self.file("f.cpk", content)
            for command in ("inspect", "decompress", "query", "verify"):
                self.assertIn("f.cpk: not an archive", self.fails(1, command, "f.cpk"))


class Leftovers(CommandTest):
    def test_an_old_archive_stays_when_a_new_one_fails(self):
        self.file("f.csv", "time,a\n1,1\n2,2\n")
        self.ok("compress", "f.csv")
        before = (self.path / "f.cpk").read_bytes()
        self.file("f.csv", "time,a\n1,1\n2,2\n3,x\n")
        self.fails(1, "compress", "f.csv")
        self.assertEqual((self.path / "f.cpk").read_bytes(), before)
        self.assertEqual(self.names(), ["f.cpk", "f.csv"])

    def test_a_signal_leaves_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen([support.COMMAND, "compress", "-q", "-", "-o", "f.cpk"],
                                       stdin=subprocess.PIPE, cwd=self.path)
            rows = "".join(f"{i},1\n" for i in range(300_000))
            process.stdin.write(("time,a\n" + rows).encode())
            process.stdin.flush()
            deadline = time.monotonic() + 30
            while not self.names() and time.monotonic() < deadline:
                time.sleep(0.01)
            self.assertRegex(" ".join(self.names()), r"^f\.cpk\.[0-9a-f]{16}\.partial$")
            process.send_signal(number)
            self.assertEqual(process.wait(timeout=30), -number)
            process.stdin.close()
            self.assertEqual(self.names(), [])


if __name__ == "__main__":
    support.main()
