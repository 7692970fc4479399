// Base64, standard alphabet, padded (RFC 4648, section 4).
//
//   base64("hello")    aGVsbG8=
#pragma once

#include <chronopack/core/abi.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace chronopack::text {

inline constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline void append_base64(std::string& out, std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (k < n ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            out += k <= n ? base64_digits[group >> (18 - 6 * k) & 63] : '=';
    }
}

[[nodiscard]] inline std::string base64(std::string_view bytes) {
    std::string out;
    append_base64(out, bytes);
    return out;
}

/// Appends the bytes that `text` holds. Returns false for text that is not base64 with padding, or
/// has bits that no byte has; bytes may be appended all the same.
[[nodiscard]] inline bool append_unbase64(std::string& out, std::string_view text) {
    constexpr auto digits = [] {
        std::array<std::int8_t, 256> made{};
        made.fill(-1);
        for (std::size_t i = 0; i < base64_digits.size(); ++i)
            made[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::int8_t>(i);
        return made;
    }();
    if (text.size() % 4 != 0) return false;
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const bool last = i + 4 == text.size();
        const std::size_t n = last && text[i + 3] == '=' ? (text[i + 2] == '=' ? 2 : 3) : 4;
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < n; ++k) {
            const int digit = digits[static_cast<unsigned char>(text[i + k])];
            if (digit < 0) return false;
            bits |= static_cast<std::uint32_t>(digit) << (18 - 6 * k);
        }
        if ((bits & ((std::uint32_t{1} << (8 * (4 - n))) - 1)) != 0) return false;
        for (std::size_t k = 0; k + 1 < n; ++k) out += static_cast<char>(bits >> (16 - 8 * k));
    }
    return true;
}

}  // namespace chronopack::text
