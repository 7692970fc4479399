// Protobuf written by hand: for messages that no encoder of ours makes, and to check
// that it makes those it should.
//
//   bytes_field(1, varint_field(2, 150))  ->  0a 03 10 96 01
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/core/bytes.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace chronopack::test {

inline std::string varint(std::uint64_t value) {
    std::string out;
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    return out + static_cast<char>(value);
}

inline std::string tag(std::uint64_t number, unsigned wire_type) {
    return varint(number << 3 | wire_type);
}

inline std::string varint_field(std::uint64_t number, std::uint64_t value) {
    return tag(number, 0) + varint(value);
}

inline std::string bytes_field(std::uint64_t number, std::string_view content) {
    return tag(number, 2) + varint(content.size()) + std::string(content);
}

inline std::string fixed64_field(std::uint64_t number, std::uint64_t value) {
    std::byte wire[8];
    store_le(wire, value);
    return tag(number, 1) + std::string(reinterpret_cast<const char*>(wire), sizeof wire);
}

inline std::string real_field(std::uint64_t number, double value) {
    return fixed64_field(number, bit_cast<std::uint64_t>(value));
}

inline std::string fixed32_field(std::uint64_t number, std::uint32_t value) {
    std::byte wire[4];
    store_le(wire, value);
    return tag(number, 5) + std::string(reinterpret_cast<const char*>(wire), sizeof wire);
}

inline cbytes bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

/// A request with one metric of one resource: `data` is its oneof.
inline std::string request_of(const std::string& data, std::string_view name = "m") {
    const std::string metric = bytes_field(1, name) + data;
    return bytes_field(1, bytes_field(2, bytes_field(2, metric)));
}

/// A KeyValue: `any_value` is the message of its value.
inline std::string pair_of(std::string_view key, std::string_view any_value) {
    return bytes_field(1, key) + bytes_field(2, any_value);
}

}  // namespace chronopack::test
