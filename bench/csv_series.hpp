// Series out of CSV text: which column is the clock, which are values.
//
//   time,          host,  load,  requests
//   2024-01-01T00, web1,  0.25,  100          clock, (skipped), series, series
//
// A column is numeric, or a column of dates, when at least half of its cells
// that are not empty are; then all must be. The clock is the first column of
// dates, or of counts since 1970: integers or decimals whose name says time,
// or that are never below 1e8 and never go backwards. There is a header unless
// the first record fits the columns below it.
#pragma once

#include "csv_columns.hpp"
#include "series.hpp"

namespace chronopack::bench::csv {

/// Reads one table; see the top of this file.
class series_importer {
public:
    series_importer(table in, std::string_view stem) : in_(std::move(in)), stem_(stem) {}

    [[nodiscard]] std::variant<series_set, error> read() && {
        if (in_.rows() == 0) return error{std::string(stem_), 1, 1, "no records in this file"};
        look_at_columns();
        if (auto bad = read_clock()) return *std::move(bad);
        for (std::size_t column = 0; column < in_.columns(); ++column) {
            if (column == clock_column_) continue;
            if (kinds_[column] != column_kind::numbers)
                note("column " + names_[column] + " skipped: " + why_skipped(kinds_[column]));
            else if (auto bad = read_values(column))
                return *std::move(bad);
        }
        if (found_.all.empty()) return in_.wrong(0, 0, "no numeric column in this file");
        return std::move(found_);
    }

private:
    using kind = column_kind;
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    void look_at_columns() {
        first_row_ = in_.rows() > 1 ? 1 : 0;
        bool header = false;
        for (std::size_t column = 0; column < in_.columns(); ++column) {
            kinds_.push_back(classify(in_, column, first_row_));
            header |= !fits(parse_cell(in_.cell(0, column)).kind, kinds_.back());
        }
        if (!header && first_row_ == 1) {
            first_row_ = 0;
            for (std::size_t column = 0; column < in_.columns(); ++column)
                if (kinds_[column] == kind::empty) kinds_[column] = classify(in_, column, 0);
        }
        for (std::size_t column = 0; column < in_.columns(); ++column) {
            std::string name = header ? printable(trimmed(in_.unquoted(0, column))) : "";
            names_.push_back(name.empty() ? "column" + std::to_string(column + 1) : name);
        }
    }

    std::optional<error> read_clock() {
        std::size_t column = 0;
        while (column < in_.columns() && kinds_[column] != kind::dates && !is_epoch(column))
            ++column;
        if (column == in_.columns()) {
            note("no time column: timestamps are 0, 1, 2, ...");
            auto rows = std::make_shared<std::vector<std::int64_t>>(in_.rows() - first_row_);
            for (std::size_t i = 0; i < rows->size(); ++i)
                (*rows)[i] = static_cast<std::int64_t>(i);
            clock_ = std::move(rows);
            return std::nullopt;
        }
        clock_column_ = column;
        return kinds_[column] == kind::dates ? read_dates() : read_epoch();
    }

    /// Whether a numeric column reads as counts since 1970, its type apart.
    [[nodiscard]] bool is_epoch(std::size_t column) const {
        if (kinds_[column] != kind::numbers) return false;
        const bool named = named_like_time(names_[column]);
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        std::int64_t last = std::numeric_limits<std::int64_t>::min();
        bool ordered = true;
        for (std::size_t row = first_row_; row < in_.rows(); ++row) {
            const std::string_view cell = trimmed(in_.cell(row, column));
            if (cell.empty()) continue;
            const auto count = parse_epoch(cell);
            if (!count) {
                // A number is then no time; anything else is an error to report.
                if (parse_cell(cell).kind == cell_kind::number) return false;
                continue;
            }
            ordered &= count->whole >= last;
            last = count->whole;
            least = std::min(least, last);
        }
        constexpr std::int64_t year_1973 = 100'000'000;
        return named || (ordered && least >= year_1973 && epoch_unit(least) == epoch_unit(last));
    }

    std::optional<error> read_dates() {
        return read_instants([](std::string_view cell) { return parse_iso8601(cell); });
    }

    std::optional<error> read_epoch() {
        bool fractions = false;
        tick unit = tick::seconds;
        for (std::size_t row = first_row_; row < in_.rows(); ++row) {
            const auto count = parse_epoch(trimmed(in_.cell(row, clock_column_)));
            if (!count) continue;  // refused below, or empty
            fractions |= count->billionths != 0;
            unit = std::max(unit, epoch_unit(count->whole));
        }
        if (fractions)
            return read_instants([unit](std::string_view cell) {
                const auto count = parse_epoch(cell);
                return count ? to_instant(*count, unit) : std::nullopt;
            });
        unit_ = unit;
        return read_ticks([](std::string_view cell) -> std::optional<std::int64_t> {
            const auto count = parse_epoch(cell);
            return count ? std::optional(count->whole) : std::nullopt;
        });
    }

