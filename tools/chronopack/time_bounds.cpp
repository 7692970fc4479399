#include "time_bounds.hpp"

#include "input/failure.hpp"
#include "input/time_spelling.hpp"
#include "input/words.hpp"

#include <charconv>

namespace chronopack::tool {

namespace {

std::variant<std::monostate, std::int64_t, input::instant> parse(const std::string& text,
                                                                 const char* option) {
    if (text.empty()) return {};
    std::int64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, wrong] = std::from_chars(text.data(), end, count);
    if (stop == end && wrong == std::errc{}) return count;
    if (const auto when = input::read_instant(text)) return *when;
    throw input::failure(input::fault::usage,
                         std::string(option) + ": " + input::in_quotes(text) +
                             " is neither a date, such as 2024-02-29T12:30:00Z, nor a count");
}

/// Returns the tick at or before `when`, or at or after it with `or_after`. Where there is none,
/// returns the nearest end of int64.
std::int64_t tick_at(const input::instant& when, time_unit unit, bool or_after) noexcept {
    const std::int64_t rate = per_second(unit);
    const std::int64_t step = 1'000'000'000 / rate;
    const std::int64_t part = (when.nanoseconds + (or_after ? step - 1 : 0)) / step;
    std::int64_t ticks = 0;
    if (when.seconds < 0) {  // rounded down, the product could overflow although the sum would not
        if (__builtin_mul_overflow(when.seconds + 1, rate, &ticks) ||
            __builtin_add_overflow(ticks, part - rate, &ticks))
            return INT64_MIN;
    } else if (__builtin_mul_overflow(when.seconds, rate, &ticks) ||
               __builtin_add_overflow(ticks, part, &ticks)) {
        return INT64_MAX;
    }
    return ticks;
}

}  // namespace

time_bounds::time_bounds(const std::string& from, const std::string& to, const char* from_option,
                         const char* to_option)
    : from_(parse(from, from_option)), to_(parse(to, to_option)) {}

time_range time_bounds::in(time_unit unit) const noexcept {
    time_range range;
    if (const auto* count = std::get_if<std::int64_t>(&from_)) range.first = *count;
    if (const auto* count = std::get_if<std::int64_t>(&to_)) range.last = *count;
    if (const auto* when = std::get_if<input::instant>(&from_))
        range.first = tick_at(*when, unit, true);
    if (const auto* when = std::get_if<input::instant>(&to_))
        range.last = tick_at(*when, unit, false);
    return range;
}

void time_bounds::expect_counts() const {
    for (const bound& one : {from_, to_})
        if (std::holds_alternative<input::instant>(one))
            throw input::failure(input::fault::usage,
                                 "--from and --to: the times of this archive are row numbers, "
                                 "which have no date; give numbers");
}

}  // namespace chronopack::tool
