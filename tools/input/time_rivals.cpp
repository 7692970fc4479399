#include "time_rivals.hpp"

#include <algorithm>

namespace chronopack::input {

namespace {

constexpr std::size_t rows_compared = 1'000;

std::vector<std::optional<instant>> instants_of(const rival& one) {
    std::vector<std::optional<instant>> all;
    const csv_sample& in = one.table.cells;
    const std::size_t end = std::min(in.rows(), one.table.first_row + rows_compared);
    for (std::size_t row = one.table.first_row; row < end; ++row) {
        const std::string_view cell = in.cell(row, one.column);
        all.emplace_back();
        if (one.as.form == clock_parser::form::dates) {
            if (const auto read = read_time(one.as.spelled, cell))
                all.back() = instant{*wall_seconds(*read) - read->offset, read->nanoseconds};
        } else if (const auto count = read_count(cell)) {
            all.back() = to_instant(*count, one.as.unit.value_or(tick::seconds));
        }
    }
    return all;
}

std::size_t words_in(const std::string& name) {
    return 1 +
           static_cast<std::size_t>(std::count_if(
               name.begin(), name.end(),
               [](char c) { return c == '_' || c == ' ' || c == '.' || c == '-' || c == '/'; })) -
           (name.starts_with('_') ? 1 : 0);
}

}  // namespace

std::optional<ruling> decide(const rival& a, const rival& b) {
    const column_facts& first = a.table.facts[a.column];
    const column_facts& second = b.table.facts[b.column];
    const auto of_a = instants_of(a), of_b = instants_of(b);
    bool same = true, same_day = true, a_before = true, b_before = true;
    for (std::size_t i = 0; i < of_a.size(); ++i) {
        if (!of_a[i] || !of_b[i]) continue;
        const auto& x = *of_a[i];
        const auto& y = *of_b[i];
        constexpr std::int64_t day = 86'400;
        same &= x == y;
        same_day &= x.seconds >= y.seconds - day && x.seconds <= y.seconds + day;
        a_before &= std::pair(x.seconds, x.nanoseconds) <= std::pair(y.seconds, y.nanoseconds);
        b_before &= std::pair(y.seconds, y.nanoseconds) <= std::pair(x.seconds, x.nanoseconds);
    }
    const bool dates = a.as.form == clock_parser::form::dates && b.as.form == a.as.form;
    if (dates && same_day && (first.with_clock == 0) != (second.with_clock == 0))
        return ruling{first.with_clock != 0 ? a.column : b.column, "as it has times of day"};
    if (same) return ruling{std::min(a.column, b.column), "as the first of the same times"};
    if (first.name.is_utc != second.name.is_utc)
        return ruling{first.name.is_utc ? a.column : b.column, "as it is in UTC"};
    if (dates && (first.with_offset != 0) != (second.with_offset != 0))
        return ruling{first.with_offset != 0 ? a.column : b.column, "as it has offsets"};
    const auto is_side = [](const column_facts& of) {
        return of.name.says <= name_says::another;
    };
    if (is_side(first) && is_side(second) && a_before != b_before)
        return ruling{a_before ? a.column : b.column, "as the start of what ends later"};
    const std::size_t words_a = words_in(a.table.names[a.column]);
    const std::size_t words_b = words_in(b.table.names[b.column]);
    if (first.name.says >= name_says::likely && words_a != words_b &&
        std::min(words_a, words_b) == 1)
        return ruling{words_a < words_b ? a.column : b.column, "by its plain name"};
    return std::nullopt;
}

}  // namespace chronopack::input
