// Frames for tests, and tools that damage them under sound checksums.
#pragma once

#include "codec.hpp"
#include "series.hpp"

#include <chronopack/frame/frame.hpp>

#include <algorithm>
#include <limits>

namespace chronopack::test {

template <class V>
struct columns {
    std::vector<std::int64_t> timestamps;
    std::vector<V> values;

    [[nodiscard]] std::size_t size() const noexcept { return timestamps.size(); }
    friend bool operator==(const columns& a, const columns& b) noexcept {
        return same_bits(a.timestamps, b.timestamps) && same_bits(a.values, b.values);
    }
};

template <class V>
[[nodiscard]] columns<V> make_columns(std::string_view times, std::string_view values,
                                      std::size_t n, std::uint64_t seed = 1) {
    return {make_series<std::int64_t>(times, n, seed), make_series<V>(values, n, seed + 1)};
}

/// Returns a frame in a vector of exactly its size; throws where encode refuses.
template <class V>
[[nodiscard]] std::vector<std::byte> encode_frame(const columns<V>& in,
                                                  const frame::options& how = {}) {
    std::vector<std::byte> wire(frame::max_bytes<V>(in.size()));
    const auto size = frame::encode<V>(in.timestamps, in.values, how, wire);
    if (!size) throw std::runtime_error(std::string(message(size.error())));
    return {wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(*size)};
}

template <class V>
[[nodiscard]] result<columns<V>> decode_frame(cbytes wire) {
    const auto info = frame::inspect(wire);
    if (!info) return info.error();
    columns<V> out{std::vector<std::int64_t>(info->samples), std::vector<V>(info->samples)};
    const auto ok = frame::decode<V>(wire, out.timestamps, out.values);
    if (!ok) return ok.error();
    return out;
}

[[nodiscard]] inline std::size_t header_bytes(cbytes wire) {
    const auto size = frame::detail::header_size(wire);
    if (!size) throw std::runtime_error(std::string(message(size.error())));
    return *size;
}

/// Mends the checksum of a damaged header.
inline void reseal_header(std::vector<std::byte>& wire) {
    const std::size_t covered = header_bytes(wire) - 4;
    store_le(wire.data() + covered, kernel::crc32c(cbytes(wire).first(covered)));
}

/// Returns values whose statistics are stored in different ways.
[[nodiscard]] inline std::vector<std::vector<double>> statistics_of_every_form() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    const double stale = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});
    return {{3, 5, 4, 4, 9},                           // integers
            {21.37, 21.4, 19.98, 22.25, 20},           // over a power of ten
            {21.5F, 21.625F, 0.1F, 22.25F},            // over a power of two
            {1.0 / 3, 2.0 / 3, 1.0 / 7, 5.0 / 7},      // as they are
            {1.0 / 3, 1.0 / 3, 1.0 / 3},               // one, as it is
            {nan, 21.37, 19.98, stale, 22.25, stale},  // first and last are NaN
            {nan, stale},                              // only NaN
            {-0.0, 2.5, 0.5, -1, -0.0},                // the first and the last are negative zeros
            {infinity, 1, -infinity, 1e300, -1e300, 5}};  // sums that are no numbers
}

/// Returns 64 small frames with every shape of timestamps and of values of both types.
[[nodiscard]] inline std::vector<std::vector<std::byte>> golden_frames() {
    std::vector<std::vector<std::byte>> out;
    const auto times = shapes<std::int64_t>();
    constexpr std::array<std::size_t, 4> counts{1, 2, 24, 40};
    for (std::size_t i = 0; out.size() < 64; ++i) {
        prng random(i);
        const std::size_t n = i == 17 ? 1030 : counts[i % counts.size()];
        const auto t = times[i % times.size()].make(random, n);
        if (i % 3 == 0) {
            const auto v = times[(i / 3) % times.size()].make(random, n);
            out.push_back(encode_frame<std::int64_t>({t, v}));
        } else {
            const auto v = shapes<double>()[i % shapes<double>().size()].make(random, n);
            out.push_back(encode_frame<double>({t, v}));
        }
    }
    return out;
}

}  // namespace chronopack::test
