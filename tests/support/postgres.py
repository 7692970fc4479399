"""PostgreSQL for tests that are programs of Python: the newest that Debian has installed.

    with Server(directory) as server: use(server.port)

Its superuser is `postgres`, asked for the password `sesame` over loopback. It refuses to run as root:
then it runs as the user of its package.
"""

import contextlib
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import struct
import subprocess
import time

PASSWORD = "sesame"


def free_port():
    """Below those that the kernel gives to connections, which could take it while the server is down."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as free, contextlib.suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


def programs():
    found = sorted((int(p.name), p / "bin") for p in pathlib.Path("/usr/lib/postgresql").glob("[0-9]*")
                   if (p / "bin" / "postgres").exists())
    if not found:
        raise FileNotFoundError("PostgreSQL is not installed")
    return found[-1][1]


def as_its_user(*words):
    if os.geteuid() != 0:
        return words
    who = pwd.getpwnam("postgres")
    return ("setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups", "--pdeathsig=KILL", "--",
            *words)


class Server:
    def __init__(self, directory):
        self.at = pathlib.Path(directory) / "postgres"
        self.port = free_port()
        self.process = None

    def __enter__(self):
        # Others than root must come as far as its folder.
        for folder in (self.at.parent, self.at):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
        (self.at / "password").write_text(PASSWORD)
        if os.geteuid() == 0:
            for path in (self.at, self.at / "password"):
                shutil.chown(path, "postgres", "postgres")
        self.run("initdb", "-D", self.at / "data", "-U", "postgres", "--no-sync", "--encoding=UTF8", "--locale=C",
                 "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={self.at / 'password'}")
        with open(self.at / "data" / "postgresql.conf", "a") as config:
            config.write(f"listen_addresses = '127.0.0.1'\nport = {self.port}\nfsync = off\n"
                         f"unix_socket_directories = '{self.at}'\nshared_buffers = 32MB\n")
        self.start()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # it then does not wait for its clients
            self.process.wait(timeout=60)

    def run(self, program, *words):
        subprocess.run(as_its_user(str(programs() / program), *map(str, words)), check=True, cwd=self.at,
                       stdout=subprocess.DEVNULL)

    def start(self):
        for _ in range(100):  # after a kill, those that it had started may keep a new one out
            with open(self.at / "log", "ab") as log:
                self.process = subprocess.Popen(as_its_user(str(programs() / "postgres"), "-D", str(self.at / "data")),
                                                cwd=self.at, stdout=log, stderr=log)
            while self.process.poll() is None:
                if self.lets_in():
                    return
                time.sleep(0.02)
            time.sleep(0.05)
        raise RuntimeError((self.at / "log").read_text()[-2000:])

    def lets_in(self):
        """Whether it asks who we are, which it does when it can let us in."""
        hello = struct.pack(">i", 196608) + b"user\0postgres\0\0"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as to:
            to.sendall(struct.pack(">i", len(hello) + 4) + hello)
            return to.recv(1) == b"R"
        return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def ask(self, sql, database="postgres"):
        """The answer's lines, of columns between `|`."""
        return subprocess.run([str(programs() / "psql"), "-h", str(self.at), "-p", str(self.port), "-U", "postgres", "-d",
                               database, "-XAtqc", sql], check=True, stdout=subprocess.PIPE).stdout.decode().rstrip("\n")
