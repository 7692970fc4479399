// The vectors that print and move doubles are compared with their scalar twins, and both with what
// C++ and the text of numbers say.

#include <chronopack/kernel/near.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using fast = kernel::default_near;
using twin = kernel::near_converter<kernel::scalar>;

constexpr std::array<std::size_t, 8> counts{0, 1, 7, 31, 64, 65, 1000, 1024};
constexpr std::size_t most = counts.back();

double some_float(prng& random) {
    return static_cast<double>(static_cast<float>(random.between(-9'999'999, 9'999'999)) / 100.0f);
}

}  // namespace

TEST_CASE("vectors print as the scalar twin does", "[kernel][simd]") {
    prng random(41);
    guarded_bytes memory(8 * most);
    for (unsigned digits = 0; digits <= kernel::max_decimal_exponent; ++digits) {
        const auto d = kernel::decimal_of(digits, false);
        for (const std::size_t n : counts) {
            const auto v = memory.at_end<double>(n);
            for (double& one : v) one = some_float(random) / (random.one_in(2) ? 1e3 : 1e8);
            std::vector<double> expected(v.begin(), v.end());
            const bool legal = twin::print(expected.data(), n, d);
            REQUIRE(fast::print(v.data(), n, d) == legal);
            REQUIRE(same_bits(v, expected));
        }
    }
}

TEST_CASE("a float is printed as printf prints it", "[kernel]") {
    prng random(42);
    for (unsigned digits = 1; digits <= 8; ++digits) {
        const auto d = kernel::decimal_of(digits, false);
        std::vector<double> v(1024), expected;
        for (double& one : v) {
            one = some_float(random);
            char text[64];
            std::snprintf(text, sizeof text, "%.*f", static_cast<int>(digits), one);
            expected.push_back(std::strtod(text, nullptr) + 0.0);  // "-0.00" is 0 here
        }
        REQUIRE(fast::print(v.data(), v.size(), d));
        REQUIRE(same_bits(v, expected));
    }
}

TEST_CASE("what is too large to print is reported, wherever it is", "[kernel][simd]") {
    const auto d = kernel::decimal_of(2, false);
    for (const double bad : {0x1p45, -0x1p45, 1e300}) {
        for (const std::size_t at : {0, 5, 500, 1023}) {
            std::vector<double> v(most, 1.5);
            v[at] = bad;
            REQUIRE_FALSE(fast::print(v.data(), most, d));
            v[at] = bad;
            REQUIRE_FALSE(twin::print(v.data(), most, d));
        }
    }
    std::vector<double> v(most, 22517998136852.4);  // times 100, a little below 2^51
    REQUIRE(fast::print(v.data(), most, d));
}

TEST_CASE("vectors print digits in all as the scalar twin does", "[kernel][simd]") {
    prng random(45);
    guarded_bytes memory(8 * most);
    for (unsigned digits = 1; digits <= kernel::max_significant_digits; ++digits) {
        for (const std::size_t n : counts) {
            const auto v = memory.at_end<double>(n);
            const bool wide = random.one_in(2);
            for (double& one : v) {
                one = some_float(random);
                if (wide) one *= std::pow(10.0, static_cast<double>(random.between(-25, 8)));
                if (random.one_in(20)) one = 0;
            }
            std::vector<double> expected(v.begin(), v.end());
            const bool legal = twin::print_digits(expected.data(), n, digits);
            REQUIRE(fast::print_digits(v.data(), n, digits) == legal);
            REQUIRE(same_bits(v, expected));
        }
    }
}