    /// Two passes: the first finds the finest unit that is needed.
    template <class Parse>
    std::optional<error> read_instants(Parse parse) {
        unit_ = tick::seconds;
        for (std::size_t row = first_row_; row < in_.rows(); ++row)
            if (const auto when = parse(trimmed(in_.cell(row, clock_column_))))
                unit_ = std::max(unit_, unit_of(*when));
        return read_ticks([&](std::string_view cell) -> std::optional<std::int64_t> {
            const auto when = parse(cell);
            return when ? to_ticks(*when, unit_) : std::nullopt;
        });
    }

    template <class Parse>
    std::optional<error> read_ticks(Parse parse) {
        auto ticks = std::make_shared<std::vector<std::int64_t>>();
        ticks->reserve(in_.rows() - first_row_);
        has_time_.reserve(in_.rows() - first_row_);
        std::size_t missing = 0;
        for (std::size_t row = first_row_; row < in_.rows(); ++row) {
            const std::string_view cell = trimmed(in_.cell(row, clock_column_));
            has_time_.push_back(!cell.empty());
            missing += cell.empty();
            if (cell.empty()) continue;
            const auto at = parse(cell);
            if (!at)
                return in_.wrong(row, clock_column_,
                                 "\"" + printable(cell) + "\" is not a time that fits column " +
                                     names_[clock_column_] + ", in " + std::string(name(unit_)));
            ticks->push_back(*at);
        }
        if (missing != 0)
            note(counted(missing, "row") + " without a time in column " + names_[clock_column_] +
                 " skipped");
        clock_ = std::move(ticks);
        return std::nullopt;
    }

    std::optional<error> read_values(std::size_t column) {
        series read{std::string(stem_) + '/' + names_[column], unit_, clock_, {}};
        read.values.reserve(clock_->size());
        std::vector<std::int64_t> kept;  // the clock without empty cells
        std::size_t empty = 0, tick_index = 0;
        for (std::size_t row = first_row_; row < in_.rows(); ++row) {
            if (clock_column_ != none && !has_time_[row - first_row_]) continue;
            const std::size_t at = tick_index++;
            const std::string_view raw = in_.cell(row, column);
            const parsed_cell cell = parse_cell(raw);
            if (cell.kind == cell_kind::empty) {
                if (empty++ == 0)
                    kept.assign(clock_->begin(), clock_->begin() + static_cast<std::ptrdiff_t>(at));
                continue;
            }
            if (cell.kind != cell_kind::number)
                return in_.wrong(
                    row, column,
                    "\"" + printable(trimmed(raw)) + "\" " +
                        (cell.kind == cell_kind::too_large
                             ? "is outside the range of a double"
                             : "is not a number, as the rest of column " + names_[column] + " is"));
            read.values.push_back(cell.value);
            if (empty != 0) kept.push_back((*clock_)[at]);
        }
        if (empty != 0) {
            note("column " + names_[column] + ": " + counted(empty, "sample") +
                 " with an empty cell skipped");
            read.timestamps = std::make_shared<const std::vector<std::int64_t>>(std::move(kept));
        }
        found_.all.push_back(std::move(read));
        return std::nullopt;
    }

    static std::string why_skipped(kind column) {
        if (column == kind::empty) return "empty";
        return column == kind::dates ? "a second column of dates" : "not numeric";
    }

    void note(std::string text) { found_.notes.push_back(std::string(stem_) + ": " + text); }

    table in_;
    std::string_view stem_;
    std::size_t first_row_ = 0;
    std::vector<kind> kinds_;
    std::vector<std::string> names_;
    std::size_t clock_column_ = none;
    std::vector<bool> has_time_;
    tick unit_ = tick::row;
    clock_column clock_;
    series_set found_;
};

/// The series of CSV text. `file` stands in error messages, `stem` before the
/// names of the series.
[[nodiscard]] inline std::variant<series_set, error> read_series(std::string_view text,
                                                                 std::string_view file,
                                                                 std::string_view stem) {
    auto read = read_table(text, file);
    if (auto* bad = std::get_if<error>(&read)) return std::move(*bad);
    table& records = std::get<table>(read);
    if (records.rows() == 0) return error_at(file, text, 0, "no records in this file");
    return series_importer(std::move(records), stem).read();
}

}  // namespace chronopack::bench::csv
