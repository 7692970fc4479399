#!/usr/bin/env python3
"""What the command says of how it read a text, and the options that say how to."""

import json
import pathlib
import re

import support
from support import CommandTest

ROWS = "29/02/2024 12:00;1,5;sun\n01/03/2024 12:00;-;fog\n"


class Reading(CommandTest):
    def test_what_was_taken_is_always_told(self):
        self.file("f.csv", "Zeit;v;sky\n" + ROWS)
        for options in ([], ["-q"]):
            self.ok("compress", *options, "f.csv")
            self.assertIn("f.csv: time: Zeit (dates dmy, taken as UTC, kept in ns); values: v\n",
                          self.remarks)
            self.assertIn("f.csv: column sky left out", self.remarks)
            self.assertIn("1 cell with a word for nothing skipped, the first \"-\"", self.remarks)

    def test_json_gives_it_to_programs(self):
        self.file("f.csv", "Zeit;v;sky\n" + ROWS)
        found = json.loads(self.ok("compress", "--json", "-q", "f.csv"))
        self.assertEqual((found["archive"], found["samples"], found["left_out"]), ("f.cpk", 1, 0))
        (table,) = found["tables"]
        self.assertEqual(table["file"], "f.csv")
        self.assertEqual(table["time"], {"columns": ["Zeit"], "form": "dates", "spelling": "dmy",
                                         "zone": "taken as UTC", "kept": "ns"})
        self.assertEqual((table["labels"], table["values"]), ([], ["v"]))
        self.assertEqual([one["column"] for one in table["left_out"]], ["sky"])
        self.assertEqual((table["samples"], table["gaps"], table["bad"]), (1, 1, 0))
        self.file("g.csv", "v\n1\n2\n3\n")
        table = json.loads(self.ok("compress", "--json", "g.csv"))["tables"][0]
        self.assertEqual(table["time"], {"columns": [], "form": "rows"})
        table = json.loads(self.ok("advise", "--json", "--seconds", "1e-6", "f.csv"))["tables"][0]
        self.assertEqual(table["values"], ["v"])
        self.fails(2, "compress", "--json", "f.csv", "-o", "-")

    def test_options_say_how_to_read(self):
        self.file("f.csv", "x\nx\na;b;c\n1,000;01/02/2024;5\n2,000;02/02/2024;-9\n% z\n")
        options = ["--skip-lines", "2", "--comment", "%", "--separator", ";", "--decimal", ",",
                   "--time", "b", "--time-format", "dmy", "--zone", "Asia/Tokyo", "--null", "-9"]
        self.ok("compress", "f.csv", *options)
        self.assertEqual(self.column("f.cpk", "a"), [(1706713200000000000, "1"),
                                                     (1706799600000000000, "2")])
        self.assertEqual(len(self.column("f.cpk", "c")), 1)
        text = self.ok("bench", "f.csv", *options, "--codec", "raw", "--seconds", "1e-6").decode()
        self.assertIn("f: time: b (dates dmy, Asia/Tokyo", text)
        self.ok("advise", "f.csv", *options, "--seconds", "1e-6")
        self.file("u.csv", "time,v\n1700000000,1\n1700000060000,2\n")
        self.assertIn("--time-unit auto", self.fails(1, "compress", "u.csv"))
        self.ok("compress", "u.csv", "--time-unit", "auto")
        self.assertEqual([t for t, _ in self.column("u.cpk", "v")],
                         [1700000000000000000, 1700000060000000000])
        self.ok("compress", "u.csv", "--rows")
        self.assertEqual([t for t, _ in self.column("u.cpk", "v")], [0, 1])
        for wrong in (["--zone", "Mars/Base"], ["--time-format", "%Q"], ["--decimal", ";"],
                      ["--rows", "--time", "time"], ["--separator", ",", "--decimal", ","]):
            with self.subTest(wrong):
                self.assertNotEqual(self.fails(2, "compress", "f.csv", *wrong), "")

    def test_every_spelling_that_is_documented_is_read(self):
        page = (pathlib.Path(__file__).resolve().parents[2] / "docs/command.md").read_text()
        rows = re.findall(r"^\| `([a-z]+)` \| (.*) \| [^|]* \|$", page, re.M)
        self.assertGreaterEqual(len(rows), 11)
        for name, cells in rows:
            for cell in re.findall(r"`([^`]+)`", cells):
                with self.subTest(name=name, cell=cell):
                    self.file("f.csv", f"time,v\n\"{cell}\",1\n")
                    self.ok("compress", "-q", "f.csv", "--time", "time", "--time-format", name)
        table = page[page.index("| after a date"):]
        for cell in re.findall(r"`([^`]+)`", table[:table.index("\n\n")]):
            cell = "12:00" + cell if cell[0] in " Z+-" or cell.startswith("UTC") else cell
            with self.subTest(cell=cell):
                self.file("f.csv", f"time,v\n\"2016-12-31 {cell}\",1\n")
                self.ok("compress", "-q", "f.csv")

    def test_utf_16_is_read(self):
        text = "time,ort,v\n2024-02-29,Köln \U0001f600,1\n2024-03-01,Köln \U0001f600,2\n"
        self.file("f.csv", text)
        self.ok("compress", "f.csv", "-o", "f.cpk")
        for name in ("utf-16-le", "utf-16-be"):
            for mark in ("\ufeff", ""):
                self.file("g.csv", (mark + text * 1).encode(name))
                self.ok("compress", "g.csv", "-o", "g.cpk")
                self.assertEqual(self.samples("g.cpk"), self.samples("f.cpk"))

    def test_a_near_miss_names_the_near_one(self):
        self.file("f.csv", "time,v\n1700000000,1\n")
        for words, near in ((["compres", "f.csv"], "compress"), (["shp"], "ship"),
                            (["inpsect"], "inspect"),
                            (["compress", "f.csv", "--tiem", "time"], "--time"),
                            (["compress", "f.csv", "--seperator=;"], "--separator"),
                            (["query", "f.cpk", "--form", "1"], "--from"),
                            (["bench", "f.csv", "--codecs", "raw"], "--codec")):
            if near == "ship" and "\n  ship " not in self.ok("--help").decode():
                continue
            with self.subTest(words):
                self.assertIn(f"did you mean {near}?", self.fails(2, *words))
        self.assertNotIn("did you mean", self.fails(2, "frobnicate"))
        self.assertNotIn("did you mean", self.fails(2, "compress", "f.csv", "--frobnicate"))


if __name__ == "__main__":
    support.main()
