// Pages of the codecs that nest columns, made by hand and read back.
#pragma once

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"
#include "support/wire.hpp"

#include <functional>

namespace chronopack::test {

inline constexpr std::uint64_t packed_id = 1;
inline constexpr std::uint64_t binned_id = 13;

// A column of integers that are all alike: one block, or several, of width 0.
inline wire constant_integers(std::int64_t value, std::size_t n) {
    wire out;
    out.u8(packed_id);
    for (std::size_t at = 0; at < n; at += 1024)
        out.u8(0).u8(0).u8(0).u16(0).u16(std::min<std::size_t>(1024, n - at)).signed_varint(value);
    return out;
}

// A column of integers, by the encoder.
inline std::vector<std::byte> integers(const std::vector<std::int64_t>& values) {
    auto out = wire().u8(packed_id);
    return out.put(encode_to_vector<packed>(values)).bytes;
}

// The same, binned.
inline std::vector<std::byte> binned_integers(const std::vector<std::int64_t>& values) {
    auto out = wire().u8(binned_id);
    return out.put(encode_to_vector<binned>(values)).bytes;
}

// Decoded before a guard page, n values.
template <class C>
result<std::vector<typename C::value_type>> read(const wire& from, std::size_t n) {
    guarded_bytes memory(from.bytes.size());
    const bytes in = memory.at_end(from.bytes.size());
    copy_bits(from.bytes, in);
    std::vector<typename C::value_type> out(n);
    const auto used = C::decode(in, out);
    if (!used) return used.error();
    return out;
}

template <class C>
bool refused(const wire& from, std::size_t n, errc why = errc::corrupt) {
    const auto got = read<C>(from, n);
    return !got && got.error() == why;
}

inline double bits_a_value(std::size_t bytes, std::size_t n) {
    return 8.0 * static_cast<double>(bytes) / static_cast<double>(n);
}

template <class C>
double bits_of(const std::vector<double>& in) {
    return bits_a_value(encode_to_vector<C>(in).size(), in.size());
}

inline std::vector<double> made(std::size_t n, const std::function<double(prng&)>& one) {
    prng random(31);
    std::vector<double> out(n);
    for (double& v : out) v = one(random);
    return out;
}

}  // namespace chronopack::test
