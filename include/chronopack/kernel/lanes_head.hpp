// Reads the head of fields in lanes (kernel/lanes.hpp) for the vectorised decoder: the lanes' first
// bits and the fields of no row, a word at a time.
//
//   | first bits of 16 lanes | up to 15 fields | words of the lanes ...
//   |<------- head --------------------------->|
//
// If words follow, loads may reach into them. A head without words is copied to where zeros
// follow it. Not inlined: the loops around would have fewer registers.
#pragma once

#include <chronopack/kernel/patches.hpp>
#include <chronopack/kernel/running_sums.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel::detail {

class lanes_head {
public:
    /// Takes field_bytes(count, width) at `in`, laid out as `at`, which outlive this.
    [[gnu::always_inline]] lanes_head(const std::byte* in, const layout& at) noexcept : from_(in) {
        if (at.words == 0) copy(in, at);
    }
    lanes_head(const lanes_head&) = delete;
    lanes_head& operator=(const lanes_head&) = delete;

    /// Loads the lanes' first words, which count from first_bit() on.
    [[gnu::noinline]] void load_first(const layout& at, std::uint64_t* first) const noexcept {
        const unsigned width = at.first_bits;
        const unsigned left = at.first_bit();
        if (width <= 57)
            for (std::size_t l = 0, bit = 0; l < lanes; ++l, bit += width)
                first[l] = load_bits<false>(from_, bit) << left;
        else
            for (std::size_t l = 0, bit = 0; l < lanes; ++l, bit += width)
                first[l] = load_bits<true>(from_, bit) << left;
    }

    /// Decodes the fields of no row to values, after the values of the rows at `out`.
    template <sums Sums>
    [[gnu::noinline]] void decode_rest(const layout& at, unsigned width, const start& s,
                                       const patched_rows& patches,
                                       std::uint64_t* out) const noexcept {
        const std::size_t done = lanes * at.rows;
        std::uint64_t sum = Sums == sums::none ? 0 : out[done - 1];
        std::uint64_t delta = Sums == sums::twice ? sum - out[done - 2] : 0;
        const std::uint64_t mask = low_mask(width);
        const std::byte* const from = from_ + at.first_bytes();
        for (std::size_t i = 0, bit = 0; i < at.rest; ++i, bit += width) {
            std::uint64_t x =
                width <= 57 ? load_bits<false>(from, bit) : load_bits<true>(from, bit);
            x &= mask;
            if (patches) x += patches.row(at.rows)[i];
            x = s.reference + s.scale * x;
            if constexpr (Sums == sums::twice) x = delta += x;
            if constexpr (Sums != sums::none) x = sum += x;
            out[done + i] = x;
        }
    }

private:
    [[gnu::noinline]] void copy(const std::byte* in, const layout& at) noexcept {
        if (at.bytes > 0) std::memcpy(copy_, in, at.bytes);
        std::memset(copy_ + at.bytes, 0, zeros);
        from_ = copy_;
    }

    static constexpr std::size_t zeros = 9;
    static constexpr std::size_t most_bytes = field_bytes(2 * lanes - 1, 63);  // of one row
    const std::byte* from_;
    std::byte copy_[most_bytes + zeros];
};

}  // namespace kernel::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
