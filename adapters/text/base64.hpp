// Base64, standard alphabet, padded (RFC 4648, section 4).
//
//   base64("hello")    aGVsbG8=
#pragma once

#include <chronopack/core/abi.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace chronopack::text {

inline void append_base64(std::string& out, std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (k < n ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            out += k <= n ? digits[group >> (18 - 6 * k) & 63] : '=';
    }
}

[[nodiscard]] inline std::string base64(std::string_view bytes) {
    std::string out;
    append_base64(out, bytes);
    return out;
}

}  // namespace chronopack::text
