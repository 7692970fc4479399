#!/usr/bin/env python3
"""Files into stores: the embedded one, Prometheus, VictoriaMetrics, ClickHouse, InfluxDB and PostgreSQL
themselves."""

import contextlib
import gzip
import http.server
import json
import os
import random
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.parse
import urllib.request

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import postgres  # noqa: E402
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
    # What is told even with --quiet.
    TOLD = "load.csv: time: time (s since 1970); labels: host; values: load\n"

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
        self.file("p.otlp.gz", gzip.compress(otlp_gauge("queue", "shop", NOW + 1, -7)))
        self.ok("ship", "p.otlp.gz", "--to", "embedded:m.db")
        self.assertIn("1 sample delivered", self.remarks)
        self.assertEqual(self.ok("ship", "-q", "load.csv", "--to", "embedded:m.db"), b"")
        self.assertEqual(self.remarks, Ship.TOLD)

    def test_what_cannot_be_shipped(self):
        self.file("rows.csv", "a,b\n1,2\n3,4\n")
        self.assertIn("its rows have no times", self.fails(2, "ship", "rows.csv", "--to", "embedded:m.db"))
        self.file("large.otlp", bytes(17 << 20))
        self.assertIn("large.otlp: not a valid request of OTLP metrics: it is above a "
                      "limit: 16 MiB of request",
                      self.fails(1, "ship", "large.otlp", "--to", "embedded:m.db"))
        self.file("bomb.otlp.gz", gzip.compress(bytes(64 << 20)))
        self.assertIn("16 MiB of request", self.fails(1, "ship", "bomb.otlp.gz", "--to", "embedded:m.db"))
        self.file("cut.otlp.gz", gzip.compress(otlp_gauge("queue", "shop", NOW, -7))[:-1])
        self.assertIn("its gzip data end too early",
                      self.fails(1, "ship", "cut.otlp.gz", "--to", "embedded:m.db"))
        self.file("bad.otlp", b"\x0a\xff")
        self.assertIn("bad.otlp: not a valid request", self.fails(1, "ship", "bad.otlp", "--to",
                                                            "embedded:m.db"))
        self.file("far.csv", "time,v\n9300000000,1\n")
        self.assertIn("outside the years",
                      self.fails(1, "ship", "far.csv", "--time-unit", "s", "--to", "embedded:m.db"))
        self.assertIn("none.csv", self.fails(3, "ship", "none.csv", "--to", "embedded:m.db"))
        self.file("load.csv", self.CSV)
        self.assertIn("no/where", self.fails(3, "ship", "load.csv", "--to", "embedded:no/where.db"))

    def test_urls_and_credentials(self):
        self.file("load.csv", self.CSV)
        for url in ("", "embedded:", "prometheus+ftp://a", "http://a:1", "influx+http://a",
                    "clickhouse+http://a/b/c/d", "clickhouse+http://a//t", "clickhouse+http://a/d%20b",
                    "influxdb+http://a/b/c/d", "influxdb+http://a//b", "influxdb+http://a/%x",
                    "timescaledb://a", "timescaledb://a/", "timescaledb://a/b/c/d", "timescaledb://a:x/d",
                    "timescaledb://[::1/d", "timescaledb:a", "timescaledb+http://a/d", "timescaledb://a/%x"):
            with self.subTest(url):
                self.assertIn("--to", self.fails(2, "ship", "load.csv", "--to", url))
        self.assertIn("ORG/BUCKET", self.fails(2, "ship", "load.csv", "--influxdb-version", "2", "--to",
                                               "influxdb+http://a/b"))
        for url in ("prometheus+http://me:hush@127.0.0.1:1", "victoriametrics+https://hush@x",
                    "timescaledb://me:hush@[::1/d", "timescaledb+plain://me:hush@127.0.0.1/d"):
            told = self.fails(2, "ship", "load.csv", "--to", url)
            self.assertIn("--credentials", told)
            self.assertNotIn("hush", told)
        self.file("wrong", "hush\n")
        told = self.fails(2, "ship", "load.csv", "--to", "prometheus+http://127.0.0.1:1",
                          "--credentials", "wrong")
        self.assertIn("wrong: neither", told)
        self.file("token", "bearer hush\n")
        for how in ((), ("--credentials", "token")):
            told = self.fails(2, "ship", "load.csv", "--to", "timescaledb://127.0.0.1/d", *how)
            self.assertIn("basic USER:PASSWORD", told)
            self.assertNotIn("hush", told)
        self.assertNotIn("hush", told)

    def test_a_store_that_is_away(self):
        self.file("load.csv", self.CSV)
        with socket.socket() as taken:  # bound, and not listening
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
            for store in ("prometheus", "victoriametrics", "clickhouse", "influxdb"):
                self.assertIn(f"{store}: ", self.fails(3, "ship", "load.csv", "--to",
                                                       f"{store}+{url}", "--patience", "2"))


