#include "ingest.hpp"

#include "archive_file.hpp"
#include "parquet_import.hpp"
#include "selected.hpp"
#include "store_source.hpp"
#include "input/input_source.hpp"
#include "input/line_import.hpp"
#include "input/progress.hpp"
#include "input/raw_import.hpp"
#include "input/row_clock.hpp"
#include "input/series_text.hpp"
#include "input/unpack.hpp"
#include "input/words.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>

namespace chronopack::tool {

using input::failure;
using input::fault;

namespace {

// Bytes; for less, no progress is shown.
constexpr std::uint64_t long_work = std::uint64_t{64} << 20;
constexpr std::size_t shown_bad = 10;

std::string format_of(const std::string& file, const std::string& asked) {
    if (is_store(file)) return "store";
    const auto plain = input::plain_name(file);
    const std::string extension = plain.extension().string();
    const bool lines = extension == ".lp" || extension == ".line" || extension == ".influx";
    std::string format = lines ? "line" : "csv";
    if (extension == ".f64" || extension == ".i64" || extension == ".cpk" ||
        extension == ".parquet")
        format = extension.substr(1);
    if (asked != "auto") format = asked;
    if (plain != file && format != "csv" && format != "line")
        throw failure(fault::usage, {file},
                      "only text and OTLP are unpacked as they are read; unpack it first");
    return format;
}

class ingester {
public:
    ingester(const ingest_request& asked, input::sample_sink& to)
        : asked_(asked),
          raw_to_(to),
          clock_(to, asked.reading.unit_of_counts().value_or(input::tick::row),
                 asked.start.value_or(0), asked.step.value_or(1)),
          to_(asked.start || asked.step ? static_cast<input::sample_sink&>(clock_) : to) {
        csv_ = asked.reading.request();
        part_ = {selectors_of(asked.selectors), {asked.since, asked.until, "--since", "--until"}};
        check_part();
        if (asked.reading.skip_bad)
            how_.on_bad = [this](const failure& wrong) {
                take_bad(wrong);
            };
    }

    [[nodiscard]] ingested read() && {
        for (const std::string& file : asked_.files) {
            read_named(file);
            if (to_.full()) break;
        }
        if (done_.bad != 0)
            remark(done_.bad == 1 ? "1 cell or record left out"
                                  : input::grouped(done_.bad) + " cells or records left out");
        return done_;
    }

private:
    void check_part() const {
        if (asked_.selectors.empty() && asked_.since.empty() && asked_.until.empty()) return;
        for (const std::string& file : asked_.files)
            if (!is_store(file))
                throw failure(fault::usage, {file},
                              "--select, --since and --until choose a part of a store, and this "
                              "is a file; query prints a part of an archive");
    }

    // An option that does not fit a file is reported with the file's name.
    void read_named(const std::string& file) {
        try {
            read_file(file);
        } catch (const failure& wrong) {
            if (wrong.whose() != fault::usage || !wrong.where().file.empty()) throw;
            throw failure(fault::usage, {file}, wrong.message());
        }
    }

    void read_file(const std::string& file) {
        const std::string format = format_of(file, asked_.format);
        if (format == "cpk") return read_archive(file);
        if (format == "store") return read_from_store(file);
        if (format == "parquet") return read_parquet(file);
        const bool raw = format == "f64" || format == "i64";
        input::input_source from(file, raw ? input::content::columns : input::content::text);
        from.on_read([&](std::uint64_t bytes) { show_progress(from, bytes); });
        started_ = std::chrono::steady_clock::now();
        if (format == "csv")
            read_csv(from);
        else if (format == "line")
            read_lines(from);
        else
            read_raw(from, format == "i64");
        line_.clear();
        done_.bytes += from.given();
    }

    void read_csv(input::input_source& from) {
        auto done = input::import_csv(from, from.name(), csv_, to_, how_,
                                      [&](const input::csv_layout& layout) {
                                          remark(from.name() + ": " + layout.summary());
                                          for (const std::string& note : layout.notes)
                                              remark(from.name() + ": " + note);
                                      });
        // The files after the first are kept in its unit.
        if (!csv_.time.kept) csv_.time.kept = done.layout.time.clock.kept();
        take(from, done.report);
        done_.tables.push_back({from.name(), std::move(done.layout), std::move(done.report)});
    }

