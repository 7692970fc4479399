#include <adapters/influxdb/flux_cell.hpp>

#include <adapters/influxdb/rfc3339.hpp>
#include <adapters/text/base64.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace chronopack::influxdb {

namespace {

constexpr struct {
    std::string_view name;
    data_type type;
} types[] = {
    {"string", data_type::text},
    {"double", data_type::real},
    {"long", data_type::int64},
    {"unsignedLong", data_type::uint64},
    {"boolean", data_type::boolean},
    {"dateTime:RFC3339", data_type::time},
    {"dateTime:RFC3339Nano", data_type::time},
    {"dateTime", data_type::time},
    {"duration", data_type::duration},
    {"base64Binary", data_type::bytes},
};

template <class Number>
std::optional<std::uint64_t> whole_bits(std::string_view text) noexcept {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return static_cast<std::uint64_t>(number);
}

std::optional<std::uint64_t> real_bits(std::string_view text) noexcept {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (text == "NaN") return bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
    if (text == "+Inf" || text == "Inf") return bit_cast<std::uint64_t>(infinity);
    if (text == "-Inf") return bit_cast<std::uint64_t>(-infinity);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    // from_chars takes names of infinities and NaN that the form does not have.
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    return bit_cast<std::uint64_t>(number);
}

}  // namespace

std::optional<data_type> flux_type(std::string_view name) noexcept {
    const auto* const at = std::find_if(std::begin(types), std::end(types),
                                        [&](const auto& t) { return t.name == name; });
    if (at == std::end(types)) return std::nullopt;
    return at->type;
}

std::optional<std::uint64_t> read_flux_cell(data_type type, std::string_view text,
                                            std::string& room) {
    switch (type) {
        case data_type::int64:
            return whole_bits<std::int64_t>(text);
        case data_type::uint64:
            return whole_bits<std::uint64_t>(text);
        case data_type::real:
            return real_bits(text);
        case data_type::boolean:
            if (text != "true" && text != "false") return std::nullopt;
            return text == "true";
        case data_type::time: {
            const auto time = read_time(text);
            if (!time) return std::nullopt;
            return static_cast<std::uint64_t>(*time);
        }
        case data_type::text:
        case data_type::duration:
        case data_type::bytes:
            break;
    }
    const std::size_t from = room.size();
    if (type != data_type::bytes)
        room.append(text);
    else if (!text::append_unbase64(room, text))
        return std::nullopt;
    return from << 32 | (room.size() - from);
}

}  // namespace chronopack::influxdb
