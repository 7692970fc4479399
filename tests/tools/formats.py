#!/usr/bin/env python3
"""Line protocol, raw columns, archives as input, samples out of order, pipes."""

import gzip
import lzma
import random
import struct
import subprocess

import support
from support import CommandTest, bits


class Packed(CommandTest):
    TABLE = "".join(["time,load\n"] + [f"{1700000000 + i},{i % 7}.5\n" for i in range(50_000)]).encode()

    def test_packed_text_is_read_as_the_text(self):
        self.file("plain.csv", self.TABLE)
        self.ok("compress", "plain.csv")
        expected = self.column("plain.cpk", "load")
        for name, pack in (("g.csv.gz", gzip.compress), ("x.csv.xz", lzma.compress),
                           ("no_extension", gzip.compress),
                           ("two.csv.gz", lambda t: gzip.compress(t[:99]) + gzip.compress(t[99:])),
                           ("w.csv.gz", lambda t: gzip.compress(t.decode().encode("utf-16")))):
            with self.subTest(name):
                self.file(name, pack(self.TABLE))
                self.ok("compress", name, "-o", "a.cpk")
                self.assertEqual(self.column("a.cpk", "load"), expected)
                self.ok("compress", "-", "-o", "b.cpk", stdin=(self.path / name).read_bytes())
                self.assertEqual(self.column("b.cpk", "load"), expected)
        self.file("m.lp.gz", gzip.compress(b"cpu u=1 10\n"))
        self.ok("compress", "m.lp.gz", "-o", "a.cpk")
        self.assertEqual(self.column("a.cpk", "cpu"), [(10, "1")])

    def test_cut_or_damaged_packed_text_is_never_a_short_answer(self):
        for pack in (gzip.compress, lzma.compress):
            whole = pack(self.TABLE)
            middle = len(whole) // 2
            for bad in (whole[:-1], whole[:middle], whole + b"xyz", whole + whole[:20],
                        whole[:middle] + bytes([whole[middle] ^ 0xff]) + whole[middle + 1:]):
                self.file("bad.csv", bad)
                for options in ((), ("--skip-bad",)):
                    said = self.fails(1, "compress", "bad.csv", *options)
                    self.assertRegex(said, "bad.csv: its (gzip|xz) data (end too early|are damaged)")
                    self.assertEqual(self.names(), ["bad.csv"])

    def test_what_is_not_unpacked_is_refused(self):
        self.file("m.f64.gz", gzip.compress(bytes(80)))
        self.assertIn("m.f64.gz: only text and OTLP are unpacked",
                      self.fails(2, "compress", "m.f64.gz"))
        self.file("m.csv", b"PK\x03\x04" + bytes(80))
        self.assertIn("spreadsheet (.xlsx)", self.fails(2, "compress", "m.csv"))
        # Values may start with the bytes of a packer, or look like UTF-16.
        for value in (0x00088b1f, -257, 0x00410041):
            self.file("m.i64", struct.pack("<2q", value, 7))
            self.ok("compress", "m.i64")
            self.assertEqual([v for _, v in self.column("m.cpk", "m")], [str(value), "7"])


