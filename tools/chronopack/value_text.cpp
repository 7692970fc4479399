#include "value_text.hpp"

#include <chrono>
#include <cmath>

namespace chronopack::tool {

namespace {

constexpr std::int64_t seconds_a_day = 86'400;
constexpr std::int64_t first_second = -719'528 * seconds_a_day;  // 0000-01-01
constexpr std::int64_t end_second = 2'932'897 * seconds_a_day;   // 10000-01-01
constexpr std::uint64_t usual_nan = 0x7ff8'0000'0000'0000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
    return a / b - (a % b < 0 ? 1 : 0);
}

void append(fmt::memory_buffer& out, std::string_view text) {
    out.append(text.data(), text.data() + text.size());
}

}  // namespace

void print_value(fmt::memory_buffer& out, double v) {
    if (std::isfinite(v)) [[likely]] {
        fmt::format_to(fmt::appender(out), FMT_COMPILE("{}"), v);
    } else if (std::isinf(v)) {
        append(out, v > 0 ? "+Inf" : "-Inf");
    } else if (const auto bits = bit_cast<std::uint64_t>(v); bits == usual_nan) {
        append(out, "NaN");
    } else {
        fmt::format_to(fmt::appender(out), "NaN({:#018x})", bits);
    }
}

void print_json_value(fmt::memory_buffer& out, double v) {
    const bool quoted = !std::isfinite(v);
    if (quoted) out.push_back('"');
    print_value(out, v);
    if (quoted) out.push_back('"');
}

bool has_date(std::int64_t timestamp, time_unit unit) noexcept {
    const std::int64_t second = floor_div(timestamp, per_second(unit));
    return second >= first_second && second < end_second;
}

void time_printer::print_day(std::int64_t day) {
    using namespace std::chrono;
    const year_month_day date{sys_days(days(day))};
    day_text_ = fmt::format("{:04}-{:02}-{:02}T", static_cast<int>(date.year()),
                            static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    day_ = day;
}

void time_printer::operator()(fmt::memory_buffer& out, std::int64_t timestamp) {
    if (!dates_) return print_value(out, timestamp);
    const std::int64_t rate = per_second(unit_);
    const std::int64_t second = floor_div(timestamp, rate);
    // The second of the earliest timestamp starts before int64 does.
    auto part = static_cast<unsigned>(static_cast<std::uint64_t>(timestamp) -
                                      static_cast<std::uint64_t>(second) *
                                          static_cast<std::uint64_t>(rate));
    const std::int64_t day = floor_div(second, seconds_a_day);
    if (day != day_) print_day(day);
    const auto of_day = static_cast<unsigned>(second - day * seconds_a_day);

    char text[19] = {};  // hh:mm:ss.nnnnnnnnnZ
    char* at = text;
    const auto two = [&](unsigned n, char behind) {
        *at++ = static_cast<char>('0' + n / 10);
        *at++ = static_cast<char>('0' + n % 10);
        *at++ = behind;
    };
    two(of_day / 3600, ':');
    two(of_day / 60 % 60, ':');
    two(of_day % 60, 'Z');
    if (part != 0) {
        at[-1] = '.';
        for (std::int64_t scale = rate; scale > 1; scale /= 1000) {
            const auto thousandth = static_cast<unsigned>(scale / 1000);
            const unsigned three = part / thousandth;
            part %= thousandth;
            *at++ = static_cast<char>('0' + three / 100);
            two(three % 100, 'Z');
            if (part == 0) break;
            --at;
        }
    }
    append(out, day_text_);
    out.append(text, at);
}

std::string time_text(std::int64_t timestamp, time_unit unit) {
    fmt::memory_buffer out;
    time_printer(unit, has_date(timestamp, unit))(out, timestamp);
    return fmt::to_string(out);
}

std::string time_text(std::int64_t timestamp, input::tick unit) {
    if (unit == input::tick::row) return fmt::format("{}", timestamp);
    return time_text(timestamp, input::unit_in_frames(unit));
}

std::string_view unit_name(time_unit unit) noexcept {
    switch (unit) {
        case time_unit::seconds:
            return "s";
        case time_unit::milliseconds:
            return "ms";
        case time_unit::microseconds:
            return "us";
        case time_unit::nanoseconds:
            return "ns";
    }
    return "?";
}

}  // namespace chronopack::tool
