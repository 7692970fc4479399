#!/usr/bin/env python3
"""What the command writes: whole files or none, of its own, over nothing else."""

import contextlib
import os
import resource
import signal
import stat
import subprocess
import threading
import time

import support
from support import CommandTest

LONG = "CHRONOPACK_LONG" in os.environ
ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTERM,
          signal.SIGXCPU, signal.SIGXFSZ)


def csv_of(name, rows):
    return "time,host,load\n" + "".join(f"{1700000000 + i},{name},{i % 97}\n" for i in range(rows))


def lines_of(name, rows):
    """Line protocol, of which the command writes before it has seen the end."""
    return "".join(f"load,host={name} v={i % 97} {1700000000 + i}\n" for i in range(rows)).encode()


LINES = ("compress", "-q", "-", "--format", "line", "-o", "x.cpk")


class OutputTest(CommandTest):
    def setUp(self):
        super().setUp()
        (self.path / "tmp").mkdir()

    def names(self):
        return [name for name in super().names() if name != "tmp"]

    def start(self, *args, limit=None, **how):
        """The command, running, with what it keeps for a while in ./tmp."""
        def prepare():
            if how.get("restore_signals", True):
                for number in ENDING:  # nohup, for one, has this test ignore HUP
                    signal.signal(number, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        process = subprocess.Popen([support.COMMAND, *map(str, args)], cwd=self.path,
                                   env=dict(os.environ, TMPDIR=str(self.path / "tmp")),
                                   stdin=how.pop("stdin", subprocess.PIPE),
                                   stdout=how.pop("stdout", subprocess.PIPE),
                                   stderr=subprocess.PIPE, preexec_fn=prepare, **how)

        def end():
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()
        self.addCleanup(end)
        return process

    def wait_for(self, condition, process):
        deadline = time.monotonic() + 60
        while not condition():
            if process.poll() is not None:
                self.fail(f"it ended: {process.stderr.read()}")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.002)

    def partials(self):
        return {p for p in os.listdir(self.path) + os.listdir(self.path / "tmp") if
                p.endswith((".partial", ".cpk", ".runs")) and p != "old.cpk"}

    def nothing_left(self, *names):
        self.assertEqual(self.names(), sorted(names))
        self.assertEqual(os.listdir(self.path / "tmp"), [])

    def archive(self, name, rows=5):
        """A file with an archive of so many rows; its bytes."""
        self.ok("compress", "-q", "-", "-o", name, stdin=csv_of(name, rows))
        return (self.path / name).read_bytes()