class LineProtocol(CommandTest):
    def test_each_field_of_each_tag_set_is_a_series(self):
        self.file("m.lp", "# a comment\n"
                          "cpu,host=a\\ b,dc=eu\\,1 usage=0.25,tasks=12i,ok=t 1700000000000000000\n"
                          "\n"
                          "cpu,dc=eu\\,1,host=a\\ b usage=0.5,note=\"x, \\\"y\\\"\nz=1\" 1700000010000000000\r\n"
                          "mem\\ free bytes=18446744073709551i,u=7u,f=F 1700000000000000000")
        self.ok("compress", "m.lp")
        self.assertIn("1 text field left out", self.remarks)
        tags = (("dc", "eu,1"), ("host", "a b"))
        self.assertEqual(self.samples("m.cpk"), {
            (("__name__", "cpu"), ("_field", "usage"), *tags):
                [(1700000000000000000, "0.25"), (1700000010000000000, "0.5")],
            (("__name__", "cpu"), ("_field", "tasks"), *tags): [(1700000000000000000, "12")],
            (("__name__", "cpu"), ("_field", "ok"), *tags): [(1700000000000000000, "1")],
            (("__name__", "mem free"), ("_field", "bytes")):
                [(1700000000000000000, "18446744073709551")],
            (("__name__", "mem free"), ("_field", "u")): [(1700000000000000000, "7")],
            (("__name__", "mem free"), ("_field", "f")): [(1700000000000000000, "0")],
        })

    def test_unsigned_integers_are_doubles(self):
        self.file("m.lp", "net rx=9223372036854775807u,tx=5u 1\n"
                          "net rx=9223372036854775808u,tx=6u 2\n"
                          "net rx=18446744073709551615u,tx=7u 3\n")
        self.ok("compress", "m.lp")
        self.assertIn("2 unsigned integers rounded to the nearest double", self.remarks)
        found = self.samples("m.cpk")
        self.assertEqual([float(v) for _, v in found[(("__name__", "net"), ("_field", "rx"))]],
                         [2.0 ** 63, 2.0 ** 63, 2.0 ** 64])
        self.assertEqual([v for _, v in found[(("__name__", "net"), ("_field", "tx"))]], ["5", "6", "7"])

    def test_a_file_of_influx_inspect_export(self):
        self.file("m.lp", "# INFLUXDB EXPORT: 1677-09-20T16:12:43-08:00\n# DDL\n"
                          "CREATE DATABASE demo WITH NAME autogen\n# DML\n# CONTEXT-DATABASE:demo\n"
                          "# writing tsm data\ncpu,host=a usage=1.5 10\ncpu,host=a usage=1.75 20\n"
                          "# writing wal data\ncpu,host=a usage=2 15\n")
        self.ok("compress", "m.lp", "--sort")
        self.assertIn("1 line of database definitions skipped", self.remarks)
        self.assertEqual([t for t, _ in self.column("m.cpk", "cpu")], [10, 15, 20])
        self.file("m.lp", "CREATE DATABASE demo\ncpu usage=1 1\n")
        self.assertIn("m.lp:1:", self.fails(1, "compress", "m.lp"))

    def test_tags_with_the_names_of_our_labels_stay(self):
        self.file("m.lp", "ALERTS,__name__=ALERTS,_field=f,env=prod value=1 1\n")
        self.ok("compress", "m.lp")
        self.assertIn("1 series with a tag __name__ or _field", self.remarks)
        self.assertEqual(list(self.samples("m.cpk")), [
            (("__name__", "ALERTS"), ("_field", "value"), ("env", "prod"),
             ("exported___name__", "ALERTS"), ("exported__field", "f"))])

    def test_the_unit_of_timestamps(self):
        self.file("m.lp", "cpu v=1 1700000000\n")
        self.ok("compress", "m.lp", "--time-unit", "s")
        self.assertEqual(self.ok("decompress", "m.cpk").decode().splitlines()[1],
                         "2023-11-14T22:13:20Z,cpu,v,1")
        self.file("m.lp", "cpu v=1 1700000000\ncpu v=2 1700000060000\n")
        self.ok("compress", "m.lp", "--time-unit", "auto")
        self.assertEqual([t for t, _ in self.column("m.cpk", "cpu")],
                         [1700000000000000000, 1700000060000000000])

    def test_errors_name_line_and_column(self):
        for line, told in (
                ("cpu", "m.lp:2:4: the name of a field is missing"),
                (",a=b v=1 1", "m.lp:2:1: a measurement is missing"),
                ("cpu,a v=1 1", "m.lp:2:6: = is missing after tag \"a\""),
                ("cpu,a= v=1 1", "m.lp:2:7: tag \"a\" has no value"),
                ("cpu v 1", "m.lp:2:6: = is missing after field \"v\""),
                ("cpu v=x 1", "m.lp:2:7: \"x\" is not a value of a field"),
                ("cpu v=1x 1", "m.lp:2:7: \"1x\" is not a value of a field"),
                ("cpu v=-1u 1", "m.lp:2:7: \"-1u\" is not a value of a field"),
                ("cpu v=9223372036854775808i 1", "is not a value of a field"),
                ("cpu v=1", "m.lp:2:8: a timestamp is missing"),
                ("cpu v=1 soon", "m.lp:2:9: \"soon\" is not a timestamp"),
                ("cpu v=1 1 2", "m.lp:2:9: \"1 2\" is not a timestamp"),
                ("cpu v=1 9223372036854775808", "does not fit 64 bits"),
                ("cpu v=\"x 1", "m.lp:2:7: this text is never closed"),
                ("old v=1i 2", "m.lp:2:5: series old{_field=\"v\"} had values of another type before"),
                ("old v=1 0", "m.lp:2:9: a sample older than the last of its series"),
                ("cpu,a=1,a=2 v=1 1", "m.lp:2:13: a label occurs twice"),
        ):
            with self.subTest(line):
                self.file("m.lp", "old v=1 1\n" + line + "\n")
                self.assertIn(told, self.fails(1, "compress", "m.lp"))
        self.file("m.lp", "old v=1 1\ncpu v=x 1\nold v=1i 2\nold v=3 3\n")
        self.ok("compress", "m.lp", "--skip-bad")
        self.assertIn("2 cells or records left out", self.remarks)
        self.assertEqual(self.column("m.cpk", "old"), [(1, "1"), (3, "3")])

    def test_long_input_in_small_pieces(self):
        lines = [f"cpu,host=h{i % 7} v={i}.5,n={i}i {1700000000 + i}" for i in range(100_000)]
        self.ok("compress", "-", "-o", "m.cpk", "--format", "line", "--time-unit", "s",
                stdin="\n".join(lines))
        found = self.samples("m.cpk")
        self.assertEqual(len(found), 14)
        self.assertEqual(found[(("__name__", "cpu"), ("_field", "n"), ("host", "h3"))],
                         [(1700000000 + i, str(i)) for i in range(3, 100_000, 7)])


