#!/usr/bin/env python3
"""What goes into an archive as CSV comes out as it was."""

import random
import struct

import support
from support import CommandTest, bits


def shortest(value):
    return repr(value)


class Values(CommandTest):
    def test_every_bit_pattern_of_a_double_survives(self):
        random.seed(5)
        patterns = [0, 1 << 63, 1, 0x000fffffffffffff, 0x7fefffffffffffff, 0x7ff0000000000000,
                    0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000000,
                    0x7ff0000000000002, 0x7ff0000000000001, 0xffffffffffffffff]
        patterns += [random.getrandbits(64) for _ in range(5000)]
        self.file("v.f64", struct.pack(f"<{len(patterns)}Q", *patterns))
        self.ok("compress", "v.f64", "-o", "v.cpk")
        printed = [v for _, v in self.column("v.cpk", "v")]
        self.assertEqual([bits(v) for v in printed], patterns)

        # And again, from the text that was printed.
        self.ok("decompress", "v.cpk", "-o", "v.csv")
        self.ok("compress", "v.csv", "-o", "again.cpk")
        self.assertEqual([v for _, v in self.column("again.cpk", "v")], printed)

    def test_decimals_are_read_to_the_nearest_double(self):
        random.seed(6)
        texts = ["1e308", "1.7976931348623157e308", "-0.0", "-0", "+0", "5e-324", "4.9e-324",
                 "2.2250738585072011e-308", "9007199254740993", "0.1", ".5", "5.", "+1.5", "1E3",
                 "123456789012345678", "0.000000000000000001", "12345678901234567.8",
                 "0.30000000000000004", "00012.50", "1e22", "1e23", "9007199254740992.5"]
        for _ in range(5000):
            digits = random.randint(1, 19)
            whole = str(random.randrange(10 ** digits))
            point = random.randint(0, len(whole))
            texts.append(random.choice(["", "-"]) + whole[:point] + "." + whole[point:]
                         if random.random() < 0.7 else whole)
        rows = "".join(f"{i},{t}\n" for i, t in enumerate(texts) if t not in (".", "-."))
        self.file("v.csv", "time,v\n" + rows)
        self.ok("compress", "v.csv")
        expected = [bits(t) for t in texts if t not in (".", "-.")]
        self.assertEqual([bits(v) for _, v in self.column("v.cpk", "v")], expected)

    def test_words_for_what_is_no_number(self):
        self.file("v.csv", "time,v\n1,NaN\n2,nan\n3,-nan\n4,+Inf\n5,-inf\n6,Infinity\n"
                           "7,NaN(0x7ff0000000000002)\n8,1\n")
        self.ok("compress", "v.csv")
        self.assertEqual([v for _, v in self.column("v.cpk", "v")],
                         ["NaN", "NaN", "NaN(0xfff8000000000000)", "+Inf", "-Inf", "+Inf",
                          "NaN(0x7ff0000000000002)", "1"])

    def test_integers_are_kept_whole_where_asked(self):
        self.file("v.csv", "time,n,m\n1,9007199254740993,0.5\n2,-9223372036854775808,1\n"
                           "3,9223372036854775807,2\n4,12.0,3\n")
        self.ok("compress", "v.csv", "--integers", "n")
        self.assertEqual([v for _, v in self.column("v.cpk", "n")],
                         ["9007199254740993", "-9223372036854775808", "9223372036854775807", "12"])
        wrong = self.fails(1, "compress", "v.csv", "--integers", "*")
        self.assertIn("v.csv:2:20: \"0.5\" is not an integer of 64 bits", wrong)
        # As doubles they are rounded, and that is said.
        self.ok("compress", "v.csv")
        self.assertIn("column n: 2 integers rounded to the nearest double", self.remarks)


