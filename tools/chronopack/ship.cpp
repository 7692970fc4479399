#include "command.hpp"
#include "ingest.hpp"
#include "ship_line.hpp"
#include "store_source.hpp"
#include "input/unpack.hpp"
#include "input/words.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace chronopack::tool {

namespace {

using input::counted;

struct request {
    ingest_request in;
    store_request to;
    std::uint32_t patience = 60;
    bool verify = false;
    bool as_json = false;
};

/// Passes samples to a ship_line, with times in nanoseconds and values as doubles.
class line_sink final : public input::sample_sink {
public:
    explicit line_sink(ship_line& to) : to_(to) {}

    std::size_t add(std::vector<label> names, input::value_type, input::tick unit) override {
        if (unit == input::tick::row)
            throw failure(fault::usage,
                          "its rows have no times, and a store cannot keep row numbers; "
                          "--time-unit, --start and --step say when the rows were");
        std::sort(names.begin(), names.end());
        const auto [at, is_new] = numbers_.try_emplace(std::move(names), steps_.size());
        if (is_new) {
            ship_line::pairs all;
            for (const label& one : at->first) all.emplace_back(one.name, one.value);
            (void)to_.add(all);  // the series has the same number here
            steps_.push_back(1'000'000'000 / ticks_per_second(unit));
        }
        return at->second;
    }

    void append(std::size_t series, std::int64_t timestamp, double value) override {
        std::int64_t nanoseconds = 0;
        if (__builtin_mul_overflow(timestamp, steps_[series], &nanoseconds))
            throw failure(fault::data, "a time lies outside the years 1677 to 2262");
        to_.send(series, nanoseconds, value);
    }

    void append(std::size_t series, std::int64_t timestamp, std::int64_t value) override {
        const auto real = static_cast<double>(value);
        // The largest int64 round up to 2^63, which is not an int64.
        rounded_ += real >= 0x1p63 || static_cast<std::int64_t>(real) != value;
        append(series, timestamp, real);
    }

    [[nodiscard]] std::size_t rounded() const noexcept { return rounded_; }

private:
    ship_line& to_;
    std::map<std::vector<label>, std::size_t> numbers_;
    std::vector<std::int64_t> steps_;  // nanoseconds of a tick, by series
    std::size_t rounded_ = 0;
};

bool is_otlp(const std::string& file, const std::string& format) {
    return format == "otlp" || (format == "auto" && input::plain_name(file).extension() == ".otlp");
}

void report(const ship_line& to, std::size_t rounded, bool quiet) {
    for (const std::string& line : to.shown_drops()) fmt::print(stderr, "dropped: {}\n", line);
    if (quiet) return;
    for (const std::string& line : to.shown_losses()) fmt::print(stderr, "OTLP: {}\n", line);
    if (rounded != 0) fmt::print(stderr, "{} rounded to double\n", counted(rounded, "integer"));
    fmt::print(stderr, "{}: {} delivered", to.store(), counted(to.sent() - to.dropped(), "sample"));
    if (to.series() != 0) fmt::print(stderr, " of {}", counted(to.series(), "series"));
    if (to.dropped() != 0) fmt::print(stderr, ", {} dropped", input::grouped(to.dropped()));
    fmt::print(stderr, "\n");
    if (to.rounded() != 0)
        fmt::print(stderr, "{} with more digits than {} can keep\n",
                   counted(to.rounded(), "sample"), to.store());
}

/// Returns whether the store has everything that it acknowledged.
bool verify(ship_line& to, bool quiet) {
    const auto found = to.verify();
    for (const std::string& line : found.lines) fmt::print(stderr, "not as sent: {}\n", line);
    const bool whole = found.missing + found.differing == 0;
    if (quiet && whole) return true;
    fmt::print(stderr, "read back: {}", counted(found.samples, "sample"));
    if (whole)
        fmt::print(stderr, ", all there");
    else
        fmt::print(stderr, ", {} missing, {} differing", input::grouped(found.missing),
                   input::grouped(found.differing));
    if (found.rounded != 0) fmt::print(stderr, ", {} rounded", input::grouped(found.rounded));
    if (!found.on_disk)
        fmt::print(stderr, "; {} does not say whether they are on its disk", to.store());
    fmt::print(stderr, "\n");
    return whole;
}

int ship(const request& asked) {
    for (const std::string& file : asked.in.files)
        if (file == asked.to.url)
            throw failure(fault::usage,
                          "--to: this store is an input, and cannot be the output "
                          "as well");
    ship_line to(asked.to, {.patience = std::chrono::seconds(asked.patience),
                            .quiet = asked.in.quiet,
                            .verify = asked.verify});
    line_sink samples(to);
    ingest_request others = asked.in;
    others.progress = false;  // the line shows its own
    others.files.clear();
    for (const std::string& file : asked.in.files)
        if (is_otlp(file, asked.in.format))
            to.send_otlp(file);
        else
            others.files.push_back(file);
    ingested read;
    if (!others.files.empty()) read = ingest(others, samples);
    to.finish();
    if (asked.in.quiet) print_tables(read);
    if (asked.as_json) fmt::print("{{\"tables\": {}}}\n", tables_as_json(read));
    report(to, samples.rounded(), asked.in.quiet);
    const bool whole = !asked.verify || verify(to, asked.in.quiet);
    return whole && to.dropped() + to.left_out() == 0 ? 0 : static_cast<int>(fault::data);
}

}  // namespace

void add_ship(CLI::App& app, action& todo) {
    auto asked = std::make_shared<request>();
    asked->to.named = "--to";
    CLI::App* const command = add_command(
        app, "ship",
        "Writes samples of archives, CSV, line protocol, raw columns, OTLP or another store\n"
        "into a store:\n\n"
        "  prometheus+http://HOST:PORT         or +https: a server that takes remote write\n"
        "  victoriametrics+http://HOST:PORT    or +https: VictoriaMetrics, a single node\n"
        "  clickhouse+http://HOST:PORT[/DATABASE[/TABLE]]\n"
        "                                      or +https: ClickHouse; chronopack.points, and\n"
        "                                      made where there is none\n"
        "  influxdb+http://HOST:PORT[/DATABASE[/POLICY]]\n"
        "                                      or +https: InfluxDB 1; with --influxdb-version 2\n"
        "                                      /ORG/BUCKET, with 3 [/DATABASE]; made where there\n"
        "                                      is none\n"
        "  timescaledb://HOST[:PORT]/DATABASE[/SCHEMA]\n"
        "                                      TimescaleDB or PostgreSQL, by verified TLS;\n"
        "                                      timescaledb+plain:// without TLS; tables are\n"
        "                                      made where there are none\n"
        "  embedded:PATH                       a database of frames, no server\n"
        "  parquet:DIRECTORY                   Parquet files, no server\n\n"
        "The label __name__ becomes the metric, job the service, and the others tags. If a\n"
        "file is shipped twice, VictoriaMetrics keeps both copies unless it deduplicates;\n"
        "the other stores keep one. Samples that the store rejects for good are dropped,\n"
        "named and counted, and the exit status is 1.",
        "  chronopack ship load.cpk --to embedded:load.db\n"
        "  chronopack ship load.csv --values load --to embedded:load.db\n"
        "  chronopack ship embedded:load.db --select load --to embedded:copy.db");
    add_ingest_options(*command, asked->in, {"otlp"}, "source-");
    command->add_option("--to", asked->to.url, "the URL of the store, as above")
        ->type_name("URL")
        ->required();
    add_store_options(*command, asked->to, {}, "Options");
    command
        ->add_option("--patience", asked->patience,
                     "give up when the store takes nothing for this long")
        ->type_name("SECONDS")
        ->check(CLI::Range(1u, 86'400u).description(""))
        ->capture_default_str();
    command->add_flag("--json", asked->as_json,
                      "print one JSON object: what was taken as time, labels and values");
    command->add_flag("--verify", asked->verify,
                      "read back what was delivered and compare it; first waits, about\n"
                      "20 s, until VictoriaMetrics has it on disk. If samples are missing\n"
                      "or differ, the exit status is 1. Needs 48 bytes of memory a sample");
    command->callback([asked, &todo] {
        todo = [asked] {
            return ship(*asked);
        };
    });
}

}  // namespace chronopack::tool