def literal_snappy(data):
    """As snappy's format has it, without compression; for less than 60 bytes."""
    return varint(len(data)) + bytes([len(data) - 1 << 2]) + data


class Forgetful(http.server.BaseHTTPRequestHandler):
    """A Prometheus that takes everything and, asked, has `answer`."""
    answer = b""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        read = self.path == "/api/v1/read"
        self.send_response(200 if read else 204)
        self.end_headers()
        if read:
            self.wfile.write(literal_snappy(self.answer))

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(handler):
    """The URL of a Prometheus that the handler plays."""
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"prometheus+http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Sources(CommandTest):
    def test_a_store_that_cannot_list_its_metrics_is_read_by_name(self):
        class Handler(Forgetful):
            def do_GET(self):
                self.send_error(404)
        name = field(1, field(1, b"__name__") + field(2, b"v"))
        sample = varint(1 << 3 | 1) + struct.pack("<d", 1.5) + varint(2 << 3) + varint(NOW * 1000)
        Handler.answer = field(1, field(1, name + field(2, sample)))
        with serving(Handler) as url:
            told = self.fails(2, "decompress", url)
            self.assertIn("prometheus: its metrics cannot be listed: ", told)
            self.assertIn("a selector with a name, such as cpu, says what to read", told)
            self.assertEqual(self.ok("query", url, "v", "--time-as", "count"), f"time,v\n{NOW * 1000},1.5\n".encode())

    def test_each_store_gets_its_own_credentials(self):
        class Handler(Forgetful):
            sent = []

            def do_POST(self):
                self.sent.append(self.headers["Authorization"])
                super().do_POST()
        Handler.answer = field(1, b"")
        self.file("source", "bearer of-the-source\n")
        os.environ["CHRONOPACK_CREDENTIALS"] = "bearer of-the-target"
        self.addCleanup(os.environ.pop, "CHRONOPACK_CREDENTIALS")
        with serving(Handler) as url:
            self.ok("ship", "-q", url, "--select", "v", "--to", "embedded:x.db")
            self.ok("ship", "-q", url, "--select", "v", "--to", "embedded:x.db", "--source-credentials", "source")
            self.fails(1, "query", url, "v")
        self.assertEqual(Handler.sent, [None, "Bearer of-the-source", "Bearer of-the-target"])


class Verify(CommandTest):
    CSV = f"time,v\n{NOW},1\n{NOW + 1},2.5\n"

    def remarks_of(self, answer):
        """What `ship --verify` says with status 1 of a store that has only this."""
        class Handler(Forgetful):
            pass
        Handler.answer = answer
        with serving(Handler) as url:
            return self.fails(1, "ship", "v.csv", "--verify", "--to", url)

    def test_a_store_that_forgets_is_found_out(self):
        self.file("v.csv", self.CSV)
        told = self.remarks_of(field(1, b""))
        self.assertIn("prometheus: 2 samples delivered of 1 series\n", told)
        self.assertIn(f"not as sent: v: 2 missing, 0 differing of 2 samples, the first at {NOW}"
                      "000000000 ns\n", told)
        self.assertIn("read back: 2 samples, 2 missing, 0 differing\n", told)
        self.file("v.csv", "time," + ",".join(f"v{i}" for i in range(30)) + f"\n{NOW}" + 30 * ",1")
        told = self.remarks_of(field(1, b""))
        self.assertEqual(told.count("not as sent: "), 10)
        self.assertIn("read back: 30 samples, 30 missing, 0 differing\n", told)

    def test_a_store_that_alters_is_found_out(self):
        self.file("v.csv", self.CSV)
        name = field(1, field(1, b"__name__") + field(2, b"v"))
        sample = varint(1 << 3 | 1) + struct.pack("<d", 1.5) + varint(2 << 3) + varint(NOW * 1000)
        told = self.remarks_of(field(1, field(1, name + field(2, sample))))
        self.assertIn("read back: 2 samples, 1 missing, 1 differing\n", told)

    def test_the_embedded_store_is_read_back(self):
        self.file("load.csv", Ship.CSV)
        self.file("m.otlp", otlp_gauge("queue", "shop", NOW, -7))
        self.ok("ship", "load.csv", "m.otlp", "--verify", "--to", "embedded:m.db")
        self.assertIn("read back: 201 samples, all there\n", self.remarks)
        self.ok("ship", "-q", "load.csv", "--verify", "--to", "embedded:m.db")
        self.assertEqual(self.remarks, Ship.TOLD)


