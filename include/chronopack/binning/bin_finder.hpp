// Finds the bin that a number lies in, by a search tree without branches.
//
//   least numbers     0    10    25    40        of bins 0 to 3
//   tree                      24                 greater numbers go right
//                         9        39
//   a number 27       right, left                bin 2
#pragma once

#include <chronopack/binning/tans.hpp>

#include <array>
#include <span>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

class bin_finder {
public:
    /// Takes the least number of each bin, ascending. Lesser numbers go to the first bin.
    explicit bin_finder(std::span<const std::uint64_t> least) noexcept
        : levels_(bit_width(least.size() - 1)) {
        // Below node i are 2 i and 2 i + 1; the leaves are the bins, in order. Numbers above the
        // last one of the bins on the left go right.
        const std::size_t leaves = std::size_t{1} << levels_;
        for (std::size_t i = 1; i < leaves; ++i) {
            const std::size_t right = ((2 * i + 1) << (levels_ - bit_width(i))) - leaves;
            last_left_[i] = right < least.size() ? least[right] - 1 : UINT64_MAX;
        }
    }

    [[nodiscard]] std::size_t operator()(std::uint64_t number) const noexcept {
        std::size_t i = 1;
        for (unsigned level = 0; level < levels_; ++level) i = 2 * i + (last_left_[i] < number);
        return i - (std::size_t{1} << levels_);
    }

private:
    unsigned levels_;
    std::array<std::uint64_t, tans::max_symbols> last_left_;
};

}  // namespace binning
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
