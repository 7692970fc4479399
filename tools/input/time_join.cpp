#include "time_join.hpp"

#include "column_facts.hpp"
#include "text_scanner.hpp"
#include "time_reading.hpp"
#include "words.hpp"

#include <algorithm>

namespace chronopack::input {

namespace {

using piece = time_columns::piece;
using pieces = std::vector<piece>;

constexpr std::size_t none = static_cast<std::size_t>(-1);

// The range of the whole numbers of a column, or nothing where it has others.
std::optional<std::pair<std::int64_t, std::int64_t>> range_of(const column_facts& of) {
    const bool whole = of.kind == column_kind::numbers && of.counts.counts == of.filled &&
                       !of.counts.fractional && !of.counts.exponents;
    if (!whole) return std::nullopt;
    return std::pair(of.counts.least, of.counts.most);
}

bool is_within(const column_facts& of, std::int64_t least, std::int64_t most) {
    const auto range = range_of(of);
    return range && range->first >= least && range->second <= most;
}

void add_clock(pieces& to, std::size_t column, unsigned digits) {
    if (digits == 2)  // hours
        to.push_back({column, ' ', 0, true});
    else
        to.push_back({column, ' ', static_cast<std::uint8_t>(digits), false});
}

// Returns whether the joined text of every row is a date.
bool all_read(const sampled_table& table, const time_columns& columns, date_form spelled,
              bool rising) {
    std::string room;
    std::optional<std::int64_t> last;
    std::size_t read = 0;
    for (std::size_t row = table.first_row; row < table.cells.rows(); ++row) {
        const auto text =
            columns.text([&](std::size_t column) { return table.cells.cell(row, column); }, room);
        if (text.empty()) continue;
        const auto at = read_time(spelled, text);
        if (!at) return false;
        const std::int64_t now = *wall_seconds(*at);
        if (rising && last && now <= *last) return false;
        last = now;
        ++read;
    }
    return read != 0;
}

class part_finder {
public:
    explicit part_finder(const sampled_table& table) : table_(table) {}

    [[nodiscard]] std::optional<joined_date> find() const {
        if (!table_.headed) return without_names();
        const std::size_t year = part(time_part::year, 1000, 2999);
        if (year == none) return std::nullopt;
        const std::size_t of_year = part(time_part::day_of_year, 1, 366);
        std::size_t month = part(time_part::month, 1, 12);
        const bool names = month == none;
        if (names) month = month_names();
        joined_date found;
        pieces all{{year}};
        if (month != none) {
            all.push_back({month, '-'});
            const std::size_t day = part(time_part::day, 1, 31);
            if (day != none) all.push_back({day, '-'});
            found.spelled = day == none ? date_form::year_month
                            : names     ? date_form::named_month
                                        : date_form::year_month_day;
            if (day != none) found.has_clock = add_hours(all);
        } else if (of_year != none) {
            all.push_back({of_year, '-', 3});
            found.spelled = date_form::period;
            found.has_clock = add_hours(all);
        } else {
            return std::nullopt;
        }
        found.columns = time_columns(std::move(all));
        if (!all_read(table_, found.columns, found.spelled, false)) return std::nullopt;
        return found;
    }

private:
    [[nodiscard]] std::size_t part(time_part wanted, std::int64_t least, std::int64_t most) const {
        for (std::size_t i = 0; i < table_.facts.size(); ++i)
            if (!table_.taken[i] && table_.facts[i].name.part == wanted &&
                is_within(table_.facts[i], least, most))
                return i;
        return none;
    }

    [[nodiscard]] std::size_t month_names() const {
        for (std::size_t i = 0; i < table_.facts.size(); ++i)
            if (!table_.taken[i] && table_.facts[i].name.part == time_part::month &&
                table_.facts[i].kind == column_kind::text)
                return i;
        return none;
    }

    // Whether "min" is the least value, because there is a "max", too.
    [[nodiscard]] bool is_least(std::size_t column) const {
        if (table_.names[column].size() != 3) return false;
        return std::any_of(table_.names.begin(), table_.names.end(), [](const std::string& name) {
            return name.size() == 3 && same_letters(name, "max");
        });
    }

