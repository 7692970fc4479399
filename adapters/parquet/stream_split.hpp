// BYTE_STREAM_SPLIT: the first bytes of all values, then all second bytes, and so on. It makes
// nothing smaller, but bytes that are alike stand together for the compressor.
//
//   AABBCCDD 00112233   ->   AA 00 BB 11 CC 22 DD 33
#pragma once

#include <chronopack/core/bytes.hpp>

#include <span>
#include <string>

namespace chronopack::parquet {

/// Appends 8 n bytes.
inline void write_stream_split(std::string& out, std::span<const double> values) {
    const std::size_t n = values.size(), at = out.size();
    out.resize(at + 8 * n);
    char* const to = out.data() + at;
    for (std::size_t i = 0; i < n; ++i) {
        std::uint64_t word;
        std::memcpy(&word, &values[i], 8);
        for (std::size_t b = 0; b < 8; ++b) to[b * n + i] = static_cast<char>(word >> (8 * b));
    }
}

/// Returns value i of n whose bytes are Bytes streams at `from`.
template <std::size_t Bytes>
[[nodiscard, gnu::always_inline]] inline std::uint64_t stream_split_word(const std::byte* from,
                                                                         std::size_t n,
                                                                         std::size_t i) noexcept {
    std::uint64_t word = 0;
    for (std::size_t b = 0; b < Bytes; ++b)
        word |= std::to_integer<std::uint64_t>(from[b * n + i]) << (8 * b);
    return word;
}

}  // namespace chronopack::parquet
