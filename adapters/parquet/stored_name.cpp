#include <adapters/parquet/stored_name.hpp>

#include <adapters/storage/spool_format.hpp>

#include <charconv>
#include <chrono>
#include <cstdio>

namespace chronopack::parquet {

namespace {

constexpr std::int64_t day_ns = 86'400'000'000'000;
constexpr std::string_view suffix = ".parquet";

std::string hex_of(std::uint64_t number) {
    std::string text(16, '0');
    for (std::size_t i = 16; i-- > 0; number >>= 4) text[i] = "0123456789abcdef"[number & 15];
    return text;
}

// Takes 16 digits from the start of `text`.
std::optional<std::uint64_t> take_hex(std::string_view& text) {
    if (text.size() < 16) return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : text.substr(0, 16)) {
        const auto digit = std::string_view("0123456789abcdef").find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        number = number << 4 | digit;
    }
    text.remove_prefix(16);
    if (number > storage::spool_format::most_number) return std::nullopt;
    return number;
}

}  // namespace

std::int64_t day_of(std::int64_t time) noexcept {
    return time / day_ns - (time % day_ns < 0);
}

std::int64_t first_of_day(std::int64_t day) noexcept {
    std::int64_t time = 0;
    return __builtin_mul_overflow(day, day_ns, &time) ? INT64_MIN : time;
}

std::int64_t last_of_day(std::int64_t day) noexcept {
    std::int64_t time = 0;
    return __builtin_mul_overflow(day + 1, day_ns, &time) ? INT64_MAX : time - 1;
}

std::string folder_of(std::int64_t day) {
    const std::chrono::year_month_day date{
        std::chrono::sys_days(std::chrono::days(static_cast<int>(day)))};
    char text[64];
    std::snprintf(text, sizeof text, "date=%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text;
}

std::optional<std::int64_t> day_of_folder(std::string_view folder) {
    if (folder.size() != 15 || !folder.starts_with("date=")) return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t digits) {
        int n = -1;
        const char* const from = folder.data() + at;
        const auto read = std::from_chars(from, from + digits, n);
        return read.ptr == from + digits ? n : -1;
    };
    const int year = number(5, 4), month = number(10, 2), day = number(13, 2);
    if (year < 0 || month < 0 || day < 0) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    const std::int64_t found = std::chrono::sys_days(date).time_since_epoch().count();
    if (folder_of(found) != folder || found < day_of(INT64_MIN) || found > day_of(INT64_MAX))
        return std::nullopt;
    return found;
}

std::string path_of(const stored_name& name) {
    std::string path = folder_of(name.day) + '/' + hex_of(name.first);
    if (name.first != name.last || name.revision != 0)
        path += '-' + hex_of(name.last) + '-' + std::to_string(name.revision);
    return path += suffix;
}

std::optional<stored_name> read_name(std::int64_t day, std::string_view name) {
    std::string_view rest = name;
    if (!rest.ends_with(suffix)) return std::nullopt;
    rest.remove_suffix(suffix.size());
    const auto first = take_hex(rest);
    if (!first) return std::nullopt;
    stored_name found{day, *first, *first, 0};
    if (rest.starts_with('-')) {
        rest.remove_prefix(1);
        const auto last = take_hex(rest);
        if (!last || *last < *first || !rest.starts_with('-')) return std::nullopt;
        found.last = *last;
        rest.remove_prefix(1);
        const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), found.revision);
        if (read.ec != std::errc() || read.ptr != rest.data() + rest.size()) return std::nullopt;
        rest = {};
    }
    const std::string path = path_of(found);
    if (!rest.empty() || std::string_view(path).substr(path.find('/') + 1) != name)
        return std::nullopt;
    return found;
}

bool replaces(const stored_name& newer, const stored_name& older) noexcept {
    if (newer.day != older.day || newer == older) return false;
    if (newer.first == older.first && newer.last == older.last)
        return newer.revision > older.revision;
    return newer.first <= older.first && newer.last >= older.last;
}

}  // namespace chronopack::parquet
