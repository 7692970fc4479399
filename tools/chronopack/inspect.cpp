#include "command.hpp"
#include "facts.hpp"
#include "report/grid.hpp"
#include "input/series_text.hpp"
#include "text_output.hpp"
#include "text_parts.hpp"
#include "value_text.hpp"
#include "input/words.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace chronopack::tool {

namespace {

using input::counted;
using input::grouped;
using json = nlohmann::ordered_json;

struct request {
    archive_request archive;
    bool as_json = false;
};

struct looked {
    std::vector<series_facts> series;
    std::size_t samples = 0, frames = 0;
};

template <class V>
std::string text_of(V value) {
    fmt::memory_buffer out;
    print_value(out, value);
    return fmt::to_string(out);
}

/// Returns at most six significant digits: for people, not for computing.
std::string short_text(double value) {
    return std::isfinite(value) ? fmt::format("{:.6g}", value) : text_of(value);
}
std::string short_text(std::int64_t value) {
    return fmt::format("{}", value);
}

double bits_a_sample(std::size_t bytes, std::size_t samples) {
    return samples == 0 ? 0 : 8 * static_cast<double>(bytes) / static_cast<double>(samples);
}

/// Returns the form that most blocks have, "and others" if there are more, and "-" for int64.
std::string forms_text(const std::map<std::string, std::size_t>& blocks) {
    if (blocks.empty()) return "-";
    const auto most =
        std::max_element(blocks.begin(), blocks.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    return most->first + (blocks.size() == 1 ? "" : ", and others");
}

/// Returns "gorilla_values", or "gorilla_values 11, raw 1".
std::string codecs_text(const std::map<std::string, std::size_t>& blocks) {
    if (blocks.size() == 1) return blocks.begin()->first;
    std::string out;
    for (const auto& [name, count] : blocks)
        out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, count);
    return out;
}

template <class V>
std::vector<std::string> value_cells(const total<V>& t) {
    const bool none = t.numbers == 0;
    const auto cell = [&](V v) {
        return none ? std::string("-") : short_text(v);
    };
    return {cell(t.all.min),
            cell(t.all.max),
            none ? "-" : short_text(t.sum / static_cast<double>(t.numbers)),
            short_text(t.all.first),
            short_text(t.all.last),
            grouped(t.all.nans)};
}

void print_total(const archive_file& archive, const looked& all) {
    fmt::print("{}: {}, ", archive.name(), counted(all.series.size(), "series"));
    if (archive.of_store()) {
        fmt::print("{}\n\n", counted(all.samples, "sample"));
        return;
    }
    const std::size_t bytes = archive.data().size();
    fmt::print(
        "{}, {}, {} ({:.2f} bits a sample{})\n\n", counted(all.frames, "frame"),
        counted(all.samples, "sample"), counted(bytes, "byte"), bits_a_sample(bytes, all.samples),
        all.samples == 0 ? ""
                         : fmt::format(", {:.1f} to 1", 16 * static_cast<double>(all.samples) /
                                                            static_cast<double>(bytes)));
}

/// Returns what the table of sizes says of a series. A store does not say how it keeps one.
std::vector<std::string> size_cells(const archive_file& archive, std::size_t number,
                                    const series_facts& one) {
    const input::tick unit = archive.tick(number);
    const std::vector<std::string> times{std::string(input::name(unit)),
                                         one.samples == 0 ? "-" : time_text(one.from, unit),
                                         one.samples == 0 ? "-" : time_text(one.to, unit)};
    std::vector<std::string> cells{archive.series()[number].integers ? "int64" : "double",
                                   grouped(one.samples)};
    if (!archive.of_store()) {
        cells.push_back(grouped(one.frames));
        cells.push_back(fmt::format("{:.2f}", bits_a_sample(one.bytes, one.samples)));
    }
    cells.insert(cells.end(), times.begin(), times.end());
    if (!archive.of_store()) {
        cells.push_back(codecs_text(one.time_codecs));
        cells.push_back(codecs_text(one.value_codecs) +
                        (one.stages.empty() ? "" : " + " + codecs_text(one.stages)));
    }
    return cells;
}

void print_text(const archive_file& archive, const looked& all) {
    print_total(archive, all);
    std::vector<std::string> columns{"series", "type", "samples", "frames",      "bits/sample",
                                     "unit",   "from", "to",      "time codecs", "value codecs"};
    if (archive.of_store()) columns = {"series", "type", "samples", "unit", "from", "to"};
    report::grid sizes(columns);
    std::vector<std::string> of_values{"series", "min", "max", "mean", "first", "last", "NaNs"};
    if (!archive.of_store()) of_values.emplace_back("numbers");
    report::grid values(of_values);
    for (std::size_t i = 0; i < all.series.size(); ++i) {
        const series_facts& one = all.series[i];
        const std::string name =
            input::printable(input::series_text(archive.series()[i].labels, 120), 120);
        std::vector<std::string> of_size = size_cells(archive, i, one);
        of_size.insert(of_size.begin(), name);
        sizes.add(std::move(of_size));
        std::vector<std::string> cells =
            one.samples == 0 ? std::vector<std::string>(6, "-")
                             : std::visit([](const auto& t) { return value_cells(t); }, one.values);
        cells.insert(cells.begin(), name);
        if (!archive.of_store()) cells.push_back(forms_text(one.forms));
        values.add(std::move(cells));
    }
    if (!all.series.empty()) fmt::print("{}\n{}", sizes.plain(), values.plain());
    if (archive.has_rows())
        fmt::print(
            "\nThe times are row numbers, or counts of an unknown unit: no clock gave them.\n");
    if (archive.recovered())
        fmt::print(
            "\nRecovered: this is what is left of a damaged archive; samples are missing.\n");
}

json json_of(double v) {
    return std::isfinite(v) ? json(v) : json(text_of(v));
}
json json_of(std::int64_t v) {
    return v;
}

/// Returns a time as text, and a row number as a number.
json json_time(const archive_file& archive, std::size_t series, std::int64_t at) {
    return archive.has_rows() ? json(at) : json(time_text(at, archive.tick(series)));
}

template <class V>
void add_values(json& to, const total<V>& t) {
    if (t.numbers != 0) {
        to["min"] = json_of(t.all.min);
        to["max"] = json_of(t.all.max);
        to["mean"] = json_of(t.sum / static_cast<double>(t.numbers));
    }
    to["first"] = json_of(t.all.first);
    to["last"] = json_of(t.all.last);
    to["nans"] = t.all.nans;
}

void print_json(const archive_file& archive, const looked& all) {
    json out{{archive.of_store() ? "store" : "file", archive.path()}};
    if (!archive.of_store()) out["bytes"] = archive.data().size();
    out["samples"] = all.samples;
    if (!archive.of_store()) {
        out["frames"] = all.frames;
        out["index_rebuilt"] = archive.reader().losses().index;
        out["recovered"] = archive.recovered();
        out["row_numbers"] = archive.has_rows();
    }
    if (const archive_losses& lost = archive.reader().losses(); lost.any())
        out["missing"] = {{"frames", lost.frames},
                          {"samples", lost.samples},
                          {"frames_of_unknown_samples", lost.uncounted},
                          {"series_labels", lost.nameless},
                          {"bytes_of_no_record", lost.bytes}};
    out["series"] = json::array();
    for (std::size_t i = 0; i < all.series.size(); ++i) {
        const series_facts& one = all.series[i];
        json object{{"labels", label_object(archive.series()[i].labels)},
                    {"type", archive.series()[i].integers ? "int64" : "double"},
                    {"unit", input::name(archive.tick(i))},
                    {"samples", one.samples}};
        if (!archive.of_store()) {
            object["frames"] = one.frames;
            object["bytes"] = one.bytes;
            object["bits_per_sample"] = bits_a_sample(one.bytes, one.samples);
        }
        if (one.samples != 0) {
            object["from"] = json_time(archive, i, one.from);
            object["to"] = json_time(archive, i, one.to);
            if (!archive.of_store())
                object["codecs"] = {{"timestamps", one.time_codecs}, {"values", one.value_codecs}};
            if (!one.forms.empty()) object["numbers"] = one.forms;
            if (!one.stages.empty()) object["second_stage"] = one.stages;
            std::visit([&](const auto& t) { add_values(object, t); }, one.values);
        }
        if (!one.damaged.empty()) object["damaged"] = one.damaged;
        out["series"].push_back(std::move(object));
    }
    fmt::print("{}\n", out.dump(1, ' ', false, json::error_handler_t::replace));
}

int inspect(const request& asked) {
    const archive_file archive(asked.archive);
    looked all;
    std::size_t damaged = 0;
    for (std::size_t i = 0; i < archive.series().size(); ++i) {
        all.series.push_back(look_at(archive, i));
        const series_facts& one = all.series.back();
        all.samples += one.samples;
        all.frames += one.frames;
        damaged += one.damaged.size();
    }
    if (asked.as_json)
        print_json(archive, all);
    else
        print_text(archive, all);
    for (const series_facts& one : all.series)
        for (const std::string& wrong : one.damaged)
            fmt::print(stderr, "{}: {}\n", archive.name(), wrong);
    return damaged == 0 ? 0 : static_cast<int>(fault::data);
}

}  // namespace

void add_inspect(CLI::App& app, action& todo) {
    auto asked = std::make_shared<request>();
    CLI::App* const command = add_command(
        app, "inspect",
        "Shows what an archive holds: series, times, sizes, codecs and statistics. Reads the\n"
        "index, the frames' headers and the first bytes of each column; decodes no value. Of a\n"
        "store it reads all points, and shows the series, times and statistics.",
        "  chronopack inspect load.cpk\n"
        "  chronopack inspect --json load.cpk");
    add_archive_options(*command, asked->archive);
    command->add_flag("--json", asked->as_json, "print one JSON object");
    command->callback([asked, &todo] {
        todo = [asked] {
            return inspect(*asked);
        };
    });
}

}  // namespace chronopack::tool
