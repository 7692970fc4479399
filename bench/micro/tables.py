#!/usr/bin/env python3
"""Prints the results of the micro-benchmarks as Markdown tables.

    tables.py FILE.json ...                     print all of them
    tables.py --brief FILE.json ...             the most important few
    tables.py --into PAGE.md FILE.json ...      between the marks of a page
    tables.py --add-to ROWS.json FILE.json ...  as rows, to those of bench/run --json

The files are what `kernels` and `codecs` write with --benchmark_format=json, and
go_peer with its own few fields. A page has each table between two marks,

    <!-- table NAME -->  ...  <!-- end of table -->

and everything outside of them stays as it is.
"""
import argparse
import datetime
import json
import math
import pathlib
import re
import statistics
import sys

import goals

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import page

SIZES = {"4096": "4,096 values over and over", "1048576": "2^20 values"}


def number(x):
    """Digits fit for a rate or a size: 0.043, 1.25, 85.3, 171."""
    if x is None:
        return ""
    digits = 0 if x >= 100 else 1 if x >= 10 else 2 if x >= 0.1 or x == 0 else 3
    return f"{x:.{digits}f}"


class Findings:
    """Every benchmark by its name: group, shape, size, who -> figures."""

    def __init__(self, files):
        self.context, self.rows, self.go = {}, {}, {}
        for file in files:
            with open(file, encoding="utf-8") as text:
                found = json.load(text)
            if "go" in found:
                self.go_version = found["go"]
                for row in found["rows"]:
                    self.go[row["shape"], str(row["chunk"])] = row
                continue
            self.context.update(found["context"])
            for row in found["benchmarks"]:
                name = tuple(row["run_name"].removesuffix("/manual_time").removesuffix("/iterations:1").split("/"))
                if row.get("error_occurred"):
                    sys.exit(f"{'/'.join(name)}: {row['error_message']}")
                self.rows[name] = row

    def group(self, name):
        return {key[1:]: row for key, row in self.rows.items() if key[0] == name and len(key) == 4}

    def kernels(self):
        return {key: row for key, row in self.rows.items() if len(key) == 3}


def unique(names):
    return list(dict.fromkeys(names))


def table(header, lines):
    lines = [header] + [[str(cell) for cell in line] for line in lines]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]

    def draw(line):
        cells = [cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths))]
        return "| " + " | ".join(cells) + " |"

    rule = "|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|"
    return "\n".join([draw(lines[0]), rule] + [draw(line) for line in lines[1:]]) + "\n"


def with_median(row, what):
    return f"{number(row[what])} ({number(row[what + '_median'])})"


def by_shape(rows, size, title, cell, last=None):
    """A table of coders by shapes, of one size; coders without any are left out."""
    rows = {(shape, who): row for (shape, at, who), row in rows.items() if at == size}
    shapes, coders = unique(s for s, _ in rows), unique(w for _, w in rows)
    lines = []
    for who in coders:
        label = who + (" *" if any(rows.get((s, who), {}).get("reference") for s in shapes) else "")
        lines.append([label] + [cell(rows[s, who]) if (s, who) in rows else "" for s in shapes])
    if last:
        lines.append(["(memcpy)"] + [last([rows[s, w] for w in coders if (s, w) in rows]) for s in shapes])
    return f"{title}\n\n" + table(["", *(s.replace("_", " ") for s in shapes)], lines)


def memcpy_rate(rows):
    best = max(rows, key=lambda row: row["memcpy_gbps"])
    return with_median(best, "memcpy_gbps")


def columns(findings, group):
    rows = findings.group(group)
    out = []
    for what in ("decode", "encode"):
        for size, words in SIZES.items():
            title = f"{what.capitalize()}, GB/s of raw data, {words}: best (median)"
            out.append(by_shape(rows, size, title, lambda row, w=what: with_median(row, w + "_gbps"), memcpy_rate))
    for size, words in SIZES.items():
        out.append(by_shape(rows, size, f"Decode, ns a value / cycles a value, {words}: best",
                            lambda row: f"{number(row['decode_ns'])} / {number(row['decode_cycles'])}",
                            lambda all_: number(min(row["memcpy_ns"] for row in all_))))
    out.append(by_shape(rows, "1048576", "Size, bits a value, 2^20 values", lambda row: f"{row['bits']:.2f}"))
    return "\n".join(out)


