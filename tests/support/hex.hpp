// Bytes as hexadecimal text and back: how golden files and vectors are kept.
#pragma once

#include <chronopack/core/bytes.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace chronopack::test {

inline std::string to_hex(cbytes data) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(2 * data.size());
    for (const std::byte b : data) {
        out += digits[std::to_integer<std::size_t>(b >> 4)];
        out += digits[std::to_integer<std::size_t>(b & std::byte{15})];
    }
    return out;
}

inline unsigned hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    throw std::runtime_error(std::string("not a hexadecimal digit: ") + c);
}

inline std::vector<std::byte> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) throw std::runtime_error("half a byte of hexadecimal");
    std::vector<std::byte> out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2)
        out.push_back(static_cast<std::byte>(hex_digit(text[i]) << 4 | hex_digit(text[i + 1])));
    return out;
}

}  // namespace chronopack::test