def free_port():
    """Below those that the kernel gives to connections, which could take it while the
    server is down."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as free, contextlib.suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


class ServerTest(CommandTest):
    """With a server of its own, started in the test's directory."""

    def start(self, ready, *command):
        log = open(self.path / "log", "ab")
        self.addCleanup(log.close)
        self.server = subprocess.Popen(command, cwd=self.path, stdout=log, stderr=log)
        self.addCleanup(self.stop)
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://{self.at}{ready}", timeout=1).close()
                return
            except OSError:
                self.assertIsNone(self.server.poll())
                time.sleep(0.1)
        self.fail(f"{command[0]} did not come up")

    def setUp(self):
        super().setUp()
        self.at = f"127.0.0.1:{free_port()}"

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(timeout=30)

    ROWS = 250_000

    def ship_across_a_kill(self, url, any_is_there):
        """Ships a million samples, four of each row, into a server that is killed as soon as some
        are there, and started again. Returns the sum of each metric's values."""
        self.file("big.csv", "time,a,b,c,d\n" + "".join(f"{NOW + i},{i},{i / 4},{-i},{i % 7}\n"
                                                       for i in range(self.ROWS)))
        shipping = subprocess.Popen([support.COMMAND, "ship", "big.csv", "-q", "--to", url],
                                    cwd=self.path, stderr=subprocess.PIPE)
        self.addCleanup(shipping.kill)
        self.addCleanup(shipping.stderr.close)
        while not any_is_there():
            self.assertIsNone(shipping.poll())
        self.server.kill()
        self.server.wait()
        self.assertIsNone(shipping.poll(), "shipped before the server was killed")
        time.sleep(0.5)
        self.start_it()
        _, told = shipping.communicate(timeout=120)
        self.assertEqual((shipping.returncode, told),
                         (0, b"big.csv: time: time (s since 1970); values: a, b, c, d\n"))
        total = self.ROWS * (self.ROWS - 1) // 2
        return {"a": total, "b": total / 4, "c": -total, "d": sum(i % 7 for i in range(self.ROWS))}

    def check_source(self, url, ticks):
        """The server has Ship.CSV and may have more. Its samples are read, a second being so many ticks."""
        expected = {(("__name__", "load"), ("host", h)):
                    [((NOW + 15 * i) * ticks, str(i / 4).removesuffix(".0")) for i in range(100)] for h in "ab"}
        self.assertEqual({k: v for k, v in self.samples(url).items() if k in expected}, expected)
        self.ok("compress", "-q", url, "-o", "back.cpk", "--select", "load{host=\"b\"}", "--since",
                str((NOW + 15) * ticks), "--until", str((NOW + 30) * ticks))
        key = ("__name__", "load"), ("host", "b")
        self.assertEqual(self.samples("back.cpk"), {key: expected[key][1:3]})
        self.assertEqual(self.ok("rollup", "-q", url, "load", "--every", "year", "--aggregates", "count,max"
                                 ).splitlines()[1].split(b",")[1:], [b"load", b"a", b"100", b"24.75"])
        self.assertRegex(self.ok("inspect", url).decode(), r'load\{host="b"\} +double +100 ')
        self.assertRegex(self.ok("verify", url).decode(), r": readable; \d+ series and \d+ samples read\n")
        self.ok("ship", url, "--select", "load{host!=\"c\"}", "--verify", "--to", "embedded:back.db")
        self.assertIn("embedded: 200 samples delivered of 2 series\nread back: 200 samples, all there\n",
                      self.remarks)
        self.assertIn("no series is selected", self.fails(1, "query", url, "no_such_metric"))