    void read_lines(input::input_source& from) {
        input::line_request lines;
        lines.unit = csv_.time.unit.value_or(input::tick::nanoseconds);
        lines.unit_by_size = csv_.time.unit_by_size;
        lines.kept = csv_.time.kept;
        take(from, input::import_lines(from, from.name(), lines, to_, how_));
        if (!csv_.time.kept) csv_.time.kept = lines.unit;
    }

    void read_raw(input::input_source& from, bool integers) {
        input::raw_request raw;
        raw.type = integers ? input::value_type::integers : input::value_type::doubles;
        raw.name = !asked_.name.empty() ? asked_.name
                   : asked_.files.size() == 1 && from.name() == "(standard input)"
                       ? "value"
                       : std::filesystem::path(from.name()).stem().string();
        if (csv_.time.unit_by_size)
            throw failure(fault::usage,
                          "--time-unit auto is for text; raw timestamps have one unit");
        raw.unit = csv_.time.unit.value_or(input::tick::row);
        raw.start = asked_.start.value_or(0);
        raw.step = asked_.step.value_or(1);
        if (csv_.time.kept.value_or(raw.unit) != raw.unit)
            throw failure(fault::usage, {from.name()},
                          "its raw timestamps have another unit than those of the files before, " +
                              std::string(name(*csv_.time.kept)) + "; --time-unit sets the unit");
        csv_.time.kept = raw.unit;
        std::optional<input::file_source> times;
        if (!asked_.times.empty()) times.emplace(asked_.times);
        take(from, input::import_raw(from, from.name(), times ? &*times : nullptr, asked_.times,
                                     raw, raw_to_));
    }

    void read_archive(const std::string& file) {
        const archive_file archive({.file = file, .recover = asked_.recover});
        if (archive.recovered()) to_.note_recovered();
        for (std::size_t i = 0; i < archive.series().size() && !to_.full(); ++i) {
            const input::tick unit = archive.tick(i);
            if (csv_.time.kept.value_or(unit) != unit)
                throw failure(fault::data, {archive.name()},
                              "its timestamps are in " + std::string(name(unit)) +
                                  ", those of the files before in " +
                                  std::string(name(*csv_.time.kept)));
            csv_.time.kept = unit;
            if (archive.series()[i].integers)
                read_series<std::int64_t>(archive, i, unit);
            else
                read_series<double>(archive, i, unit);
        }
        done_.bytes += archive.data().size();
    }

    void read_parquet(const std::string& file) {
        auto done = import_parquet(file, csv_, to_, how_);
        remark(file + ": " + done.layout);
        csv_.time.kept = done.unit;
        done_.bad += done.bad;
        done_.bytes += done.bytes;
        done_.typed.push_back({file, std::move(done.layout), std::move(done.value_columns)});
    }

    void read_from_store(const std::string& url) {
        store_request from = asked_.store;
        from.url = url;
        const auto unit = csv_.time.kept ? csv_.time.kept : csv_.time.unit;
        read_store(from, part_, unit, to_, asked_.progress && !asked_.quiet);
        done_.stores = true;
    }

    template <class V>
    void read_series(const archive_file& archive, std::size_t number, input::tick unit) {
        const archived_series& s = archive.series()[number];
        const auto type = s.integers ? input::value_type::integers : input::value_type::doubles;
        const auto reader = archive.read<V>(number);
        auto cursor = reader.samples();
        try {
            const std::size_t series = to_.add(s.labels.pairs(), type, unit);
            while (const auto run = cursor.next_run())
                for (std::size_t i = 0; i < run->values.size(); ++i)
                    to_.append(series, run->timestamps[i], run->values[i]);
        } catch (const failure& wrong) {
            if (wrong.whose() != fault::data || !wrong.where().file.empty()) throw;
            throw failure(
                fault::data, {archive.name()},
                input::printable(input::series_text(s.labels, 120), 120) + ": " + wrong.message());
        }
        if (const auto ok = cursor.status(); !ok) archive.fail(number, ok.error());
    }

    void take(const input::input_source& from, const input::read_report& report) {
        for (const std::string& note : report.notes) remark(from.name() + ": " + note);
        done_.bad += report.bad;
    }

    void take_bad(const failure& wrong) {
        if (told_++ < shown_bad)
            remark(std::string("left out: ") + wrong.what());
        else if (told_ == shown_bad + 1)
            remark("more are left out; the number is reported at the end");
    }

    void remark(const std::string& text) {
        if (asked_.quiet) return;
        line_.clear();
        fmt::print(stderr, "{}\n", text::printable(text));
    }

