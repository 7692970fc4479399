// Vectorised sums, extremes and resets against plain loops, for the Arch
// that this file is compiled for and for every size of vector.

#include <chronopack/kernel/summary.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

constexpr std::array<std::size_t, 10> counts{9, 15, 16, 17, 24, 31, 100, 1000, 1023, 1024};

template <std::size_t N>
void doubles_agree(prng& random) {
    guarded_bytes memory(8 * 1024);
    for (const std::size_t n : counts) {
        const auto v = memory.at_end<double>(n);
        for (double& x : v) x = static_cast<double>(random.between(-5, 5)) / 8;
        if (random.below(4) == 0) v[random.below(n)] = std::numeric_limits<double>::infinity();

        kernel::double_summary expected;
        kernel::double_summary got;
        for (std::size_t k = 0; k < 8; ++k)
            expected.sums[k] = got.sums[k] = static_cast<double>(random.below(100)) / 10;
        for (std::size_t i = 8; i < n / 8 * 8; ++i) {
            const bool reset = v[i] < v[i - 1];
            expected.sums[i % 8] += v[i];
            expected.increases[i % 8] += reset ? v[i] : v[i] - v[i - 1];
            expected.resets += reset;
            expected.least = std::min(expected.least, v[i]);
            expected.most = std::max(expected.most, v[i]);
        }
        kernel::block_summary<N>::add(v.data(), n, got);
        INFO(N << " words a vector, " << n << " values");
        REQUIRE(same_bits(std::span(got.sums), std::span(expected.sums)));
        REQUIRE(same_bits(std::span(got.increases), std::span(expected.increases)));
        REQUIRE(got.resets == expected.resets);
        REQUIRE(got.least == expected.least);
        REQUIRE(got.most == expected.most);
    }
}

template <std::size_t N>
void integers_agree(prng& random) {
    __extension__ using wide = __int128;
    const auto value = [](const kernel::integer_summary::total& t) {
        return (wide{t.high} << 32) + t.low - (wide{t.negative} << 64);
    };
    guarded_bytes memory(8 * 1024);
    for (const std::size_t n : counts) {
        const auto v = memory.at_end<std::int64_t>(n);
        for (std::int64_t& x : v) {
            x = static_cast<std::int64_t>(random() >> random.below(64));
            if (random.below(2) == 0) x = ~x;
        }
        wide sum = 0;
        wide increase = 0;
        std::uint64_t resets = 0;
        for (std::size_t i = 8; i < n / 8 * 8; ++i) {
            const bool reset = v[i] < v[i - 1];
            sum += v[i];
            increase += reset ? wide{v[i]} : wide{v[i]} - v[i - 1];
            resets += reset;
        }
        kernel::integer_summary got;
        kernel::block_summary<N>::add(v.data(), n, got);
        INFO(N << " words a vector, " << n << " values");
        REQUIRE((value(got.sum) == sum));
        REQUIRE((value(got.increase) == increase));
        REQUIRE(got.resets == resets);
    }
}

template <std::size_t N>
void search_agrees(prng& random) {
    guarded_bytes memory(8 * 1024);
    for (std::size_t n = 0; n <= 40; ++n) {
        const auto v = memory.at_end<std::uint64_t>(n);
        for (std::uint64_t& x : v) x = random() | 1;
        REQUIRE_FALSE(kernel::block_summary<N>::holds(v.data(), n, 0));
        if (n == 0) continue;
        v[random.below(n)] = 0;
        REQUIRE(kernel::block_summary<N>::holds(v.data(), n, 0));
    }
}

template <std::size_t N>
void all_agree() {
    prng random(8 + N);
    for (int round = 0; round < 20; ++round) {
        doubles_agree<N>(random);
        integers_agree<N>(random);
        search_agrees<N>(random);
    }
}

}  // namespace

TEST_CASE("vectors of every size sum as a plain loop does", "[kernel][simd]") {
    all_agree<1>();
    all_agree<2>();
    all_agree<4>();
    all_agree<8>();
}
