#include "csv_import.hpp"

#include "csv_reader.hpp"
#include "key_index.hpp"
#include "number_style.hpp"
#include "text_scanner.hpp"
#include "words.hpp"

#include <algorithm>

namespace chronopack::input {

namespace {

using role = csv_layout::role;

constexpr std::size_t sample_bytes = std::size_t{1} << 20;
constexpr std::size_t no_series = static_cast<std::size_t>(-1);

// The layout is found in this much text: a megabyte, and some records however long they are.
bool is_enough(std::string_view start) noexcept {
    constexpr std::ptrdiff_t some = 4;
    return start.size() >= sample_bytes && (start.size() > 2 * csv_reader::max_record_bytes ||
                                            std::count(start.begin(), start.end(), '\n') >= some);
}

class csv_importer {
public:
    csv_importer(window& in, const std::string& file, const csv_layout& layout,
                 const csv_request& asked, sample_sink& to, const read_options& how)
        : layout_(layout),
          clock_(layout.time.clock),
          nulls_(asked.nulls),
          strict_(asked.strict),
          to_(to),
          how_(how),
          in_(in, file, layout.dialect) {
        for (std::size_t i = 0; i < layout.columns.size(); ++i) {
            if (layout.columns[i].role == role::label) labels_.push_back(i);
            if (layout.columns[i].role == role::value) values_.push_back({.index = i});
        }
    }

    [[nodiscard]] read_report read() && {
        for (std::size_t i = 0; i < layout_.header_rows; ++i) static_cast<void>(next());
        while (next()) {
            ++rows_;
            const auto at = time_of_record();
            if (!at) continue;
            take_values(*at, series_of_record());
            if (to_.full()) break;
        }
        write_notes();
        return std::move(report_);
    }

private:
    struct value_column {
        std::size_t index;
        std::size_t empty = 0, words = 0, samples = 0, rounded = 0;
        std::string word = {};  // the first word for nothing
    };

    // Moves to the next valid record.
    bool next() {
        for (;;) {
            try {
                return in_.next();
            } catch (const broken_source&) {
                throw;
            } catch (const failure& wrong) {
                if (wrong.whose() != fault::data) throw;
                take_bad(wrong);
            }
        }
    }

    void take_bad(const failure& wrong) {
        if (!how_.on_bad) throw wrong;
        how_.on_bad(wrong);
        ++report_.bad;
    }

    [[nodiscard]] std::string_view cell(std::size_t column) const noexcept {
        return trimmed(in_.cells()[column]);
    }
    [[nodiscard]] failure wrong(std::size_t column, std::string message) const {
        return {fault::data, in_.where(column), std::move(message)};
    }

    [[nodiscard]] std::optional<std::int64_t> time_of_record() {
        const time_columns& columns = layout_.time.columns;
        if (columns.empty()) return static_cast<std::int64_t>(rows_ - 1);
        const std::string_view text =
            columns.text([&](std::size_t column) { return cell(column); }, time_text_);
        if (text.empty() || is_null(text)) {
            if (strict_ && !text.empty())
                take_bad(wrong(columns.first(), in_quotes(text) + " is no time"));
            ++without_time_;
            return std::nullopt;
        }
        const auto at = clock_(text);
        if (!at) [[unlikely]] {
            take_bad(wrong(columns.first(), clock_.refusal(text, layout_.time_name())));
            return std::nullopt;
        }
        if (strict_ && clock_.counts().cut != 0)
            take_bad(wrong(columns.first(), in_quotes(text) + " is finer than a nanosecond"));
        return at;
    }

    [[nodiscard]] bool is_null(std::string_view text) const noexcept {
        return is_null_word(text) || (!nulls_.empty() && nulls_.has(text));
    }

    // Takes a cell that is no number: it may be a word for nothing.
    void take_word(std::string_view text, std::size_t i, std::string message) {
        value_column& column = values_[i];
        if (strict_ || !is_null_word(text))
            return take_bad(wrong(column.index, std::move(message)));
        if (column.words++ == 0) column.word = in_quotes(text);
    }

    // Returns where the series of the record begin in series_: one number for each column of
    // values.
    [[nodiscard]] std::size_t series_of_record() {
        key_.clear();
        for (const std::size_t column : labels_) {
            const std::string_view text = cell(column);
            const std::size_t size = text.size();
            key_.append(reinterpret_cast<const char*>(&size), sizeof size).append(text);
        }
        const std::size_t set = sets_(key_);
        if (set * values_.size() == series_.size())
            series_.resize(series_.size() + values_.size(), no_series);
        return set * values_.size();
    }

    void take_values(std::int64_t at, std::size_t first_series) {
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const std::string_view text = cell(values_[i].index);
            if (text.empty()) {
                ++values_[i].empty;
                continue;
            }
            if (!nulls_.empty() && nulls_.has(text)) {
                if (values_[i].words++ == 0) values_[i].word = in_quotes(text);
                continue;
            }
            std::size_t& series = series_[first_series + i];
            const csv_layout::column& column = layout_.columns[values_[i].index];
            if (column.boolean)
                take_boolean(at, text, i, series);
            else if (column.type == value_type::integers)
                take_integer(at, text, i, series);
            else
                take_double(at, text, i, series);
        }
    }

