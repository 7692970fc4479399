#!/usr/bin/env python3
"""Includes that point up the layers, or across folders without a folder's name, fail the check."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parent.parent
CHECK = ROOT / "tools/check_layers.py"
sys.path.insert(0, str(CHECK.parent))
sys.dont_write_bytecode = True
import check_layers  # noqa: E402


def tree(folder, files):
    for name, text in files.items():
        file = pathlib.Path(folder, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def complaints(files):
    """Returns the output of the check for a tree of these files."""
    with tempfile.TemporaryDirectory() as folder:
        tree(folder, files)
        return list(check_layers.violations(pathlib.Path(folder)))


def core(room, name="x"):
    return f"include/chronopack/{room}/{name}.hpp"


class Layers(unittest.TestCase):
    def refuses(self, including, line, included, why):
        said = complaints({including: f"// one\n{line}\n", included: ""})
        self.assertEqual(len(said), 1, f"{line} in {including}: {said}")
        self.assertTrue(said[0].startswith(f"{including}:2: "), said)
        self.assertIn(why, said[0])

    def takes(self, including, line, included):
        self.assertEqual(complaints({including: f"{line}\n", included: ""}), [])

    def test_the_status_says_whether_this_or_another_tree_passes(self):
        subprocess.run([sys.executable, CHECK], check=True, stdout=subprocess.DEVNULL)
        with tempfile.TemporaryDirectory() as folder:
            tree(folder, {core("bits"): "#include <chronopack/frame/y.hpp>\n", core("frame", "y"): ""})
            done = subprocess.run([sys.executable, CHECK, folder], stdout=subprocess.PIPE, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout.count("\n")), (1, 1), done.stdout)

    def test_the_core_is_a_line_of_rooms(self):
        rooms = ["core", "bits", "kernel", "packing", "binning", "codec/stream", "codec", "frame", "series", "rollup"]
        for below, room in enumerate(rooms):
            for above, other in enumerate(rooms):
                line = f"#include <chronopack/{other}/y.hpp>"
                if above <= below:
                    self.takes(core(room), line, core(other, "y"))
                else:
                    self.refuses(core(room), line, core(other, "y"), "does not lie below")

    def test_nothing_of_the_core_includes_the_umbrella_or_an_adapter(self):
        self.refuses(core("frame"), "#include <chronopack/chronopack.hpp>", "include/chronopack/chronopack.hpp", "below")
        self.refuses(core("frame"), "#include <adapters/text/utf8.hpp>", "adapters/text/utf8.hpp", "below")

    def test_xsimd_is_named_by_kernels_alone(self):
        self.takes(core("kernel"), "#include <xsimd/xsimd.hpp>", core("kernel", "y"))
        self.refuses(core("codec"), "#include <xsimd/xsimd.hpp>", core("kernel", "y"), "only kernel/ may name xsimd")

    def test_adapters_point_at_what_they_are_made_of(self):
        for room, other in [("otlp", "model"), ("http", "storage"), ("prometheus_protocol", "http"), ("embedded", "storage"),
                            ("prometheus", "prometheus_protocol"), ("a_new_store", "http"), ("downsampler", "storage")]:
            self.takes(f"adapters/{room}/x.cpp", f"#include <adapters/{other}/y.hpp>", f"adapters/{other}/y.hpp")
            self.refuses(f"adapters/{other}/y.hpp", f"#include <adapters/{room}/x.hpp>", f"adapters/{room}/x.hpp", "below")

    def test_a_store_includes_no_other_store(self):
        for other in ["prometheus", "otlp", "downsampler"]:
            self.refuses("adapters/embedded/x.cpp", f"#include <adapters/{other}/y.hpp>", f"adapters/{other}/y.hpp", "below")

    def test_tools_are_a_line_and_bench_is_above_the_report(self):
        for room, other in [("tools/output", "input"), ("tools/report", "output"), ("tools/chronopack", "report"),
                            ("bench", "report")]:
            self.takes(f"{room}/x.cpp", f'#include "{other}/y.hpp"', f"tools/{other}/y.hpp")
        for room, other in [("tools/input", "output"), ("tools/output", "report"), ("tools/report", "chronopack"),
                            ("bench", "chronopack")]:
            self.refuses(f"{room}/x.cpp", f'#include "{other}/y.hpp"', f"tools/{other}/y.hpp", "below")
        self.refuses("tools/report/x.cpp", '#include "../../bench/y.hpp"', "bench/y.hpp", "below")

    def test_nothing_but_tests_fuzz_and_bench_includes_tests(self):
        self.takes("fuzz/x.cpp", '#include "support/y.hpp"', "tests/support/y.hpp")
        self.refuses("tools/input/x.cpp", '#include "support/y.hpp"', "tests/support/y.hpp", "below")

    def test_a_bare_include_is_of_the_same_folder(self):
        self.takes("tools/report/x.cpp", '#include "y.hpp"', "tools/report/y.hpp")
        self.refuses("tools/report/x.cpp", '#include "y.hpp"', "tools/input/y.hpp", "name its folder")
        self.refuses("tests/tools/x.cpp", '#include "y.hpp"', "tools/input/y.hpp", "name its folder")
        self.refuses("adapters/http/x.cpp", '#include "y.hpp"', "adapters/http/y.hpp", "in quotes")

    def test_a_folder_that_it_does_not_know_is_named(self):
        for name in [core("new_room"), "tools/new_room/x.cpp"]:
            self.assertIn("in no room", complaints({name: ""})[0])
        self.refuses(core("frame"), "#include <chronopack/new_room/x.hpp>", core("core", "y"), "in no room")


if __name__ == "__main__":
    unittest.main()
