#!/usr/bin/env python3
"""The messages of the command for archives, whole or damaged."""

import json
import math
import struct

import support
from support import CommandTest


class WithArchive(CommandTest):
    def setUp(self):
        super().setUp()
        # 10 days in steps of a minute for two hosts, a frame each 4,096 samples.
        self.times = [1_700_000_000 + 60 * i for i in range(14_400)]
        rows = []
        for i, t in enumerate(self.times):
            rows.append(f"{t},web1,{i % 97},{i}\n")
            rows.append(f"{t},\"db{{1\",{-i % 89 / 8},{2 * i}\n")
        self.file("m.csv", "time,host,load,bytes\n" + "".join(rows))
        self.ok("compress", "m.csv", "--integers", "bytes")


class Inspect(WithArchive):
    def test_it_says_what_is_there(self):
        found = json.loads(self.ok("inspect", "--json", "m.cpk"))
        self.assertEqual(found["samples"], 4 * 14_400)
        self.assertEqual(found["bytes"], (self.path / "m.cpk").stat().st_size)
        self.assertEqual(len(found["series"]), 4)
        one = found["series"][0]
        self.assertEqual(one["labels"], {"__name__": "load", "host": "web1"})
        self.assertEqual((one["type"], one["unit"], one["samples"], one["frames"]),
                         ("double", "s", 14_400, 4))
        self.assertEqual((one["min"], one["max"], one["first"], one["last"], one["nans"]),
                         (0, 96, 0, 14_399 % 97, 0))
        self.assertAlmostEqual(one["mean"], sum(i % 97 for i in range(14_400)) / 14_400)
        self.assertEqual(one["from"], "2023-11-14T22:13:20Z")
        self.assertEqual(sum(one["codecs"]["values"].values()), math.ceil(14_400 / 1024))
        self.assertLess(sum(s["bytes"] for s in found["series"]), found["bytes"])
        self.assertEqual(found["series"][1]["type"], "int64")
        self.assertEqual(found["series"][1]["max"], 14_399)

    def test_the_table_has_a_line_for_each_series(self):
        table = self.ok("inspect", "m.cpk").decode()
        self.assertEqual(table.count('load{host="web1"}'), 2)
        self.assertEqual(table.count('bytes{host="db{1"}'), 2)
        self.assertIn("4 series, 16 frames, 57,600 samples", table)

    def test_numbers_json_does_not_have(self):
        values = [float("nan"), float("inf"), -0.0]
        self.file("v.f64", struct.pack("<3d", *values))
        self.ok("compress", "v.f64")
        one = json.loads(self.ok("inspect", "--json", "v.cpk"))["series"][0]
        self.assertEqual((one["first"], one["max"], one["nans"]), ("NaN", "+Inf", 1))
        self.assertEqual(math.copysign(1, one["min"]), -1)

    def test_an_archive_of_no_series(self):
        self.file("f.lp", "# nothing\n")
        self.ok("compress", "f.lp")
        self.assertIn("0 series", self.ok("inspect", "f.cpk").decode())
        self.assertIn("whole", self.ok("verify", "f.cpk").decode())


class Query(WithArchive):
    def count(self, *selectors):
        out = self.ok("query", "m.cpk", *selectors, "--shape", "long", "--from", "1700000000",
                      "--to", "1700000000").decode()
        return len(out.splitlines()) - 1

    def test_selectors(self):
        self.assertEqual(self.count(), 4)
        self.assertEqual(self.count("load"), 2)
        self.assertEqual(self.count('load{host="web1"}'), 1)
        self.assertEqual(self.count('{host="web1"}'), 2)
        self.assertEqual(self.count('{ host = "db{1" , __name__ != "load" }'), 1)
        self.assertEqual(self.count('{host=~"web.*|db.1"}'), 4)
        self.assertEqual(self.count('{host!~"web"}'), 4)
        self.assertEqual(self.count('load{dc=""}'), 2)
        self.assertEqual(self.count('load{host="web1"}', "bytes"), 3)
        self.assertEqual(self.count("load{}"), 2)
        for none in ("other", 'load{host="web"}', '{dc!=""}'):
            self.assertIn("no series is selected", self.fails(1, "query", "m.cpk", none))

    def test_ranges_include_both_ends(self):
        def times(*bounds):
            out = self.ok("query", "m.cpk", 'load{host="web1"}', "--time-as", "count", *bounds)
            return [int(line.split(",")[0]) for line in out.decode().splitlines()[1:]]
        t = self.times
        self.assertEqual(times("--from", t[5000], "--to", t[5003]), t[5000:5004])
        self.assertEqual(times("--from", t[5000] + 1, "--to", t[5003] - 1), t[5001:5003])
        self.assertEqual(times("--to", t[1]), t[:2])
        self.assertEqual(times("--from", t[-2]), t[-2:])
        self.assertEqual(times("--from", "2023-11-14T22:14:19.5Z", "--to", "2023-11-14T22:15:20.9Z"),
                         t[1:3])
        self.assertEqual(times("--from", "2023-11-14T23:13:20+01:00", "--to", "2023-11-14T22:13:20Z"),
                         t[:1])
        self.assertEqual(times("--from", "2030-01-01"), [])
        self.assertEqual(times(), t)

    def test_json_lines(self):
        out = self.ok("query", "m.cpk", 'bytes{host="db{1"}', "--to-format", "jsonl",
                      "--from", self.times[3], "--to", self.times[4]).decode().splitlines()
        labels = {"__name__": "bytes", "host": "db{1"}
        self.assertEqual([json.loads(line) for line in out],
                         [{"time": "2023-11-14T22:16:20Z", "labels": labels, "value": 6},
                          {"time": "2023-11-14T22:17:20Z", "labels": labels, "value": 8}])

    def test_a_wide_table_merges_times(self):
        self.file("w.csv", "time,a,b\n1700000000,1,\n1700000001,2,20\n1700000003,,30\n1700000004,4,\n")
        self.ok("compress", "w.csv")
        self.assertEqual(self.ok("query", "w.cpk", "a", "b", "--time-as", "count").decode(),
                         (self.path / "w.csv").read_text())
        self.assertIn("--shape wide", self.fails(1, "query", "m.cpk", "--shape", "wide"))

    def test_standard_input_and_output(self):
        archive = (self.path / "m.cpk").read_bytes()
        self.assertEqual(self.ok("query", "-", "load", stdin=archive), self.ok("query", "m.cpk", "load"))
        self.ok("query", "m.cpk", "load", "-o", "out.csv")
        self.assertEqual((self.path / "out.csv").read_bytes(), self.ok("query", "m.cpk", "load"))
        self.assertEqual(self.names(), ["m.cpk", "m.csv", "out.csv"])


