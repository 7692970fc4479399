#!/usr/bin/env python3
"""Runs an example on a ClickHouse that is started for it, twice: once into nothing.

usage: example.py CHDB_SERVER EXAMPLE
"""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request


def main():
    server_program, example = sys.argv[1:]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as directory:
        server = subprocess.Popen([server_program, directory, str(port)])
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(url + "/ping", timeout=1).close()
                    break
                except OSError:
                    if server.poll() is not None:
                        return 1
                    time.sleep(0.1)
            return max(subprocess.run([example, url], check=False).returncode for _ in range(2))
        finally:
            server.terminate()
            server.wait(timeout=30)


if __name__ == "__main__":
    sys.exit(main())
