// Where to take a sample from: steps of the golden ratio, which spread evenly, however many
// are taken, and keep step with no period of the data.
//
//   100 values, 5 places     0  61  23  85  47
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstddef>
#include <cstdint>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

class sampled_places {
public:
    /// Returns the next place in [0, n), n < 2^32. The first is 0.
    [[nodiscard, gnu::always_inline]] constexpr std::size_t next(std::size_t n) noexcept {
        const std::size_t at = std::uint64_t{turn_} * n >> 32;
        turn_ += 0x9e3779b9;
        return at;
    }

private:
    std::uint32_t turn_ = 0;  // of 2^32 parts of a circle
};

static_assert([] {
    sampled_places places;
    return places.next(100) == 0 && places.next(100) == 61 && places.next(100) == 23;
}());

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
