#!/usr/bin/env python3
"""Files into stores: the embedded one, and Prometheus itself."""

import json
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request

import support
from support import CommandTest

NOW = int(time.time()) // 60 * 60 - 3600


def varint(n):
    out = b""
    while n > 0x7f:
        out += bytes([n & 0x7f | 0x80])
        n >>= 7
    return out + bytes([n])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def otlp_gauge(name, service, seconds, value):
    """A request of OTLP metrics with one point, by the numbers of its definition."""
    point = varint(3 << 3 | 1) + (seconds * 10**9).to_bytes(8, "little")
    point += varint(6 << 3 | 1) + value.to_bytes(8, "little", signed=True)
    metric = field(1, name.encode()) + field(5, field(1, point))
    attribute = field(1, b"service.name") + field(2, field(1, service.encode()))
    resource = field(1, attribute)
    return field(1, field(1, resource) + field(2, field(2, metric)))


class Ship(CommandTest):
    CSV = "time,host,load\n" + "".join(f"{NOW + 15 * i},{h},{i / 4}\n"
                                       for i in range(100) for h in "ab")

    def test_files_of_every_kind_go_into_the_embedded_store(self):
        self.file("load.csv", self.CSV)
        self.ok("compress", "-q", "load.csv")
        self.file("m.lp", f"cpu,host=a usage=0.25,tasks=12i {NOW}000000000\n")
        self.file("m.otlp", otlp_gauge("queue", "shop", NOW, -7))
        for name, told in (("load.csv", "200 samples delivered of 2 series"),
                           ("load.cpk", "200 samples delivered of 2 series"),
                           ("m.lp", "2 samples delivered of 2 series"),
                           ("m.otlp", "1 sample delivered")):
            self.ok("ship", name, "--to", "embedded:m.db")
            self.assertIn(f"embedded: {told}\n", self.remarks)
        self.assertEqual(self.ok("ship", "-q", "load.csv", "--to", "embedded:m.db"), b"")
        self.assertEqual(self.remarks, "")

    def test_what_cannot_be_shipped(self):
        self.file("rows.csv", "a,b\n1,2\n3,4\n")
        self.assertIn("without times", self.fails(2, "ship", "rows.csv", "--to", "embedded:m.db"))
        self.file("bad.otlp", b"\x0a\xff")
        self.assertIn("bad.otlp: not a request", self.fails(1, "ship", "bad.otlp", "--to",
                                                            "embedded:m.db"))
        self.file("far.csv", "time,v\n9300000000,1\n")
        self.assertIn("outside the years",
                      self.fails(1, "ship", "far.csv", "--time-unit", "s", "--to", "embedded:m.db"))
        self.assertIn("none.csv", self.fails(3, "ship", "none.csv", "--to", "embedded:m.db"))
        self.file("load.csv", self.CSV)
        self.assertIn("no/where", self.fails(3, "ship", "load.csv", "--to", "embedded:no/where.db"))

    def test_urls_and_credentials(self):
        self.file("load.csv", self.CSV)
        for url in ("", "embedded:", "prometheus+ftp://a", "http://a:1", "influx+http://a"):
            with self.subTest(url):
                self.assertIn("--to", self.fails(2, "ship", "load.csv", "--to", url))
        for url in ("prometheus+http://me:hush@127.0.0.1:1", "victoriametrics+https://hush@x"):
            told = self.fails(2, "ship", "load.csv", "--to", url)
            self.assertIn("--credentials", told)
            self.assertNotIn("hush", told)
        self.file("wrong", "hush\n")
        told = self.fails(2, "ship", "load.csv", "--to", "prometheus+http://127.0.0.1:1",
                          "--credentials", "wrong")
        self.assertIn("wrong: neither", told)
        self.assertNotIn("hush", told)

    def test_a_store_that_is_away(self):
        self.file("load.csv", self.CSV)
        with socket.socket() as taken:  # bound, and not listening
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
            for store in ("prometheus", "victoriametrics"):
                self.assertIn(f"{store}: ", self.fails(3, "ship", "load.csv", "--to",
                                                       f"{store}+{url}", "--patience", "2"))


class Prometheus(CommandTest):
    def setUp(self):
        super().setUp()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.at = f"127.0.0.1:{free.getsockname()[1]}"
        self.file("p.yml", "global: {scrape_interval: 1h}\n"
                           "storage: {tsdb: {out_of_order_time_window: 30d}}\n")
        log = open(self.path / "log", "wb")
        self.addCleanup(log.close)
        self.server = subprocess.Popen(
            ["prometheus", "--config.file=p.yml", "--storage.tsdb.path=data",
             f"--web.listen-address={self.at}", "--web.enable-remote-write-receiver"],
            cwd=self.path, stdout=log, stderr=log)
        self.addCleanup(self.stop)
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://{self.at}/-/ready", timeout=1).close()
                return
            except OSError:
                self.assertIsNone(self.server.poll())
                time.sleep(0.1)
        self.fail("prometheus did not come up")

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(timeout=30)

    def ask(self, promql, at):
        asked = urllib.parse.urlencode({"query": promql, "time": at})
        with urllib.request.urlopen(f"http://{self.at}/api/v1/query?{asked}", timeout=30) as got:
            return json.load(got)["data"]["result"]

    def test_samples_are_there_and_those_refused_are_named(self):
        self.file("load.csv", Ship.CSV)
        self.ok("compress", "-q", "load.csv")
        to = f"prometheus+http://{self.at}"
        for file in ("load.csv", "load.cpk"):  # the second time changes nothing
            self.ok("ship", file, "--to", to)
            self.assertIn("prometheus: 200 samples delivered", self.remarks)
        found = self.ask('load{host="b"}[1d]', NOW + 15 * 99)
        self.assertEqual([float(v) for _, v in found[0]["values"]], [i / 4 for i in range(100)])
        self.assertEqual(self.ask("count(load)", NOW + 15 * 99)[0]["value"][1], "2")

        self.file("m.lp", f"a.b v=1 {NOW}000000000\nfine,job=shop v=2 {NOW}000000000\n")
        told = self.fails(1, "ship", "m.lp", "--to", to)
        self.assertRegex(told, r"dropped: a\.b\{_field=\"v\"\} at \d+ ns: ")
        self.assertIn("prometheus: 1 sample delivered of 2 series, 1 dropped", told)
        self.assertEqual(self.ask('fine{job="shop"}', NOW)[0]["value"][1], "2")


if __name__ == "__main__":
    support.main()
