#include "csv_layout.hpp"

#include "csv_reader.hpp"
#include "csv_sample.hpp"
#include "words.hpp"

#include <algorithm>
#include <cctype>
#include <unordered_set>

namespace chronopack::input {

namespace {

using role = csv_layout::role;

bool named_like_time(std::string name) {
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    constexpr std::array<std::string_view, 8> exact{"t",    "ts",       "time",      "date",
                                                    "unix", "datetime", "unix_time", "unixtime"};
    return std::find(exact.begin(), exact.end(), name) != exact.end() ||
           name.find("timestamp") != std::string::npos || name.find("epoch") != std::string::npos;
}

class layout_finder {
public:
    layout_finder(const csv_sample& in, const std::string& file, const csv_request& asked)
        : in_(in), file_(file), asked_(asked) {}

    [[nodiscard]] csv_layout find() && {
        look_at_columns();
        name_columns();
        take_what_is_asked();
        find_time();
        give_other_roles();
        set_types();
        return std::move(found_);
    }

private:
    using kind = column_kind;
    static constexpr std::size_t none = csv_layout::none;

    void look_at_columns() {
        first_row_ = in_.rows() > 1 ? 1 : 0;
        for (std::size_t column = 0; column < in_.columns(); ++column) {
            kinds_.push_back(in_.classify(column, first_row_));
            found_.header |= !fits(kind_of(in_.cell(0, column)), kinds_.back());
        }
        if (in_.rows() == 1 && std::count(kinds_.begin(), kinds_.end(), kind::numbers) == 0)
            throw in_.first_failure()
                ? *in_.first_failure()
                : failure(fault::data, {file_, 1, 1}, "this file has a header but no records");
        if (found_.header || first_row_ == 0) return;
        first_row_ = 0;
        for (std::size_t column = 0; column < in_.columns(); ++column)
            if (kinds_[column] == kind::empty) kinds_[column] = in_.classify(column, 0);
    }

    void name_columns() {
        std::unordered_set<std::string> taken;
        for (std::size_t column = 0; column < in_.columns(); ++column) {
            std::string name = found_.header ? unquoted(in_.cell(0, column)) : std::string();
            if (name.empty()) name = "column" + std::to_string(column + 1);
            std::string unique = name;
            for (std::size_t n = 2; !taken.insert(unique).second; ++n)
                unique = name + '#' + std::to_string(n);
            if (unique != name) note("a second column " + printable(name) + " is " + unique);
            found_.columns.push_back({std::move(unique), role::left_out, value_type::doubles});
        }
    }

    [[nodiscard]] std::size_t column_of(const std::string& name) const {
        std::vector<std::string> there;
        for (std::size_t column = 0; column < found_.columns.size(); ++column) {
            if (found_.columns[column].name == name) return column;
            there.push_back(found_.columns[column].name);
        }
        throw failure(fault::usage, {file_},
                      "no column is named " + in_quotes(name) + "; there are " + listed(there));
    }

    void take_what_is_asked() {
        if (!asked_.time.empty()) assign(asked_.time, role::time);
        for (const std::string& name : asked_.labels) assign(name, role::label);
        for (const std::string& name : asked_.values) assign(name, role::value);
    }

    void assign(const std::string& name, csv_layout::role to) {
        csv_layout::column& column = found_.columns[column_of(name)];
        if (column.role != role::left_out && column.role != to)
            throw failure(fault::usage, {file_},
                          "column " + printable(name) + " is asked for in two roles");
        column.role = to;
    }

    void find_time() {
        for (std::size_t column = 0; column < in_.columns(); ++column)
            if (found_.columns[column].role == role::time) found_.time_column = column;
        for (std::size_t column = 0; column < in_.columns() && found_.time_column == none; ++column)
            if (found_.columns[column].role == role::left_out &&
                (kinds_[column] == kind::dates || is_epoch(column)))
                found_.time_column = column;
        if (found_.time_column == none && take_row_numbers()) return;
        if (found_.time_column == none) {
            note("no time column: rows are numbered 0, 1, 2, ...");
            return;
        }
        found_.columns[found_.time_column].role = role::time;
        if (kinds_[found_.time_column] == kind::dates)
            set_dates();
        else
            set_counts();
    }

    /// Takes a column that decompress wrote for an archive of rows.
    bool take_row_numbers() {
        for (std::size_t column = 0; column < in_.columns(); ++column) {
            csv_layout::column& one = found_.columns[column];
            if (one.role != role::left_out || one.name != "row" || kinds_[column] != kind::numbers)
                continue;
            one.role = role::time;
            found_.time_column = column;
            found_.clock = {clock_parser::form::counts, tick::row, tick::row};
            return true;
        }
        return false;
    }

    /// Returns whether a numeric column reads as counts since 1970, apart from its type.
    [[nodiscard]] bool is_epoch(std::size_t column) const {
        if (kinds_[column] != kind::numbers) return false;
        const bool named = named_like_time(found_.columns[column].name);
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        std::int64_t last = std::numeric_limits<std::int64_t>::min();
        bool ordered = true;
        for (std::size_t row = first_row_; row < in_.rows(); ++row) {
            const std::string_view cell = in_.cell(row, column);
            if (cell.empty()) continue;
            const auto count = parse_epoch(cell);
            if (!count) {
                // A number is not a time here. Anything else is an error to report.
                if (kind_of(cell) == cell_kind::number) return false;
                continue;
            }
            ordered &= count->whole >= last;
            last = count->whole;
            least = std::min(least, last);
        }
        constexpr std::int64_t year_1973 = 100'000'000;
        return named || (ordered && least >= year_1973 && epoch_unit(least) == epoch_unit(last));
    }

