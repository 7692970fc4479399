// Any text as an answer to Flux: it is refused with a reason, or gives columns that are as
// long as their tables together; written as the server writes, and read again, they are the
// same.

#include "claim.hpp"
#include "input.hpp"

#include <adapters/influxdb/annotated_csv.hpp>
#include <adapters/influxdb/rfc3339.hpp>

#include <charconv>
#include <cmath>

using namespace chronopack;
using namespace chronopack::influxdb;
using chronopack::fuzz::claim;

namespace {

constexpr const char* names[] = {"string",   "long",    "unsignedLong",
                                 "double",   "boolean", "dateTime:RFC3339",
                                 "duration", "string"};

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? "\"\"" : c == '\n' ? "\r\n" : std::string(1, c);
    return out += '"';
}

std::string real_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    char text[400];
    return {text, std::to_chars(text, std::end(text), value, std::chars_format::fixed).ptr};
}

std::string cell_text(const flux_column& column, std::size_t row) {
    if (!column.has_value(row)) return {};
    switch (column.type()) {
        case data_type::int64:
            return std::to_string(column.integer(row));
        case data_type::uint64:
            return std::to_string(column.natural(row));
        case data_type::real:
            return real_text(column.real(row));
        case data_type::boolean:
            return column.boolean(row) ? "true" : "false";
        case data_type::time:
            return time_text(column.integer(row));
        default:
            return quoted(column.text(row));
    }
}

std::string written(const std::vector<flux_block>& blocks) {
    std::string out;
    for (const flux_block& block : blocks) {
        out += "#datatype,string,long";
        for (const flux_column& c : block.columns)
            out.append(",").append(names[static_cast<std::size_t>(c.type())]);
        out += "\r\n#group,false,false";
        for (const flux_column& c : block.columns) out += c.grouped() ? ",true" : ",false";
        out += "\r\n,result,table";
        for (const flux_column& c : block.columns) out += "," + quoted(c.name());
        out += "\r\n";
        for (std::size_t t = 0; t < block.tables.size(); ++t)
            for (std::size_t row = block.tables[t].first;
                 row < block.tables[t].first + block.tables[t].rows; ++row) {
                out += "," + quoted(block.tables[t].result) + "," + std::to_string(t);
                for (const flux_column& c : block.columns) out += "," + cell_text(c, row);
                out += "\r\n";
            }
        out += "\r\n";
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<char> exact(data, data + size);
    const auto got = read_annotated_csv({exact.data(), size});
    if (!got) {
        claim(!got.error().message.empty(), "a refusal has a reason");
        return 0;
    }
    for (const flux_block& block : *got) {
        std::size_t rows = 0;
        for (const flux_table& table : block.tables) {
            claim(table.first == rows && table.rows > 0, "tables follow each other");
            rows += table.rows;
        }
        for (const flux_column& column : block.columns) {
            claim(block.find(column.name()) == &column, "a column has a name of its own");
            for (std::size_t row = 0; row < rows; ++row)
                if (column.has_value(row) && column.type() == data_type::text)
                    claim(!column.text(row).empty(), "an empty text is no value");
        }
    }
    const std::string once = written(*got);
    const auto again = read_annotated_csv(once);
    claim(bool(again), "what was read can be written");
    claim(written(*again) == once, "and read again to the same");
    return 0;
}