def chunks(findings):
    lines = []
    for (shape, chunk, who), row in findings.group("samples").items():
        go = findings.go.get((shape, chunk))
        if "one_by_one_ns" in row:  # the same chunks, decoded in two ways
            blank = [""] * (4 if findings.go else 0)
            for way, what in (("decode_many", "decode"), ("one by one", "one_by_one")):
                lines.append([f"{way}, {chunk}, apart", shape, with_median(row, what + "_ns"),
                              number(row[what + "_cycles"]), "", f"{row['bits']:.2f}", *blank])
            continue
        line = [f"{who}, {chunk}", shape, with_median(row, "decode_ns"), number(row["decode_cycles"]),
                with_median(row, "encode_ns"), f"{row['bits']:.2f}"]
        if findings.go:
            same = go and who == "prometheus_xor"
            line += [f"{go['decode_ns']:.1f}", f"{go['decode_ns'] / row['decode_ns']:.1f}x", f"{go['encode_ns']:.1f}",
                     f"{go['encode_ns'] / row['encode_ns']:.1f}x"] if same else [""] * 4
        lines.append(line)
    header = ["samples a chunk", "shape", "decode ns", "cycles", "encode ns", "bits"]
    if findings.go:
        header += ["Go decode ns", "we are", "Go encode ns", "we are"]
    memcpy = max(row["memcpy_gbps"] for row in findings.group("samples").values())
    text = "A sample; best (median)\n\n" + table(header, lines)
    if findings.go:
        text += f"\nGo: Prometheus' own chunks, built here, {findings.go_version}.\n"
    return text + f"\nmemcpy of the samples into the same buffer: {number(16 / memcpy)} ns a sample.\n"


def frames(findings):
    lines = []
    for (shape, _, _), row in findings.group("frames").items():
        lines.append([shape, with_median(row, "decode_ns"), with_median(row, "columns_ns"),
                      f"{row['overhead_percent']:.1f} % ({row['overhead_percent_median']:.1f} %)",
                      number(row["crc_ns"]), number(row["open_ns"]), with_median(row, "decode_gbps"),
                      with_median(row, "encode_gbps"), f"{row['bits']:.2f}", number(row["memcpy_gbps"])])
    return ("A frame of 4,096 samples; ns a sample, best (median)\n\n" +
            table(["clock+values", "frame", "its columns alone", "overhead", "CRC", "open", "decode GB/s",
                   "encode GB/s", "bits", "memcpy GB/s"], lines))


def kernel_tables(findings):
    rows = {key: row for key, row in findings.kernels().items() if key[0] != "crc32c"}
    sets = unique(who for _, _, who in rows)
    names = unique(name for name, _, _ in rows)
    out = []
    wide = [n for n in names if len({w for m, w, _ in rows if m == n}) > 1]
    for name in wide:
        widths = sorted({int(w) for m, w, _ in rows if m == name})
        lines = [[w] + [kernel_cell(rows.get((name, str(w), s))) for s in sets] for w in widths]
        out.append(f"`{name}`, cycles a value (GB/s) by width\n\n" + table(["width", *sets], lines))
    lines = [[n] + [kernel_cell(next((r for (m, _, s), r in rows.items() if (m, s) == (n, one)), None)) for one in sets]
             for n in names if n not in wide]
    if lines:
        out.append("Other kernels, cycles a value (GB/s)\n\n" + table(["", *sets], lines))
    memcpy = min(row["memcpy_ns"] * row["core_ghz"] for row in rows.values())
    out.append(f"memcpy of the 4,096 values: {number(memcpy)} cycles a value.\n")
    crc = {key[1:]: row for key, row in findings.kernels().items() if key[0] == "crc32c"}
    if crc:
        who = unique(w for _, w in crc)
        lines = [[size] + [f"{number(crc[size, w]['kernel_gbps'])} ({number(crc[size, w]['kernel_cycles'])})" for w in who]
                 for size in unique(s for s, _ in crc)]
        out.append("CRC-32C, GB/s (cycles a byte) by bytes\n\n" + table(["bytes", *who], lines))
    return "\n".join(out)


def kernel_cell(row):
    return "" if row is None else f"{number(row['kernel_cycles'])} ({number(row['kernel_gbps'])})"


