#include "ingest.hpp"

#include <nlohmann/json.hpp>

namespace chronopack::tool {

namespace {

using json = nlohmann::ordered_json;
using input::clock_parser;

json time_of(const input::csv_layout& layout) {
    json columns = json::array();
    for (const auto& piece : layout.time.columns.pieces())
        columns.push_back(layout.columns[piece.column].name);
    json out{{"columns", columns}};
    const clock_parser& clock = layout.time.clock;
    if (columns.empty()) {
        out["form"] = "rows";
        return out;
    }
    if (clock.what() == clock_parser::form::counts) {
        out["form"] = clock.counted() == input::tick::row ? "rows" : "counts";
        out["unit"] = clock.each_by_size() ? "auto" : std::string(name(clock.counted()));
    } else {
        const bool serials = clock.what() == clock_parser::form::serials;
        out["form"] = serials ? "serials" : "dates";
        if (!serials)
            out["spelling"] = clock.how().format
                                  ? clock.how().format->text()
                                  : std::string(spelling_of(clock.how().spelled).name);
        out["zone"] = layout.time.zone;
    }
    out["kept"] = std::string(name(clock.kept()));
    if (!layout.time.why.empty()) out["why"] = layout.time.why;
    return out;
}

}  // namespace

std::string tables_as_json(const ingested& done) {
    json all = json::array();
    for (const table_read& one : done.tables) {
        json labels = json::array(), values = json::array(), left_out = json::array();
        for (const auto& column : one.layout.columns) {
            using role = input::csv_layout::role;
            if (column.role == role::label) labels.push_back(column.name);
            if (column.role == role::value) values.push_back(column.name);
            if (column.role == role::left_out)
                left_out.push_back({{"column", column.name}, {"why", column.why_left_out}});
        }
        json notes = one.layout.notes;
        for (const std::string& note : one.report.notes) notes.push_back(note);
        all.push_back({{"file", one.file},
                       {"time", time_of(one.layout)},
                       {"labels", labels},
                       {"values", values},
                       {"left_out", left_out},
                       {"samples", one.report.samples},
                       {"gaps", one.report.gaps},
                       {"bad", one.report.bad},
                       {"notes", notes}});
    }
    return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace chronopack::tool
