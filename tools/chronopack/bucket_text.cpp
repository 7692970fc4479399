#include "bucket_text.hpp"

#include "input/failure.hpp"
#include "input/words.hpp"

#include <charconv>
#include <map>

namespace chronopack::tool {

using input::failure;
using input::fault;

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t hour = 3600 * second;

/// Returns the width of "5m" in nanoseconds, or 0 for text that is not a width.
std::int64_t width_of(const std::string& text) {
    static const std::map<std::string, std::int64_t> units{
        {"ns", 1},          {"us", 1'000}, {"ms", 1'000'000}, {"s", second},
        {"m", 60 * second}, {"h", hour},   {"d", 24 * hour},  {"w", 7 * 24 * hour}};
    std::int64_t count = 0, width = 0;
    const auto [stop, wrong] = std::from_chars(text.data(), text.data() + text.size(), count);
    const auto unit = units.find(stop);
    if (wrong != std::errc{} || count < 1 || unit == units.end() ||
        __builtin_mul_overflow(count, unit->second, &width))
        return 0;
    return width;
}

/// Returns 100 for "100", or 0 for text that is not a number of rows.
std::int64_t rows_of(const std::string& text) {
    std::int64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, wrong] = std::from_chars(text.data(), end, count);
    return wrong == std::errc{} && stop == end && count > 0 ? count : 0;
}

std::optional<calendar> period_of(const std::string& text) {
    static const std::map<std::string, calendar> periods{{"day", calendar::day},
                                                         {"week", calendar::week},
                                                         {"sunday-week", calendar::sunday_week},
                                                         {"month", calendar::month},
                                                         {"quarter", calendar::quarter},
                                                         {"year", calendar::year}};
    const auto at = periods.find(text);
    return at == periods.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace

bucket_request::bucket_request(const std::string& every, const std::string& zone)
    : every_(every), period_(period_of(every)), width_(width_of(every)), rows_(rows_of(every)) {
    if (!period_ && width_ == 0 && rows_ == 0)
        throw failure(fault::usage,
                      "--every: " + input::in_quotes(every) +
                          " is neither a width, such as 15s, 5m or 1h, nor one of day, "
                          "week, sunday-week, month, quarter and year");
    if (zone.empty()) return;
    const std::int64_t hours = width_ / hour;
    if (!period_ && (width_ % hour != 0 || hours == 0 || hours > 24 || 24 % hours != 0))
        throw failure(fault::usage,
                      "--zone: works with buckets of the calendar, or with hours that "
                      "divide a day, not with " +
                          every);
    auto loaded = load_time_zone(zone);
    if (!loaded)
        throw failure(loaded.error() == errc::not_found || loaded.error() == errc::out_of_range
                          ? fault::usage
                          : fault::environment,
                      "--zone: " + input::in_quotes(zone) + ": no such time zone on this system");
    zone_ = std::move(*loaded);
}

any_buckets bucket_request::in(input::tick unit) const {
    if (unit == input::tick::row) {
        if (rows_ != 0) return *fixed_buckets::every(rows_);
        throw failure(fault::usage,
                      "--every: the times of this archive are row numbers; give "
                      "a number of rows, such as 100");
    }
    if (rows_ != 0)
        throw failure(fault::usage, "--every: " + every_ +
                                        " is a number of rows, but this archive has times; give "
                                        "a width, such as 15s");
    return in_time(input::unit_in_frames(unit));
}

any_buckets bucket_request::in_time(time_unit unit) const {
    if (period_) return calendar_buckets(*period_, unit, zone_.value_or(time_zone()));
    if (zone_) return *calendar_buckets::hours(static_cast<unsigned>(width_ / hour), unit, *zone_);
    const std::int64_t tick = second / per_second(unit);
    if (width_ % tick != 0)
        throw failure(fault::usage,
                      "--every: " + every_ + " is not a whole number of the series' unit");
    return *fixed_buckets::every(width_ / tick);
}

}  // namespace chronopack::tool
