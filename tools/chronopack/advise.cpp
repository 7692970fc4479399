#include "advice.hpp"
#include "command.hpp"
#include "form_text.hpp"
#include "report/contenders.hpp"
#include "report/datasets.hpp"
#include "report/grid.hpp"
#include "report/html.hpp"
#include "ingest.hpp"
#include "report/json.hpp"
#include "output_request.hpp"
#include "output/output_writer.hpp"
#include "input/preset_text.hpp"
#include "input/progress.hpp"
#include "input/series.hpp"
#include "report/table.hpp"
#include "input/words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace chronopack::tool {

namespace {

using input::counted;
using report::kind;
using report::row;
using report::short_number;

struct request {
    ingest_request in;
    std::size_t samples = 2'000'000;
    std::size_t series = 40;
    double seconds = 0.01;
    bool as_json = false;
    bool each = false;
    output_request html{.path = {}};
};

struct gathered {
    ingested read;
    std::vector<std::string> columns;   // columns of values, if the input was CSV
    std::vector<input::series> series;  // the series to measure
    std::size_t there = 0;              // number of series that were read
    std::size_t samples = 0;
    bool all_read = true;
};

gathered gather(const request& asked) {
    input::collector to("", asked.samples);
    gathered found;
    found.read = ingest(asked.in, to);
    for (const table_read& one : found.read.tables)
        for (const auto& column : one.layout.columns)
            if (column.role == input::csv_layout::role::value) found.columns.push_back(column.name);
    for (const parquet_read& one : found.read.typed)
        found.columns.insert(found.columns.end(), one.value_columns.begin(),
                             one.value_columns.end());
    found.all_read = !to.full();
    found.series = to.take(true);
    std::erase_if(found.series, [](const input::series& one) { return one.size() == 0; });
    report::make_names_unique(found.series);
    found.there = found.series.size();
    if (found.there > asked.series) {  // evenly spread among them
        std::vector<input::series> some;
        for (std::size_t i = 0; i < asked.series; ++i)
            some.push_back(std::move(found.series[i * found.there / asked.series]));
        found.series = std::move(some);
    }
    for (const input::series& one : found.series) found.samples += one.size();
    return found;
}

std::vector<row> measure(const gathered& in, double seconds) {
    const auto contenders = report::all_contenders(input::usual_frame_samples);
    std::vector<row> rows;
    input::progress_line shown;
    std::size_t step = 0;
    report::pin_to_one_core();
    for (const input::series& one : in.series) {
        shown.show(fmt::format("[{}/{}] {}", ++step, in.series.size(), one.name));
        auto of_one = report::measure_series(one, contenders, seconds);
        std::move(of_one.begin(), of_one.end(), std::back_inserter(rows));
    }
    return rows;
}

/// Returns the CSV column that a series came from, or an empty text if it is not known.
std::string column_of(const gathered& in, const input::series& one) {
    for (const char* const name : {"_field", "__name__"})
        if (const auto value = one.names[name];
            std::find(in.columns.begin(), in.columns.end(), value) != in.columns.end())
            return std::string(value);
    return in.columns.size() == 1 ? in.columns.front() : std::string();
}

/// Returns the options that make compress keep int64 in every column whose series all allow it.
/// Returns an empty text where there is none, or where the format already says the type.
std::string integer_options(const gathered& in, const std::vector<row>& rows) {
    std::set<std::string> as_integers;
    for (const row& one : rows)
        if (one.what == kind::frame && one.integers) as_integers.insert(one.series);
    std::map<std::string, bool> whole;  // for each column, whether all its series are integers
    for (const input::series& one : in.series) {
        const std::string column = column_of(in, one);
        if (column.empty() || !one.integers.empty()) continue;
        bool& is = whole.try_emplace(column, true).first->second;
        is = is && as_integers.contains(one.name);
    }
    const auto count =
        std::count_if(whole.begin(), whole.end(), [](const auto& column) { return column.second; });
    if (count == 0) return {};
    if (static_cast<std::size_t>(count) == whole.size() && count > 1) return "--integers '*'";
    std::string columns;
    for (const auto& [name, all] : whole)
        if (all) columns += (columns.empty() ? "" : ",") + name;
    const bool plain = columns.find_first_of(" '\"$\\*?") == std::string::npos;
    return "--integers " + (plain ? columns : '\'' + columns + '\'');
}

std::string files_of(const request& asked) {
    std::string all;
    for (const std::string& file : asked.in.files) all += ' ' + file;
    return all;
}

std::string sentence(const request& asked, const gathered& in, const advice& given) {
    const way& taken = given.ways[given.taken];
    const double ratio = 128 / taken.bits;
    const std::string size =
        ratio >= 1
            ? fmt::format("{:.1f} times smaller than raw", ratio)
            : fmt::format("more than raw, because each frame has a header and {} {} only {}",
                          counted(in.series.size(), "series"),
                          in.series.size() == 1 ? "has" : "have", counted(in.samples, "sample"));
    return fmt::format(
        "Use `chronopack compress{}{}`: {:.2f} bits a sample, {}, read at {} GB/s; {}.",
        taken.options, files_of(asked), taken.bits, size, short_number(taken.decode_gbps),
        given.why);
}

constexpr std::size_t bar_width = 24;

/// Prints a table with a bar after each line except the header.
void print_beside(const std::string& table, const std::vector<std::string>& bars) {
    std::size_t width = 0, line_start = 0;
    for (std::size_t i = 0; i <= bars.size(); ++i) {
        const std::size_t end = table.find('\n', line_start);
        const std::string line = table.substr(line_start, end - line_start);
        if (i == 0) width = line.size();
        fmt::print("{}", line);
        if (i != 0) fmt::print("{:{}}  {}", "", width - std::min(width, line.size()), bars[i - 1]);
        fmt::print("\n");
        line_start = end + 1;
    }
}

void print_totals(const std::vector<codec_total>& all, std::size_t series) {
    for (const kind what : report::all_kinds) {
        report::grid made(
            {std::string(name(what)), what == kind::frame ? "bits/sample" : "bits/value", "series",
             "encode GB/s", "decode GB/s"},
            {27, 11, 7, 11, 11});
        std::vector<std::string> bars;
        for (const codec_total& one : all) {
            if (one.what != what) continue;
            made.add({one.codec, fmt::format("{:.2f}", one.bits),
                      fmt::format("{}/{}", one.series, series), short_number(one.encode_gbps),
                      short_number(one.decode_gbps)});
            bars.push_back(bar(one.bits / (8.0 * static_cast<double>(raw_bytes(what))), bar_width));
        }
        if (bars.empty()) continue;
        print_beside(made.plain(), bars);
        fmt::print("\n");
    }
}

/// Returns what numbers each series of doubles holds, in words.
std::vector<std::pair<std::string, std::string>> numbers_of(const gathered& in) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const input::series& one : in.series)
        if (!one.values.empty()) all.emplace_back(one.name, form_text(one.values));
    return all;
}