class VictoriaMetrics(ServerTest):
    def setUp(self):
        super().setUp()
        self.start("/health", "victoria-metrics", "-storageDataPath=data",
                   f"-httpListenAddr={self.at}", "-retentionPeriod=100y")

    def test_what_is_verified_survives_a_kill(self):
        self.file("load.csv", Ship.CSV + f"{NOW},c,3.14159265358979\n")
        self.ok("ship", "load.csv", "--verify", "--to", f"victoriametrics+http://{self.at}")
        self.assertIn("victoriametrics: 201 samples delivered of 3 series\n"
                      "1 sample with more digits than victoriametrics can keep\n"
                      "read back: 201 samples, all there, 1 rounded\n", self.remarks)
        self.check_source(f"victoriametrics+http://{self.at}", 1000)
        self.server.kill()
        self.server.wait()
        self.start("/health", "victoria-metrics", "-storageDataPath=data",
                   f"-httpListenAddr={self.at}", "-retentionPeriod=100y")
        asked = urllib.parse.urlencode({"match[]": "load"})
        with urllib.request.urlopen(f"http://{self.at}/api/v1/export?{asked}", timeout=30) as got:
            found = [json.loads(line) for line in got.read().splitlines()]
        self.assertEqual(sum(len(one["values"]) for one in found), 201)


class Prometheus(ServerTest):
    def setUp(self):
        super().setUp()
        self.file("p.yml", "global: {scrape_interval: 1h}\n"
                           "storage: {tsdb: {out_of_order_time_window: 30d}}\n")
        self.start("/-/ready", "prometheus", "--config.file=p.yml", "--storage.tsdb.path=data",
                   f"--web.listen-address={self.at}", "--web.enable-remote-write-receiver")

    def ask(self, promql, at):
        asked = urllib.parse.urlencode({"query": promql, "time": at})
        with urllib.request.urlopen(f"http://{self.at}/api/v1/query?{asked}", timeout=30) as got:
            return json.load(got)["data"]["result"]

    def test_samples_are_there_and_those_refused_are_named(self):
        self.file("load.csv", Ship.CSV)
        self.ok("compress", "-q", "load.csv")
        to = f"prometheus+http://{self.at}"
        for file in ("load.csv", "load.cpk"):  # the second time changes nothing
            self.ok("ship", file, "--verify", "--to", to)
            self.assertIn("prometheus: 200 samples delivered", self.remarks)
            self.assertIn("read back: 200 samples, all there\n", self.remarks)
        found = self.ask('load{host="b"}[1d]', NOW + 15 * 99)
        self.assertEqual([float(v) for _, v in found[0]["values"]], [i / 4 for i in range(100)])
        self.assertEqual(self.ask("count(load)", NOW + 15 * 99)[0]["value"][1], "2")
        self.check_source(to, 1000)

        self.file("m.lp", f"a.b v=1 {NOW}000000000\nfine,job=shop v=2 {NOW}000000000\n")
        told = self.fails(1, "ship", "m.lp", "--to", to)
        self.assertRegex(told, r"dropped: a\.b\{_field=\"v\"\} at \d+ ns: ")
        self.assertIn("prometheus: 1 sample delivered of 2 series, 1 dropped", told)
        self.assertEqual(self.ask('fine{job="shop"}', NOW)[0]["value"][1], "2")
        self.file("many.lp", "".join(f"a.b{i} v=1 {NOW}000000000\n" for i in range(30)))
        told = self.fails(1, "ship", "many.lp", "--to", to)
        self.assertEqual(told.count("dropped: "), 10)
        self.assertIn("prometheus: 0 samples delivered of 30 series, 30 dropped", told)


