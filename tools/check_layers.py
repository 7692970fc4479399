#!/usr/bin/env python3
"""Fails on an include that no arrow below allows, on xsimd outside kernel/, and on a bare include across folders.

    tools/check_layers.py [ROOT]

    include/chronopack   core <- bits <- kernel <- packing <- binning <- codec/stream <- codec <- frame <- series <- rollup
    adapters             storage <- arrow <- parquet
                         text, model, storage <- http <- prometheus_protocol <- the stores
                         line_protocol <- the stores
                         model, storage, text <- otlp <- influxdb       storage <- downsampler
    tools                input <- output <- report <- chronopack, the command
    bench                on tools/report and below it, and on adapters
    tests, fuzz          on anything

Each may include itself, and whatever stands left of it in its line; all may include the core. A file of its own folder
is "file.hpp"; one of another folder of tools/, or of tests/support, is "folder/file.hpp"; the core and the adapters are
<chronopack/...> and <adapters/...>.
"""
import pathlib
import re
import sys

CORE = ["core", "bits", "kernel", "packing", "binning", "codec/stream", "codec", "frame", "series", "rollup"]

# The folders that each folder may include beside itself and the core.
ADAPTERS = {
    "arrow": ["storage"],
    "text": [],
    "model": [],
    "storage": [],
    "http": ["storage", "text"],
    "otlp": ["model", "storage", "text"],
    "prometheus_protocol": ["http", "storage", "text"],
    "downsampler": ["storage"],
    "line_protocol": [],
    "parquet": ["arrow", "storage", "text"],
    "influxdb": ["http", "line_protocol", "model", "otlp", "storage", "text"],
}
STORE = ["http", "line_protocol", "prometheus_protocol", "storage", "text"]  # all other folders of adapters/
ANY_ADAPTER = "adapters/"
OTHERS = {
    "tools/input": ["adapters/text"],
    "tools/output": ["adapters/text", "tools/input"],
    "tools/report": ["adapters/text", "tools/input", "tools/output"],
    "tools/chronopack": [ANY_ADAPTER, "tools/input", "tools/output", "tools/report"],
    "tools/pch": [],
    "bench": [ANY_ADAPTER, "tools/input", "tools/output", "tools/report", "tests/support"],
    "fuzz": [ANY_ADAPTER, "tools/input", "tests/support"],
    "examples": [ANY_ADAPTER],
    "src": [],
    "tests": [ANY_ADAPTER, "tools/", "src", "tests"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def room_of(path):
    """The room that a file, named from the root, is in: "core/bits", "adapters/http", "tools/report", "bench"; or None."""
    parts = path.parts
    if parts[:2] == ("include", "chronopack"):
        if len(parts) == 3:
            return "core"  # the umbrella header
        room = "/".join(parts[2:4]) if len(parts) > 4 and "/".join(parts[2:4]) in CORE else parts[2]
        return f"core/{room}" if room in CORE else None
    if parts[0] == "tests":
        return "tests/support" if parts[1] == "support" else "tests"
    if parts[0] == "adapters":
        return "/".join(parts[:2])
    room = "/".join(parts[:2]) if parts[0] == "tools" else parts[0]
    return room if room in OTHERS else None


def allowed(room, to):
    if room == to:
        return True
    if room == "core":  # the umbrella
        return to.startswith("core/")
    if to.startswith("core"):
        return not room.startswith("core/") or to != "core" and CORE.index(to[5:]) < CORE.index(room[5:])
    if room.startswith("core"):
        return False
    if room.startswith("adapters/"):
        return to in [f"adapters/{below}" for below in ADAPTERS.get(room[9:], STORE)]
    below = OTHERS["tests" if room == "tests/support" else room]
    return any(to == one or to.startswith(one) and one.endswith("/") for one in below) or \
        room.startswith("tests") and to.startswith("tests")


def target_of(root, path, quote, name):
    """The file that an include means, named from the root; None for one of another project, or a complaint."""
    if quote == "<":
        if name.startswith("chronopack/"):
            return pathlib.Path("include", name)
        return pathlib.Path(name) if name.startswith("adapters/") else None
    if path.parts[0] in ("include", "adapters"):
        return f'"{name}" in quotes: the core and adapters are <chronopack/...> and <adapters/...>'
    beside = (root / path).parent / name
    if "/" not in name:
        return path.parent / name if beside.is_file() else f'bare "{name}" across folders: name its folder'
    if name.startswith(".."):
        return beside.resolve().relative_to(root.resolve()) if beside.is_file() else f'no such file: "{name}"'
    for folder in ("tools", "tests"):
        if (root / folder / name).is_file():
            return pathlib.Path(folder, name)
    return f'"{name}" is in no folder of tools/ or tests/'


def violations(root):
    files = [file.relative_to(root) for top in ("include", "src", "adapters", "tools", "bench", "tests", "fuzz", "examples")
             for suffix in ("hpp", "cpp") for file in sorted((root / top).rglob(f"*.{suffix}"))]
    for path in files:
        room = room_of(path)
        if room is None:
            yield f"{path}: in no room that tools/check_layers.py knows"
            continue
        text = (root / path).read_text()
        for found in INCLUDE.finditer(text):
            quote, name = found.groups()
            where = f"{path}:{text[:found.start(1)].count(chr(10)) + 1}"
            if name.startswith("xsimd") and path.parts[0] == "include" and room != "core/kernel":
                yield f"{where}: only kernel/ may name xsimd"
            target = target_of(root, path, quote, name)
            if isinstance(target, str):
                yield f"{where}: {target}"
            elif target is not None:
                to = room_of(target)
                if to is None or not (root / target).is_file():
                    yield f"{where}: includes {name}, which is in no room"
                elif not allowed(room, to):
                    yield f"{where}: {room} includes {name}, which does not lie below it"


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent
    found = list(violations(root))
    print("\n".join(found) or "layers: every include points down")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
