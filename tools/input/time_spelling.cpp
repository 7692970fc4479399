#include "time_spelling.hpp"

#include "clock_text.hpp"
#include "month_names.hpp"

namespace chronopack::input {

namespace {

constexpr bool within(std::int32_t v, std::int32_t least, std::int32_t most) noexcept {
    return v >= least && v <= most;
}

// POSIX: 69 to 99 are of the last century.
constexpr std::int32_t full_year(std::int32_t two_digits) noexcept {
    return two_digits + (two_digits < 69 ? 2000 : 1900);
}

// Reads a year of four digits, or of two.
bool scan_year(text_scanner& in, civil_time& to) noexcept {
    const std::size_t digits = in.digits_ahead();
    if (digits != 4 && digits != 2) return false;
    to.year = in.number(digits, digits);
    if (digits == 2) to.year = full_year(to.year);
    return true;
}

// Reads what follows a date. `joiners` may stand before a time of day; a blank always may.
bool scan_rest(text_scanner& in, civil_time& to, std::string_view joiners) noexcept {
    if (in.done()) return true;
    if (in.peek() == ',' && in.peek(1) == ' ') in.skip(1);
    const bool blank = in.skip_blanks();
    const bool joined = !blank && in.accept_any(joiners) != '\0';
    if (joined && !in.at_digit()) return false;
    if ((blank || joined) && in.at_digit() && !scan_clock(in, to)) return false;
    return scan_zone(in, to);
}

bool scan_year_month_day(text_scanner& in, civil_time& to) noexcept {
    if (in.digits_ahead() != 4) return false;
    to.year = in.number(4, 4);
    const char between = in.accept_any("-/.:");
    to.month = in.number(1, 2);
    if (between == '\0' || !in.accept(between)) return false;
    to.day = in.number(1, 2);
    return !in.at_digit() && scan_rest(in, to, "Tt_");
}

enum class order : std::uint8_t { day_first, month_first, year_first };

bool scan_three_numbers(text_scanner& in, civil_time& to, order which) noexcept {
    const bool year_first = which == order::year_first;
    if (year_first ? in.digits_ahead() != 2 : in.digits_ahead() > 2) return false;
    const std::int32_t first = in.number(1, 2);
    const char between = in.accept_any("/.-");
    const std::int32_t second = in.number(1, 2);
    if (between == '\0' || first < 0 || second < 0 || !in.accept(between)) return false;
    if (year_first) {
        to.year = full_year(first);
        to.month = second;
        to.day = in.number(1, 2);
    } else {
        to.day = which == order::day_first ? first : second;
        to.month = which == order::day_first ? second : first;
        if (!scan_year(in, to)) return false;
    }
    return !in.at_digit() && scan_rest(in, to, "Tt_");
}

// Numbers of so many digits are dates only in these years: others are more likely counts.
constexpr std::int32_t first_basic_year = 1800, last_basic_year = 2199;

bool scan_basic(text_scanner& in, civil_time& to) noexcept {
    const std::size_t digits = in.digits_ahead();
    if (digits != 8 && digits != 10 && digits != 12 && digits != 14 && digits != 17) return false;
    to.year = in.number(4, 4);
    to.month = in.number(2, 2);
    to.day = in.number(2, 2);
    if (!within(to.year, first_basic_year, last_basic_year)) return false;
    if (digits == 8) return scan_rest(in, to, "Tt_-");
    to.has_clock = true;
    to.hour = in.number(2, 2);
    if (digits == 10) {  // 2024022912:05 is Germany's weather service
        if (in.accept(':')) to.minute = in.number(2, 2);
        return to.minute >= 0 && scan_zone(in, to);
    }
    to.minute = in.number(2, 2);
    if (digits > 12) to.second = in.number(2, 2);
    if (digits == 17 && !scan_fraction(in, to)) return false;
    if (digits == 14 && in.accept_any(".,") != '\0' && !scan_fraction(in, to)) return false;
    return scan_zone(in, to);
}

// Reads what stands between the parts of a date: a blank, a dash, a slash, a point or a comma.
bool skip_between(text_scanner& in) noexcept {
    static_cast<void>(in.accept_any(".,"));
    const bool blank = in.skip_blanks();
    return blank || in.accept_any("-/") != '\0';
}

// Zones that RFC 2822 knows by name.
bool scan_named_zone(text_scanner& in, civil_time& to) noexcept {
    in.skip_blanks();
    struct zone {
        std::string_view name;
        std::int32_t hours;
    };
    constexpr std::array<zone, 8> zones{{{"est", -5},
                                         {"edt", -4},
                                         {"cst", -6},
                                         {"cdt", -5},
                                         {"mst", -7},
                                         {"mdt", -6},
                                         {"pst", -8},
                                         {"pdt", -7}}};
    text_scanner ahead = in;
    const std::string_view word = ahead.word();
    for (const zone& one : zones) {
        if (!same_letters(word, one.name)) continue;
        to.offset = 3'600 * one.hours;
        to.has_offset = true;
        in = ahead;
        return in.done();
    }
    return scan_zone(in, to);
}

bool scan_named_month(text_scanner& in, civil_time& to) noexcept {
    const bool weekday = skip_weekday(in);
    if (in.at_letter()) {  // Feb 29, 2024; Thu Feb 29 12:00:00 UTC 2024
        to.month = scan_month(in);
        if (to.month == 0 || !skip_between(in)) return false;
        to.day = in.number(1, 2);
        if (to.day < 0 || in.at_digit()) return false;
        static_cast<void>(in.accept(','));
        if (!in.skip_blanks() && in.accept_any("-/") == '\0') return false;
        if (in.digits_ahead() == 4) {
            to.year = in.number(4, 4);
            return scan_rest(in, to, "T");
        }
        if (!scan_clock(in, to)) return false;
        in.skip_blanks();
        if (in.at_letter()) {
            const std::string_view zone = in.word();
            if (!same_letters(zone, "utc") && !same_letters(zone, "gmt")) return false;
            to.has_offset = true;
        } else if (in.peek() == '+' || in.peek() == '-') {
            if (!scan_offset(in, to)) return false;
        }
        in.skip_blanks();
        if (in.digits_ahead() != 4) return false;
        to.year = in.number(4, 4);
        return in.done();
    }
    const bool year_first = in.digits_ahead() == 4;
    const std::int32_t first = in.number(1, year_first ? 4 : 2);
    if (first < 0 || in.at_digit() || !skip_between(in)) return false;
    to.month = scan_month(in);
    if (to.month == 0 || !skip_between(in)) return false;
    if (year_first) {
        to.year = first;
        to.day = in.number(1, 2);
        return to.day >= 0 && !in.at_digit() && scan_rest(in, to, "T");
    }
    to.day = first;
    if (!scan_year(in, to)) return false;
    if (!weekday || in.done()) return scan_rest(in, to, "T:");
    in.skip_blanks();
    return scan_clock(in, to) && scan_named_zone(in, to);
}

bool scan_year_month(text_scanner& in, civil_time& to) noexcept {
    if (in.at_letter()) {  // Feb 2024
        to.month = scan_month(in);
        if (to.month == 0 || !skip_between(in) || in.digits_ahead() != 4) return false;
        to.year = in.number(4, 4);
        return in.done();
    }
    if (in.digits_ahead() != 4) return false;
    to.year = in.number(4, 4);
    if (in.accept_any("-/ ") == '\0') return false;
    to.month = in.at_letter() ? scan_month(in) : in.digits_ahead() > 2 ? 0 : in.number(1, 2);
    return in.done();
}

// A day of the year, a week or a quarter.
bool scan_period(text_scanner& in, civil_time& to) noexcept {
    using namespace std::chrono;
    const auto set = [&](sys_days day) {
        const year_month_day date(day);
        to.year = static_cast<int>(date.year());
        to.month = static_cast<std::int32_t>(static_cast<unsigned>(date.month()));
        to.day = static_cast<std::int32_t>(static_cast<unsigned>(date.day()));
    };
    if (in.accept_any("Qq") != '\0') {  // Q1 2024
        const std::int32_t quarter = in.number(1, 1);
        if (!within(quarter, 1, 4) || !skip_between(in) || in.digits_ahead() != 4) return false;
        to.month = 3 * quarter - 2;
        to.year = in.number(4, 4);
        return in.done();
    }
    if (in.digits_ahead() != 4) return false;
    to.year = in.number(4, 4);
    const char between = in.accept_any("- ");
    const year_month_day new_year{std::chrono::year(to.year), January, std::chrono::day(1)};
    if (in.accept_any("Qq") != '\0') {
        const std::int32_t quarter = in.number(1, 1);
        to.month = 3 * quarter - 2;
        return within(quarter, 1, 4) && in.done();
    }
    if (in.accept_any("Ww") != '\0') {  // week 1 has the year's first Thursday
        const std::int32_t week = in.number(2, 2);
        std::int32_t day = 1;
        if (in.accept('-')) day = in.number(1, 1);
        if (!within(week, 1, 53) || !within(day, 1, 7)) return false;
        const sys_days fourth = sys_days(new_year) + days(3);
        const auto monday = fourth - days((weekday(fourth) - Monday).count());
        set(monday + days(7 * (week - 1) + day - 1));
        return in.done();
    }
    if (between != '-' || in.digits_ahead() != 3) return false;
    const std::int32_t day = in.number(3, 3);
    if (!within(day, 1, new_year.year().is_leap() ? 366 : 365)) return false;
    set(sys_days(new_year) + days(day - 1));
    return scan_rest(in, to, "Tt");
}

bool scan(date_form form, text_scanner& in, civil_time& to) noexcept {
    switch (form) {
        case date_form::year_month_day:
            return scan_year_month_day(in, to);
        case date_form::day_month_year:
            return scan_three_numbers(in, to, order::day_first);
        case date_form::month_day_year:
            return scan_three_numbers(in, to, order::month_first);
        case date_form::short_year_first:
            return scan_three_numbers(in, to, order::year_first);
        case date_form::basic:
            return scan_basic(in, to);
        case date_form::named_month:
            return scan_named_month(in, to);
        case date_form::year_month:
            return scan_year_month(in, to);
        case date_form::period:
            return scan_period(in, to);
        case date_form::basic_month:
            if (in.left() != 6) return false;
            to.year = in.number(4, 4);
            to.month = in.number(2, 2);
            return in.done() && within(to.year, first_basic_year, last_basic_year);
        case date_form::year:
            if (in.left() != 4) return false;
            to.year = in.number(4, 4);
            return in.done();
        case date_form::clock:
            // 12 alone is a number, and so is 12.30.
            return in.digits_ahead() <= 2 && in.rest().find_first_of(":mM") != in.rest().npos
                       ? scan_clock(in, to) && scan_zone(in, to)
                       : in.digits_ahead() == 2 && in.peek(2) == '.' && in.peek(5) == '.' &&
                             scan_clock(in, to) && in.done();
    }
    return false;
}

}  // namespace

std::optional<civil_time> read_time(date_form form, std::string_view cell) noexcept {
    text_scanner in(cell);
    civil_time read;
    if (!scan(form, in, read) || !in.done()) return std::nullopt;
    if (read.month < 1 || read.day < 1 || !wall_seconds(read)) return std::nullopt;
    return read;
}

std::optional<instant> read_instant(std::string_view text) noexcept {
    using enum date_form;
    for (const date_form form : {year_month_day, basic, named_month, year_month, period})
        if (const auto read = read_time(form, text))
            return instant{*wall_seconds(*read) - read->offset,
                           read->is_leap() ? 0 : read->nanoseconds};
    return std::nullopt;
}

unsigned forms_of(std::string_view cell) noexcept {
    const text_scanner in(cell);
    const auto those = [&](std::initializer_list<date_form> all) {
        unsigned found = 0;
        for (const date_form one : all)
            if (read_time(one, cell)) found |= bit_of(one);
        return found;
    };
    using enum date_form;
    switch (in.digits_ahead()) {
        case 0:
            return in.at_letter() ? those({named_month, year_month, period}) : 0;
        case 1:
        case 2:
            return those(
                {day_month_year, month_day_year, short_year_first, named_month, date_form::clock});
        case 4:
            return those({year_month_day, year_month, period, named_month, date_form::year});
        case 6:
            return those({basic_month});
        case 8:
        case 10:
        case 12:
        case 14:
        case 17:
            return those({basic});
        default:
            return 0;
    }
}

}  // namespace chronopack::input
