#include "column_roles.hpp"

#include "column_facts.hpp"
#include "text_scanner.hpp"
#include "words.hpp"

#include <algorithm>
#include <unordered_set>

namespace chronopack::input {

namespace {

using role = csv_layout::role;
using kind = column_kind;

class role_giver {
public:
    role_giver(const role_facts& table, csv_layout& found) : table_(table), found_(found) {}

    void give() {
        const bool guessed = table_.asked.labels.empty();  // otherwise all labels are named
        repeat_ = times_repeat();
        const bool labelled = table_.asked.long_form || (guessed && repeat_);
        std::size_t values = 0;
        for (std::size_t i = 0; i < found_.columns.size(); ++i) {
            csv_layout::column& column = found_.columns[i];
            const column_facts& of = table_.facts[i];
            if (column.role == role::left_out) give_one(i, guessed, labelled);
            if (column.role == role::value && of.kind == kind::text && is_boolean(of))
                column.boolean = true;
            if (column.role == role::left_out && !column.why_left_out.empty())
                found_.notes.push_back("column " + printable(column.name) +
                                       " left out: " + column.why_left_out);
            values += column.role == role::value && of.kind != kind::empty;
        }
        if (values == 0) refuse();
    }

private:
    static bool is_boolean(const column_facts& of) { return of.booleans == of.filled; }

    void give_one(std::size_t i, bool guessed, bool labelled) {
        csv_layout::column& column = found_.columns[i];
        const column_facts& of = table_.facts[i];
        const bool numeric = of.kind == kind::numbers || of.kind == kind::empty;
        if (is_of_influxdb(column.name)) {
            column.why_left_out = of.kind == kind::empty ? "" : "it is no data of InfluxDB";
            return;
        }
        if (numeric && guessed && of.kind == kind::numbers && names_things(i)) {
            column.role = role::label;
        } else if (numeric) {
            if (table_.asked.values.empty()) column.role = role::value;
        } else if (of.kind == kind::text &&
                   (labelled || (guessed && (column.name == "__name__" || !of.changes) &&
                                 table_.cells.rows() > table_.first_row + 1))) {
            column.role = role::label;
        } else {
            column.why_left_out = why_left_out(of);
        }
    }

    // What InfluxDB writes beside the data.
    [[nodiscard]] bool is_of_influxdb(const std::string& name) const {
        const auto has = [&](std::string_view wanted) {
            return std::any_of(found_.columns.begin(), found_.columns.end(),
                               [&](const auto& one) { return one.name == wanted; });
        };
        if (!has("_time") || !has("result") || !has("table")) return false;
        return name == "result" || name == "table" || name == "_start" || name == "_stop" ||
               name == "column1";
    }

    // Whether numbers name what is measured, such as a meter: by their name, and by being few.
    [[nodiscard]] bool names_things(std::size_t column) const {
        const column_facts& of = table_.facts[column];
        if (!of.name.is_number || of.name.says != name_says::other) return false;
        if (of.counts.counts != of.filled || of.counts.fractional) return false;
        if (!of.changes) return of.filled > 1;
        if (!repeat_) return false;
        std::unordered_set<std::string_view> distinct;
        for (std::size_t row = table_.first_row; row < table_.cells.rows(); ++row)
            distinct.insert(table_.cells.cell(row, column));
        return 2 * distinct.size() <= of.filled;
    }

    /// Returns whether several records have the same time, or some times go back.
    [[nodiscard]] bool times_repeat() const {
        if (found_.time.columns.empty()) return false;
        clock_parser clock = found_.time.clock;
        std::string room;
        std::optional<std::int64_t> last;
        bool back = false, on = false;
        for (std::size_t row = table_.first_row; row < table_.cells.rows(); ++row) {
            const auto at = clock(found_.time.columns.text(
                [&](std::size_t column) { return table_.cells.cell(row, column); }, room));
            if (!at) continue;
            if (last && *at == *last) return true;
            if (last) (*at < *last ? back : on) = true;
            last = at;
        }
        return back && on;  // not where all rows are in the other order
    }

    static std::string why_left_out(const column_facts& of) {
        switch (of.kind) {
            case kind::dates:
                return "it is a second column of dates";
            case kind::clocks:
                return "it holds times of day";
            default:
                break;
        }
        if (is_boolean(of)) return "it holds true and false; --values takes them as 1 and 0";
        return "it holds neither numbers nor one text for all rows";
    }

    [[noreturn]] void refuse() const {
        std::string said = "this file has no column of numbers";
        for (std::size_t i = 0; i < found_.columns.size(); ++i) {
            const column_facts& of = table_.facts[i];
            const std::string_view cell = of.first_text;
            if (found_.columns[i].role == role::time || cell.empty() ||
                std::none_of(cell.begin(), cell.end(), text_scanner::is_digit))
                continue;
            said += "; column " + printable(found_.columns[i].name) + " has " + in_quotes(cell);
            break;
        }
        throw failure(fault::data, {table_.file, 1, 1}, said);
    }

    const role_facts& table_;
    csv_layout& found_;
    bool repeat_ = false;
};

}  // namespace

void give_roles(const role_facts& table, csv_layout& found) {
    role_giver(table, found).give();
}

}  // namespace chronopack::input