class Verify(WithArchive):
    def frame(self, number):
        """Offset and size of the frame records' payloads, in the order written."""
        data = (self.path / "m.cpk").read_bytes()
        at, found = 12, []
        while data[at:at + 4] == b"CPKR":
            kind, _, size = struct.unpack_from("<III", data, at + 4)
            if kind == 2:
                found.append((at + 20, size))
            at += 20 + size
        return found[number]

    def damage(self, offset):
        data = bytearray((self.path / "m.cpk").read_bytes())
        data[offset] ^= 0x10
        self.file("d.cpk", bytes(data))

    def test_a_whole_archive_is_whole(self):
        self.assertEqual(self.ok("verify", "m.cpk").decode(),
                         "m.cpk: whole; 4 series, 16 frames and 57,600 samples intact\n")
        self.ok("verify", "-", stdin=(self.path / "m.cpk").read_bytes())

    def test_a_damaged_frame_is_named(self):
        at, size = self.frame(5)
        self.damage(at + size - 1)
        told = self.fails(1, "verify", "d.cpk", "m.cpk")
        self.assertRegex(told, r"d\.cpk: frame 2 of 4 of \w+\{host=.*\}, at byte [0-9,]+: "
                               "the input is damaged: checksum mismatch\n")
        self.assertIn(f"at byte {at:,}", told)
        self.assertNotIn("m.cpk", told)
        # Other commands refuse it, too, and name it; what they wrote to a file is not there.
        self.assertIn(f"at byte {at:,}", self.fails(1, "decompress", "d.cpk", "-o", "d.csv"))
        self.assertIn(f"at byte {at:,}", self.fails(1, "inspect", "d.cpk"))
        self.assertEqual(self.names(), ["d.cpk", "m.cpk", "m.csv"])

    def test_a_cut_archive_is_damaged(self):
        data = (self.path / "m.cpk").read_bytes()
        self.file("d.cpk", data[:-30])
        self.assertIn("d.cpk: the index, or the file's header, is damaged, missing or wrong",
                      self.fails(1, "verify", "d.cpk"))

    def test_every_damaged_byte_is_noticed(self):
        self.file("s.csv", "time,a\n1,1\n2,2\n3,4\n")
        self.ok("compress", "s.csv")
        data = (self.path / "s.cpk").read_bytes()
        for at in range(len(data)):
            damaged = bytearray(data)
            damaged[at] ^= 1 << at % 8
            self.file("d.cpk", bytes(damaged))
            self.fails(1, "verify", "d.cpk")


class SecondStage(WithArchive):
    def test_it_makes_archives_smaller_and_keeps_them_the_same(self):
        self.ok("compress", "m.csv", "--integers", "bytes", "--second-stage", "zstd", "-o", "z.cpk")
        self.assertLess((self.path / "z.cpk").stat().st_size, (self.path / "m.cpk").stat().st_size)
        self.assertEqual(self.ok("decompress", "z.cpk"), self.ok("decompress", "m.cpk"))
        one = json.loads(self.ok("inspect", "--json", "z.cpk"))["series"][0]
        self.assertEqual(one["second_stage"], {"zstd": 4})
        self.ok("verify", "z.cpk")


if __name__ == "__main__":
    support.main()
