#!/usr/bin/env python3
"""Rows without times stay rows: in archives, in text, and on the way into stores."""

import json

import support
from support import CommandTest


class Rows(CommandTest):
    def setUp(self):
        super().setUp()
        self.file("r.csv", "v,w\n5,1\n6,2\n7,3\n")
        self.ok("compress", "-q", "r.csv")

    def test_an_archive_of_rows_says_so(self):
        found = json.loads(self.ok("inspect", "--json", "r.cpk"))
        self.assertTrue(found["row_numbers"])
        one = found["series"][0]
        self.assertEqual((one["unit"], one["from"], one["to"]), ("rows", 0, 2))
        table = self.ok("inspect", "r.cpk").decode()
        self.assertIn("row numbers", table)
        self.assertNotIn("1970", table)
        self.assertIn("; times are row numbers\n", self.ok("verify", "r.cpk").decode())

    def test_rows_are_printed_as_rows(self):
        self.assertEqual(self.ok("decompress", "r.cpk").decode(), "row,v,w\n0,5,1\n1,6,2\n2,7,3\n")
        self.assertEqual(self.ok("query", "r.cpk", "w", "--from", "1").decode(), "row,w\n1,2\n2,3\n")
        long = self.ok("decompress", "r.cpk", "--shape", "long").decode().splitlines()
        self.assertEqual(long[:2], ["row,__name__,value", "0,v,5"])
        lines = self.ok("query", "r.cpk", "v", "--to", "0", "--to-format", "jsonl").decode()
        self.assertEqual(json.loads(lines), {"row": 0, "labels": {"__name__": "v"}, "value": 5})
        for wrong in (["--time-as", "dates"], ["--from", "1970-01-01"]):
            told = self.fails(2, "query", "r.cpk", *wrong)
            self.assertIn("row numbers", told)

    def test_rows_come_back_as_rows(self):
        self.ok("query", "r.cpk", "--from", "1", "-o", "back.csv")
        self.ok("compress", "back.csv")
        self.assertIn("time: row (rows)", self.remarks)
        self.assertEqual(self.ok("decompress", "back.cpk").decode(), "row,v,w\n1,6,2\n2,7,3\n")
        self.ok("compress", "r.cpk", "-o", "again.cpk")
        self.ok("compress", "r.cpk", "--sort", "-o", "sorted.cpk")
        for name in ("again.cpk", "sorted.cpk"):
            self.assertEqual(self.ok("decompress", name), self.ok("decompress", "r.cpk"))
        # The mark outlives the index.
        self.file("cut.cpk", (self.path / "r.cpk").read_bytes()[:-1])
        self.assertEqual(self.ok("decompress", "cut.cpk", "--recover"), self.ok("decompress", "r.cpk"))

    def test_rows_are_rolled_up_by_number(self):
        out = self.ok("rollup", "r.cpk", "v", "--every", "2", "--aggregates", "count,start").decode()
        self.assertEqual(out, "row,__name__,count,start\n0,v,2,0\n2,v,1,2\n")
        out = self.ok("rollup", "r.cpk", "v", "--every", "3", "--aggregates", "end", "--to-format",
                      "jsonl").decode()
        self.assertEqual(json.loads(out), {"row": 0, "labels": {"__name__": "v"}, "end": 2})
        for wrong in ("15s", "day"):
            self.assertIn("row numbers", self.fails(2, "rollup", "r.cpk", "--every", wrong))
        self.file("t.csv", "time,v\n1700000000,1\n")
        self.ok("compress", "-q", "t.csv")
        self.assertIn("has times", self.fails(2, "rollup", "t.cpk", "--every", "100"))

    def test_rows_and_times_are_not_joined(self):
        self.file("t.csv", "time,v\n1700000000,1\n")
        self.ok("compress", "-q", "t.csv")
        self.assertIn("rows", self.fails(1, "compress", "r.cpk", "t.cpk", "-o", "new.cpk"))

    def test_rows_are_given_times(self):
        when = ["--time-unit", "ms", "--start", "1700000000000", "--step", "500"]
        for name in ("r.csv", "r.cpk"):
            self.ok("compress", name, "-o", "t.cpk", *when)
            self.assertEqual(self.column("t.cpk", "w"),
                             [(1700000000000, "1"), (1700000000500, "2"), (1700000001000, "3")])
            self.assertFalse(json.loads(self.ok("inspect", "--json", "t.cpk"))["row_numbers"])
        self.assertIn("have times", self.fails(2, "compress", "t.cpk", "-o", "new.cpk", *when))
        self.assertIn("past 64 bits", self.fails(1, "compress", "r.csv", "-o", "new.cpk", "--step",
                                                 2 ** 63 - 1))

    def test_a_store_gets_no_rows(self):
        if "ship" not in self.ok("--help").decode():
            return
        for name in ("r.csv", "r.cpk"):
            told = self.fails(2, "ship", name, "--to", "embedded:m.db")
            self.assertIn(f"{name}: its rows have no times", told)
            self.assertIn("--time-unit, --start and --step", told)
            self.ok("ship", name, "--to", "embedded:m.db", "--time-unit", "s", "--start",
                    "1700000000")
            self.assertIn("6 samples delivered of 2 series", self.remarks)


if __name__ == "__main__":
    support.main()
