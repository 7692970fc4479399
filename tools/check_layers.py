#!/usr/bin/env python3
"""Fails on an include that points up the layers, or on xsimd outside kernel/.

core <- bits <- kernel <- packing <- binning <- codec <- frame <- series <- rollup <- adapters
"""
import pathlib
import re
import sys

LAYERS = ["core", "bits", "kernel", "packing", "binning", "codec", "frame", "series", "rollup"]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def violations(include_root: pathlib.Path):
    for header in sorted(include_root.rglob("*.hpp")):
        parts = header.relative_to(include_root).parts
        if len(parts) < 2:
            continue  # the umbrella header
        layer = parts[0]
        if layer not in LAYERS:
            yield f"{header}: '{layer}' is not a layer"
            continue
        text = header.read_text()
        for target in INCLUDE.findall(text):
            where = f"{header}:{text[:text.index(target)].count(chr(10)) + 1}"
            if target.startswith("xsimd") and layer != "kernel":
                yield f"{where}: only kernel/ may name xsimd"
            if not target.startswith("chronopack/"):
                continue
            to = target.split("/")[1]
            if to not in LAYERS:
                yield f"{where}: includes {target}, which is no layer's header"
            elif LAYERS.index(to) > LAYERS.index(layer):
                yield f"{where}: {layer} includes {target}, which lies above it"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "include/chronopack")
    found = list(violations(root))
    print("\n".join(found) or "layers: every include points down")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