class Overlapping(OutputTest):
    def test_of_overlapping_runs_each_leaves_its_own_archive_whole(self):
        texts = [lines_of(f"web{i}", 3000 + 2000 * i) for i in range(3)]
        alone = []
        for text in texts:
            self.ok(*LINES, stdin=text)
            alone.append((self.path / "x.cpk").read_bytes())
        self.assertEqual(len(set(alone)), 3)
        for turn in range(200 if LONG else 5):
            count = 2 + turn % 2
            order = [(turn // 2 + i) % 3 for i in range(count)]
            running = []
            for which in order:
                process = self.start(*LINES)
                half = len(texts[which]) // 2
                before = self.partials()
                process.stdin.write(texts[which][:half])
                process.stdin.flush()
                # It writes, because its partial file exists.
                if turn % 4 < 2:
                    self.wait_for(lambda: len(self.partials() - before) == 1, process)
                running.append((process, which, half))

            def end(process, which, half):
                process.stdin.write(texts[which][half:])
                process.stdin.close()
                process.wait(timeout=60)
                self.assertEqual(process.returncode, 0, process.stderr.read())
            if turn % 4 < 2:
                # One after the other, the first to start last or first.
                for one in running if turn % 4 == 0 else reversed(running):
                    end(*one)
                    self.assertEqual((self.path / "x.cpk").read_bytes(), alone[one[1]])
                self.assertIn("whole", self.ok("verify", "x.cpk").decode())
            else:
                threads = [threading.Thread(target=end, args=one) for one in running]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                self.assertIn((self.path / "x.cpk").read_bytes(), [alone[i] for i in order])
            self.nothing_left("x.cpk")

    def test_a_signal_to_one_run_leaves_the_other_alone(self):
        first, second = (self.start(*LINES) for _ in range(2))
        text = lines_of("web", 10_000)
        for process in (first, second):
            before = self.partials()
            process.stdin.write(text[:len(text) // 2])
            process.stdin.flush()
            self.wait_for(lambda: self.partials() > before, process)
        first.send_signal(signal.SIGTERM)
        self.assertEqual(first.wait(timeout=60), -signal.SIGTERM)
        self.assertEqual(len(self.partials()), 1)
        second.stdin.write(text[len(text) // 2:])
        second.stdin.close()
        self.assertEqual(second.wait(timeout=60), 0)
        self.assertIn("10,000 samples intact", self.ok("verify", "x.cpk").decode())
        self.nothing_left("x.cpk")

    def test_files_of_like_names_are_left_alone(self):
        elsewhere = self.file("elsewhere", "mine")
        self.file("x.cpk.runs", "mine")
        (self.path / "x.cpk.partial").symlink_to(elsewhere)
        self.ok("compress", "-q", "-", "--sort", "-o", "x.cpk", stdin="time,v\n2,1\n1,2\n")
        self.assertEqual((self.path / "elsewhere").read_text(), "mine")
        self.assertEqual((self.path / "x.cpk.runs").read_text(), "mine")
        self.assertTrue((self.path / "x.cpk.partial").is_symlink())
        self.nothing_left("elsewhere", "x.cpk", "x.cpk.partial", "x.cpk.runs")


class OutputIsInput(OutputTest):
    refusal = "this file is an input and cannot be the output as well"

    def setUp(self):
        super().setUp()
        self.archive("m.cpk")
        self.file("m.csv", csv_of("a", 5))
        self.file("t.i64", bytes(8))
        self.file("v.f64", bytes(8))

    def refused(self, name, *args, **how):
        """It is refused, --force or not, and `name` stays as it is."""
        before = (self.path / name).read_bytes()
        there = self.names()
        for force in ([], ["--force"]):
            self.assertIn(self.refusal, self.fails(2, *args, *force, **how))
            self.assertEqual((self.path / name).read_bytes(), before)
            self.assertEqual(self.names(), there)

    def test_by_its_own_name(self):
        self.refused("m.csv", "compress", "m.csv", "-o", "m.csv")
        self.refused("m.csv", "compress", "m.csv", "-o", "./m.csv")
        self.refused("m.cpk", "compress", "m.cpk")
        for command in (["decompress"], ["query"], ["rollup", "--every", "1h"]):
            self.refused("m.cpk", *command, "m.cpk", "-o", "m.cpk")
        self.refused("m.csv", "advise", "m.csv", "--html", "m.csv", "--seconds", "1e-6")
        for option in ("--json", "--html", "--markdown", "--groups"):
            self.refused("m.csv", "bench", "m.csv", option, "m.csv", "--seconds", "1e-6")

    def test_as_one_of_several(self):
        self.file("n.csv", csv_of("b", 5))
        self.refused("n.csv", "compress", "m.csv", "n.csv", "-o", "n.csv")
        self.refused("t.i64", "compress", "v.f64", "--times", "t.i64", "-o", "t.i64")

    def test_by_a_link(self):
        os.link(self.path / "m.csv", self.path / "hard.csv")
        (self.path / "soft.csv").symlink_to("m.csv")
        for a, b in (("m.csv", "hard.csv"), ("hard.csv", "m.csv"), ("m.csv", "soft.csv"),
                     ("soft.csv", "m.csv"), ("soft.csv", "hard.csv")):
            self.refused("m.csv", "compress", a, "-o", b)

    def test_as_standard_input_and_output(self):
        for name, args in (("m.csv", ["compress", "-", "-o", "m.csv"]),
                           ("m.cpk", ["decompress", "-", "-o", "m.cpk"])):
            before = (self.path / name).read_bytes()
            with open(self.path / name, "rb") as stdin:
                process = self.start(*args, stdin=stdin)
                self.assertIn(self.refusal, process.communicate(timeout=60)[1].decode())
            self.assertEqual(process.returncode, 2)
            self.assertEqual((self.path / name).read_bytes(), before)
        before = (self.path / "m.cpk").read_bytes()
        with open(self.path / "m.cpk", "ab") as stdout:
            self.assertIn(self.refusal, self.fails(2, "decompress", "m.cpk", stdout=stdout))
        self.assertEqual((self.path / "m.cpk").read_bytes(), before)

    def test_two_outputs_are_two_files(self):
        for other in ("r", "./r"):
            self.assertIn("one file cannot be two outputs",
                          self.fails(2, "bench", "m.csv", "--seconds", "1e-6", "--json", "r",
                                     "--html", other))
        self.assertNotIn("r", self.names())


class OtherFiles(OutputTest):
    def setUp(self):
        super().setUp()
        self.old = self.archive("m.cpk")
        self.file("m.csv", csv_of("a", 9))
        self.file("notes.txt", "keep me\n")
        self.file("picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        self.file("empty", b"")

    def forced(self, name, why, *args):
        before = (self.path / name).read_bytes()
        told = self.fails(2, *args)
        self.assertIn(f"{name}: {why}; --force replaces it", told)
        self.assertEqual((self.path / name).read_bytes(), before)
        self.ok(*args, "--force")
        self.assertNotEqual((self.path / name).read_bytes(), before)
        (self.path / name).write_bytes(before)

    def test_an_archive_replaces_an_archive_and_nothing_else(self):
        for name in ("notes.txt", "picture"):
            self.forced(name, "this file exists and is not an archive", "compress", "-q", "m.csv",
                        "-o", name)
        for name in ("m.cpk", "empty"):
            self.ok("compress", "-q", "m.csv", "-o", name)
            self.assertNotEqual((self.path / name).read_bytes(), self.old)
            self.assertIn("9 samples intact", self.ok("verify", name).decode())

    def test_text_replaces_text_and_nothing_else(self):
        self.ok("compress", "-q", "m.csv", "-o", "n.cpk")
        for args in (["decompress", "n.cpk", "-o"], ["query", "n.cpk", "-o"],
                     ["rollup", "n.cpk", "-q", "--every", "1h", "-o"],
                     ["advise", "-q", "m.csv", "--seconds", "1e-6", "--html"],
                     ["bench", "--brief", "m.csv", "--codec", "raw", "--seconds", "1e-6", "--json"]):
            with self.subTest(args):
                self.forced("m.cpk", "this file exists and is an archive", *args, "m.cpk")
                self.forced("picture", "this file exists and is not text", *args, "picture")
                for name in ("notes.txt", "empty"):
                    self.file(name, "" if name == "empty" else "keep me\n")
                    self.ok(*args, name)
                    self.assertGreater((self.path / name).stat().st_size, 10)

    def test_a_refusal_comes_before_the_work(self):
        told = self.fails(2, "decompress", "no-such.cpk", "-o", "picture")
        self.assertIn("picture", told)

    def test_the_mode_of_what_is_replaced_is_kept(self):
        os.chmod(self.path / "m.cpk", 0o640)
        self.ok("compress", "-q", "m.csv", "-o", "m.cpk")
        self.assertEqual(stat.S_IMODE((self.path / "m.cpk").stat().st_mode), 0o640)

    def test_its_owner_and_group_are_kept_where_the_system_allows_it(self):
        owner = (1, 2) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
        os.chown(self.path / "m.cpk", *owner)
        self.ok("compress", "-q", "m.csv", "-o", "m.cpk")
        found = (self.path / "m.cpk").stat()
        self.assertEqual((found.st_uid, found.st_gid), owner)

    def test_a_link_stays_and_leads_to_the_new_file(self):
        (self.path / "data").mkdir()
        (self.path / "link.cpk").symlink_to("data/real.cpk")
        for _ in range(2):  # where nothing is, then where an archive is
            self.ok("compress", "-q", "m.csv", "-o", "link.cpk")
            self.assertEqual(os.readlink(self.path / "link.cpk"), "data/real.cpk")
            self.assertIn("9 samples intact", self.ok("verify", "data/real.cpk").decode())
            self.assertEqual(os.listdir(self.path / "data"), ["real.cpk"])
        (self.path / "link.csv").symlink_to("data/real.csv")
        self.ok("decompress", "link.cpk", "-o", "link.csv")
        self.assertTrue((self.path / "link.csv").is_symlink())
        self.assertEqual((self.path / "data/real.csv").read_bytes(),
                         self.ok("decompress", "link.cpk"))


class NoFiles(OutputTest):
    def setUp(self):
        super().setUp()
        self.whole = self.archive("m.cpk")
        self.text = self.ok("decompress", "m.cpk")
        self.csv = csv_of("m.cpk", 5)

    def test_devices_stay_devices(self):
        self.ok("decompress", "m.cpk", "-o", "/dev/null")
        self.ok("compress", "-q", "-", "-o", "/dev/null", stdin=self.csv)
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_names_of_standard_output(self):
        for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
            self.assertEqual(self.ok("decompress", "m.cpk", "-o", name), self.text)
            self.assertEqual(self.ok("compress", "-q", "-", "-o", name, stdin=self.csv), self.whole)
        # A file that the shell appends to is appended to.
        self.file("log", "before\n")
        with open(self.path / "log", "ab") as log:
            self.ok("decompress", "m.cpk", "-o", "/dev/stdout", stdout=log)
        self.assertEqual((self.path / "log").read_bytes(), b"before\n" + self.text)
        (self.path / "link").symlink_to("/dev/stdout")
        self.assertEqual(self.ok("decompress", "m.cpk", "-o", "link"), self.text)

    def test_another_descriptor(self):
        reader, writer = os.pipe()
        process = self.start("decompress", "m.cpk", "-o", f"/dev/fd/{writer}", pass_fds=[writer])
        os.close(writer)
        with open(reader, "rb") as pipe:
            self.assertEqual(pipe.read(), self.text)
        self.assertEqual(process.wait(timeout=60), 0)

    def test_a_fifo_is_written_to(self):
        os.mkfifo(self.path / "fifo")
        for args, stdin, expected in ((["decompress", "m.cpk"], "", self.text),
                                      (["compress", "-q", "-"], self.csv, self.whole)):
            process = self.start(*args, "-o", "fifo")
            with open(self.path / "fifo", "rb") as fifo:
                process.stdin.write(stdin.encode())
                process.stdin.close()
                self.assertEqual(fifo.read(), expected)
            self.assertEqual(process.wait(timeout=60), 0)
        self.assertTrue((self.path / "fifo").is_fifo())
        self.nothing_left("fifo", "m.cpk")

    def test_a_directory_is_no_file(self):
        for args in (["decompress", "m.cpk"], ["compress", "-", "-q"]):
            self.assertIn("tmp: Is a directory", self.fails(3, *args, "-o", "tmp", stdin=self.csv))
        self.nothing_left("m.cpk")

    def test_no_directory_for_what_is_temporary_is_said(self):
        os.rmdir(self.path / "tmp")
        process = self.start("compress", "-q", "-", "-o", "-")
        told = process.communicate(self.csv.encode(), timeout=60)[1].decode()
        self.assertEqual(process.returncode, 3)
        self.assertTrue(told.startswith("chronopack: "), told)


class FullDisk(OutputTest):
    def setUp(self):
        super().setUp()
        self.old = self.archive("old.cpk")
        self.big = csv_of("web", 200_000).encode()
        self.archive("big.cpk", 200_000)

    def test_what_does_not_fit_is_an_error_and_the_old_file_stays(self):
        text = self.file("old.csv", "old\n")
        there = self.names()
        for args, stdin in ((["compress", "-q", "-", "-o", "old.cpk"], self.big),
                            (["compress", "-q", "-", "--sort", "-o", "old.cpk"], self.big),
                            (["compress", "-q", "-", "-o", "-"], self.big),
                            (["decompress", "big.cpk", "-o", text], b""),
                            (["rollup", "big.cpk", "-q", "--every", "1s", "-o", text], b"")):
            for ignored in (False, True):
                with self.subTest(args, ignored=ignored):
                    # Python ignores SIGXFSZ, and hands that on where it is asked to.
                    process = self.start(*args, limit=8192, restore_signals=not ignored)
                    told = process.communicate(stdin, timeout=60)[1].decode()
                    if ignored:
                        self.assertEqual(process.returncode, 3)
                        self.assertIn("File too large", told)
                    else:
                        self.assertEqual(process.returncode, -signal.SIGXFSZ, told)
                    self.assertEqual((self.path / "old.cpk").read_bytes(), self.old)
                    self.assertEqual((self.path / text).read_text(), "old\n")
                    self.nothing_left(*there)

    def test_no_space_left(self):
        for args, stdin in ((["compress", "-q", "-"], self.big), (["decompress", "big.cpk"], b"")):
            process = self.start(*args, "-o", "/dev/full")
            told = process.communicate(stdin, timeout=60)[1].decode()
            self.assertEqual((process.returncode, told),
                             (3, "chronopack: /dev/full: No space left on device\n"))
        self.nothing_left("big.cpk", "old.cpk")


class Signals(OutputTest):
    def setUp(self):
        super().setUp()
        os.mkfifo(self.path / "in.csv")
        self.old = self.archive("old.cpk")
        self.file("old.html", "old")

    def ways(self):
        """Command lines that write, and how many files each makes before it reads on."""
        yield ["compress", "-q", "in.csv", "-o", "old.cpk"], 1
        yield ["compress", "-q", "in.csv", "-o", "-"], 2
        yield ["compress", "-q", "in.csv", "--sort", "-o", "old.cpk"], 2
        yield ["advise", "-q", "in.csv", "--html", "old.html"], 1
        yield ["bench", "in.csv", "--json", "a.json", "--html", "old.html"], 2

    def begun(self, args, files, **how):
        process = self.start(*args, **how)
        fifo = open(self.path / "in.csv", "wb", buffering=0)
        self.addCleanup(fifo.close)
        fifo.write(csv_of("web", 200).encode())
        # The layout is found from the first mebibyte; samples are written after that.
        writer = threading.Thread(target=self.more, args=(fifo,), daemon=True)
        writer.start()
        self.wait_for(lambda: len(self.partials()) >= files, process)
        return process, fifo, writer

    @staticmethod
    def more(fifo):
        with contextlib.suppress(OSError, ValueError):
            for _ in range(100_000):
                fifo.write(b"1800000000,web,1\n" * 10)

    def test_they_leave_nothing_and_end_the_command(self):
        for args, files in self.ways():
            for number in ENDING:
                with self.subTest(args, signal=number.name):
                    process, fifo, writer = self.begun(args, files)
                    process.send_signal(number)
                    self.assertEqual(process.wait(timeout=60), -number)
                    # Its reader is gone. Closed first, its number could be the next one's.
                    writer.join(timeout=60)
                    fifo.close()
                    self.nothing_left("in.csv", "old.cpk", "old.html")
        self.assertEqual((self.path / "old.cpk").read_bytes(), self.old)
        self.assertEqual((self.path / "old.html").read_text(), "old")

    def test_one_that_is_ignored_stays_ignored(self):
        process, _, _ = self.begun(["compress", "-q", "in.csv", "-o", "old.cpk"], 1,
                                   restore_signals=False)
        process.send_signal(signal.SIGXFSZ)  # which Python ignores
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), -signal.SIGTERM)
        self.nothing_left("in.csv", "old.cpk", "old.html")

    def test_a_reader_that_went_away_ends_it_as_others(self):
        self.archive("big.cpk", 100_000)
        reader, writer = os.pipe()
        os.close(reader)
        process = self.start("decompress", "big.cpk", stdout=writer)
        os.close(writer)
        self.assertEqual(process.wait(timeout=60), -signal.SIGPIPE)


if __name__ == "__main__":
    support.main()