class RawColumns(CommandTest):
    def test_values_with_timestamps_of_their_own(self):
        self.file("v.f64", struct.pack("<3d", 0.5, -0.0, 2))
        self.file("t.i64", struct.pack("<3q", 10, 20, 20))
        self.ok("compress", "v.f64", "--times", "t.i64", "--time-unit", "ms", "--name", "load")
        self.assertIn("1 sample with the same time as the sample before", self.remarks)
        self.assertEqual(self.column("v.cpk", "load"), [(10, "0.5"), (20, "-0"), (20, "2")])

    def test_integers_at_even_steps(self):
        values = [0, -1, 2 ** 63 - 1, -2 ** 63]
        self.ok("compress", "-", "--format", "i64", "-o", "v.cpk", "--start", "-5", "--step", "10",
                stdin=struct.pack("<4q", *values))
        self.assertEqual(self.column("v.cpk", "value"),
                         [(-5 + 10 * i, str(v)) for i, v in enumerate(values)])

    def test_sizes_that_do_not_fit(self):
        self.file("v.f64", bytes(17))
        self.assertIn("v.f64: its size is not a multiple of 8", self.fails(1, "compress", "v.f64"))
        self.file("v.f64", bytes(24))
        self.file("t.i64", bytes(16))
        self.assertIn("t.i64: fewer timestamps than values",
                      self.fails(1, "compress", "v.f64", "--times", "t.i64"))
        self.file("t.i64", bytes(32))
        self.assertIn("t.i64: more timestamps than values",
                      self.fails(1, "compress", "v.f64", "--times", "t.i64"))
        self.assertIn("past 64 bits", self.fails(1, "compress", "v.f64", "--start", 2 ** 63 - 1))
        self.file("t.i64", struct.pack("<3q", 2, 1, 3))
        self.assertIn("t.i64: a sample older than the last of its series",
                      self.fails(1, "compress", "v.f64", "--times", "t.i64"))
        self.assertEqual(self.names(), ["t.i64", "v.f64"])


