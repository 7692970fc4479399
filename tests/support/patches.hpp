// Made-up patches, which a kernel adds to fields.
#pragma once

#include <chronopack/kernel/patches.hpp>

#include "support/random.hpp"

#include <vector>

namespace chronopack::test {

/// For one slot of four, or for a few of them.
[[nodiscard]] inline kernel::patches random_patches(prng& random, std::size_t count) {
    std::vector<std::uint64_t> at, amounts;
    const std::size_t one_in = random.one_in(2) ? 4 : count / 4;
    for (std::size_t slot = 0; slot < count; ++slot)
        if (random.below(one_in) == 0) {
            at.push_back(slot);
            amounts.push_back(random());
        }
    return {at, amounts};
}

}  // namespace chronopack::test
