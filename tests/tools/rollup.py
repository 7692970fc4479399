#!/usr/bin/env python3
"""Rollups are what the samples come to, computed here once more."""

import csv
import datetime
import io
import json
import random

import support
from support import CommandTest


class Rollup(CommandTest):
    def rows(self, *options):
        out = self.ok("rollup", *options).decode()
        return list(csv.DictReader(io.StringIO(out)))

    def test_aggregates_are_those_of_the_samples(self):
        random.seed(10)
        start = 1_704_067_200
        samples = [(start + 7 * i, random.randrange(-500, 500) / 4) for i in range(20_000)]
        self.file("m.csv", "time,v\n" + "".join(f"{t},{v}\n" for t, v in samples))
        self.ok("compress", "m.csv")
        wanted = "count,min,max,sum,mean,first,last,start,end"
        rows = self.rows("m.cpk", "--every", "15m", "--aggregates", wanted)
        buckets = {}
        for t, v in samples:
            buckets.setdefault(t // 900 * 900, []).append((t, v))
        self.assertEqual(len(rows), len(buckets))

        def date(t):
            return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%FT%TZ")
        for row, (at, inside) in zip(rows, sorted(buckets.items())):
            values = [v for _, v in inside]
            self.assertEqual((row["time"], row["__name__"]), (date(at), "v"))
            self.assertEqual([float(row[n]) for n in ("count", "min", "max", "sum", "first", "last")],
                             [len(values), min(values), max(values), sum(values), values[0], values[-1]])
            self.assertEqual(float(row["mean"]), sum(values) / len(values))
            self.assertEqual((row["start"], row["end"]), (date(inside[0][0]), date(inside[-1][0])))

    def test_frames_within_a_bucket_are_answered_by_their_headers(self):
        self.file("m.csv", "time,v\n" + "".join(f"{1_700_000_000 + i},{i % 100}\n" for i in range(20_000)))
        self.ok("compress", "m.csv", "--frame-samples", "1000")
        self.rows("m.cpk", "--every", "10000w")
        self.assertIn("1 row; 20 frames answered by headers, 0 blocks decoded", self.remarks)
        self.rows("m.cpk", "--every", "1m")
        self.assertIn("0 frames answered by headers, 20 blocks decoded", self.remarks)

    def test_counters_grow_over_resets_and_sums_of_integers_are_exact(self):
        big = 2 ** 63 - 1
        self.file("m.csv", "time,c,n\n" + "".join(
            f"{t},{c},{big}\n" for t, c in ((0, 5), (10, 9), (60, 12), (70, 2), (130, 4))))
        self.ok("compress", "m.csv", "--time-unit", "s", "--integers", "n")
        rows = self.rows("m.cpk", "c", "--every", "1m", "--aggregates", "increase,resets")
        self.assertEqual([(r["increase"], r["resets"]) for r in rows],
                         [("4", "0"), ("5", "1"), ("2", "0")])
        rows = self.rows("m.cpk", "n", "--every", "1h", "--aggregates", "sum")
        self.assertEqual(rows[0]["sum"], str(5 * big))

    def test_days_of_a_zone_follow_its_clocks(self):
        hours = [1_711_746_000 + 3600 * i for i in range(24 * 5)]  # 2024-03-29T21:00Z on
        self.file("m.csv", "time,v\n" + "".join(f"{t},1\n" for t in hours))
        self.ok("compress", "m.csv")
        rows = self.rows("m.cpk", "--every", "day", "--zone", "Europe/Berlin", "--aggregates", "count")
        counts = {r["time"]: r["count"] for r in rows}
        self.assertEqual(counts["2024-03-29T23:00:00Z"], "24")
        self.assertEqual(counts["2024-03-30T23:00:00Z"], "23")
        self.assertEqual(counts["2024-03-31T22:00:00Z"], "24")
        rows = self.rows("m.cpk", "--every", "month", "--aggregates", "count")
        self.assertEqual([r["time"] for r in rows], ["2024-03-01T00:00:00Z", "2024-04-01T00:00:00Z"])

    def test_time_weighted_means_ranges_and_empty_rows(self):
        self.file("m.csv", "time,v\n0,2\n30,4\n200,8\n")
        self.ok("compress", "m.csv", "--time-unit", "s")
        rows = self.rows("m.cpk", "--every", "1m", "--aggregates", "time_weighted_mean,count",
                         "--empty-rows", "5")
        self.assertEqual([(r["time_weighted_mean"], r["count"]) for r in rows],
                         [("3", "2"), ("4", "0"), ("4", "0"),
                          (rows[3]["time_weighted_mean"], "1")])
        self.assertAlmostEqual(float(rows[3]["time_weighted_mean"]), (4 * 20 + 8 * 40) / 60)
        self.assertIn("v: more than 1 empty rows",
                      self.fails(1, "rollup", "m.cpk", "--every", "1m", "--empty-rows", "1"))
        rows = self.rows("m.cpk", "--every", "1m", "--from", "30", "--to", "100", "--aggregates", "count")
        self.assertEqual([r["count"] for r in rows], ["1"])

    def test_json_lines_and_nothing_to_aggregate(self):
        self.file("m.csv", "time,host,v\n0,a,NaN\n1,b,1\n")
        self.ok("compress", "m.csv", "--long", "--time-unit", "s")
        out = self.ok("rollup", "m.cpk", "--every", "1m", "--to-format", "jsonl").decode()
        self.assertEqual([json.loads(line) for line in out.splitlines()], [
            {"time": "1970-01-01T00:00:00Z", "labels": {"__name__": "v", "host": "a"},
             "count": 1, "min": None, "max": None, "mean": None},
            {"time": "1970-01-01T00:00:00Z", "labels": {"__name__": "v", "host": "b"},
             "count": 1, "min": 1, "max": 1, "mean": 1}])

    def test_what_is_no_bucket(self):
        self.file("m.csv", "time,v\n0,2\n30,4\n")
        self.ok("compress", "m.csv", "--time-unit", "s")
        for wrong in (["--every", "0m"], ["--every", "5"], ["--every", "fortnight"], [],
                      ["--every", "500ms"], ["--every", "day", "--zone", "Europe/Nowhere"],
                      ["--every", "5h", "--zone", "Europe/Berlin"],
                      ["--every", "1m", "--zone", "Europe/Berlin"],
                      ["--every", "day", "--zone", "../../etc/passwd"],
                      ["--every", "1m", "--aggregates", "median"]):
            with self.subTest(wrong):
                self.fails(2, "rollup", "m.cpk", *wrong)

    def test_joined_archives_roll_up_once_sorted(self):
        self.file("a.csv", "time,v\n5,1\n6,2\n7,3\n")
        self.ok("compress", "a.csv")
        self.file("b.csv", "time,v\n1,1\n6,2\n")
        self.ok("compress", "b.csv")
        self.assertIn("--sort", self.fails(1, "compress", "a.cpk", "b.cpk", "-o", "c.cpk"))
        self.ok("compress", "a.cpk", "b.cpk", "-o", "c.cpk", "--sort")
        rows = self.rows("c.cpk", "--every", "1h", "--aggregates", "count")
        self.assertEqual([r["count"] for r in rows], ["5"])


if __name__ == "__main__":
    support.main()
