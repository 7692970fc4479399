#!/usr/bin/env python3
"""Stores as sources of every subcommand that reads: the embedded one. ship.py reads from servers."""

import json
import os
import sqlite3

import support
from support import CommandTest

START = 1_700_000_000


class Sources(CommandTest):
    CSV = "time,host,load,req\n" + "".join(f"{START + 15 * i},{h},{i / 4},{i}\n"
                                          for i in range(1000) for h in "ab")

    def setUp(self):
        super().setUp()
        self.file("load.csv", self.CSV)
        self.ok("ship", "-q", "load.csv", "--to", "embedded:m.db")
        self.ok("compress", "-q", "load.csv")

    def test_a_store_is_printed_as_an_archive_of_it(self):
        for how in (["decompress"], ["query"], ["query", "load"], ["query", "{host=\"b\"}"],
                    ["query", "load{host=\"a\"}", "req{host=\"b\"}", "--to-format", "jsonl"],
                    ["query", "{__name__=~\"l.*\"}", "--from", "2023-11-14T22:20:00Z"],
                    ["query", "--from", "2023-11-14T22:20:00Z", "--to", "2023-11-14T22:30:00Z"],
                    ["rollup", "load", "--every", "1h", "-q"],
                    ["rollup", "--every", "day", "--aggregates", "count,sum,increase,time_weighted_mean", "-q"]):
            with self.subTest(how):
                of_store = self.ok(how[0], "embedded:m.db", *how[1:]).splitlines()
                of_archive = self.ok(how[0], "load.cpk", *how[1:]).splitlines()
                # Series come in another order.
                self.assertEqual((of_store[0], sorted(of_store)) if how[-1] != "jsonl" else sorted(of_store),
                                 (of_archive[0], sorted(of_archive)) if how[-1] != "jsonl" else sorted(of_archive))
                self.assertGreater(len(of_store), 3)

    def test_every_bit_comes_back(self):
        self.file("odd.csv", "time,v\n-5,NaN(0x7ff0000000000002)\n1,-0\n2,Inf\n3,5e-324\n")
        self.ok("ship", "-q", "odd.csv", "--time-unit", "ns", "--to", "embedded:odd.db")
        self.assertEqual(self.ok("query", "embedded:odd.db", "v", "--time-as", "count"),
                         b"time,v\n-5,NaN(0x7ff0000000000002)\n1,-0\n2,+Inf\n3,5e-324\n")
        self.ok("compress", "-q", "embedded:odd.db", "-o", "odd.cpk")
        self.assertEqual(self.ok("decompress", "odd.cpk"), self.ok("decompress", "embedded:odd.db"))

    def test_a_store_is_inspected_without_sizes(self):
        told = self.ok("inspect", "embedded:m.db").decode()
        self.assertIn("embedded:m.db: 4 series, 4,000 samples\n", told)
        self.assertRegex(told, r'load\{host="a"\}  double    1,000    ns  2023-11-14T22:13:20Z')
        for word in ("byte", "bits", "frame", "codec"):
            self.assertNotIn(word, told)
        found = json.loads(self.ok("inspect", "--json", "embedded:m.db"))
        self.assertEqual((found["store"], found["samples"], len(found["series"])), ("embedded:m.db", 4000, 4))
        self.assertEqual([one["max"] for one in found["series"]], [249.75, 249.75, 999, 999])
        self.assertEqual(set(found), {"store", "samples", "series"})

    def test_an_archive_is_made_of_a_part(self):
        self.assertIn("-o FILE", self.fails(2, "compress", "embedded:m.db"))
        self.ok("compress", "embedded:m.db", "-o", "all.cpk")
        self.assertRegex(self.remarks, r"all\.cpk: 4 series, 4,000 samples, [\d,]+ bytes \([\d.]+ bits a sample\)")
        self.assertEqual(self.ok("verify", "all.cpk"),
                         b"all.cpk: whole; 4 series, 4 frames and 4,000 samples intact\n")
        self.ok("compress", "-q", "embedded:m.db", "-o", "part.cpk", "--time-unit", "s", "--select", "load",
                "--select", "req{host=\"a\"}", "--since", "2023-11-15T02:23:00Z", "--until", "2023-11-15T02:23:05Z")
        last = (START + 15 * 999, "249.75")
        self.assertEqual(self.samples("part.cpk"), {
            (("__name__", "load"), ("host", "a")): [last], (("__name__", "load"), ("host", "b")): [last],
            (("__name__", "req"), ("host", "a")): [(START + 15 * 999, "999")]})
        self.file("fine.csv", f"time,v\n{START}.5,1\n")
        self.ok("ship", "-q", "fine.csv", "--to", "embedded:fine.db")
        self.assertIn("finer than the unit, s; --time-unit",
                      self.fails(1, "compress", "embedded:fine.db", "--time-unit", "s", "-o", "fine.cpk"))
        self.assertNotIn("fine.cpk", self.names())
        # The files after the first are kept in its unit.
        self.ok("compress", "-q", "load.csv", "embedded:m.db", "--sort", "-o", "both.cpk")
        self.assertEqual(len(self.samples("both.cpk")[("__name__", "load"), ("host", "a")]), 2000)

    def test_a_store_is_shipped_into_another(self):
        self.ok("ship", "embedded:m.db", "--verify", "--to", "embedded:copy.db")
        self.assertIn("embedded: 4,000 samples delivered of 4 series\nread back: 4,000 samples, all there\n",
                      self.remarks)
        self.assertEqual(self.ok("decompress", "embedded:copy.db"), self.ok("decompress", "embedded:m.db"))
        self.ok("ship", "embedded:m.db", "--select", "{host=\"a\"}", "--to", "embedded:a.db")
        self.assertIn("embedded: 2,000 samples delivered of 2 series\n", self.remarks)
        self.assertIn("this store is an input", self.fails(2, "ship", "embedded:m.db", "--to", "embedded:m.db"))
        self.assertIn("open elsewhere", self.fails(3, "ship", "embedded:m.db", "--to", "embedded:./m.db"))

    def test_verify_reads_every_point(self):
        self.assertEqual(self.ok("verify", "load.cpk", "embedded:m.db").splitlines()[1],
                         b"embedded:m.db: readable; 4 series and 4,000 samples read")
        with sqlite3.connect(self.path / "m.db") as db:
            column = next(name for _, name, kind, *_ in db.execute("PRAGMA table_info(frame)") if kind == "BLOB")
            (wire, row), *_ = db.execute(f"SELECT {column}, rowid FROM frame")
            db.execute(f"UPDATE frame SET {column} = ? WHERE rowid = ?",
                       (wire[:-9] + bytes([wire[-9] ^ 1]) + wire[-8:], row))
        db.close()
        told = self.fails(1, "verify", "embedded:m.db")
        self.assertRegex(told, r"embedded: load cannot be read: .*load\{host=\"a\"\}")
        self.assertIn("cannot be read", self.fails(1, "decompress", "embedded:m.db", "-o", "half.csv"))
        self.assertNotIn("half.csv", self.names())
        self.assertEqual(len(self.ok("query", "embedded:m.db", "req").splitlines()), 2001)

    def test_what_cannot_be_read(self):
        for how, status, told in (
                (["query", "embedded:none.db", "load"], 3, "none.db: No such file"),
                (["verify", "embedded:load.csv"], 3, "load.csv"),
                (["query", "embedded:m.db", "none"], 1, "no series is selected"),
                (["query", "embedded:m.db", "--recover"], 2, "--recover"),
                (["query", "embedded:m.db", "load", "-o", "m.db", "--force"], 2, "this file is an input"),
                (["compress", "embedded:m.db", "-o", "m.db", "--force"], 2, "this file is an input"),
                (["query", "postgres://a/b", "load"], 2, "source: a store is prometheus+http://"),
                (["inspect", "embedded:"], 2, "source: a store is prometheus+http://"),
                (["compress", "load.csv", "--select", "load"], 2, "load.csv: --select"),
                (["compress", "load.csv", "embedded:m.db", "--since", "1"], 2, "load.csv: --select"),
                (["compress", "embedded:m.db", "-o", "x.cpk", "--since", "now"], 2, "--since"),
                (["rollup", "influxdb+http://127.0.0.1:1/a", "--influxdb-version", "2", "--every", "1h"], 2,
                 "ORG/BUCKET"),
                (["query", "prometheus+http://127.0.0.1:1", "load"], 3, "prometheus: load cannot be read"),
                (["decompress", "prometheus+http://127.0.0.1:1"], 3, "its metrics cannot be listed")):
            with self.subTest(how):
                self.assertIn(told, self.fails(status, *how))
        self.assertNotIn("none.db", self.names())

    def test_credentials_are_not_shown_and_not_sent_elsewhere(self):
        for command in ("query", "decompress", "inspect", "verify"):
            told = self.fails(2, command, "prometheus+http://me:hush@127.0.0.1:1")
            self.assertIn("source: credentials in a URL can be read by others", told)
            self.assertIn("(--credentials) or in CHRONOPACK_CREDENTIALS", told)
            self.assertNotIn("hush", told)
        told = self.fails(2, "ship", "prometheus+http://me:hush@127.0.0.1:1", "--to", "embedded:x.db")
        self.assertIn("(--source-credentials) or in CHRONOPACK_SOURCE_CREDENTIALS", told)
        self.assertNotIn("hush", told)
        self.file("wrong", "hush\n")
        told = self.fails(2, "query", "prometheus+http://127.0.0.1:1", "load", "--credentials", "wrong")
        self.assertIn("wrong: neither", told)
        self.assertNotIn("hush", told)

    def test_nothing_temporary_is_left(self):
        (self.path / "tmp").mkdir()
        before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = str(self.path / "tmp")
        try:
            self.ok("query", "embedded:m.db", "load")
            self.fails(1, "query", "embedded:m.db", "none")
        finally:
            del os.environ["TMPDIR"]
            if before is not None:
                os.environ["TMPDIR"] = before
        self.assertEqual(list((self.path / "tmp").iterdir()), [])


if __name__ == "__main__":
    support.main()
