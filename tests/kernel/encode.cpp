// The vectorised encoding kernels against their scalar twin, for the Arch
// that this file is compiled for: tests/meson.build compiles it for several.

#include <chronopack/kernel/encode.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using kernel::sums;
using fast = kernel::default_encoder;
using twin = kernel::block_encoder<kernel::scalar>;

constexpr std::array<std::size_t, 17> counts{1,  2,  3,  4,   5,   8,   9,    15,  16,
                                             17, 33, 34, 100, 257, 512, 1023, 1024};

// Words of any magnitude, or with few bits, or near the ends of the signed ones.
std::uint64_t any_word(prng& random) {
    switch (random.below(4)) {
        case 0:
            return random();
        case 1:
            return random() >> random.below(64);
        case 2:
            return (std::uint64_t{1} << 63) + random.below(5) - 2;
        default:
            return random.below(3);
    }
}

void fill(std::span<std::uint64_t> words, prng& random) {
    for (std::uint64_t& w : words) w = any_word(random);
}

template <sums Sums>
void residuals_agree(prng& random) {
    guarded_bytes inputs(8 * kernel::slots);
    guarded_bytes outputs(8 * kernel::slots);
    for (const std::size_t n : counts) {
        if (n <= kernel::first_residual<Sums>) continue;
        INFO("sums " << static_cast<int>(Sums) << ", " << n << " values");
        const auto v = inputs.at_end<std::uint64_t>(n);
        fill(v, random);
        const auto expected = twin::spread<Sums>(v.data(), n);
        const auto got = fast::spread<Sums>(v.data(), n);
        REQUIRE(got.least == expected.least);
        REQUIRE(got.most == expected.most);

        std::vector<std::uint64_t> distances(n, 77);
        const auto out = outputs.at_end<std::uint64_t>(n);
        std::fill(out.begin(), out.end(), std::uint64_t{77});
        twin::distances<Sums>(v.data(), n, got.least, distances.data());
        fast::distances<Sums>(v.data(), n, got.least, out.data());
        REQUIRE(same_bits(out, distances));
    }
}

template <sums Sums>
void packing_agrees(std::size_t count, guarded_bytes& inputs, guarded_bytes& outputs,
                    prng& random) {
    const auto y = inputs.at_end<std::uint64_t>(count);
    const std::size_t rows = count / kernel::lanes;
    for (unsigned width = 1; width <= 64; ++width) {
        INFO("sums " << static_cast<int>(Sums) << ", " << count << " fields of width " << width);
        fill(y, random);
        const std::uint64_t reference = any_word(random);
        std::vector<std::byte> expected(field_bytes(count, width));
        const bytes out = outputs.at_end(expected.size());
        twin::pack<Sums>(y.data(), count, reference, width, expected.data());
        fast::pack<Sums>(y.data(), count, reference, width, out.data());
        REQUIRE(same_bits(out, expected));

        // The kernel of the decoder gives the fields back.
        std::vector<std::uint64_t> fields(count);
        kernel::unpack_lanes(out.data(), count, width, fields.data());
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const bool moved = Sums != sums::none && i < rows * kernel::lanes;
            const std::size_t slot = moved ? kernel::lanes * (i % rows) + i / rows : i;
            wrong += fields[slot] != ((y[i] - reference) & low_mask(width));
        }
        REQUIRE(wrong == 0);
    }
}

}  // namespace

TEST_CASE("vectors find the residuals that the scalar twin finds", "[kernel][simd]") {
    prng random(3);
    for (int round = 0; round < 20; ++round) {
        residuals_agree<sums::none>(random);
        residuals_agree<sums::once>(random);
        residuals_agree<sums::twice>(random);
    }
}

TEST_CASE("vectors pack the very bytes of the scalar twin", "[kernel][simd]") {
    prng random(4);
    guarded_bytes inputs(8 * kernel::slots);
    guarded_bytes outputs(8 * kernel::slots);
    for (std::size_t count = kernel::fewest_in_lanes; count <= kernel::slots;) {
        packing_agrees<sums::none>(count, inputs, outputs, random);
        packing_agrees<sums::once>(count, inputs, outputs, random);
        packing_agrees<sums::twice>(count, inputs, outputs, random);
        // Every number of rows, with and without fields of no row.
        count += count % 16 == 0 ? 1 + random.below(15) : 16 - count % 16;
    }
}

TEST_CASE("vectors count words outside of a window as the scalar twin does", "[kernel][simd]") {
    prng random(5);
    guarded_bytes inputs(8 * kernel::slots);
    for (const std::size_t n : counts) {
        const auto y = inputs.at_end<std::uint64_t>(n);
        for (unsigned width = 0; width < 64; ++width) {
            fill(y, random);
            const std::uint64_t reference = any_word(random);
            for (std::size_t i = 0; i + 64 <= n; i += 64)
                REQUIRE(fast::outside_bits(y.data() + i, reference, width) ==
                        twin::outside_bits(y.data() + i, reference, width));
        }
    }
}

TEST_CASE("vectors divide by a scale as the scalar twin does", "[kernel][simd]") {
    prng random(6);
    guarded_bytes inputs(8 * kernel::slots);
    for (const std::size_t n : counts)
        for (int round = 0; round < 50; ++round) {
            const std::uint64_t divisor = 2 + (random() >> (1 + random.below(62)));
            const std::uint64_t greatest = (UINT64_MAX / divisor) >> random.below(63);
            const auto y = inputs.at_end<std::uint64_t>(n);
            for (std::uint64_t& word : y)
                word = divisor * (greatest == UINT64_MAX ? random() : random.below(greatest + 1));
            std::vector<std::uint64_t> quotients(y.begin(), y.end());
            for (std::uint64_t& q : quotients) q /= divisor;
            const std::uint64_t most = divisor * greatest;

            // A word at any place that is no multiple is reported.
            const std::size_t spoiled = random.below(n);
            const std::uint64_t kept = y[spoiled];
            if (kept < most) {
                y[spoiled] += 1 + random.below(divisor - 1);
                REQUIRE_FALSE(twin::divisible(y.data(), n, most, divisor));
                REQUIRE_FALSE(fast::divisible(y.data(), n, most, divisor));
                y[spoiled] = kept;
            }
            REQUIRE(twin::divisible(y.data(), n, most, divisor));
            REQUIRE(fast::divisible(y.data(), n, most, divisor));
            fast::divide(y.data(), n, divisor);
            REQUIRE(same_bits(y, quotients));
        }
}

TEST_CASE("vectors sort 32 words as signed ones", "[kernel][simd]") {
    prng random(7);
    for (int round = 0; round < 1000; ++round) {
        std::vector<std::uint64_t> x(kernel::sorted_words);
        fill(x, random);
        std::vector<std::uint64_t> expected = x;
        twin::sort(expected.data());
        fast::sort(x.data());
        REQUIRE(x == expected);
        REQUIRE(std::is_sorted(x.begin(), x.end(), [](auto a, auto b) {
            return static_cast<std::int64_t>(a) < static_cast<std::int64_t>(b);
        }));
    }
}