class ClickHouse(ServerTest):
    def setUp(self):
        super().setUp()
        self.start_it()

    def start_it(self):
        self.start("/ping", os.environ["CHRONOPACK_CHDB_SERVER"], str(self.path / "data"), self.at.split(":")[1])

    def ask(self, sql):
        request = urllib.request.Request(f"http://{self.at}/", data=sql.encode())
        with urllib.request.urlopen(request, timeout=30) as got:
            return got.read().decode().strip()

    def test_a_table_is_made_and_samples_are_there_once(self):
        self.file("load.csv", Ship.CSV)
        for to, table in (("", "chronopack.points"), ("/metrics", "metrics.points"), ("/metrics/raw", "metrics.raw")):
            for _ in range(2):  # the second time changes nothing
                self.ok("ship", "load.csv", "--verify", "--to", f"clickhouse+http://{self.at}{to}")
                self.assertIn("clickhouse: 200 samples delivered of 2 series\n"
                              "read back: 200 samples, all there; clickhouse does not say whether they are on "
                              "its disk\n", self.remarks)
            self.assertEqual(self.ask(f"SELECT count(), max(value) FROM {table} FINAL WHERE tags['host'] = 'b'"),
                             "100\t24.75")
        self.check_source(f"clickhouse+http://{self.at}/metrics/raw", 10**9)
        self.assertIn("clickhouse: ", self.fails(3, "query", f"clickhouse+http://{self.at}/no/where", "load"))
        self.assertEqual(self.ask("SELECT count() FROM system.databases WHERE name = 'no'"), "0")
        self.ask("CREATE TABLE metrics.other (metric String) ENGINE = Log")
        told = self.fails(3, "ship", "load.csv", "--to", f"clickhouse+http://{self.at}/metrics/other")
        self.assertIn("the column service is missing", told)

    def test_a_million_samples_survive_a_kill_in_the_middle(self):
        def any_is_there():
            exists = self.ask("SELECT count() FROM system.tables WHERE database = 'chronopack' AND name = 'points'")
            return exists == "1" and self.ask("SELECT count() FROM chronopack.points") != "0"
        totals = self.ship_across_a_kill(f"clickhouse+http://{self.at}", any_is_there)
        self.assertEqual(self.ask("SELECT count(), uniqExact(metric), sum(value) FROM chronopack.points FINAL"),
                         f"{4 * self.ROWS}\t4\t{sum(totals.values()):.15g}")


class InfluxDB(ServerTest):
    def setUp(self):
        super().setUp()
        self.file("c.conf", "reporting-disabled = true\nbind-address = \"127.0.0.1:0\"\n" + "".join(
            f"[{section}]\n{lines}\n" for section, lines in (
                ("meta", "dir = \"meta\""), ("data", "dir = \"data\"\nwal-dir = \"wal\""),
                ("http", f"bind-address = \"{self.at}\""), ("monitor", "store-enabled = false"))))
        self.start_it()

    def start_it(self):
        self.start("/ping", "influxd", "-config", "c.conf")

    def ask(self, influxql, database="chronopack"):
        asked = urllib.parse.urlencode({"q": influxql, "db": database, "epoch": "ns"})
        with urllib.request.urlopen(f"http://{self.at}/query?{asked}", timeout=30) as got:
            return json.load(got)["results"][0].get("series", [])

    def test_a_database_is_made_and_samples_are_there_once(self):
        self.file("load.csv", Ship.CSV)
        self.file("m.lp", f"cpu,host=a\\ b usage=0.25,value=3 {NOW}000000000\ncpu,host=c usage=1 {NOW}000000000\n")
        self.file("m.otlp", otlp_gauge("queue", "shop", NOW, -7))
        for to, database in (("", "chronopack"), ("/my%20db", "my db")):
            for _ in range(2):  # the second time changes nothing
                self.ok("ship", "load.csv", "m.lp", "m.otlp", "--verify", "--to", f"influxdb+http://{self.at}{to}")
                self.assertIn("influxdb: 204 samples delivered of 5 series\nread back: 204 samples, all there\n",
                              self.remarks)
            self.assertEqual(self.ask("SELECT count(value), last(value) FROM load WHERE host = 'b'", database)[0]
                             ["values"][0][1:], [100, 24.75])
            self.assertEqual(self.ask("SELECT usage, value FROM cpu WHERE host = 'a b'", database)[0]["values"],
                             [[NOW * 10**9, 0.25, 3]])
            self.assertEqual(self.ask("SELECT value FROM queue WHERE service_name = 'shop'", database)[0]["values"],
                             [[NOW * 10**9, -7]])
        self.check_source(f"influxdb+http://{self.at}", 10**9)
        self.assertEqual(self.ok("query", f"influxdb+http://{self.at}", "cpu{host=\"a b\"}", "--time-as", "count"),
                         f"time,__name__,_field,host,value\n{NOW * 10**9},cpu,usage,a b,0.25\n"
                         f"{NOW * 10**9},cpu,,a b,3\n".encode())
        self.assertIn("queue{job=\"shop\"}", self.ok("inspect", f"influxdb+http://{self.at}/my%20db").decode())
        self.file("odd.csv", f"time,v\n{NOW},nan\n{NOW + 1},2\n")
        told = self.fails(1, "ship", "odd.csv", "--to", f"influxdb+http://{self.at}")
        self.assertIn("NaN and infinities have no place in InfluxDB", told)
        self.assertIn("influxdb: 1 sample delivered of 1 series, 1 dropped", told)

    def test_a_million_samples_survive_a_kill_in_the_middle(self):
        totals = self.ship_across_a_kill(f"influxdb+http://{self.at}",
                                         lambda: self.ask("SELECT count(value) FROM a"))
        for metric, total in totals.items():
            self.assertEqual(self.ask(f"SELECT count(value), sum(value) FROM {metric}")[0]["values"][0][1:],
                             [self.ROWS, total])


