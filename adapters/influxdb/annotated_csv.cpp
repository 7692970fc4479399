#include <adapters/influxdb/annotated_csv.hpp>

#include <adapters/influxdb/rfc3339.hpp>
#include <adapters/text/printable.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <deque>
#include <limits>
#include <optional>

namespace chronopack::influxdb {

using storage::failure;
using storage::verdict;

namespace {

// More than a pivot makes of a wide measurement, and few enough for a hostile header.
constexpr std::size_t most_columns = 65'536;
// Before the columns of a table: the place of annotations, `result` and `table`.
constexpr std::size_t leading_fields = 3;
constexpr std::size_t shown_bytes = 200;

constexpr struct {
    std::string_view name;
    data_type type;
} types[] = {
    {"string", data_type::text},
    {"double", data_type::real},
    {"long", data_type::int64},
    {"unsignedLong", data_type::uint64},
    {"boolean", data_type::boolean},
    {"dateTime:RFC3339", data_type::time},
    {"dateTime:RFC3339Nano", data_type::time},
    {"dateTime", data_type::time},
    {"duration", data_type::duration},
    {"base64Binary", data_type::bytes},
};

template <class Number>
std::optional<std::uint64_t> whole_bits(std::string_view text) noexcept {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return static_cast<std::uint64_t>(number);
}

std::optional<std::uint64_t> real_bits(std::string_view text) noexcept {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (text == "NaN") return bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
    if (text == "+Inf" || text == "Inf") return bit_cast<std::uint64_t>(infinity);
    if (text == "-Inf") return bit_cast<std::uint64_t>(-infinity);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    // from_chars takes names of infinities and NaN that the form does not have.
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    return bit_cast<std::uint64_t>(number);
}

/// Appends what base64 with padding holds; false for other text.
bool append_unpacked(std::string& out, std::string_view text) {
    constexpr auto digits = [] {
        constexpr std::string_view alphabet =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::array<std::int8_t, 256> made{};
        made.fill(-1);
        for (std::size_t i = 0; i < alphabet.size(); ++i)
            made[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
        return made;
    }();
    if (text.size() % 4 != 0) return false;
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const bool last = i + 4 == text.size();
        const std::size_t n = last && text[i + 3] == '=' ? (text[i + 2] == '=' ? 2 : 3) : 4;
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < n; ++k) {
            const int digit = digits[static_cast<unsigned char>(text[i + k])];
            if (digit < 0) return false;
            bits |= static_cast<std::uint32_t>(digit) << (18 - 6 * k);
        }
        if ((bits & ((std::uint32_t{1} << (8 * (4 - n))) - 1)) != 0) return false;
        for (std::size_t k = 0; k + 1 < n; ++k) out += static_cast<char>(bits >> (16 - 8 * k));
    }
    return true;
}

}  // namespace

/// Reads records one after the other. What a record holds becomes annotations, names or
/// a row, by what came before it.
class csv_reader {
public:
    csv_reader(std::string_view body, std::size_t most) : text_(body), most_(most) {}