    void take_double(std::int64_t at, std::string_view text, std::size_t i, std::size_t& series) {
        const number read = parse_styled(text, layout_.columns[values_[i].index].style);
        if (read.what == number::kind::value) [[likely]] {
            values_[i].rounded += read.rounded_integer;
            keep(at, read.value, i, series);
            return;
        }
        take_word(text, i,
                  in_quotes(text) +
                      (read.what == number::kind::too_large
                           ? " is outside the range of a double"
                           : " is not a number, but column " + name_of(i) + " holds numbers"));
    }

    void take_integer(std::int64_t at, std::string_view text, std::size_t i, std::size_t& series) {
        if (const auto value = parse_integer(text))
            keep(at, *value, i, series);
        else
            take_word(text, i,
                      in_quotes(text) + " is not an integer of 64 bits, but " +
                          "--integers names column " + name_of(i));
    }

    void take_boolean(std::int64_t at, std::string_view text, std::size_t i, std::size_t& series) {
        const bool yes = same_letters(text, "true");
        if (!yes && !same_letters(text, "false"))
            return take_word(text, i, in_quotes(text) + " is neither true nor false");
        if (layout_.columns[values_[i].index].type == value_type::integers)
            keep(at, std::int64_t{yes}, i, series);
        else
            keep(at, yes ? 1.0 : 0.0, i, series);
    }

    template <class V>
    void keep(std::int64_t at, V value, std::size_t i, std::size_t& series) {
        try {
            if (series == no_series) [[unlikely]]
                series = to_.add(names_of_record(i), layout_.columns[values_[i].index].type,
                                 clock_.kept());
            to_.append(series, at, value);
        } catch (const unordered& late) {
            throw unordered(in_.where(time_cell(i)), late.message());
        } catch (const too_many& refused) {
            throw too_many(in_.where(values_[i].index), refused.message());
        } catch (const failure& refused) {
            if (refused.whose() != fault::data) throw;
            throw wrong(values_[i].index, refused.message());
        }
        ++values_[i].samples;
        ++report_.samples;
    }

    [[nodiscard]] std::size_t time_cell(std::size_t i) const noexcept {
        return layout_.time.columns.empty() ? values_[i].index : layout_.time.columns.first();
    }
    [[nodiscard]] std::string name_of(std::size_t i) const {
        return printable(layout_.columns[values_[i].index].name);
    }

    [[nodiscard]] std::vector<label> names_of_record(std::size_t i) const {
        std::vector<label> names;
        bool named = false;
        for (const std::size_t column : labels_) {
            const std::string_view text = cell(column);
            if (text.empty()) continue;
            names.push_back({layout_.columns[column].name, unquoted(text)});
            named |= names.back().name == "__name__";
        }
        if (!named)
            names.push_back({"__name__", layout_.columns[values_[i].index].name});
        else if (values_.size() > 1)
            names.push_back({"_field", layout_.columns[values_[i].index].name});
        return names;
    }

    void write_notes() {
        if (without_time_ != 0)
            note(counted(without_time_, "row") + " without a time in column " +
                 layout_.time_name() + " skipped");
        const clock_parser::tally& clock = clock_.counts();
        if (clock.cut != 0) note(counted(clock.cut, "time") + " cut to nanoseconds");
        if (clock.leap_seconds != 0)
            note(counted(clock.leap_seconds, "leap second") + " taken as the second that follows");
        if (clock.twice != 0)
            note(counted(clock.twice, "time") +
                 " shown twice by the clocks of the zone, of which the rows tell the first from "
                 "the second");
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const value_column& one = values_[i];
            if (one.samples == 0)
                note("column " + name_of(i) + " has no samples");
            else if (one.empty != 0)
                note("column " + name_of(i) + ": " + counted(one.empty, "sample") +
                     " with an empty cell skipped");
            if (one.words != 0)
                note("column " + name_of(i) + ": " + counted(one.words, "cell") +
                     " with a word for nothing skipped, the first " + one.word);
            report_.gaps += one.words + one.empty;
            if (one.rounded != 0)
                note("column " + name_of(i) + ": " + counted(one.rounded, "integer") +
                     " rounded to the nearest double; --integers keeps them exact");
        }
    }

    void note(std::string text) { report_.notes.push_back(std::move(text)); }

    const csv_layout& layout_;
    clock_parser clock_;
    null_words nulls_;
    bool strict_;
    std::string time_text_;
    sample_sink& to_;
    const read_options& how_;
    csv_reader in_;
    std::vector<std::size_t> labels_;
    std::vector<value_column> values_;
    key_index sets_;  // label sets
    // Numbers of series: for each label set, one for each column of values.
    std::vector<std::size_t> series_;
    std::string key_;
    std::size_t rows_ = 0;
    std::size_t without_time_ = 0;
    read_report report_;
};

}  // namespace

csv_import import_csv(source& from, const std::string& file, const csv_request& asked,
                      sample_sink& to, const read_options& how,
                      const std::function<void(const csv_layout&)>& looked) {
    window in(from);
    while (in.more() && !is_enough(in.unread())) {}
    std::string_view start = in.unread();
    if (!in.complete()) {
        const std::size_t last_line = start.rfind('\n');
        if (last_line != std::string_view::npos) start = start.substr(0, last_line + 1);
    }
    csv_import done{find_layout(start, file, asked), {}};
    if (looked) looked(done.layout);
    done.report = csv_importer(in, file, done.layout, asked, to, how).read();
    return done;
}

}  // namespace chronopack::input