    void show_progress(const input::input_source& from, std::uint64_t bytes) {
        if (!line_.shown() || asked_.quiet || !asked_.progress || bytes < next_shown_ ||
            bytes < long_work / 8 || from.size().value_or(long_work) < long_work)
            return;
        next_shown_ = bytes + (std::uint64_t{8} << 20);
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
        const auto megabytes = static_cast<double>(bytes) * 1e-6;
        std::string text = fmt::format("{}: {:.0f} MB, {:.0f} MB/s", input::printable(from.name()),
                                       megabytes, megabytes / seconds);
        if (from.size())
            text += fmt::format(
                ", {:.0f} %", 100 * static_cast<double>(bytes) / static_cast<double>(*from.size()));
        line_.show(text);
    }

    const ingest_request& asked_;
    input::sample_sink& raw_to_;  // raw columns have a clock of their own
    input::row_clock clock_;
    input::sample_sink& to_;
    input::csv_request csv_;
    store_part part_;
    input::read_options how_;
    input::progress_line line_;
    std::chrono::steady_clock::time_point started_;
    std::uint64_t next_shown_ = 0;
    std::size_t told_ = 0;
    ingested done_;
};

}  // namespace

void add_ingest_options(CLI::App& app, ingest_request& asked,
                        const std::vector<std::string>& more_formats,
                        const std::string& store_prefix) {
    std::vector<std::string> formats{"auto", "csv", "line", "f64", "i64", "cpk", "parquet"};
    formats.insert(formats.end(), more_formats.begin(), more_formats.end());
    std::string more;
    for (const std::string& one : more_formats) more += ", " + one;
    const auto raw = [&](const char* name, auto& to, const char* type, const char* what) {
        app.add_option(name, to, what)->type_name(type)->group("Raw columns");
    };
    app.add_option("FILE", asked.files,
                   "input; - is standard input; or the URL of a store, as in ship")
        ->required();
    app.add_option("--format", asked.format,
                   "csv, line (InfluxDB's line protocol), f64 or i64 (little-endian),\n"
                   "cpk (an archive), parquet" +
                       more + ";\nauto: by the file's extension, else csv")
        ->type_name("FORMAT")
        ->check(CLI::IsMember(formats).description(""))
        ->capture_default_str();
    report::add_reading_options(app, asked.reading);
    add_recover_option(app, asked.recover);
    app.add_flag("-q,--quiet", asked.quiet,
                 "print only errors on stderr and, for CSV, how it was read");
    raw("--times", asked.times, "FILE", "timestamps: little-endian int64");
    const auto rows = [&](const char* name, auto& to, const char* type, const char* what) {
        app.add_option(name, to, what)->type_name(type)->group("Rows without times, raw columns");
    };
    rows("--start", asked.start, "T", "when the first row was, in --time-unit (0)");
    rows("--step", asked.step, "N", "time from one row to the next (1)");
    raw("--name", asked.name, "NAME", "the name of the series; default: the file's");
    const auto of_stores = [&](const char* name, auto& to, const char* type, const char* what) {
        return app.add_option(name, to, what)->type_name(type)->group(source_group);
    };
    of_stores("--select", asked.selectors, "SELECTOR",
              "the series to read, as in query; may be repeated; default: all")
        ->allow_extra_args(false);
    of_stores("--since", asked.since, "TIME", "the first time to read, as query's --from");
    of_stores("--until", asked.until, "TIME", "the last time to read, included");
    add_store_options(app, asked.store, store_prefix);
}

std::vector<std::string> inputs_of(const ingest_request& asked) {
    std::vector<std::string> all = asked.files;
    if (!asked.times.empty()) all.push_back(asked.times);
    return all;
}

void print_tables(const ingested& done) {
    for (const parquet_read& one : done.typed)
        fmt::print(stderr, "{}: {}\n", text::printable(one.file), text::printable(one.layout));
    for (const table_read& one : done.tables) {
        const auto print = [&](const std::string& said) {
            fmt::print(stderr, "{}: {}\n", text::printable(one.file), text::printable(said));
        };
        print(one.layout.summary());
        for (const auto* notes : {&one.layout.notes, &one.report.notes})
            for (const std::string& note : *notes) print(note);
    }
}

ingested ingest(const ingest_request& asked, input::sample_sink& to) {
    return ingester(asked, to).read();
}

}  // namespace chronopack::tool
