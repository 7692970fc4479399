#!/usr/bin/env python3
"""Half an archive never passes for a whole one: the messages of commands for archives that are
damaged, cut short, made of what was left, or lie."""

import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import time

import support
from support import CommandTest

CASES = pathlib.Path(__file__).resolve().parents[1] / "archives"


def records(data):
    """(kind, series, offset of the payload, its size) of each."""
    at = 12
    while data[at:at + 4] == b"CPKR":
        kind, series, size = struct.unpack_from("<III", data, at + 4)
        yield kind, series, at + 20, size
        at += 20 + size


class Damaged(CommandTest):
    READERS = [("decompress",), ("query",), ("rollup", "--every", "1h"), ("inspect",),
               ("inspect", "--json"), ("compress", "-o", "new.cpk"),
               ("compress", "--sort", "-o", "new.cpk"), ("advise", "--seconds", "0.0001"),
               ("ship", "--to", "embedded:new.db")]

    def setUp(self):
        super().setUp()
        rows = "".join(f"{1_700_000_000 + 60 * i},{i % 97},{i}\n" for i in range(3_000))
        self.file("m.csv", "time,load,bytes\n" + rows)
        self.ok("compress", "-q", "m.csv", "--frame-samples", "1000")
        self.data = (self.path / "m.cpk").read_bytes()
        self.frames = [(at, size) for kind, _, at, size in records(self.data) if kind == 2]
        # Half of the file: an unfinished run, or a copy that was cut.
        self.cut = self.file("cut.cpk", self.data[:self.frames[3][0] + 10])

    def readers(self):
        help_text = self.ok("--help").decode()
        return [how for how in self.READERS if how[0] in help_text]

    def test_every_reader_refuses_half_an_archive_and_says_what_is_known(self):
        for command, *options in self.readers():
            with self.subTest(command=command):
                told = self.fails(1, command, "cut.cpk", *options)
                self.assertIn("cut.cpk: the index is damaged or missing; 2 series, 3 frames and "
                              "3,000 samples are left; missing: 30 bytes that belong to no record "
                              "and whatever was cut off or never written; --recover", told)
                self.assertNotIn("new.cpk", self.names())

    def test_recover_reads_what_is_left_and_says_so(self):
        for command, *options in self.readers():
            with self.subTest(command=command):
                self.ok(command, "cut.cpk", "--recover", *options)
                self.assertIn("cut.cpk: warning: recovered: the index is damaged or missing; "
                              "2 series, 3 frames and 3,000 samples are left", self.remarks)
        self.assertEqual(sum(map(len, self.samples("cut.cpk", "--recover").values())), 3_000)
        # Of a whole archive there is nothing to recover, and nothing to say.
        self.assertEqual(self.ok("decompress", "m.cpk", "--recover"), self.ok("decompress", "m.cpk"))
        self.assertEqual(self.remarks, "")

    def test_what_is_recovered_is_marked_in_what_is_made_of_it(self):
        found = json.loads(self.ok("inspect", "--json", "cut.cpk", "--recover"))
        self.assertEqual((found["recovered"], found["index_rebuilt"]), (True, True))
        self.assertEqual(found["missing"]["bytes_of_no_record"], 30)
        for options in ([], ["--sort"]):
            self.ok("compress", "cut.cpk", "--recover", "-o", "new.cpk", *options)
            found = json.loads(self.ok("inspect", "--json", "new.cpk"))
            self.assertEqual((found["recovered"], found["index_rebuilt"]), (True, False))
            self.assertNotIn("missing", found)
            self.assertIn("Recovered: ", self.ok("inspect", "new.cpk").decode())
            self.assertIn("whole; 2 series", told := self.ok("verify", "new.cpk").decode())
            self.assertIn("recovered from a damaged archive", told)
            # The mark is handed on, and every reader says it.
            self.ok("compress", "new.cpk", "m.cpk", "--sort", "-o", "newer.cpk")
            self.ok("decompress", "newer.cpk")
            self.assertIn("newer.cpk: warning: recovered from a damaged archive",
                          self.remarks)
            # It outlives the index.
            self.file("again.cpk", (self.path / "new.cpk").read_bytes()[:-1])
            self.assertIn("recovered from a damaged archive", self.run_command(
                "decompress", "again.cpk", "--recover").stderr.decode())
        found = json.loads(self.ok("inspect", "--json", "m.cpk"))
        self.assertEqual((found["recovered"], found["row_numbers"]), (False, False))

    def test_a_damaged_frame_is_left_out_and_counted_only_when_asked(self):
        at, size = self.frames[1]
        data = bytearray(self.data)
        data[at + size - 1] ^= 1
        self.file("bad.cpk", bytes(data))
        for command, *options in self.readers():
            if command in ("rollup", "inspect"):
                continue  # these look at headers alone
            with self.subTest(command=command):
                told = self.fails(1, command, "bad.cpk", *options)
                self.assertIn(f"at byte {at:,}", told)
                self.assertIn("--recover leaves it out", told)
        self.assertIn("checksum", self.fails(1, "inspect", "bad.cpk"))
        found = self.samples("bad.cpk", "--recover")
        self.assertIn("missing: 1 frame of 1,000 samples\n", self.remarks)
        self.assertEqual(sorted(map(len, found.values())), [2_000, 3_000])
        found = json.loads(self.ok("inspect", "--json", "bad.cpk", "--recover"))
        self.assertEqual((found["recovered"], found["index_rebuilt"]), (True, False))
        self.assertEqual((found["missing"]["frames"], found["missing"]["samples"]), (1, 1_000))

    def test_what_is_no_archive_is_not_recovered(self):
        self.file("f.cpk", b"time,a\n1,1\n")
        for command, *options in self.readers():
            with self.subTest(command=command):
                self.assertIn("not an archive",
                              self.fails(1, command, "f.cpk", "--recover", *options))