class Shapes(CommandTest):
    def test_wide_csv_comes_back_wide(self):
        text = "time,load,requests\n2024-01-01T00:00:00Z,0.25,100\n2024-01-01T00:00:10.500Z,,101\n" \
               "2024-01-01T00:00:20Z,NaN,\n"
        self.file("w.csv", text)
        self.ok("compress", "w.csv")
        self.assertEqual(self.ok("decompress", "w.cpk").decode(), text)

    def test_long_csv_comes_back_long(self):
        rows = [f"2024-01-01T00:00:{s:02}Z,cpu,\"web,{h}\",\"say \"\"{h}\"\"\",{s * h}.5"
                for s in range(10) for h in (1, 2)]
        self.file("l.csv", "time,__name__,host,note,value\n" + "\n".join(rows) + "\n")
        self.ok("compress", "l.csv")
        self.assertIn("labels: __name__, host, note; values: value", self.remarks)
        back = self.ok("decompress", "l.cpk").decode().splitlines()
        self.assertEqual(back[0], "time,__name__,host,note,value")
        self.assertEqual(sorted(back[1:]), sorted(rows))
        # That is sorted by series, and still the same.
        self.ok("decompress", "l.cpk", "-o", "again.csv")
        self.ok("compress", "again.csv")
        self.assertEqual(self.ok("decompress", "again.cpk").decode().splitlines(), back)

    def test_a_long_csv_of_one_series_comes_back(self):
        text = "time,__name__,host,value\n2024-01-01T00:00:00Z,cpu,a,1\n2024-01-02T00:00:00Z,cpu,a,2\n"
        self.file("l.csv", text)
        self.ok("compress", "l.csv")
        self.assertEqual(self.ok("decompress", "l.cpk").decode(), text)

    def test_text_that_changes_with_strictly_rising_time_is_left_out_and_told(self):
        self.file("w.csv", "date,rain,sky\n2024-01-01,1,sun\n2024-01-02,2,fog\n2024-01-03,3,sun\n")
        self.ok("compress", "w.csv")
        self.assertIn("column sky left out", self.remarks)
        self.assertEqual(list(self.samples("w.cpk")), [(("__name__", "rain"),)])
        self.ok("compress", "w.csv", "--long")
        self.assertEqual(len(self.samples("w.cpk")), 2)
        self.ok("compress", "w.csv", "--labels", "sky", "--values", "rain")
        self.assertEqual(len(self.samples("w.cpk")), 2)

    def test_several_values_a_record_in_long_form(self):
        self.file("l.csv", "time,host,load,requests\n1700000000,a,1,2\n1700000000,b,3,\n"
                           "1700000010,a,5,6\n")
        self.ok("compress", "l.csv")
        found = self.samples("l.cpk")
        self.assertEqual(found[(("__name__", "load"), ("host", "a"))],
                         [(1700000000, "1"), (1700000010, "5")])
        self.assertEqual(found[(("__name__", "requests"), ("host", "a"))],
                         [(1700000000, "2"), (1700000010, "6")])
        self.assertNotIn((("__name__", "requests"), ("host", "b")), found)

    def test_crlf_quotes_semicolons_and_no_last_line_end(self):
        for text in ("time;v\r\n1;\"0.5\"\r\n2;1", "time\tv\n1\t0.5\n2\t1\n",
                     "\ufefftime,v\n\n1,0.5\n\n2, 1 \n\n", "time,v\r1,0.5\r2,1\r",
                     "\"time\",\"v\"\n\"1\",\"0.5\"\n\"2\",\"1\""):
            self.file("v.csv", text)
            self.ok("compress", "v.csv")
            self.assertEqual(self.column("v.cpk", "v"), [(1, "0.5"), (2, "1")], text)

    def test_huge_fields(self):
        label = "x" * 300_000 + "\n\"" + "y" * 300_000
        quoted = label.replace('"', '""')
        self.file("l.csv", f"time,host,value\n1,\"{quoted}\",1\n1,b,2\n2,\"{quoted}\",3\n")
        self.ok("compress", "l.csv")
        self.assertEqual(self.samples("l.cpk")[(("__name__", "value"), ("host", label))],
                         [(1, "1"), (2, "3")])
        self.file("l.csv", f"time,host,value\n1,{'x' * 2_000_000},1\n1,b,2\n")
        self.assertIn("l.csv:2:", self.fails(1, "compress", "l.csv"))

    def test_series_of_one_name_in_two_files_are_one(self):
        self.file("a.csv", "time,v\n1700000000,1\n1700000001,2\n")
        self.file("b.csv", "time,v\n1700000002000,3\n1700000003000,4\n")
        self.ok("compress", "a.csv", "b.csv", "-o", "v.cpk")
        self.assertEqual([t for t, _ in self.column("v.cpk", "v")],
                         [1700000000, 1700000001, 1700000002, 1700000003])
        self.file("b.csv", "time,v\n1700000002001,3\n1700000003000,4\n")
        self.assertIn("b.csv:2:1: \"1700000002001\" is not a time that fits column time, in s",
                      self.fails(1, "compress", "a.csv", "b.csv", "-o", "v.cpk"))


class Times(CommandTest):
    def stored(self, cell, *options):
        self.file("v.csv", f"time,v\n{cell},1\n")
        self.ok("compress", "v.csv", *options)
        return self.column("v.cpk", "v")[0][0]

    def test_counts_are_told_by_their_size_and_dates_are_kept_in_nanoseconds(self):
        self.assertEqual(self.stored("1700000000"), 1700000000)
        self.assertEqual(self.stored("1700000000123"), 1700000000123)
        self.assertEqual(self.stored("1700000000.25"), 1700000000250000000)
        self.assertEqual(self.stored("1700000000", "--time-unit", "ms"), 1700000000)
        self.assertEqual(self.stored("2024-01-01T01:00:00.5+01:00"), 1704067200500000000)
        self.assertEqual(self.stored("2024-01-01T01:00:00+01:00", "--time-unit", "s"), 1704067200)
        self.assertEqual(self.stored("9999-12-31"), 253402214400)

    def test_what_the_unit_cannot_hold_is_refused(self):
        self.file("v.csv", "time,v\n2024-01-01T00:00:00.5Z,1\n")
        self.assertIn("v.csv:2:1:", self.fails(1, "compress", "v.csv", "--time-unit", "s"))

    def test_rows_are_numbered_where_there_is_no_time(self):
        self.file("v.csv", "a\n5\n6\n7\n")
        self.ok("compress", "v.csv")
        self.assertIn("no time column", self.remarks)
        self.assertEqual(self.column("v.cpk", "a"), [(0, "5"), (1, "6"), (2, "7")])

    def test_times_without_a_date_are_printed_as_counts(self):
        self.file("v.csv", "t,v\n-9223372036854775808,1\n9223372036854775807,2\n")
        self.ok("compress", "v.csv", "--time", "t", "--time-unit", "s")
        self.assertEqual(self.ok("decompress", "v.cpk").decode(),
                         "time,v\n-9223372036854775808,1\n9223372036854775807,2\n")
        self.assertIn("years 0000 to 9999", self.fails(1, "decompress", "v.cpk", "--time-as", "dates"))

    def test_dates_are_printed_as_they_are_read(self):
        dates = ["0000-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "2000-02-29T12:30:05.000001Z",
                 "2023-03-01T00:00:00Z", "9999-12-31T23:59:59Z"]
        for date in dates:
            unit = "us" if "000001" in date else "ms"
            self.file("v.csv", f"time,v\n{date},1\n")
            self.ok("compress", "v.csv", "--time-unit", unit)
            self.assertEqual(self.ok("decompress", "v.cpk").decode(), f"time,v\n{date},1\n")


if __name__ == "__main__":
    support.main()
