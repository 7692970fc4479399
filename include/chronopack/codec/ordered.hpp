// Ordered: stores the bits of doubles as integers in the same order. It suits values that are no
// decimals but lie close to each other, and doubles that are floats.
//
//   -1.5 < -0.0 < 0.0 < 1.0 < 1.5        their keys ascend, as signed integers
//
//   a page of n values
//   +-------+------------------+
//   | form  | integers         |     form 0: the key of the 64 bits
//   |  u8   | nested_integers  |     form 1: the key of the 32 bits of a float,
//   +-------+------------------+             which every value of the page is
//
// The key of the bits b is b itself; where the sign is set, all other bits are flipped. Neighbours
// share sign, exponent and the first bits of the mantissa, so their keys differ little.
#pragma once

#include <chronopack/codec/page/nested_integers.hpp>
#include <chronopack/core/bit.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

class ordered_page {
public:
    [[nodiscard]] static result<void> write(
        std::span<const double> in, preset level, byte_writer& out,
        const std::optional<column_estimate>& known = {}) noexcept {
        std::array<std::int64_t, page_values> keys;
        const bool floats = to_integers(in, keys);
        out.u8(floats ? 1 : 0);
        write_integers(std::span(keys).first(in.size()), level, out, known);
        return {};
    }

    [[nodiscard]] static result<void> read(byte_reader& in, std::span<double> out) noexcept {
        const unsigned form = in.u8();
        if (in.failed()) return errc::truncated;
        if (form > 1) return errc::corrupt;
        return read_integers(
            in, out.size(), {},
            [&](std::size_t from, std::span<const std::int64_t> keys) -> result<void> {
                double* const to = out.data() + from;
                if (form == 0) {
                    for (std::size_t i = 0; i < keys.size(); ++i) to[i] = from_order_key(keys[i]);
                    return {};
                }
                bool legal = true;
                for (std::size_t i = 0; i < keys.size(); ++i) {
                    legal &= keys[i] >= INT32_MIN && keys[i] <= INT32_MAX;
                    to[i] = widened(static_cast<std::int32_t>(keys[i]));
                }
                if (!legal) return errc::corrupt;
                return {};
            });
    }

    /// Returns the estimate of the keys of a page.
    [[nodiscard]] static column_estimate estimate_of(std::span<const double> in) noexcept {
        std::array<std::int64_t, page_values> keys;
        to_integers(in, keys);
        return detail::estimate_of(std::span<const std::int64_t>(keys).first(in.size()));
    }

    /// Writes the keys of a page, and returns whether they are keys of floats.
    static bool to_integers(std::span<const double> in, std::span<std::int64_t> keys) noexcept {
        const bool floats = all_floats(in);
        for (std::size_t i = 0; i < in.size(); ++i)
            keys[i] = floats ? float_key(static_cast<float>(in[i])) : order_key(in[i]);
        return floats;
    }

private:
    static constexpr std::int32_t flipped(std::int32_t bits) noexcept {
        return bits ^ static_cast<std::int32_t>(static_cast<std::uint32_t>(bits >> 31) >> 1);
    }
    static std::int64_t float_key(float v) noexcept { return flipped(bit_cast<std::int32_t>(v)); }
    static double widened(std::int32_t key) noexcept {
        return static_cast<double>(bit_cast<float>(flipped(key)));
    }
    // Compares the bits that come back: signalling NaNs turn quiet on the way.
    static bool all_floats(std::span<const double> in) noexcept {
        std::uint64_t lost = 0;
        for (const double v : in)
            lost |= bit_cast<std::uint64_t>(static_cast<double>(static_cast<float>(v))) ^
                    bit_cast<std::uint64_t>(v);
        return lost == 0;
    }
};

}  // namespace detail

/// Codes doubles of any bits.
struct ordered : detail::paged<double, detail::ordered_page> {
    static constexpr codec_id id = codec_id::ordered;
    static constexpr std::string_view name = "ordered";
};

static_assert(block_codec<ordered>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
