#include "column_facts.hpp"

#include "count_text.hpp"
#include "text_scanner.hpp"

#include <algorithm>

namespace chronopack::input {

namespace {

bool is_boolean(std::string_view cell) noexcept {
    return same_letters(cell, "true") || same_letters(cell, "false");
}

void add_count(count_facts& to, std::string_view cell, std::optional<epoch_count>& last) {
    const auto count = read_count(cell);
    if (!count) return;
    constexpr std::int64_t least_with_unit = 100'000'000;
    const std::int64_t whole = count->whole;
    if (to.counts == 0) to.least = to.most = whole;
    to.least = std::min(to.least, whole);
    to.most = std::max(to.most, whole);
    if (whole > -least_with_unit && whole < least_with_unit)
        ++to.small;
    else
        ++to.of_unit[static_cast<std::size_t>(epoch_unit(whole))];
    to.fractional |= count->fractional;
    to.exponents |= cell.find_first_of("eE") != cell.npos;
    if (last) {
        const auto order = [](const epoch_count& one) {
            return std::pair(one.whole, one.negative ? -one.billionths : one.billionths);
        };
        const auto before = order(*last), now = order(*count);
        to.rises &= now >= before;
        to.falls &= now <= before;
        to.changes |= now != before;
        to.by_one &= last->whole != INT64_MAX && whole == last->whole + 1;
    }
    last = count;
    ++to.counts;
}

// Of a date of three numbers, the first and the last.
std::pair<std::string_view, std::string_view> ends_of(std::string_view cell) noexcept {
    const std::size_t first = std::min(cell.find_first_of("/.-"), cell.size());
    const std::size_t second = std::min(cell.find_first_of("/.-", first + 1), cell.size());
    return {cell.substr(0, first), cell.substr(std::min(second + 1, cell.size()), 2)};
}

}  // namespace

std::optional<tick> count_facts::unit() const noexcept {
    std::optional<tick> found;
    for (std::size_t i = 0; i < std::size(of_unit); ++i) {
        if (of_unit[i] == 0) continue;
        if (found) return std::nullopt;
        found = static_cast<tick>(i);
    }
    return found;
}

column_facts look_at(const csv_sample& in, std::size_t column, std::size_t first_row,
                     const null_words& nulls) {
    column_facts found;
    std::size_t dates[date_forms]{};  // cells that are dates but no numbers
    std::size_t date_cells = 0, clock_cells = 0;
    std::optional<epoch_count> last;
    std::int64_t step = 0;
    std::size_t same_steps = 0, steps = 0;
    std::string_view before;
    std::pair<std::string_view, std::string_view> ends;
    for (std::size_t row = first_row; row < in.rows(); ++row) {
        const std::string_view cell = in.cell(row, column);
        if (cell.empty() || is_null_word(cell) || (!nulls.empty() && nulls.has(cell))) continue;
        if (found.filled != 0) found.changes |= cell != before;
        before = cell;
        ++found.filled;
        const bool number = found.styles.add(cell);
        found.numbers += number;
        if (number) {
            const std::int64_t from = last ? last->whole : 0;
            add_count(found.counts, cell, last);
            // Several rows may have the same time.
            std::int64_t by = 0;
            if (last && !__builtin_sub_overflow(last->whole, from, &by) && by != 0 && from != 0) {
                ++steps;
                same_steps += by == step;
                step = by;
            }
        }
        const unsigned forms = forms_of(cell);
        for (std::size_t i = 0; i < date_forms; ++i)
            if ((forms >> i & 1) != 0) {
                ++found.forms[i];
                dates[i] += !number;
            }
        const bool day_first = (forms & bit_of(date_form::day_month_year)) != 0;
        const bool month_first = (forms & bit_of(date_form::month_day_year)) != 0;
        found.only_day_first += day_first && !month_first;
        found.only_month_first += month_first && !day_first;
        if (forms != 0 && !number) {
            const bool clock = forms == bit_of(date_form::clock);
            ++(clock ? clock_cells : date_cells);
            if (found.first_date.empty() && !clock) found.first_date = cell;
            const auto now = ends_of(cell);
            found.distinct_first += now.first != ends.first;
            found.distinct_last += now.second != ends.second;
            ends = now;
        }
        if (number || forms != 0) continue;
        found.booleans += is_boolean(cell);
        if (found.first_text.empty()) found.first_text = cell;
    }
    found.even_steps = steps > 1 && 2 * (same_steps + 1) > steps;
    found.best = static_cast<date_form>(std::max_element(found.forms, found.forms + date_forms) -
                                        found.forms);
    if (found.filled == 0)
        found.kind = column_kind::empty;
    else if (found.mostly(found.numbers))
        found.kind = column_kind::numbers;
    else if (found.mostly(date_cells))
        found.kind = column_kind::dates;
    else if (found.mostly(clock_cells))
        found.kind = column_kind::clocks;
    else
        found.kind = column_kind::text;
    if (found.kind == column_kind::dates)
        found.best = static_cast<date_form>(std::max_element(dates, dates + date_forms) - dates);
    if (found.kind == column_kind::dates || found.mostly(found.of(date_form::basic)))
        for (std::size_t row = first_row; row < in.rows(); ++row)
            if (const auto read = read_time(found.best, in.cell(row, column))) {
                found.with_clock += read->has_clock;
                found.with_offset += read->has_offset;
            }
    return found;
}

bool fits(std::string_view cell, column_kind kind) noexcept {
    if (cell.empty() || kind == column_kind::empty || kind == column_kind::text) return true;
    style_counts styles;
    const bool number = styles.add(cell);
    if (kind == column_kind::numbers) return number || is_null_word(cell);
    const unsigned forms = forms_of(cell);
    const unsigned clock = bit_of(date_form::clock);
    if (kind == column_kind::clocks) return (forms & clock) != 0;
    return !number && forms != 0 && forms != clock;
}

}  // namespace chronopack::input
