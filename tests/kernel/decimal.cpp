// The vectorised conversions of decimals are compared with their scalar twins, and both with
// division in C++.

#include <chronopack/kernel/decimal.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using fast = kernel::default_decimal;
using twin = kernel::decimal_converter<kernel::scalar>;

constexpr std::array<std::size_t, 9> counts{0, 1, 7, 63, 64, 65, 127, 1000, 1024};
constexpr std::size_t most = counts.back();

// Integers of every size up to 51 bits, of either sign, the extremes among them.
std::uint64_t biased(prng& random) {
    const std::int64_t ends[] = {-(std::int64_t{1} << 51), (std::int64_t{1} << 51) - 1, 0, -1};
    const std::int64_t any = static_cast<std::int64_t>(random()) >> (13 + random.below(51));
    const std::int64_t i = random.one_in(50) ? ends[random.below(4)] : any;
    return kernel::decimal_bias + static_cast<std::uint64_t>(i);
}

template <class F>
void for_each_decimal(F f) {
    for (unsigned exponent = 0; exponent <= kernel::max_decimal_exponent; ++exponent)
        for (const bool narrow : {false, true}) {
            INFO("exponent " << exponent << (narrow ? ", narrow" : ""));
            f(exponent, narrow);
        }
}

}  // namespace

TEST_CASE("vectors divide by powers of ten as the scalar twin does", "[kernel][simd]") {
    prng random(21);
    guarded_bytes inputs(8 * most), outputs(8 * most);
    for_each_decimal([&](unsigned exponent, bool narrow) {
        const auto d = kernel::decimal_of(exponent, narrow);
        for (const std::size_t n : counts) {
            const auto in = inputs.at_end<std::uint64_t>(n);
            for (std::uint64_t& word : in) word = biased(random);
            const auto out = outputs.at_end<double>(n);
            std::vector<double> expected(n);
            REQUIRE(twin::to_doubles(in.data(), n, d, expected.data()));
            REQUIRE(fast::to_doubles(in.data(), n, d, out.data()));
            REQUIRE(same_bits(out, expected));
        }
    });
}

TEST_CASE("a decimal is its integer divided by the power, correctly rounded", "[kernel]") {
    prng random(22);
    double power = 1;
    for (unsigned exponent = 0; exponent <= kernel::max_decimal_exponent; ++exponent, power *= 10) {
        const auto d = kernel::decimal_of(exponent, false);
        std::vector<std::uint64_t> in(4096);
        for (std::uint64_t& word : in) word = biased(random);
        std::vector<double> out(in.size());
        REQUIRE(fast::to_doubles(in.data(), in.size(), d, out.data()));
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < in.size(); ++i) {
            const auto integer = static_cast<std::int64_t>(in[i] - kernel::decimal_bias);
            const volatile double divided = static_cast<double>(integer) / power;
            wrong += bit_cast<std::uint64_t>(out[i]) !=
                     bit_cast<std::uint64_t>(static_cast<double>(divided));
        }
        REQUIRE(wrong == 0);
    }
}

TEST_CASE("a word that is no biased integer is reported, wherever it is", "[kernel][simd]") {
    prng random(23);
    const auto d = kernel::decimal_of(3, false);
    for (const std::uint64_t bad :
         {std::uint64_t{0}, ~std::uint64_t{0}, kernel::decimal_bias + (std::uint64_t{1} << 51),
          kernel::decimal_bias - (std::uint64_t{1} << 51) - 1}) {
        for (const std::size_t at : {0, 5, 500, 1016, 1023}) {
            std::vector<std::uint64_t> in(most);
            for (std::uint64_t& word : in) word = biased(random);
            std::vector<double> out(most);
            REQUIRE(fast::to_doubles(in.data(), most, d, out.data()));
            in[at] = bad;
            REQUIRE_FALSE(fast::to_doubles(in.data(), most, d, out.data()));
            REQUIRE_FALSE(twin::to_doubles(in.data(), most, d, out.data()));
        }
    }
}

TEST_CASE("vectors find the integers and the misfits that the scalar twin finds",
          "[kernel][simd]") {
    prng random(24);
    guarded_bytes inputs(8 * most), outputs(8 * most), marks(most / 8);
    for_each_decimal([&](unsigned exponent, bool narrow) {
        const auto d = kernel::decimal_of(exponent, narrow);
        for (const std::size_t n : counts) {
            const auto in = inputs.at_end<double>(n);
            for (double& v : in) {
                const std::uint64_t word = biased(random);
                REQUIRE(twin::to_doubles(&word, 1, d, &v));
                if (random.one_in(10)) v = bit_cast<double>(random());
                if (random.one_in(10)) v = std::nextafter(v, 0.0);
            }
            const std::size_t words = (n + 63) / 64;
            const auto out = outputs.at_end<std::uint64_t>(n);
            const auto misfits = marks.at_end<std::uint64_t>(words);
            std::vector<std::uint64_t> expected(n), expected_misfits(words);
            twin::to_integers(in.data(), n, d, expected.data(), expected_misfits.data());
            fast::to_integers(in.data(), n, d, out.data(), misfits.data());
            REQUIRE(same_bits(misfits, expected_misfits));
            // The integer of a misfit is not used, but must be the same.
            REQUIRE(same_bits(out, expected));
        }
    });
}

TEST_CASE("values that fit come back bit for bit, and decimals fit", "[kernel]") {
    prng random(25);
    for_each_decimal([&](unsigned exponent, bool narrow) {
        const auto d = kernel::decimal_of(exponent, narrow);
        std::size_t fitting = 0;
        for (int round = 0; round < 2000; ++round) {
            // Floats have seven digits, so more cannot be distinguished.
            const std::uint64_t word =
                kernel::decimal_bias + (random() >> (narrow ? 42 : 14)) % 10'000'000'000'000;
            double v = 0;
            REQUIRE(twin::to_doubles(&word, 1, d, &v));
            std::uint64_t integer = 0, misfit = 0;
            fast::to_integers(&v, 1, d, &integer, &misfit);
            fitting += misfit == 0 && integer == word - kernel::decimal_bias;
        }
        REQUIRE(fitting == 2000);
    });
}
