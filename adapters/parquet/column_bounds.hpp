// The least and the greatest value of a page or a column chunk, as statistics have them.
//
//   doubles   a zero is -0.0 as the least and +0.0 as the greatest, because readers take zeros of
//             both signs for equal; NaNs are counted, and where there are any there are no bounds:
//             DuckDB would take them for bounds of the NaNs as well, and find NaNs by value = 0
//   texts     by their bytes; cut to 64 bytes between characters, the greatest then rounded up
#pragma once

#include <adapters/parquet/metadata.hpp>

#include <chronopack/core/bit.hpp>
#include <chronopack/core/bytes.hpp>

#include <adapters/text/utf8.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace chronopack::parquet {

/// As the file has them. Nothing where there is no value, or a NaN.
struct stored_bounds {
    std::optional<std::string> min, max;
    bool min_exact = true, max_exact = true;
};

/// Of a page, or of several after add().
struct column_bounds {
    std::int64_t values = 0;  ///< without nulls and NaNs
    std::int64_t nulls = 0;
    std::int64_t nans = 0;
    std::int64_t least_integer = INT64_MAX, greatest_integer = INT64_MIN;
    double least_real = 0, greatest_real = 0;
    std::string_view least_text, greatest_text;

    void see(std::span<const std::int64_t> integers) {
        if (integers.empty()) return;
        const auto [least, greatest] = std::minmax_element(integers.begin(), integers.end());
        least_integer = std::min(least_integer, *least);
        greatest_integer = std::max(greatest_integer, *greatest);
        values += static_cast<std::int64_t>(integers.size());
    }
    void see(std::span<const double> reals) {
        double least = __builtin_inf(), greatest = -__builtin_inf();
        std::int64_t other = 0;
        for (const double v : reals) {
            other += is_nan(v);
            least = v < least ? v : least;
            greatest = v > greatest ? v : greatest;
        }
        nans += other;
        const auto seen = static_cast<std::int64_t>(reals.size()) - other;
        if (seen > 0) widen(least, greatest);
        values += seen;
    }
    /// Of `count` values.
    void see(std::string_view least, std::string_view greatest, std::size_t count) {
        if (values == 0 || least < least_text) least_text = least;
        if (values == 0 || greatest > greatest_text) greatest_text = greatest;
        values += static_cast<std::int64_t>(count);
    }
    void add(const column_bounds& other) {
        nulls += other.nulls;
        nans += other.nans;
        if (other.values == 0) return;
        least_integer = std::min(least_integer, other.least_integer);
        greatest_integer = std::max(greatest_integer, other.greatest_integer);
        if (values == 0 || other.least_text < least_text) least_text = other.least_text;
        if (values == 0 || other.greatest_text > greatest_text) greatest_text = other.greatest_text;
        widen(other.least_real, other.greatest_real);
        values += other.values;
    }

    [[nodiscard]] stored_bounds stored(physical_type type) const;

private:
    void widen(double least, double greatest) {
        if (values == 0 || least < least_real) least_real = least;
        if (values == 0 || greatest > greatest_real) greatest_real = greatest;
    }
};

/// Returns the longest beginning of valid UTF-8 of at most `most` bytes that ends between
/// characters.
[[nodiscard]] inline std::string_view cut_text(std::string_view text, std::size_t most) noexcept {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
    return text.substr(0, most);
}

/// Returns the least text of no more bytes than `text` that is greater than all that begin with
/// it; or nothing where there is none. The text must be valid UTF-8.
[[nodiscard]] inline std::optional<std::string> rounded_up(std::string_view text) {
    while (!text.empty()) {
        std::size_t at = text.size() - 1;
        while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
        const std::string_view last = text.substr(at);
        const std::uint32_t next =
            text::code_point(last) == 0xd7ff ? 0xe000 : text::code_point(last) + 1;
        std::string character;
        if (next < 0x80) {
            character = {static_cast<char>(next)};
        } else if (next < 0x800) {
            character = {static_cast<char>(0xc0 | next >> 6),
                         static_cast<char>(0x80 | (next & 63))};
        } else if (next < 0x10000) {
            character = {static_cast<char>(0xe0 | next >> 12),
                         static_cast<char>(0x80 | (next >> 6 & 63)),
                         static_cast<char>(0x80 | (next & 63))};
        } else if (next <= 0x10ffff) {
            character = {
                static_cast<char>(0xf0 | next >> 18), static_cast<char>(0x80 | (next >> 12 & 63)),
                static_cast<char>(0x80 | (next >> 6 & 63)), static_cast<char>(0x80 | (next & 63))};
        }
        if (!character.empty() && character.size() == last.size())
            return std::string(text.substr(0, at)) + character;
        text = text.substr(0, at);
    }
    return std::nullopt;
}

/// The most bytes of a text in statistics.
inline constexpr std::size_t most_bound_bytes = 64;

inline stored_bounds column_bounds::stored(physical_type type) const {
    stored_bounds bounds;
    if (values == 0 || nans > 0) return bounds;
    const auto word = [](std::uint64_t bits) {
        std::string plain(8, '\0');
        store_le(reinterpret_cast<std::byte*>(plain.data()), bits);
        return plain;
    };
    if (type == physical_type::int64) {
        bounds.min = word(static_cast<std::uint64_t>(least_integer));
        bounds.max = word(static_cast<std::uint64_t>(greatest_integer));
    } else if (type == physical_type::float64) {
        bounds.min = word(bit_cast<std::uint64_t>(least_real == 0 ? -0.0 : least_real));
        bounds.max = word(bit_cast<std::uint64_t>(greatest_real == 0 ? 0.0 : greatest_real));
    } else {
        bounds.min = std::string(cut_text(least_text, most_bound_bytes));
        bounds.min_exact = bounds.min->size() == least_text.size();
        bounds.max_exact = greatest_text.size() <= most_bound_bytes;
        bounds.max = bounds.max_exact ? std::string(greatest_text)
                                      : rounded_up(cut_text(greatest_text, most_bound_bytes));
    }
    return bounds;
}

}  // namespace chronopack::parquet