class AnyOrder(CommandTest):
    def test_sorting_takes_samples_in_any_order(self):
        random.seed(7)
        rows = [(1700000000 + i // 2, h, random.random()) for i in range(30_000) for h in "abc"]
        random.shuffle(rows)
        self.file("r.csv", "time,host,v\n" + "".join(f"{t},{h},{v!r}\n" for t, h, v in rows))
        self.assertIn("--sort", self.fails(1, "compress", "r.csv"))
        self.ok("compress", "r.csv", "--sort")
        self.assertEqual(self.names(), ["r.cpk", "r.csv"])
        found = self.samples("r.cpk")
        for host in "abc":
            # Stable: samples of one time stay in the order they came in.
            expected = sorted(((t, v) for t, h, v in rows if h == host), key=lambda s: s[0])
            got = found[(("__name__", "v"), ("host", host))]
            self.assertEqual([(t, float(v)) for t, v in got], expected)
        self.ok("verify", "r.cpk")

    def test_sorting_keeps_bits_and_types(self):
        self.file("r.csv", "time,a,b\n3,NaN(0x7ff0000000000002),9007199254740993\n1,-0,5\n2,Inf,\n")
        self.ok("compress", "r.csv", "--sort", "--integers", "b")
        self.assertEqual(self.column("r.cpk", "a"),
                         [(1, "-0"), (2, "+Inf"), (3, "NaN(0x7ff0000000000002)")])
        self.assertEqual(self.column("r.cpk", "b"), [(1, "5"), (3, "9007199254740993")])

    def test_runs_are_merged_however_they_overlap(self):
        # More samples than are held at once, in waves that overlap by half.
        total, wave = 4_800_000, 400_000
        times = []
        for start in range(0, total, wave):
            times += range(start + wave // 2, start - wave // 2, -1)
        self.file("t.i64", struct.pack(f"<{len(times)}q", *times))
        self.file("v.i64", struct.pack(f"<{len(times)}q", *range(len(times))))
        self.ok("compress", "v.i64", "--times", "t.i64", "--sort")
        out = self.ok("decompress", "v.cpk", "--time-as", "count").decode().splitlines()[1:]
        order = sorted(range(len(times)), key=lambda i: times[i])
        self.assertEqual(len(out), len(order))
        self.assertTrue(all(line == f"{times[i]},{i}" for line, i in zip(out, order)))

    def test_nothing_stays_when_sorting_fails(self):
        self.file("r.csv", "time,a\n3,1\n1,2\n2,x\n")
        self.assertIn("r.csv:4:3:", self.fails(1, "compress", "r.csv", "--sort"))
        self.assertEqual(self.names(), ["r.csv"])


class Pipes(CommandTest):
    def test_from_standard_input_to_standard_output(self):
        text = "time,v\n2024-01-01T00:00:00Z,0.1\n2024-01-01T00:00:01Z,0.2\n"
        archive = self.ok("compress", "-", "-o", "-", stdin=text)
        self.assertEqual(self.names(), [])
        self.assertEqual(self.ok("decompress", "-", stdin=archive).decode(), text)
        self.assertIn("whole", self.ok("verify", "-", stdin=archive).decode())
        self.assertIn("2 samples", self.ok("inspect", "-", stdin=archive).decode())
        with open("/dev/full", "wb") as full:
            self.assertIn("No space left", self.fails(3, "compress", "-", "-o", "-", stdin=text,
                                                      stdout=full))

    def test_a_slow_pipe(self):
        process = subprocess.Popen([support.COMMAND, "compress", "-q", "-", "-o", "v.cpk"],
                                   stdin=subprocess.PIPE, cwd=self.path)
        for piece in ("ti", "me,", "v\n1,0.", "5\n2", ",\"1\"", "\n3,1", "e3"):
            process.stdin.write(piece.encode())
            process.stdin.flush()
        process.stdin.close()
        self.assertEqual(process.wait(timeout=30), 0)
        self.assertEqual(self.column("v.cpk", "v"), [(1, "0.5"), (2, "1"), (3, "1000")])


class Archives(CommandTest):
    def test_archives_are_joined(self):
        self.file("a.csv", "time,v,n\n1,0.5,1\n2,NaN(0x7ff0000000000002),2\n")
        self.file("b.csv", "time,v,w\n3,0.25,7\n")
        self.ok("compress", "a.csv", "--integers", "n")
        self.ok("compress", "b.csv")
        self.ok("compress", "a.cpk", "b.cpk", "-o", "c.cpk")
        self.assertEqual(self.column("c.cpk", "v"),
                         [(1, "0.5"), (2, "NaN(0x7ff0000000000002)"), (3, "0.25")])
        self.assertEqual(self.column("c.cpk", "n"), [(1, "1"), (2, "2")])
        self.assertEqual(bits(self.column("c.cpk", "w")[0][1]), bits("7"))
        # The other way round the samples of v go back.
        self.assertIn("a.cpk: v: a sample older", self.fails(1, "compress", "b.cpk", "a.cpk", "-o", "c.cpk"))
        self.ok("compress", "b.cpk", "a.cpk", "-o", "d.cpk", "--sort")
        self.assertEqual(self.column("d.cpk", "v"), self.column("c.cpk", "v"))


if __name__ == "__main__":
    support.main()
