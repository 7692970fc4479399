#include "queries.hpp"
#include "support/servers.hpp"

#include <adapters/influxdb/backend.hpp>
#include <adapters/influxdb/influxql.hpp>

#include <chronopack/series/output_file.hpp>

#include <charconv>
#include <memory>

using namespace chronopack;

namespace stages {

namespace {

constexpr auto minute = std::chrono::minutes(1);
constexpr std::size_t batch = 20'000;
// A real server takes a tenth of what we write.
constexpr int most_scrapes = 1000;

/// Gives all samples to `take`, series after series.
template <class Take>
void by_series(const workload& load, Take take) {
    const scrapes fleet(load.series);
    std::vector<storage::point> points;
    for (int s = 0; s < load.series; ++s)
        for (int i = 0; i < load.each; ++i) {
            points.push_back(fleet.at(s, i));
            if (points.size() < batch && !(s + 1 == load.series && i + 1 == load.each)) continue;
            take(points);
            points.clear();
        }
}

double line_bytes(const std::vector<storage::point>& points) {
    const auto lines = influxdb::lines_of(points, {});
    if (lines.sent.size() != points.size()) fail("a point has no line");
    return static_cast<double>(lines.text.size());
}

/// As InfluxDB 2 answers a range of the fleet's first series.
std::string annotated_csv(const workload& load, std::size_t rows) {
    const scrapes fleet(load.series);
    std::string out =
        "#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,"
        "string,string\r\n#group,false,false,true,true,false,false,true,true,true\r\n"
        "#default,_result,,,,,,,,\r\n"
        ",result,table,_start,_stop,_time,_value,_field,_measurement,host\r\n";
    for (std::size_t i = 0; i < rows; ++i) {
        const int series = static_cast<int>(i / 5000), at = static_cast<int>(i % 5000);
        char value[40];
        const auto end = std::to_chars(value, std::end(value), scrapes::value_of(series, at)).ptr;
        const std::int64_t second = 86'400 + at * 10;
        char time[32];
        std::snprintf(time, sizeof time, "2020-01-%02dT%02d:%02d:%02d.%03dZ",
                      static_cast<int>(second / 86'400), static_cast<int>(second / 3600 % 24),
                      static_cast<int>(second / 60 % 60), static_cast<int>(second % 60),
                      series % 1000);
        out.append(",,").append(std::to_string(series));
        out.append(",2020-01-01T00:00:00Z,2020-01-02T00:00:00Z,").append(time).append(",");
        out.append(value, end).append(",value,metric_").append(std::to_string(series % 50));
        out.append(",host-").append(std::to_string(series / 50)).append("\r\n");
    }
    return out;
}

std::string influxql_answer(std::size_t rows) {
    std::string out;
    for (std::size_t i = 0; i < rows; ++i) {
        const bool first = i % 10'000 == 0, last = i % 10'000 == 9'999 || i + 1 == rows;
        if (first)
            out += R"({"results":[{"statement_id":0,"series":[{"name":"m","columns":["time",)"
                   R"("value"],"values":[)";
        char value[40];
        const auto end =
            std::to_chars(value, std::end(value), scrapes::value_of(1, static_cast<int>(i))).ptr;
        out += first ? "[" : ",[";
        out.append(std::to_string(scrapes::time_of(1, static_cast<int>(i)))).append(",");
        out.append(value, end).append("]");
        if (last) {
            const char* const more = i + 1 == rows ? "" : R"(,"partial":true)";
            out.append("]").append(more).append("}]").append(more).append("}]}\n");
        }
    }
    return out;
}

std::unique_ptr<influxdb::backend> opened(const test::server_process& server,
                                          const std::string& database, bool gzip = true) {
    auto store = influxdb::backend::open(
        {.where = {.url = server.url()}, .database = database, .gzip = gzip});
    if (!store) fail(store.error().message);
    if (const auto made = (*store)->client().create(std::nullopt, storage::in(minute)); !made)
        fail(made.error().message);
    return std::move(*store);
}

/// How many points a database has.
double count(influxdb::backend& store) {
    const auto got =
        store.client().query_influxql("SELECT count(value) FROM /.*/", storage::in(10 * minute));
    if (!got) fail(got.error().message);
    double all = 0;
    for (const auto& table : *got)
        for (std::size_t row = 0; row < table.rows(); ++row)
            all += influxdb::as_real(table.at(row, 1)).value_or(0);
    return all;
}

/// By the command of InfluxDB itself, from a file.
void import_lines(const workload& load, const test::server_process& server) {
    const std::string file = load.directory / "lines";
    {
        auto out = output_file::create(file);
        if (!out) fail("cannot write " + file);
        std::string text = "# DML\n# CONTEXT-DATABASE: imported\n";
        const scrapes fleet(load.series);
        fleet.in_batches(load.each, batch, [&](const std::vector<storage::point>& points) {
            text += influxdb::lines_of(points, {}).text;
            if (!out->write(std::as_bytes(std::span(text)))) fail("cannot write " + file);
            text.clear();
        });
        if (!out->publish()) fail("cannot write " + file);
    }
    const auto other = opened(server, "imported");
    const std::string at = server.authority();
    const std::string command = "influx -host 127.0.0.1 -port " + at.substr(at.find(':') + 1) +
                                " -import -precision ns -path '" + file + "' >/dev/null 2>&1";
    stopwatch timer;
    timer.time([&] {
        if (std::system(command.c_str()) != 0) fail("influx -import");
    });
    if (count(*other) != load.points()) fail("not all points were imported");
    print_row("InfluxDB 1.6, by influx -import", load.points(), timer);
}

}  // namespace

void influxdb_text(const workload& load) {
    stopwatch series, scraped;
    double bytes = 0;
    by_series(load, [&](const std::vector<storage::point>& points) {
        series.time([&] { bytes += line_bytes(points); });
    });
    print_row("InfluxDB, lines, series after series", load.points(), series, bytes);
    bytes = 0;
    const scrapes fleet(load.series);
    fleet.in_batches(load.each, batch, [&](const std::vector<storage::point>& points) {
        scraped.time([&] { bytes += line_bytes(points); });
    });
    print_row("InfluxDB, lines, scrape after scrape", load.points(), scraped, bytes);

    constexpr std::size_t rows = 1'000'000;
    const std::string csv = annotated_csv(load, rows);
    stopwatch reading;
    reading.time([&] {
        const auto read = influxdb::read_annotated_csv(csv);
        if (!read || read->at(0).tables.size() != rows / 5000) fail("annotated CSV");
    });
    print_row("annotated CSV, read", rows, reading, static_cast<double>(csv.size()));
    const std::string json = influxql_answer(rows);
    stopwatch parsing;
    parsing.time([&] {
        const auto read = influxdb::read_influxql(json);
        if (!read || read->size() != 1 || read->at(0).rows() != rows) fail("InfluxQL");
    });
    print_row("answer to InfluxQL, read", rows, parsing, static_cast<double>(json.size()));
}

void influxdb_store(const workload& whole) {
    workload load = whole;
    load.each = std::min(load.each, most_scrapes);
    const scrapes fleet(load.series);
    const auto ingest = [&](const char* what, influxdb::backend& into) {
        stopwatch timer;
        fleet.in_batches(load.each, batch, [&](const std::vector<storage::point>& points) {
            timer.time([&] {
                if (!into.write_batch(points, storage::in(minute)).ok())
                    fail("InfluxDB refused a batch");
            });
        });
        if (count(into) != load.points()) fail("not all points are there");
        print_row(what, load.points(), timer);
    };
    // A server each: one that has data already has more to do.
    {
        const test::server_process server(test::influxd_command());
        import_lines(load, server);
    }
    {
        const test::server_process server(test::influxd_command());
        ingest("InfluxDB 1.6, ingest in gzip", *opened(server, "packed"));
    }
    const test::server_process server(test::influxd_command());
    const auto store = opened(server, "plain", false);
    ingest("InfluxDB 1.6, ingest as it is", *store);
    time_queries("InfluxDB 1.6, query metric by metric", *store, load);
}

}  // namespace stages
