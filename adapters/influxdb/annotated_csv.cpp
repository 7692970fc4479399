#include <adapters/influxdb/annotated_csv.hpp>

#include <adapters/influxdb/csv_fields.hpp>
#include <adapters/influxdb/flux_cell.hpp>
#include <adapters/text/printable.hpp>

#include <algorithm>
#include <optional>

namespace chronopack::influxdb {

using storage::failure;
using storage::verdict;

namespace {

// Before the columns of a table: the place of annotations, `result` and `table`.
constexpr std::size_t leading_fields = 3;
constexpr std::size_t shown_bytes = 200;

}  // namespace

/// Takes records one after the other. What a record holds becomes annotations, names or a row, by
/// what came before it.
class csv_reader {
public:
    csv_reader(std::string_view body, std::size_t most)
        : in_(body), fields_(in_.fields()), body_bytes_(body.size()), most_(most) {}

    storage::reply<std::vector<flux_block>> read() {
        if (body_bytes_ > UINT32_MAX) return damaged("longer than 4 GiB");
        while (!in_.at_end())
            if (!read_record() || !take_record()) return failure_;
        if (what_ == expected::error_row) return said_by_server("an error without words");
        if (what_ == expected::names) return damaged("it ends after annotations");
        return std::move(blocks_);
    }

private:
    enum class expected : std::uint8_t { annotations, names, rows, error_row };

    struct cell {
        bool has_value = false;
        std::uint64_t bits = 0;
    };
    /// What a column of the block under way needs beside what it shows.
    struct column_state {
        cell if_empty;
        cell last;
        std::string_view last_text;  // of the body; empty where the cell was, or had quotes
    };

    failure damaged(std::string_view why) {
        return failure_ = {verdict::retry, std::nullopt,
                           "the answer is damaged in record " + std::to_string(in_.record()) +
                               ": " + std::string(why)};
    }
    failure said_by_server(std::string_view words) {
        return failure_ = {verdict::refused, std::nullopt, text::printable(words, 4096)};
    }

    /// Reads the next record.
    bool read_record() {
        switch (in_.read()) {
            case csv_fields::outcome::whole:
                return true;
            case csv_fields::outcome::cut:
                // An error's words are worth having all the same.
                if (what_ == expected::error_row) return true;
                break;
            case csv_fields::outcome::damaged:
                break;
        }
        damaged(in_.why());
        return false;
    }

    bool take_record() {
        if (what_ == expected::error_row) return take_error();
        if (fields_.size() == 1 && fields_[0].empty() && !in_.quoted()) {
            if (what_ == expected::names) return damaged("a blank line after annotations"), false;
            what_ = expected::annotations;
            return true;
        }
        if (fields_[0].starts_with('#')) return take_annotation();
        if (is_error_header()) {
            what_ = expected::error_row;
            error_at_ = fields_[0] == "error" ? 0 : 1;
            return true;
        }
        if (!fields_[0].empty()) {
            damaged("it is neither a row nor an annotation: " +
                    text::printable(text_of_record(), shown_bytes));
            return false;
        }
        if (what_ == expected::rows) return take_row();
        return take_names();
    }

    std::string text_of_record() const {
        std::string all;
        for (const std::string_view field : fields_)
            all.append(all.empty() ? "" : ",").append(field);
        return all;
    }

    bool is_error_header() const {
        const auto is = [&](std::size_t at, std::string_view name) {
            return fields_.size() > at && fields_[at] == name;
        };
        if (what_ == expected::annotations) return is(0, "error") || (is(0, "") && is(1, "error"));
        return what_ == expected::names && is(1, "error");
    }

    bool take_error() {
        const std::string_view words =
            fields_.size() > error_at_ ? fields_[error_at_] : std::string_view();
        const std::string_view reference =
            fields_.size() > error_at_ + 1 ? fields_[error_at_ + 1] : std::string_view();
        std::string all(words);
        if (!reference.empty()) all.append(" (").append(reference).append(")");
        said_by_server(all.empty() ? "an error without words" : all);
        return false;
    }

    bool take_annotation() {
        if (what_ != expected::names) {
            datatype_.clear();
            group_.clear();
            default_.clear();
            width_ = fields_.size();
            what_ = expected::names;
        }
        auto* const to = fields_[0] == "#datatype"  ? &datatype_
                         : fields_[0] == "#group"   ? &group_
                         : fields_[0] == "#default" ? &default_
                                                    : nullptr;
        if (to == nullptr || !to->empty()) return damaged("an annotation that is not known"), false;
        if (fields_.size() != width_) return damaged("annotations of different lengths"), false;
        to->assign(fields_.begin(), fields_.end());
        return true;
    }