void print_numbers(const gathered& in) {
    const auto all = numbers_of(in);
    if (all.empty()) return;
    report::grid made({"series", "numbers"});
    for (const auto& [series, numbers] : all) made.add({input::printable(series, 120), numbers});
    fmt::print("{}\n", made.plain());
}

void print_text(const request& asked, const gathered& in, const std::vector<row>& rows,
                const advice& given) {
    fmt::print("{} of {} measured, {}\n\n", in.series.size(), counted(in.there, "series"),
               counted(in.samples, "sample"));
    if (asked.each)
        for (const input::series& one : in.series) {
            std::vector<row> of_one;
            std::copy_if(rows.begin(), rows.end(), std::back_inserter(of_one),
                         [&](const row& r) { return r.series == one.name; });
            fmt::print("{}: {}\n{}\n", one.name, counted(one.size(), "sample"),
                       report::series_tables(of_one));
        }
    print_totals(totals(rows), in.series.size());
    print_numbers(in);
    report::grid ways({"command", "bits/sample", "to 1", "encode GB/s", "decode GB/s"},
                      {27, 11, 7, 11, 11});
    std::vector<std::string> bars;
    for (const way& one : given.ways) {
        ways.add({"compress" + text::printable(one.options), fmt::format("{:.2f}", one.bits),
                  fmt::format("{:.1f}", 128 / one.bits), short_number(one.encode_gbps),
                  short_number(one.decode_gbps)});
        bars.push_back(bar(one.bits / 128, bar_width));
    }
    print_beside(ways.plain(), bars);
    fmt::print("\n{}\n", text::printable(sentence(asked, in, given)));
}

