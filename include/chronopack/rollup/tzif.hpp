// Reads time zones from TZif files (RFC 8536), which systems have in /usr/share/zoneinfo.
//
//   const auto berlin = load_time_zone("Europe/Berlin");
//
//   +--------+-------------+--------+---------------------------+---------+
//   | header | 32-bit data | header | 64-bit data               | \n TZ \n |
//   +--------+-------------+--------+---------------------------+---------+
//
//   header  "TZif" | version u8, '2' or later | 15 bytes |
//           UT flags, standard flags, leap seconds, times, types, characters: u32 each
//   data    times (i64 each) | type of each (u8) |
//           types: offset i32, summer u8, abbreviation u8 | characters |
//           leap seconds (12 each) | standard flags | UT flags
//
// Big-endian. The 32-bit data is skipped, and abbreviations are not kept. The bytes may be
// hostile: counts are checked against the size of the file before anything is allocated.
#pragma once

#include <chronopack/core/cursor.hpp>
#include <chronopack/rollup/time_zone.hpp>
#include <chronopack/series/file.hpp>

#include <string>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail::tzif {

struct header {
    std::uint8_t version = 0;
    std::uint64_t ut_flags = 0;
    std::uint64_t standard_flags = 0;
    std::uint64_t leap_seconds = 0;
    std::uint64_t times = 0;
    std::uint64_t types = 0;
    std::uint64_t characters = 0;

    [[nodiscard]] std::uint64_t data_bytes(std::uint64_t time_bytes) const noexcept {
        return times * (time_bytes + 1) + types * 6 + characters + leap_seconds * (time_bytes + 4) +
               standard_flags + ut_flags;
    }
};

inline constexpr std::size_t header_bytes = 44;

[[nodiscard]] inline result<header> read_header(byte_reader& in) noexcept {
    const cbytes wire = in.take(header_bytes);
    if (in.failed()) return errc::truncated;
    if (load_be<std::uint32_t>(wire.data()) != 0x545a6966) return errc::corrupt;  // "TZif"
    header h;
    h.version = std::to_integer<std::uint8_t>(wire[4]);
    std::uint64_t* const counts[] = {&h.ut_flags, &h.standard_flags, &h.leap_seconds,
                                     &h.times,    &h.types,          &h.characters};
    for (std::size_t i = 0; i < std::size(counts); ++i)
        *counts[i] = load_be<std::uint32_t>(wire.data() + 20 + 4 * i);
    return h;
}

/// Returns whether a header's counts agree. Those of the first header need not: writers differ
/// in what they put there for readers of version 1.
[[nodiscard]] inline bool plausible(const header& h) noexcept {
    const auto flags = [&](std::uint64_t n) {
        return n == 0 || n == h.types;
    };
    return h.types != 0 && flags(h.ut_flags) && flags(h.standard_flags);
}

/// Returns the next `size` bytes, or truncated.
[[nodiscard]] inline result<cbytes> take_data(byte_reader& in, std::uint64_t size) noexcept {
    if (size > in.remaining()) return errc::truncated;
    return in.take(static_cast<std::size_t>(size));
}

/// Returns the footer's text, which stands between two line ends that are the first and the
/// last byte of `in`; or truncated or corrupt.
[[nodiscard]] inline result<std::string_view> read_footer(cbytes in) noexcept {
    if (in.empty()) return errc::truncated;
    const std::string_view text(reinterpret_cast<const char*>(in.data()), in.size());
    if (text.front() != '\n') return errc::corrupt;
    const std::size_t end = text.find('\n', 1);
    if (end == std::string_view::npos) return errc::truncated;
    if (end + 1 != text.size()) return errc::corrupt;
    return text.substr(1, end - 1);
}

}  // namespace detail::tzif

/// Returns the zone in a TZif file of version 2 or later. Returns truncated, corrupt, or
/// unsupported for version 1 and for files that count leap seconds ("right/...").
[[nodiscard]] inline result<time_zone> read_time_zone(cbytes file) {
    using namespace detail::tzif;
    byte_reader in(file);
    const auto skipped = read_header(in);
    if (!skipped) return skipped.error();
    if (skipped->version == 0) return errc::unsupported;
    if (skipped->version < '2') return errc::corrupt;
    if (const auto ok = take_data(in, skipped->data_bytes(4)); !ok) return ok.error();
    const auto h = read_header(in);
    if (!h) return h.error();
    if (h->version != skipped->version || !plausible(*h)) return errc::corrupt;
    const auto data = take_data(in, h->data_bytes(8));
    if (!data) return data.error();
    const auto rule = read_footer(in.rest());
    if (!rule) return rule.error();
    if (h->leap_seconds != 0) return errc::unsupported;

    const auto count = static_cast<std::size_t>(h->times);
    const cbytes times = data->first(8 * count);
    const cbytes indexes = data->subspan(8 * count, count);
    const cbytes types = data->subspan(9 * count, static_cast<std::size_t>(6 * h->types));
    for (std::size_t i = 0; i < h->types; ++i) {
        const auto summer = std::to_integer<unsigned>(types[6 * i + 4]);
        const auto name = std::to_integer<unsigned>(types[6 * i + 5]);
        if (summer > 1 || name >= h->characters) return errc::corrupt;
    }
    const auto offset_of = [&](std::size_t type) {
        return static_cast<std::int32_t>(load_be<std::uint32_t>(types.data() + 6 * type));
    };
    std::vector<time_zone::transition> table(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto type = std::to_integer<std::size_t>(indexes[i]);
        if (type >= h->types) return errc::corrupt;
        table[i] = {static_cast<std::int64_t>(load_be<std::uint64_t>(times.data() + 8 * i)),
                    offset_of(type)};
    }
    auto zone = time_zone::from(offset_of(0), table, *rule);
    if (!zone) return errc::corrupt;
    return zone;
}

/// Returns the zone of a name like "Europe/Berlin" from the system's files. Returns
/// out_of_range where `name` is not of that form, not_found, io_error, and the errors of
/// read_time_zone.
[[nodiscard]] inline result<time_zone> load_time_zone(
    std::string_view name, std::string_view directory = "/usr/share/zoneinfo") {
    const auto legal = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '_' || c == '-' || c == '+';
    };
    // Names have no dots, so none leads out of the directory.
    if (name.empty() || name.size() > 255 || !std::all_of(name.begin(), name.end(), legal))
        return errc::out_of_range;
    const auto file = mapped_file::open(std::string(directory) + '/' + std::string(name));
    if (!file) return file.error();
    return read_time_zone(file->data());
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