TEST_CASE("a double is printed with digits in all as printf prints it", "[kernel]") {
    prng random(46);
    for (int digits = 1; digits <= 12; ++digits) {
        for (int round = 0; round < 4; ++round) {
            std::vector<double> v(1024), expected;
            for (double& one : v) {
                one = static_cast<double>(random.between(1, 999'999)) /
                      static_cast<double>(random.between(1, 9'999)) / (round < 2 ? 1 : 1000);
                char text[64];
                std::snprintf(text, sizeof text, "%.*g", digits, one);
                expected.push_back(std::strtod(text, nullptr));
            }
            REQUIRE(fast::print_digits(v.data(), v.size(), static_cast<unsigned>(digits)));
            std::size_t wrong = 0;
            for (std::size_t i = 0; i < v.size(); ++i) wrong += v[i] != expected[i];
            INFO(digits << " digits");
            // The product with a power of ten is rounded, so that halves may go either way; and
            // above 10^digits printf rounds further up.
            REQUIRE(wrong <= (digits < 6 ? v.size() : 3));
        }
    }
    std::vector<double> v{0.0990830324909747, 89.0202439024390, 9.99999999999999,
                          1e-9 / 3,           -2.0 / 3,         0};
    REQUIRE(fast::print_digits(v.data(), v.size(), 11));
    CHECK(same_bits(v, std::vector<double>{0.099083032491, 89.020243902, 10, 3.33333333e-10,
                                           -0.66666666667, 0}));
}

TEST_CASE("what is too large to print with digits in all is reported", "[kernel][simd]") {
    for (const double bad : {0x1p51, -0x1p52, 1e300}) {
        for (const std::size_t at : {0, 5, 500, 1023}) {
            std::vector<double> v(most, 1.5);
            v[at] = bad;
            REQUIRE_FALSE(fast::print_digits(v.data(), most, 9));
            v[at] = bad;
            REQUIRE_FALSE(twin::print_digits(v.data(), most, 9));
        }
    }
}

TEST_CASE("vectors divide by counts as the scalar twin does, and round once", "[kernel][simd]") {
    prng random(47);
    guarded_bytes memory(8 * most), biased(8 * most);
    for (const double base : {1.0, 100.0, 1e6, 0x1p20}) {
        for (const std::size_t n : counts) {
            const auto v = memory.at_end<double>(n);
            const auto by = biased.at_end<std::uint64_t>(n);
            std::vector<double> expected, divided;
            for (std::size_t i = 0; i < n; ++i) {
                const auto integer = static_cast<std::int64_t>(random()) >> (13 + random.below(51));
                const std::uint64_t count =
                    random.one_in(9) ? std::uint64_t{1} << 32 : 1 + random.below(3000);
                v[i] = static_cast<double>(integer);
                by[i] = kernel::decimal_bias + count;
                expected.push_back(v[i]);
                divided.push_back(v[i] / (static_cast<double>(count) * base));
            }
            REQUIRE(twin::divide(by.data(), n, base, expected.data()));
            REQUIRE(fast::divide(by.data(), n, base, v.data()));
            REQUIRE(same_bits(v, expected));
            REQUIRE(same_bits(v, divided));
        }
    }
}

TEST_CASE("a count of nothing, or above 2^32, is reported wherever it is", "[kernel][simd]") {
    for (const std::uint64_t bad : {std::uint64_t{0}, (std::uint64_t{1} << 32) + 1,
                                    ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
        for (const std::size_t at : {0, 5, 500, 1023}) {
            std::vector<double> v(most, 1);
            std::vector<std::uint64_t> by(most, kernel::decimal_bias + 7);
            REQUIRE(fast::divide(by.data(), most, 1, v.data()));
            by[at] = kernel::decimal_bias + bad;
            REQUIRE_FALSE(fast::divide(by.data(), most, 1, v.data()));
            REQUIRE_FALSE(twin::divide(by.data(), most, 1, v.data()));
        }
    }
}

TEST_CASE("vectors move doubles as the scalar twin does", "[kernel][simd]") {
    prng random(43);
    guarded_bytes memory(8 * most), moves(8 * most);
    for (const std::size_t n : counts) {
        const auto v = memory.at_end<double>(n);
        const auto places = moves.at_end<std::uint64_t>(n);
        for (double& one : v) one = some_float(random);
        for (std::uint64_t& one : places)
            one = static_cast<std::uint64_t>(random.between(-1000, 1000));
        std::vector<double> expected(v.begin(), v.end());
        const bool legal = twin::move(places.data(), n, expected.data());
        REQUIRE(fast::move(places.data(), n, v.data()) == legal);
        REQUIRE(same_bits(v, expected));
    }
}

TEST_CASE("a place is the next double, away from zero", "[kernel]") {
    std::vector<double> v{0.3, -0.3, 1.0, 0.0, -0.0, 0x1.fffffffffffffp1023};
    const std::vector<std::uint64_t> places{1, 1, ~std::uint64_t{0}, 1, 2, 0};
    REQUIRE(fast::move(places.data(), v.size(), v.data()));
    CHECK(same_bits(
        v, std::vector<double>{0.30000000000000004, -0.30000000000000004, 0.99999999999999989,
                               0x1p-1074, -0x1p-1073, 0x1.fffffffffffffp1023}));
}

TEST_CASE("a double that leaves its sign or the finite numbers is reported, wherever it is",
          "[kernel][simd]") {
    struct bad {
        double from;
        std::uint64_t places;
    };
    const std::uint64_t back = ~std::uint64_t{0};
    for (const bad& b : {bad{0.0, back}, bad{-0.0, back}, bad{0x1.fffffffffffffp1023, 1},
                         bad{-0x1.fffffffffffffp1023, 1}, bad{1.0, std::uint64_t{1} << 63},
                         bad{1.0, 0x7ff0'0000'0000'0000 - 0x3ff0'0000'0000'0000},
                         bad{-1.0, std::uint64_t{1} << 62}}) {
        for (const std::size_t at : {0, 5, 500, 1023}) {
            std::vector<double> v(most, 1.5);
            std::vector<std::uint64_t> places(most, 3);
            REQUIRE(fast::move(places.data(), most, v.data()));
            v[at] = b.from;
            places[at] = b.places;
            auto same = v;
            REQUIRE_FALSE(fast::move(places.data(), most, v.data()));
            REQUIRE_FALSE(twin::move(places.data(), most, same.data()));
        }
    }
}

TEST_CASE("a quotient is its integer over the divisor, correctly rounded", "[kernel]") {
    prng random(44);
    for (std::uint64_t divisor :
         {1ull, 2ull, 3ull, 7ull, 300ull, 3600ull, 25200ull, 65521ull, 1048575ull, 1048576ull}) {
        for (int round = 0; round < 4; ++round, divisor = 1 + random.below(kernel::max_divisor)) {
            const auto d = kernel::quotient_of(divisor, false);
            std::vector<std::uint64_t> in(1024);
            for (std::uint64_t& word : in)
                word = kernel::decimal_bias +
                       static_cast<std::uint64_t>(static_cast<std::int64_t>(random()) >>
                                                  (13 + random.below(51)));
            std::vector<double> out(in.size());
            REQUIRE(kernel::default_decimal::to_doubles(in.data(), in.size(), d, out.data()));
            std::size_t wrong = 0;
            for (std::size_t i = 0; i < in.size(); ++i) {
                const auto integer = static_cast<std::int64_t>(in[i] - kernel::decimal_bias);
                const volatile double divided =
                    static_cast<double>(integer) / static_cast<double>(divisor);
                wrong += bit_cast<std::uint64_t>(out[i]) !=
                         bit_cast<std::uint64_t>(static_cast<double>(divided));
            }
            INFO("divisor " << divisor);
            REQUIRE(wrong == 0);
        }
    }
}
