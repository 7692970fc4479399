#!/usr/bin/env python3
"""Puts tables into a page, between marks, and leaves the rest of it as it is:

    <!-- table NAME -->
    ...
    <!-- end of table -->

usage: page.py PAGE.md NAME=FILE.md ...
"""
import re
import sys


def fill(page, tables):
    """`tables` are texts by name: as many as the page has places for."""
    with open(page, encoding="utf-8") as text:
        before = text.read()
    seen = []

    def place(match):
        seen.append(match.group(2))
        return f"{match.group(1)}\n{tables.get(match.group(2), '')}{match.group(3)}"

    after = re.sub(r"(<!-- table (\w+) -->)\n.*?(<!-- end of table -->)", place, before, flags=re.S)
    if sorted(seen) != sorted(tables):
        sys.exit(f"{page}: should have a place for each of {', '.join(tables)}; has {', '.join(seen)}")
    with open(page, "w", encoding="utf-8") as text:
        text.write(after)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    tables = {}
    for given in sys.argv[2:]:
        name, _, file = given.partition("=")
        with open(file, encoding="utf-8") as text:
            tables[name] = text.read()
    fill(sys.argv[1], tables)


if __name__ == "__main__":
    main()
