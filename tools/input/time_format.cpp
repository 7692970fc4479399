#include "time_format.hpp"

#include "clock_text.hpp"
#include "failure.hpp"
#include "month_names.hpp"
#include "words.hpp"

namespace chronopack::input {

namespace {

constexpr std::string_view directives = "YymdejbBhaAHIMSpfLzZs%";

std::string expanded(std::string_view format) {
    std::string plain;
    for (std::size_t i = 0; i < format.size(); ++i) {
        plain += format[i];
        if (format[i] != '%') continue;
        const char c = i + 1 < format.size() ? format[++i] : '\0';
        const std::string_view several = c == 'F'   ? "Y-%m-%d"
                                         : c == 'T' ? "H:%M:%S"
                                         : c == 'R' ? "H:%M"
                                         : c == 'D' ? "m/%d/%y"
                                                    : std::string_view();
        if (!several.empty())
            plain += several;
        else if (c != '\0' && directives.find(c) != std::string_view::npos)
            plain += c;
        else
            throw failure(fault::usage, "--time-format: %" + std::string(1, c == '\0' ? ' ' : c) +
                                            " is not known; there are %Y %y %m %d %e %j %b %B %a "
                                            "%A %H %I %M %S %p %f %L %z %Z %F %T %R %D %s %%");
    }
    return plain;
}

// What the directives of a cell have said so far.
struct reading {
    civil_time at;
    std::int32_t day_of_year = 0;
    std::optional<std::int64_t> epoch;
};

bool scan_directive(char c, text_scanner& in, reading& to) noexcept {
    const auto take = [&](std::int32_t& into, std::size_t least, std::size_t most) {
        if (least == 1) in.skip_blanks();
        into = in.number(least, most);
        return into >= 0;
    };
    civil_time& at = to.at;
    bool wrong = false;
    switch (c) {
        case 'Y':
            return take(at.year, 4, 4);
        case 'y':
            if (!take(at.year, 2, 2)) return false;
            at.year += at.year < 69 ? 2000 : 1900;
            return true;
        case 'm':
            return take(at.month, 1, 2) && at.month != 0;
        case 'd':
        case 'e':
            return take(at.day, 1, 2) && at.day != 0;
        case 'j':
            return take(to.day_of_year, 1, 3) && to.day_of_year != 0;
        case 'b':
        case 'B':
        case 'h':
            at.month = scan_month(in);
            return at.month != 0;
        case 'a':
        case 'A':
            return !in.word().empty();
        case 'H':
            at.has_clock = true;
            return take(at.hour, 1, 2);
        case 'I':
            at.has_clock = true;
            return take(at.hour, 1, 2) && at.hour >= 1 && at.hour <= 12;
        case 'M':
            return take(at.minute, 1, 2);
        case 'S':
            return take(at.second, 1, 2);
        case 'p':
            return scan_half_day(in, at, wrong) && !wrong;
        case 'f':
            return scan_fraction(in, at);
        case 'L':
            if (!take(at.nanoseconds, 3, 3)) return false;
            at.nanoseconds *= 1'000'000;
            return true;
        case 'z':
            if (in.accept_any("Zz") != '\0') {
                at.has_offset = true;
                at.offset = 0;
                return true;
            }
            return scan_offset(in, at);
        case 'Z': {
            const std::string_view word = in.word();
            at.has_offset = true;
            return same_letters(word, "utc") || same_letters(word, "gmt") ||
                   same_letters(word, "z");
        }
        case 's': {
            const bool negative = in.accept('-');
            std::int64_t seconds = 0;
            if (!in.at_digit()) return false;
            for (; in.at_digit(); in.skip(1))
                if (__builtin_mul_overflow(seconds, std::int64_t{10}, &seconds) ||
                    __builtin_add_overflow(seconds, in.peek() - '0', &seconds))
                    return false;
            to.epoch = negative ? -seconds : seconds;
            return true;
        }
        default:
            return in.accept('%');
    }
}

// Makes the civil time of what was read: of seconds since 1970, or of a day of the year.
bool settle(reading& read) noexcept {
    using namespace std::chrono;
    civil_time& at = read.at;
    if (read.epoch) {
        constexpr std::int64_t most = 250'000'000'000;  // within the years 0 to 9892
        if (*read.epoch < -62'000'000'000 || *read.epoch > most) return false;
        const auto moment = sys_seconds(seconds(*read.epoch));
        const auto day = floor<days>(moment);
        const year_month_day date(day);
        const auto since = static_cast<std::int32_t>((moment - day).count());
        at.year = static_cast<int>(date.year());
        at.month = static_cast<std::int32_t>(static_cast<unsigned>(date.month()));
        at.day = static_cast<std::int32_t>(static_cast<unsigned>(date.day()));
        at.hour = since / 3'600;
        at.minute = since / 60 % 60;
        at.second = since % 60;
        at.has_offset = true;
        at.offset = 0;
        return true;
    }
    if (read.day_of_year == 0) return true;
    const std::chrono::year year(at.year);
    if (read.day_of_year > (year.is_leap() ? 366 : 365)) return false;
    const year_month_day date(sys_days(year / January / 1) + days(read.day_of_year - 1));
    at.month = static_cast<std::int32_t>(static_cast<unsigned>(date.month()));
    at.day = static_cast<std::int32_t>(static_cast<unsigned>(date.day()));
    return true;
}

}  // namespace

time_format::time_format(std::string_view format) : text_(format), plain_(expanded(format)) {
    const auto has = [&](std::string_view directive) {
        return plain_.find(directive) != std::string::npos;
    };
    if (!has("%s") && !has("%Y") && !has("%y"))
        throw failure(fault::usage,
                      "--time-format: " + in_quotes(format) + " has no year: %Y, %y or %s");
}

std::optional<civil_time> time_format::operator()(std::string_view cell) const noexcept {
    text_scanner in(cell);
    reading read;
    for (std::size_t i = 0; i < plain_.size(); ++i) {
        const char c = plain_[i];
        if (c == ' ')
            in.skip_blanks();
        else if (c == '%' ? !scan_directive(plain_[++i], in, read) : !in.accept(c))
            return std::nullopt;
    }
    if (!in.done() || !settle(read) || !wall_seconds(read.at)) return std::nullopt;
    return read.at;
}

}  // namespace chronopack::input