    bool add_hours(pieces& all) const {
        const std::size_t hour = part(time_part::hour, 0, 24);
        if (hour == none) return false;
        std::size_t minute = part(time_part::minute, 0, 59);
        if (minute != none && is_least(minute)) minute = none;
        const std::size_t second = part(time_part::second, 0, 60);
        all.push_back({hour, ' ', 0, minute == none});
        if (minute == none) return true;
        all.push_back({minute, ':'});
        if (second != none) all.push_back({second, ':'});
        return true;
    }

    // Three columns of years, months and days at the start, whose dates rise.
    [[nodiscard]] std::optional<joined_date> without_names() const {
        if (table_.facts.size() < 4 || table_.cells.rows() < 3) return std::nullopt;
        if (!is_within(table_.facts[0], 1000, 2999) || !is_within(table_.facts[1], 1, 12) ||
            !is_within(table_.facts[2], 1, 31))
            return std::nullopt;
        for (std::size_t i = 0; i < 3; ++i)
            if (table_.taken[i]) return std::nullopt;
        joined_date found;
        found.columns = time_columns({{0}, {1, '-'}, {2, '-'}});
        if (!all_read(table_, found.columns, found.spelled, true)) return std::nullopt;
        return found;
    }

    const sampled_table& table_;
};

bool has(const time_columns& columns, std::size_t column) {
    return std::any_of(columns.pieces().begin(), columns.pieces().end(),
                       [&](const piece& one) { return one.column == column; });
}

// In a file without names: whether the column after a date counts its hours.
bool counts_hours(const sampled_table& table, std::size_t column) {
    const auto range = range_of(table.facts[column]);
    return range && ((range->first == 0 && range->second == 23) ||
                     (range->first == 1 && range->second == 24));
}

}  // namespace

std::optional<joined_date> joined_parts(const sampled_table& table) {
    return part_finder(table).find();
}

std::optional<time_columns> joined_clock(const sampled_table& table, const time_columns& date) {
    std::vector<std::size_t> clocks, named;
    for (std::size_t i = 0; i < table.facts.size(); ++i) {
        const column_facts& of = table.facts[i];
        if (table.taken[i] || has(date, i)) continue;
        if (of.kind == column_kind::clocks) {
            clocks.push_back(i);
            const bool sure = of.name.is_clock && of.name.says >= name_says::likely;
            if (sure) named.push_back(i);
        }
    }
    const auto with = [&](std::size_t column, unsigned digits) {
        pieces all = date.pieces();
        add_clock(all, column, digits);
        return time_columns(std::move(all));
    };
    const auto& of_names = named.empty() ? clocks : named;
    if (of_names.size() > 1)
        throw failure(fault::usage, "columns " + printable(table.names[of_names[0]]) + " and " +
                                        printable(table.names[of_names[1]]) +
                                        " both have times of day: --time " +
                                        printable(table.names[date.first()]) +
                                        "+COLUMN says which belongs to the date");
    if (of_names.size() == 1) return with(of_names[0], 0);
    for (std::size_t i = 0; i < table.facts.size(); ++i) {
        const column_facts& of = table.facts[i];
        if (table.taken[i] || has(date, i) || of.kind == column_kind::empty) continue;
        if (of.name.part == time_part::hour && is_within(of, 0, 24)) return with(i, 2);
        if (!of.name.is_clock || of.name.says != name_says::surely ||
            of.kind != column_kind::numbers)
            continue;
        const unsigned digits = clock_digits(table.cells, i, table.first_row);
        if (digits != 0) return with(i, digits);
        throw failure(fault::usage, "column " + printable(table.names[i]) +
                                        " may be the time of day of column " +
                                        printable(table.names[date.first()]) +
                                        " and cannot be read: --time names the one that is the "
                                        "time, --time-format its spelling");
    }
    const std::size_t next = date.pieces().back().column + 1;
    if (!table.headed && next < table.facts.size() && !table.taken[next] &&
        counts_hours(table, next))
        return with(next, 2);
    return std::nullopt;
}

time_columns joined(const sampled_table& table, std::size_t date, std::size_t clock) {
    pieces all{{date}};
    if (table.facts[clock].kind == column_kind::numbers)
        add_clock(all, clock, std::max(2u, clock_digits(table.cells, clock, table.first_row)));
    else
        all.push_back({clock, ' '});
    return time_columns(std::move(all));
}

}  // namespace chronopack::input