def machine(findings):
    with open("/proc/cpuinfo", encoding="utf-8") as text:
        model = re.search(r"^model name\s*: (.*)$", text.read(), re.M)
    context = findings.context
    caches = ", ".join(f"L{c['level']} {c['type'].lower()} {c['size'] // 1024} KiB"
                       for c in context["caches"] if c["type"] != "Instruction")
    ghz = [row["core_ghz"] for row in findings.rows.values()]
    spread = [row[k + "_median"] / row[k] for row in findings.rows.values() for k in ("decode_ns", "kernel_ns")
              if row.get(k)]
    tenths = statistics.quantiles(spread, n=10)
    sets = unique(k[2] for k in findings.kernels() if k[0] != "crc32c")
    sets += [f"{name} {what}" for name, what in context.items() if what == "not on this processor"]
    lines = [["processor", model.group(1) if model else "unknown"],
             ["cores", context["num_cpus"]],
             ["caches, each", caches],
             ["clock, measured", f"{statistics.median(ghz):.2f} GHz ({min(ghz):.2f} to {max(ghz):.2f})"],
             ["compiler and flags", context["compiler"]],
             ["instruction set of codecs", context["instruction_set"]],
             ["instruction sets of kernels", ", ".join(sets)],
             ["date", datetime.date.fromisoformat(context["date"][:10]).strftime("%-d %B %Y")],
             ["median over best", f"{statistics.median(spread):.2f} for half of the rows, {tenths[8]:.2f} for nine in ten"]]
    return table(["", "measured on"], [[a, str(b)] for a, b in lines])


TABLES = {
    "machine": machine,
    "goals": lambda findings: table(["goal", "measured", "verdict"], goals.verdicts(findings)),
    "integers": lambda findings: columns(findings, "integers"),
    "doubles": lambda findings: columns(findings, "doubles"),
    "chunks": chunks,
    "frames": frames,
    "kernels": kernel_tables,
}


def brief(findings):
    out = []
    for group in ("integers", "doubles"):
        rows = findings.group(group)
        for size, words in SIZES.items():
            out.append(by_shape(rows, size, f"{group.capitalize()}: decode / encode, GB/s of raw data, {words}",
                                lambda row: f"{number(row['decode_gbps'])} / {number(row['encode_gbps'])}",
                                lambda all_: number(max(row["memcpy_gbps"] for row in all_))))
    out += [chunks(findings), frames(findings)]
    kernels = findings.kernels()
    sets = unique(k[2] for k in kernels if k[0] != "crc32c")
    lines = []
    for name, width in unique(k[:2] for k in kernels if k[0] != "crc32c"):
        if width in ("0", "8", "16", "32"):
            lines.append([f"{name}, {width} bits"] + [kernel_cell(kernels.get((name, width, s))) for s in sets])
    out.append("Kernels, cycles a value (GB/s)\n\n" + table(["", *sets], lines))
    return "\n".join(out)


def add_to(file, findings):
    """Rows as the report has them, and `benchmark`, which says that they are not its own."""
    with open(file, encoding="utf-8") as text:
        rows = json.load(text)
    kinds = {"integers": "timestamps", "doubles": "values", "samples": "frame", "frames": "frame"}
    for name, found in findings.rows.items():
        if len(name) == 4:
            group, shape, size, who = name
            row = {"series": f"{shape}/{size}", "codec": who, "kind": kinds[group], "n": int(found["values"]),
                   "bits_per_value": found["bits"], "ratio": (128 if kinds[group] == "frame" else 64) / found["bits"]}
            speeds = [what for what in ("encode", "decode", "memcpy") if what + "_gbps" in found]
        else:
            who, width, instruction_set = name
            row = {"series": f"{width}/{instruction_set}", "codec": who, "kind": "kernel", "n": 4096,
                   "cycles": found["kernel_cycles"]}
            speeds = ("kernel", "memcpy")
        for what in speeds:
            row[what + "_gbps"] = found[what + "_gbps"]
            row[what + "_gbps_median"] = found[what + "_gbps_median"]
        row |= {"lossless": True, "reference": bool(found.get("reference", 0)), "made_up_timestamps": False,
                "benchmark": "codecs" if len(name) == 4 else "kernels"}
        rows.append(row)
    with open(file, "w", encoding="utf-8") as text:
        json.dump(rows, text, indent=1)
        text.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE.json")
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("--into", metavar="PAGE.md")
    parser.add_argument("--add-to", metavar="ROWS.json")
    asked = parser.parse_args()
    findings = Findings(asked.files)
    if asked.add_to:
        add_to(asked.add_to, findings)
    if asked.into:
        page.fill(asked.into, {name: make(findings) for name, make in TABLES.items()})
    elif asked.brief:
        print(brief(findings))
    elif not asked.add_to:
        for name, make in TABLES.items():
            print(f"## {name}\n\n{make(findings)}")


if __name__ == "__main__":
    main()
