"""Prints how fast one set of reports is beside another, by codec: bench/dispatch.

usage: dispatch.py REPORT.json ... -- REPORT.json ...
"""
import json
import math
import sys

GOAL = 0.95  # of frames


def best(paths):
    """Returns the best GB/s of encoding and decoding by codec and series."""
    found = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for row in json.load(file):
                key = row["codec"], row["kind"], row["series"]
                speeds = row["encode_gbps"], row["decode_gbps"]
                if row["reference"] or not row["lossless"] or min(speeds) <= 0:
                    continue
                found[key] = tuple(map(max, found.get(key, speeds), speeds))
    return found


def main(arguments):
    at = arguments.index("--")
    native, library = best(arguments[:at]), best(arguments[at + 1:])
    if not native or native.keys() != library.keys():
        sys.exit("dispatch.py: the reports are not of the same series and codecs")
    ratios = {}
    for key, speeds in native.items():
        logs = ratios.setdefault(key[:2], ([], []))
        for way in (0, 1):
            logs[way].append(math.log(library[key][way] / speeds[way]))
    print("| codec | kind | series | encode | decode |\n|---|---|---:|---:|---:|")
    slow = []
    for (codec, kind), logs in sorted(ratios.items()):
        means = [math.exp(sum(one) / len(one)) for one in logs]
        if kind == "frame" and min(means) < GOAL:
            slow.append(codec)
        print(f"| {codec} | {kind} | {len(logs[0])} | {means[0]:.2f} | {means[1]:.2f} |")
    print(f"\nFrames below {GOAL}: {', '.join(slow) or 'none'}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
