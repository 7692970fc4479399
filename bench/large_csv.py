#!/usr/bin/env python3
"""Writes a CSV of about so many bytes: rows of two machines in turn, each a second
later, with a gauge of two decimals, a counter and a value that seldom changes.

usage: large_csv.py MEBIBYTES > FILE.csv
"""
import sys

ROWS = 1 << 16  # values, which repeat, because the reader of text is measured


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    left = int(sys.argv[1]) << 20
    out = sys.stdout.buffer
    out.write(b"time,host,temperature_c,requests,state\n")
    noise, tails = 1, []
    for i in range(ROWS):
        noise = noise * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        tails.append(",web-%d,%.2f,%%d,%d\n" % (i % 2, 20 + (noise >> 40) % 1000 / 100, i // 700 % 5))
    row = 0
    while left > 0:
        block = "".join(
            str(1_700_000_000 + (row + i) // 2) + tail % (17 * (row + i)) for i, tail in enumerate(tails)
        ).encode()
        out.write(block[: block.rindex(b"\n", 0, left) + 1] if left < len(block) else block)
        left -= len(block)
        row += ROWS


if __name__ == "__main__":
    main()