    // The unit is nanoseconds, so that no later row is too fine. If int64 cannot hold the dates in
    // nanoseconds, it is the finest unit that the sample needs.
    void set_dates() {
        tick kept = tick::nanoseconds, needed = tick::seconds;
        for (std::size_t row = first_row_; row < in_.rows(); ++row)
            if (const auto when = parse_iso8601(in_.cell(row, found_.time_column))) {
                needed = std::max(needed, unit_of(*when));
                if (!to_ticks(*when, tick::nanoseconds)) kept = tick::row;
            }
        if (kept == tick::row) kept = needed;
        if (asked_.unit) kept = *asked_.unit;
        found_.clock = {clock_parser::form::dates, kept, asked_.kept.value_or(kept)};
    }

    void set_counts() {
        bool fractions = false;
        tick counted = tick::seconds;
        for (std::size_t row = first_row_; row < in_.rows(); ++row) {
            const std::string_view cell = in_.cell(row, found_.time_column);
            const auto count = parse_epoch(cell);
            if (!count) continue;  // refused later when it is read, or empty
            fractions |= cell.find('.') != std::string_view::npos;
            counted = std::max(counted, epoch_unit(count->whole));
        }
        if (asked_.unit) counted = *asked_.unit;
        const tick kept = fractions ? tick::nanoseconds : counted;
        found_.clock = {clock_parser::form::counts, counted, asked_.kept.value_or(kept)};
    }

    /// Returns whether several records have the same time, or times go back.
    [[nodiscard]] bool times_repeat() const {
        if (found_.time_column == none) return false;
        std::optional<std::int64_t> last;
        for (std::size_t row = first_row_; row < in_.rows(); ++row) {
            const auto at = found_.clock(in_.cell(row, found_.time_column));
            if (!at) continue;
            if (last && *at <= *last) return true;
            last = at;
        }
        return false;
    }

    [[nodiscard]] bool never_changes(std::size_t column) const {
        for (std::size_t row = first_row_ + 1; row < in_.rows(); ++row)
            if (in_.cell(row, column) != in_.cell(first_row_, column)) return false;
        return in_.rows() > first_row_ + 1;
    }

    void give_other_roles() {
        const bool guessed = asked_.labels.empty();  // otherwise the request names all labels
        const bool labelled = asked_.long_form || (guessed && times_repeat());
        std::size_t values = 0;
        for (std::size_t i = 0; i < found_.columns.size(); ++i) {
            csv_layout::column& column = found_.columns[i];
            if (column.role == role::left_out) {
                const bool numeric = kinds_[i] == kind::numbers || kinds_[i] == kind::empty;
                if (numeric && asked_.values.empty())
                    column.role = role::value;
                else if (kinds_[i] == kind::text &&
                         (labelled || (guessed && (column.name == "__name__" || never_changes(i)))))
                    column.role = role::label;
                else if (!numeric)
                    note("column " + printable(column.name) +
                         " left out: " + why_left_out(kinds_[i]));
            }
            values += column.role == role::value && kinds_[i] != kind::empty;
        }
        if (values == 0)
            throw failure(fault::data, {file_, 1, 1}, "this file has no column of numbers");
    }

    void set_types() {
        for (const std::string& name : asked_.integers) {
            if (name == "*") {
                for (csv_layout::column& column : found_.columns)
                    column.type = value_type::integers;
                continue;
            }
            csv_layout::column& column = found_.columns[column_of(name)];
            if (column.role != role::value)
                throw failure(fault::usage, {file_},
                              "column " + printable(name) + " is not a column of values");
            column.type = value_type::integers;
        }
    }

    static std::string why_left_out(kind column) {
        return column == kind::dates ? "it is a second column of dates"
                                     : "it holds neither numbers nor one text for all rows";
    }

    void note(std::string text) { found_.notes.push_back(std::move(text)); }

    const csv_sample& in_;
    const std::string& file_;
    const csv_request& asked_;
    std::size_t first_row_ = 0;
    std::vector<kind> kinds_;
    csv_layout found_;
};

}  // namespace

std::string csv_layout::summary() const {
    std::vector<std::string> values, labels;
    for (const column& one : columns) {
        if (one.role == role::label) labels.push_back(one.name);
        if (one.role == role::value) values.push_back(one.name);
    }
    std::string out = "time: ";
    if (time_column == none) {
        out += "the row's number";
    } else {
        const bool dates = clock.what() == clock_parser::form::dates;
        out += printable(columns[time_column].name);
        out += dates ? " (dates" : " (" + std::string(name(clock.counted()));
        if (clock.counted() != tick::row && !dates) out += " since 1970";
        if (dates || clock.kept() != clock.counted())
            out += ", kept in " + std::string(name(clock.kept()));
        out += ')';
    }
    if (!labels.empty()) out += "; labels: " + listed(labels);
    return out + "; values: " + listed(values);
}

csv_layout find_layout(std::string_view start, const std::string& file, const csv_request& asked) {
    if (const std::size_t zero = start.find('\0'); zero != std::string_view::npos &&
                                                   !start.starts_with("\xff\xfe") &&
                                                   !start.starts_with("\xfe\xff"))
        throw failure(fault::data, {file},
                      "this is not text: byte " + grouped(zero + 1) + " is zero");
    const char separator = asked.separator != 0 ? asked.separator : find_separator(start);
    const csv_sample sample(start, file, separator);
    if (sample.rows() == 0) throw failure(fault::data, {file, 1, 1}, "this file has no records");
    csv_layout found = layout_finder(sample, file, asked).find();
    found.separator = separator;
    return found;
}

}  // namespace chronopack::input