void print_json(const request& asked, const gathered& in, const std::vector<row>& rows,
                const advice& given) {
    using json = nlohmann::ordered_json;
    json out{{"series", in.there},
             {"measured_series", in.series.size()},
             {"measured_samples", in.samples},
             {"all_read", in.all_read},
             {"tables", json::parse(tables_as_json(in.read))},
             {"ways", json::array()}};
    for (const way& one : given.ways)
        out["ways"].push_back({{"command", "chronopack compress" + one.options + files_of(asked)},
                               {"bits_per_sample", one.bits},
                               {"encode_gbps", one.encode_gbps},
                               {"decode_gbps", one.decode_gbps}});
    out["advice"] = {
        {"command", "chronopack compress" + given.ways[given.taken].options + files_of(asked)},
        {"text", sentence(asked, in, given)}};
    out["numbers"] = json::object();
    for (const auto& [series, numbers] : numbers_of(in)) out["numbers"][series] = numbers;
    out["rows"] = json::parse(report::to_json(rows));
    fmt::print("{}\n", out.dump(1, ' ', false, json::error_handler_t::replace));
}

int advise(const request& asked) {
    std::optional<output_writer> html;
    if (!asked.html.path.empty())  // before the measurement, which takes long
        html.emplace(asked.html.checked(content::text, inputs_of(asked.in)));
    const gathered in = gather(asked);
    if (in.series.empty()) throw failure(fault::data, "there are no samples to measure");
    const std::vector<row> rows = measure(in, asked.seconds);
    const auto lost =
        std::find_if(rows.begin(), rows.end(), [](const row& one) { return !one.lossless; });
    if (lost != rows.end())
        throw failure(fault::data, lost->series + ": " + lost->codec + ": " + lost->failure);
    const advice given = advise_on(rows, integer_options(in, rows));
    if (given.ways.empty()) throw failure(fault::data, "no frame could be made of these series");
    if (asked.as_json)
        print_json(asked, in, rows, given);
    else
        print_text(asked, in, rows, given);
    if (asked.in.quiet) print_tables(in.read);
    if (!in.all_read && !asked.in.quiet)
        fmt::print(stderr, "only the first {} were read; --samples reads more\n",
                   counted(asked.samples, "sample"));
    if (html) {
        const std::string page =
            report::to_html(rows, report::summarize(rows), sentence(asked, in, given));
        html->write(page);
        html->finish();
    }
    return 0;
}

}  // namespace

void add_advise(CLI::App& app, action& todo) {
    auto asked = std::make_shared<request>();
    CLI::App* const command = add_command(
        app, "advise",
        "Measures every codec and every way to compress on your data, and ends with one\n"
        "recommendation and its reason.",
        "  chronopack advise load.csv\n"
        "  chronopack advise load.csv --seconds 0.002 --html advice.html\n"
        "  chronopack advise load.csv --seconds 0.002 --json");
    add_ingest_options(*command, asked->in);
    command->add_flag("--json", asked->as_json, "print one JSON object with all measurements");
    command
        ->add_option("--html", asked->html.path, "also write a page with charts and every series")
        ->type_name("FILE");
    add_force(*command, asked->html, "text");
    command->add_flag("--each", asked->each, "also print a table for each series");
    command
        ->add_option("--samples", asked->samples,
                     "read at most so many, from the start of the files")
        ->type_name("N")
        ->check(CLI::PositiveNumber.description(""))
        ->capture_default_str();
    command->add_option("--series", asked->series, "measure at most so many, spread evenly")
        ->type_name("N")
        ->check(CLI::PositiveNumber.description(""))
        ->capture_default_str();
    command->add_option("--seconds", asked->seconds, "time for each series and codec")
        ->type_name("S")
        ->check(CLI::Range(1e-6, 3600.0).description(""))
        ->capture_default_str();
    command->callback([asked, &todo] {
        todo = [asked] {
            return advise(*asked);
        };
    });
}

}  // namespace chronopack::tool
