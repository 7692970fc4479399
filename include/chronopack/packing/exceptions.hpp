// The exceptions of an integer block (packing/block.hpp): the high parts of fields that are wider
// than the others, and their positions.
//
//   +----------------------------------+----------------------------+
//   | high parts, zigzag, as wide as   | positions, 10 bits each,   |
//   | the header says; none is zero    | ascending below the count  |
//   +----------------------------------+----------------------------+
//
//   u = field + (high part << width)
#pragma once

#include <chronopack/packing/plan.hpp>

#include <array>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace packing::detail {

inline void write_exceptions(const plan& p, bytes out) noexcept {
    const header& h = p.head;
    const std::size_t highs_bytes = field_bytes(h.exceptions, h.exception_width);
    field_writer highs(out.first(highs_bytes), h.exception_width);
    field_writer positions(out.subspan(highs_bytes), position_bits);
    for (const std::uint16_t position : std::span(p.positions).first(h.exceptions)) {
        highs.write(zigzag(high_part(p.distances[position] - p.reference, h.width)));
        positions.write(position);
    }
    highs.finish();
    positions.finish();
}

/// The exceptions of one block. Of its 16 KiB it touches only as much as these take.
class block_exceptions {
public:
    /// Reads h.exceptions >= 1 exceptions from the front of `in`. Returns whether they are
    /// legal: positions ascend below the count, and no high part is zero. More bytes after them
    /// are not used, but save time.
    [[nodiscard]] bool read(const header& h, cbytes in) noexcept {
        count_ = h.exceptions;
        const auto position = positions();
        const auto amount = amounts();
        load_fields(in, h.exception_width, amount);
        load_fields(in.subspan(field_bytes(count_, h.exception_width)), position_bits, position);
        // Without branches, so that compilers use vectors.
        std::uint64_t legal = amount[0] != 0;
        for (std::size_t e = 1; e < count_; ++e)
            legal &= std::uint64_t{position[e] > position[e - 1]} & std::uint64_t{amount[e] != 0};
        for (std::uint64_t& high : amount)
            high = static_cast<std::uint64_t>(unzigzag(high)) << h.width;
        return legal != 0 && position[count_ - 1] < h.count;
    }

    [[nodiscard]] std::span<std::uint64_t> positions() noexcept {
        return std::span(positions_).first(count_);
    }
    /// Returns the amounts to add to the fields at those positions.
    [[nodiscard]] std::span<std::uint64_t> amounts() noexcept {
        return std::span(amounts_).first(count_);
    }

private:
    std::array<std::uint64_t, block_values> positions_;
    std::array<std::uint64_t, block_values> amounts_;
    std::size_t count_ = 0;
};

/// Adds `scale` times the exceptions of a block, if it has any, to `out`; or corrupt where they
/// are not legal.
[[nodiscard]] inline result<void> add_exceptions(const header& h, cbytes in, std::uint64_t scale,
                                                 std::span<std::uint64_t> out) noexcept {
    if (h.exceptions == 0) return {};
    block_exceptions odd;
    if (!odd.read(h, in)) return errc::corrupt;
    for (std::size_t e = 0; e < h.exceptions; ++e)
        out[odd.positions()[e]] += scale * odd.amounts()[e];
    return {};
}

}  // namespace packing::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