    storage::reply<std::vector<flux_block>> read() {
        if (text_.size() > UINT32_MAX) return damaged("longer than 4 GiB");
        while (at_ < text_.size())
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
                           "the answer is damaged in record " + std::to_string(record_) + ": " +
                               std::string(why)};
    }
    failure said_by_server(std::string_view words) {
        return failure_ = {verdict::refused, std::nullopt, text::printable(words, 4096)};
    }

    /// Reads the fields of a record, and passes its end; false where it has none.
    bool read_record() {
        ++record_;
        fields_.clear();
        quoted_ = false;
        for (;;) {
            if (fields_.size() == most_columns) return damaged("too many fields"), false;
            const bool quoted = at_ < text_.size() && text_[at_] == '"';
            if (!(quoted ? read_quoted() : read_bare())) return false;
            if (at_ == text_.size()) return note_cut();
            const char end = text_[at_++];
            if (end == '\n') return true;
            if (end == ',') continue;
            if (at_ == text_.size()) return note_cut();
            if (end != '\r' || text_[at_] != '\n') return damaged("a stray carriage return"), false;
            ++at_;
            return true;
        }
    }

    /// The body ends within a record. An error's words are worth having all the same.
    bool note_cut() {
        if (what_ == expected::error_row) return true;
        return damaged("the answer was cut off"), false;
    }

    /// A server may end an answer by an error in JSON, which is worth showing.
    void note_stray_quote(std::size_t from) {
        if (fields_.empty())
            damaged(
                text::printable(text_.substr(from, text_.find('\n', from) - from), shown_bytes));
        else
            damaged("a quote within a field that has none");
    }

    bool read_bare() {
        const std::size_t from = at_;
        const char* const data = text_.data();
        const std::size_t size = text_.size();
        std::size_t i = at_;
        for (; i < size; ++i) {
            const char c = data[i];
            if (c == ',' || c == '\n' || c == '\r') break;
            if (c == '"') return note_stray_quote(from), false;
        }
        at_ = i;
        fields_.push_back(text_.substr(from, i - from));
        return true;
    }

    bool read_quoted() {
        const std::size_t index = fields_.size();
        if (unquoted_.size() <= index) unquoted_.resize(index + 1);
        std::string& to = unquoted_[index];
        to.clear();
        for (++at_;;) {
            const std::size_t stop = text_.find_first_of("\"\r", at_);
            if (stop == text_.npos) {
                at_ = text_.size();
                return damaged("the answer was cut off within quotes"), false;
            }
            to.append(text_, at_, stop - at_);
            at_ = stop + 1;
            const bool more = at_ < text_.size();
            if (text_[stop] == '\r') {
                if (!more || text_[at_] != '\n') to += '\r';
            } else if (more && text_[at_] == '"') {
                to += '"';
                ++at_;
            } else {
                break;
            }
        }
        if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r')
            return damaged("text after quotes"), false;
        quoted_ = true;
        fields_.push_back(to);
        return true;
    }

    bool take_record() {
        if (what_ == expected::error_row) return take_error();
        if (fields_.size() == 1 && fields_[0].empty() && !quoted_) {
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
            const auto* const type =
                std::find_if(std::begin(types), std::end(types),
                             [&](const auto& t) { return t.name == datatype_[i]; });
            if (type == std::end(types)) {
                failure_ = {verdict::unsupported, std::nullopt,
                            "a column of type " + text::printable(datatype_[i], shown_bytes)};
                return false;
            }
            const std::string_view grouped = group_.empty() ? "false" : std::string_view(group_[i]);
            if (grouped != "true" && grouped != "false")
                return damaged("a group that is neither true nor false"), false;
            made.columns.emplace_back(std::string(fields_[i]), type->type, grouped == "true");
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
                state.last_text = quoted_ ? std::string_view() : text;
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
        if (!whole_bits<std::int64_t>(table)) return damaged("a row without a table"), false;
        const std::size_t first =
            block.tables.empty() ? 0 : block.tables.back().first + block.tables.back().rows;
        block.tables.push_back({std::string(result), first, 0});
        result_ = result;
        table_ = table;
        return true;
    }

    static bool read_cell(flux_column& column, std::string_view text, cell& to) {
        std::optional<std::uint64_t> bits;
        switch (column.type_) {
            case data_type::int64:
                bits = whole_bits<std::int64_t>(text);
                break;
            case data_type::uint64:
                bits = whole_bits<std::uint64_t>(text);
                break;
            case data_type::real:
                bits = real_bits(text);
                break;
            case data_type::boolean:
                if (text == "true" || text == "false") bits = text == "true";
                break;
            case data_type::time:
                if (const auto time = read_time(text)) bits = static_cast<std::uint64_t>(*time);
                break;
            case data_type::text:
            case data_type::duration:
            case data_type::bytes: {
                const std::size_t from = column.text_.size();
                if (column.type_ != data_type::bytes)
                    column.text_.append(text);
                else if (!append_unpacked(column.text_, text))
                    return false;
                bits = from << 32 | (column.text_.size() - from);
                break;
            }
        }
        if (!bits) return false;
        to = {true, *bits};
        return true;
    }

    std::string_view text_;
    std::size_t most_;
    std::size_t at_ = 0;
    std::size_t record_ = 0;
    std::size_t rows_ = 0;
    std::vector<std::string_view> fields_;
    std::deque<std::string> unquoted_;  // fields look into it while it grows
    bool quoted_ = false;               // whether a field of the record was

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