    bool take_names() {
        if (datatype_.empty() || what_ != expected::names)
            return damaged("columns without types"), false;
        if (fields_.size() != width_)
            return damaged("names and annotations differ in number"), false;
        if (width_ < leading_fields || fields_[1] != "result" || fields_[2] != "table")
            return damaged("there is no `result` and `table`"), false;
        flux_block made;
        states_.assign(width_ - leading_fields, {});
        for (std::size_t i = leading_fields; i < width_; ++i) {
            const auto type = flux_type(datatype_[i]);
            if (!type) {
                failure_ = {verdict::unsupported, std::nullopt,
                            "a column of type " + text::printable(datatype_[i], shown_bytes)};
                return false;
            }
            const std::string_view grouped = group_.empty() ? "false" : std::string_view(group_[i]);
            if (grouped != "true" && grouped != "false")
                return damaged("a group that is neither true nor false"), false;
            made.columns.emplace_back(std::string(fields_[i]), *type, grouped == "true");
            if (!default_.empty() && !default_[i].empty()) {
                cell& one = states_[i - leading_fields].if_empty;
                if (!read_cell(made.columns.back(), default_[i], one))
                    return damaged("a default that is not of its type"), false;
            }
        }
        std::vector<std::string_view> names(fields_.begin() + leading_fields, fields_.end());
        std::sort(names.begin(), names.end());
        if (std::adjacent_find(names.begin(), names.end()) != names.end())
            return damaged("two columns of one name"), false;
        table_.reset();
        result_.reset();
        blocks_.push_back(std::move(made));
        what_ = expected::rows;
        return true;
    }

    bool take_row() {
        if (fields_.size() != width_) return damaged("a row that is too short or too long"), false;
        if (rows_++ == most_) {
            failure_ = {verdict::refused, std::nullopt, "more rows than asked for"};
            return false;
        }
        flux_block& block = blocks_.back();
        if (!begin_table(block)) return false;
        for (std::size_t i = 0; i < block.columns.size(); ++i) {
            column_state& state = states_[i];
            flux_column& column = block.columns[i];
            const std::string_view text = fields_[i + leading_fields];
            cell now;
            if (text.empty()) {
                now = state.if_empty;
            } else if (text == state.last_text) {  // as it is in most rows of a table
                now = state.last;
            } else {
                if (!read_cell(column, text, now)) {
                    damaged("not of its column's type: " + text::printable(text, shown_bytes));
                    return false;
                }
                state.last = now;
                // What had quotes stands in memory that is used again.
                state.last_text = in_.quoted() ? std::string_view() : text;
            }
            column.has_value_.push_back(now.has_value);
            column.bits_.push_back(now.bits);
        }
        ++block.tables.back().rows;
        return true;
    }

    /// Begins a table where the row is not of the one before.
    bool begin_table(flux_block& block) {
        const auto given = [&](std::size_t i) {
            return !fields_[i].empty() || default_.empty() ? fields_[i]
                                                           : std::string_view(default_[i]);
        };
        const std::string_view result = given(1), table = given(2);
        if (result_ == result && table_ == table) return true;
        std::string no_text;
        if (!read_flux_cell(data_type::int64, table, no_text))
            return damaged("a row without a table"), false;
        const std::size_t first =
            block.tables.empty() ? 0 : block.tables.back().first + block.tables.back().rows;
        block.tables.push_back({std::string(result), first, 0});
        result_ = result;
        table_ = table;
        return true;
    }

    static bool read_cell(flux_column& column, std::string_view text, cell& to) {
        const auto bits = read_flux_cell(column.type_, text, column.text_);
        if (!bits) return false;
        to = {true, *bits};
        return true;
    }

    csv_fields in_;
    const std::vector<std::string_view>& fields_;  // of the record
    std::size_t body_bytes_;
    std::size_t most_;
    std::size_t rows_ = 0;

    expected what_ = expected::annotations;
    std::size_t width_ = 0;
    std::size_t error_at_ = 0;
    std::vector<std::string> datatype_, group_, default_;
    std::vector<column_state> states_;
    std::optional<std::string> result_, table_;  // of the row before
    std::vector<flux_block> blocks_;
    failure failure_;
};

const flux_column* flux_block::find(std::string_view name) const noexcept {
    const auto at = std::find_if(columns.begin(), columns.end(),
                                 [&](const flux_column& c) { return c.name() == name; });
    return at == columns.end() ? nullptr : &*at;
}

storage::reply<std::vector<flux_block>> read_annotated_csv(std::string_view body,
                                                           std::size_t most) {
    return csv_reader(body, most).read();
}

}  // namespace chronopack::influxdb
