#!/usr/bin/env python3
"""The help of the command, and its advice."""

import json
import os
import random
import re
import subprocess

import support
from support import CommandTest


class Help(CommandTest):
    COMMANDS = ["advise", "bench", "compress", "decompress", "inspect", "query", "rollup",
                "verify"]

    def setUp(self):
        super().setUp()
        # There where the adapters are; tests/tools/ship.py is its test.
        if "\n  ship " in self.ok("--help").decode():
            self.COMMANDS = sorted([*Help.COMMANDS, "ship"])

    def test_every_example_in_every_help_runs(self):
        rows = "".join(f"2024-01-01T00:{m:02}:00Z,{h},{m % 7 / 4},{m * 3}\n"
                       for m in range(60) for h in ("web1", "db"))
        path = os.path.dirname(support.COMMAND) + os.pathsep + os.environ["PATH"]
        for command in [None, *self.COMMANDS]:
            text = self.ok(*([command] if command else []), "--help").decode()
            examples = re.findall(r"^  (chronopack .*)$", text[text.index("Examples:"):], re.M)
            self.assertTrue(examples, command)
            self.assertIn("Exit status: 0", text)
            for example in examples:
                if command:
                    self.assertIn(f"chronopack {command}", example)
                with self.subTest(example):
                    self.file("load.csv", "time,host,load,requests\n" + rows)
                    self.ok("compress", "-q", "load.csv")
                    done = subprocess.run(["bash", "-c", example], cwd=self.path, timeout=120,
                                          env={**os.environ, "PATH": path}, capture_output=True)
                    self.assertEqual(done.returncode, 0, done.stderr.decode())

    def test_help_lists_every_command(self):
        text = self.ok("--help").decode()
        for command in self.COMMANDS:
            self.assertRegex(text, rf"(?m)^  {command} ")
        self.assertRegex(self.ok("--version").decode(), r"^chronopack \d+\.\d+\.\d+\n$")

    def test_lines_fit_a_terminal(self):
        for command in self.COMMANDS:
            for line in self.ok(command, "--help").decode().splitlines():
                self.assertLessEqual(len(line), 100, f"{command}: {line}")


class Advice(CommandTest):
    def advice(self, *options):
        return json.loads(self.ok("advise", "--json", "--seconds", "0.001", *options))

    def test_integers_are_found_and_what_is_advised_is_what_is_had(self):
        random.seed(8)
        self.file("m.csv", "time,requests,load\n" + "".join(
            f"{1700000000 + 15 * i},{random.randrange(1000)},{random.random()}\n"
            for i in range(4000)))
        found = self.advice("m.csv")
        self.assertIn("chronopack compress --integers requests m.csv",
                      [way["command"] for way in found["ways"]])
        self.assertRegex(found["advice"]["text"], "1 of 2 series.* are all integers")
        self.assertEqual((found["series"], found["measured_samples"]), (2, 8000))
        sizes = [way["bits_per_sample"] for way in found["ways"]]
        self.assertEqual(sizes, sorted(sizes))
        self.assertTrue(all(row["lossless"] for row in found["rows"]))
        # What it advises does what it says.
        words = found["advice"]["command"].split()[1:]
        self.ok(*words)
        size = (self.path / "m.cpk").stat().st_size
        best = next(w for w in found["ways"] if w["command"] == found["advice"]["command"])
        self.assertAlmostEqual(8 * size / 8000 / best["bits_per_sample"], 1, delta=0.03)

    def test_it_advises_nothing_needless(self):
        random.seed(9)
        self.file("m.csv", "time,load\n" + "".join(
            f"{1700000000 + 15 * i},{random.random()}\n" for i in range(4000)))
        found = self.advice("m.csv")
        # By the speeds that it measured, whatever the machine did meanwhile: of the ways that
        # are nearly as small as the smallest and read nearly as fast as the fastest of these,
        # the one with the fewest options.
        ways = found["ways"]
        small = [w for w in ways if w["bits_per_sample"] <=
                 1.05 * min(w["bits_per_sample"] for w in ways)]
        fast = [w for w in small if w["decode_gbps"] >=
                max(w["decode_gbps"] for w in small) / 1.25]
        fewest = min(len(w["command"].split()) for w in fast)
        self.assertIn(found["advice"]["command"],
                      [w["command"] for w in fast if len(w["command"].split()) == fewest])

    def test_the_text_ends_with_one_sentence(self):
        self.file("m.csv", "time,load\n" + "".join(f"{i},{i % 10}\n" for i in range(2000)))
        text = self.ok("advise", "m.csv", "--seconds", "0.001", "--each").decode()
        last = text.rstrip("\n").splitlines()[-1]
        self.assertRegex(last, r"^Use `chronopack compress .*m\.csv`: [0-9.]+ bits a sample, "
                               r"[0-9.]+ times smaller than raw, read at [0-9.]+ GB/s; because .*\.$")
        self.assertIn("█", text)

    def test_the_page_says_the_same(self):
        self.file("m.csv", "time,load\n" + "".join(f"{i},{i % 10}\n" for i in range(2000)))
        self.ok("advise", "m.csv", "--seconds", "0.001", "--html", "a.html")
        page = (self.path / "a.html").read_text()
        self.assertIn("<h2>Advice</h2><p>Use `chronopack compress", page)
        self.assertTrue(page.rstrip().endswith("</html>"))

    def test_other_inputs_and_limits(self):
        self.file("m.lp", "".join(f"cpu,h={h} v={i}i,w={i}.5 {i}\n" for i in range(1000)
                                  for h in range(30)))
        found = self.advice("m.lp", "--series", "5", "--samples", "20000")
        self.assertEqual((found["series"], found["measured_series"]), (60, 5))
        self.assertFalse(found["all_read"])
        self.ok("compress", "-q", "m.lp")
        self.assertEqual(self.advice("m.cpk", "--series", "2")["measured_series"], 2)

    def test_bad_input(self):
        self.file("m.csv", "time,load\n1,2\n2,3\n3,x\n")
        self.assertIn("m.csv:4:3:", self.fails(1, "advise", "m.csv", "--html", "a.html"))
        self.assertEqual(self.names(), ["m.csv"])
        self.fails(3, "advise", "none.csv")
        self.fails(3, "advise", "m.csv", "--html", "no/where.html")


class Bench(CommandTest):
    def test_it_is_the_report(self):
        self.file("m.csv", "time,load\n" + "".join(f"{i},{i % 10}\n" for i in range(2000)))
        text = self.ok("bench", "m.csv", "--seconds", "0.001", "--json", "m.json").decode()
        self.assertIn("round trips were lossless, bit for bit.", text)
        rows = json.loads((self.path / "m.json").read_text())
        self.assertIn("packed", {row["codec"] for row in rows})
        self.fails(2, "bench")
        self.fails(2, "bench", "m.csv", "--codec", "none")
        self.fails(3, "bench", "none.csv")
        self.file("m.csv", "time,load\n1,2\n2,3\n3,x\n")
        self.assertIn("m.csv:4:3:", self.fails(1, "bench", "m.csv"))


if __name__ == "__main__":
    support.main()