class Lies(CommandTest):
    def wrong(self, case):
        (self.path / case).write_bytes((CASES / case).read_bytes())
        return self.fails(1, "verify", case)

    def test_statistics_that_the_values_do_not_have_are_named_with_their_frame(self):
        self.assertIn("lies.cpk: frame 1 of 1 of m, at byte 69: its header differs from its "
                      "samples in min, max", self.wrong("lies.cpk"))

    def test_times_of_the_index_that_the_frame_does_not_have_are_named(self):
        self.assertIn("indexlies.cpk: frame 1 of 1 of m, at byte 69: the index differs from it in "
                      "samples, least timestamp, greatest timestamp", self.wrong("indexlies.cpk"))

    def test_an_index_whose_frames_overlap_is_none(self):
        self.assertIn("index", self.wrong("ov20.cpk"))
        for command in ("decompress", "inspect"):
            self.assertIn("the index is damaged or missing; 20 series, 1 frame and",
                          self.fails(1, command, "ov20.cpk"))

    def test_names_that_are_markup_or_control_text_stay_names(self):
        self.assertEqual(self.ok("verify", CASES / "names.cpk").decode().split(": ")[1].split(";")[0],
                         "whole")
        found = json.loads(self.ok("inspect", "--json", CASES / "names.cpk"))
        self.assertEqual(len(found["series"]), 12)
        self.assertEqual(found["series"][1]["labels"]["l"], "a\x1b[31mred\x1b[0m")
        self.assertNotIn(b"\x1b", self.ok("inspect", CASES / "names.cpk"))
        self.ok("compress", CASES / "names.cpk", "-o", "again.cpk")
        self.assertEqual(self.ok("decompress", "again.cpk"), self.ok("decompress", CASES / "names.cpk"))

    def test_frames_of_two_units_are_no_series(self):
        self.file("s.csv", "time,v\n1700000000,1\n")
        self.file("ms.csv", "time,v\n1700000001000,1\n")
        parts = []
        for name in ("s", "ms"):
            self.ok("compress", "-q", f"{name}.csv")
            data = (self.path / f"{name}.cpk").read_bytes()
            end = next(at - 20 for kind, _, at, _ in records(data) if kind == 3)
            first = next(at - 20 for kind, _, at, _ in records(data) if kind == 2)
            parts.append(data[:end] if name == "s" else data[first:end])
        self.file("two.cpk", b"".join(parts))
        for command in ("decompress", "query", "inspect"):
            self.assertIn("two.cpk: ", told := self.fails(1, command, "two.cpk", "--recover"))
            self.assertRegex(told, "its frames count time in s and in ms|of another type")
        self.assertIn("in another unit", self.fails(1, "verify", "two.cpk"))


class CutShort(CommandTest):
    def setUp(self):
        super().setUp()
        draw = random.Random(1).random  # 200,000 samples of some 7 bytes each
        rows = "".join(f"{1_700_000_000 + i},{draw()}\n" for i in range(200_000))
        self.file("m.csv", "time,v\n" + rows)
        self.ok("compress", "-q", "m.csv")
        self.assertGreater((self.path / "m.cpk").stat().st_size, 1_000_000)

    def test_an_archive_cut_short_while_it_is_read_is_an_error_that_says_so(self):
        # It writes until the pipe is full, and then waits for us.
        process = subprocess.Popen([support.COMMAND, "decompress", "m.cpk"], cwd=self.path,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.read(1)
        os.truncate(self.path / "m.cpk", 16 * 4096)  # whole pages, of which some were read
        _, told = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, told)
        self.assertIn(b"chronopack: m.cpk: the file was cut short while it was read", told)

    def test_nothing_of_an_output_stays_then(self):
        before, data = self.names(), (self.path / "m.cpk").read_bytes()
        for _ in range(50):  # it may be done before it is held still
            process = subprocess.Popen([support.COMMAND, "decompress", "m.cpk", "-o", "new.csv"],
                                       cwd=self.path, stderr=subprocess.PIPE)
            while process.poll() is None and not list(self.path.glob("new.csv.*.partial")):
                pass
            process.send_signal(signal.SIGSTOP)
            os.truncate(self.path / "m.cpk", 4096)
            process.send_signal(signal.SIGCONT)
            _, told = process.communicate(timeout=60)
            if b"the file was cut short while it was read" in told:
                self.assertEqual(process.returncode, 1, told)
                self.assertEqual(self.names(), before)
                return
            (self.path / "new.csv").unlink(missing_ok=True)
            (self.path / "m.cpk").write_bytes(data)
        self.fail("it was never cut short while it was read")


class ManyLabels(CommandTest):
    def test_ten_times_the_labels_take_no_forty_times_as_long(self):
        def seconds(count):
            labels = ",".join(f"n{i}=v" for i in range(count))
            self.file("t.lp", f"m,{labels} v=1 1\nm,{labels} v=2 2\n")
            self.ok("compress", "-q", "t.lp", "-o", "t.cpk")
            best = []
            for command in (["inspect", "--json"], ["decompress"]):
                times = []
                for _ in range(3):
                    start = time.monotonic()
                    self.ok(*command, "t.cpk")
                    times.append(time.monotonic() - start)
                best.append(min(times))
            return best
        few, many = seconds(6_000), seconds(60_000)
        for a, b in zip(few, many):
            self.assertLess(b, 40 * a)  # a square would be 100 times


if __name__ == "__main__":
    support.main()
