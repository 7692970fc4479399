#!/usr/bin/env python3
"""Parquet files and directories of them: written by ship, read by every subcommand that reads."""

import pathlib

import support
from support import CommandTest

START = 1_700_000_000


class Parquet(CommandTest):
    CSV = "time,host,load,req\n" + "".join(f"{START + 15 * i},{h},{i / 4},{i}\n"
                                          for i in range(1000) for h in "ab")

    def setUp(self):
        super().setUp()
        self.file("load.csv", self.CSV)
        self.ok("compress", "-q", "load.csv")

    def files(self):
        top = pathlib.Path(self.path)
        return sorted(str(f.relative_to(top)) for f in (top / "points").rglob("*.parquet"))

    def test_a_directory_of_files_is_a_store(self):
        self.ok("ship", "load.csv", "--verify", "--to", "parquet:points")
        self.assertIn("parquet: 4,000 samples delivered of 4 series\nread back: 4,000 samples, all there\n",
                      self.remarks)
        # When ship ends, all of it is in files for others.
        self.assertEqual([f.split("/")[1] for f in self.files()], ["date=2023-11-14", "date=2023-11-15"])
        self.assertEqual(list((pathlib.Path(self.path) / "points").glob("*.spool")), [])
        for how in (["decompress"], ["query", "load{host=\"a\"}"], ["rollup", "load", "--every", "1h", "-q"]):
            with self.subTest(how):
                of_store = self.ok(how[0], "parquet:points", *how[1:]).splitlines()
                of_archive = self.ok(how[0], "load.cpk", *how[1:]).splitlines()
                self.assertEqual((of_store[0], sorted(of_store)), (of_archive[0], sorted(of_archive)))
                self.assertGreater(len(of_store), 3)
        self.ok("ship", "parquet:points", "--select", "{host=\"a\"}", "--to", "embedded:a.db")
        self.assertIn("embedded: 2,000 samples delivered of 2 series\n", self.remarks)
        self.assertIn("No such file", self.fails(3, "query", "parquet:none", "load"))

    def test_a_file_of_points_is_an_input(self):
        self.ok("ship", "-q", "load.csv", "--to", "parquet:points")
        files = self.files()
        self.ok("compress", "-q", *files, "-o", "again.cpk", "--time-unit", "s")
        same = self.ok("decompress", "load.cpk").splitlines()
        self.assertEqual(sorted(self.ok("decompress", "again.cpk").splitlines()), sorted(same))
        self.ok("compress", files[0], "-o", "part.cpk")
        self.assertIn("time from column timestamp (kept in ns); values: value; "
                      "labels: metric_name, service_name, tags", self.remarks)
        self.ok("ship", "-q", *files, "--to", "embedded:m.db")
        self.assertEqual(len(self.ok("query", "embedded:m.db", "load").splitlines()), 2001)
        self.ok("advise", "-q", files[0])
        for how in (["query", "load"], ["decompress"], ["rollup", "load", "--every", "1h", "-q"]):
            with self.subTest(how):
                self.ok("compress", "-q", files[0], "-o", "one.cpk", "--force")
                of_file = self.ok(how[0], files[0], *how[1:]).splitlines()
                self.assertEqual(sorted(of_file), sorted(self.ok(how[0], "one.cpk", *how[1:]).splitlines()))
                self.assertGreater(len(of_file), 1)

    def test_what_cannot_be_read_is_said_with_the_file(self):
        self.ok("ship", "-q", "load.csv", "--to", "parquet:points")
        top = pathlib.Path(self.path)
        whole = (top / self.files()[0]).read_bytes()
        (top / "torn.parquet").write_bytes(whole[:-5])
        (top / "bad.parquet").write_bytes(whole[:99] + bytes([whole[99] ^ 1]) + whole[100:])
        self.file("text.parquet", "time,v\n1,2\n")
        for name in ("torn", "bad", "text"):
            self.assertIn(f"{name}.parquet: ", self.fails(1, "compress", f"{name}.parquet", "-o", "x.cpk"))
            self.assertFalse((top / "x.cpk").exists())
        self.assertIn("none.parquet: No such file", self.fails(3, "compress", "none.parquet", "-o", "x.cpk"))
        for option, told in (("--time=value", "the column value has no times"),
                             ("--time=when", "there is no column when"),
                             ("--values=tags", "the column tags has no numbers"),
                             ("--labels=value", "the column value cannot be a label")):
            self.assertIn(told, self.fails(2, "compress", self.files()[0], option, "-o", "x.cpk"))


if __name__ == "__main__":
    support.main()