class TimescaleDB(CommandTest):
    def setUp(self):
        super().setUp()
        self.server = postgres.Server(self.path)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.file("who", f"basic postgres:{postgres.PASSWORD}\n")
        self.to = f"timescaledb+plain://127.0.0.1:{self.server.port}"

    def test_tables_are_made_and_samples_are_there_once(self):
        self.file("load.csv", Ship.CSV)
        self.file("m.lp", f"cpu,host=a\\ b usage=0.25,value=3 {NOW}000000000\n")
        self.file("m.otlp", otlp_gauge("queue", "shop", NOW, -7))
        for to, schema in (("/postgres", "chronopack"), ("/postgres/my%20own", "\"my own\"")):
            for _ in range(2):  # the second time changes nothing
                self.ok("ship", "load.csv", "m.lp", "m.otlp", "--verify", "--credentials", "who", "--to",
                        self.to + to)
                self.assertIn("timescaledb: 203 samples delivered of 4 series\n"
                              "read back: 203 samples, all there\n", self.remarks)
            self.assertEqual(self.server.ask(f"SELECT count(*), count(DISTINCT metric_name), sum(value) FROM {schema}.metrics"),
                             "203|3|2471.25")
        self.file("wrong", "basic postgres:hush\n")
        told = self.fails(3, "ship", "load.csv", "--credentials", "wrong", "--to", self.to + "/postgres")
        self.assertIn("28P01", told)
        self.assertNotIn("hush", told)
        # Nothing is sent in plain text unless that was said.
        told = self.fails(3, "ship", "load.csv", "--credentials", "who", "--to",
                          self.to.replace("+plain", "") + "/postgres")
        self.assertNotIn(postgres.PASSWORD, told)

    def test_a_million_samples_survive_a_kill_in_the_middle(self):
        rows = 250_000
        self.file("big.csv", "time,a,b,c,d\n" + "".join(f"{NOW + i},{i},{i / 4},{-i},{i % 7}\n" for i in range(rows)))
        shipping = subprocess.Popen([support.COMMAND, "ship", "big.csv", "-q", "--credentials", "who", "--to",
                                     self.to + "/postgres"], cwd=self.path, stderr=subprocess.PIPE)
        self.addCleanup(shipping.kill)
        self.addCleanup(shipping.stderr.close)
        there = "SELECT CASE WHEN to_regclass('chronopack.samples') IS NULL THEN 0 ELSE 1 END"
        while self.server.ask(there) == "0" or self.server.ask("SELECT count(*) FROM chronopack.samples") == "0":
            self.assertIsNone(shipping.poll())
        self.server.kill()
        self.assertIsNone(shipping.poll(), "shipped before the server was killed")
        time.sleep(0.5)
        self.server.start()
        _, told = shipping.communicate(timeout=120)
        self.assertEqual((shipping.returncode, told),
                         (0, b"big.csv: time: time (s since 1970); values: a, b, c, d\n"))
        self.assertEqual(self.server.ask("SELECT metric_name, count(*), sum(value) FROM chronopack.metrics GROUP BY 1 ORDER BY 1"),
                         "\n".join(f"{name}|{rows}|{total:.15g}" for name, total in (
                             ("a", rows * (rows - 1) // 2), ("b", rows * (rows - 1) / 8),
                             ("c", -rows * (rows - 1) // 2), ("d", sum(i % 7 for i in range(rows))))))


if __name__ == "__main__":
    support.main()
