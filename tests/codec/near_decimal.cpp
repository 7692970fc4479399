// The forms of near_decimal, each by numbers that were made as their sources make them, and bytes
// that its encoder never writes. The guarantees of all codecs are tested together (round_trip.cpp
// and others).

#include "support/double_shapes.hpp"
#include "support/paged.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using chronopack::detail::printing;

double printed(const char* format, double v) {
    char text[64];
    std::snprintf(text, sizeof text, format, v);
    return std::strtod(text, nullptr);
}

// Hundredths that wander between 10 and 1,000.
struct walk {
    std::int64_t cents = 12'000;
    double operator()(prng& random) {
        cents += random.between(-99, 99);
        if (cents < 1'000 || cents > 100'000) cents = 12'000;
        return static_cast<double>(cents) / 100;
    }
};

double through_float(double v) {
    return static_cast<double>(static_cast<float>(v));
}

chronopack::detail::near_choice form_of(const std::vector<double>& in) {
    return chronopack::detail::decimal_choice::of(in).near;
}

void survives(const std::vector<double>& in) {
    std::vector<double> back(in.size());
    REQUIRE(near_decimal::decode(encode_to_vector<near_decimal>(in), back));
    CHECK(same_bits(back, in));
}

// A page of three values: form, no exceptions, integers.
wire page_of(std::uint64_t form) {
    return wire().varint(3).u8(form);
}

}  // namespace

TEST_CASE("near_decimal: a page is a form, integers, residuals, and values that are near nothing",
          "[codec][near_decimal]") {
    wire page;
    page.varint(3).u8(4).u8(1).varint(1);
    page.put(integers({3, 4, 4})).put(integers({1, 0, 0}));
    page.u8(2).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0x80);  // at 2: -0.0
    const auto got = read<near_decimal>(page, 3);
    REQUIRE(got);
    CHECK(same_bits(*got, std::vector<double>{0.30000000000000004, 0.4, -0.0}));

    const auto quotients =
        read<near_decimal>(page_of(8).varint(300).varint(0).put(integers({59605, 1, -100})), 3);
    REQUIRE(quotients);
    CHECK(same_bits(*quotients, std::vector<double>{59605 / 300.0, 1 / 300.0, -100 / 300.0}));

    const auto prices =
        read<near_decimal>(page_of(3).u8(2).u8(6).varint(0).put(integers({139905, 142244, -5})), 3);
    REQUIRE(prices);
    CHECK(same_bits(*prices, std::vector<double>{1399.050049, 1422.439941, -0.05}));

    const auto averages = read<near_decimal>(page_of(16 + 2 + 32)
                                                 .u8(2)
                                                 .u8(11)
                                                 .varint(0)
                                                 .put(integers({364983, 2759, -10}))
                                                 .put(integers({41, 1, 3})),
                                             3);
    REQUIRE(averages);
    CHECK(same_bits(*averages, std::vector<double>{89.020243902, 27.59, -0.033333333333}));

    const auto floats = read<near_decimal>(page_of(1).u8(2).varint(0).put(integers({1, 2, 3})), 3);
    REQUIRE(floats);
    CHECK(same_bits(*floats, std::vector<double>{through_float(0.01), through_float(0.02),
                                                 through_float(0.03)}));
}

TEST_CASE("near_decimal: averages that a spreadsheet computed", "[codec][near_decimal]") {
    // The sum of three readings in hundredths, as doubles, over their number.
    walk source;
    const auto in = made(4096, [&](prng& random) {
        const double a = source(random), b = source(random), c = source(random);
        return (a + b + c) / 3;
    });
    const auto form = form_of(in).form;
    CHECK(form.divisor == 300);
    survives(in);
    CHECK(bits_of<near_decimal>(in) < 14);
    CHECK(bits_of<alp>(in) > 40);
}

TEST_CASE("near_decimal: the averages of a logger, printed with 15 digits",
          "[codec][near_decimal]") {
    // Ten minutes' readings in tenths, of which some are lost: 1 to 10 of them are averaged.
    const auto in = made(4096, [level = std::int64_t{212}](prng& random) mutable {
        level += random.between(-2, 2);
        const auto n = random.between(1, 10);
        double sum = 0;
        for (std::int64_t k = 0; k < n; ++k)
            sum += static_cast<double>(level + random.between(-1, 1)) / 10;
        return printed("%.15g", sum / static_cast<double>(n));
    });
    CHECK(form_of(in).form.divisor == 25'200);
    survives(in);
    CHECK(bits_of<near_decimal>(in) < 24);
    CHECK(bits_of<ordered>(in) > 40);
}

TEST_CASE("near_decimal: a column of a database that keeps float32", "[codec][near_decimal]") {
    // Hundredths, read as doubles from text of so many digits.
    for (const char* const format : {"%.9g", "%.15g"}) {
        walk source;
        const auto in = made(
            4096, [&](prng& random) { return printed(format, through_float(source(random))); });
        const auto form = form_of(in).form;
        CHECK(form.narrow);
        CHECK(form.printed == printing::in_all);
        CHECK(form.exponent == 2);
        survives(in);
        CHECK(bits_of<near_decimal>(in) < 10.5);
        CHECK(bits_of<alp>(in) > 24);
    }
    // In binary, but a few were added up or scaled since.
    walk source;
    const auto in = made(4096, [&](prng& random) {
        const double v = through_float(source(random));
        return random.one_in(3) ? v * 1.1 / 1.1 : v;
    });
    const auto form = form_of(in).form;
    CHECK(form.narrow);
    CHECK(form.printed == printing::no);
    survives(in);
    CHECK(bits_of<near_decimal>(in) < 12);
}

TEST_CASE("near_decimal: floats that printf wrote with six digits", "[codec][near_decimal]") {
    walk source;
    const auto in =
        made(4096, [&](prng& random) { return printed("%.6f", through_float(source(random))); });
    const auto form = form_of(in).form;
    CHECK(form.printed == printing::after_point);
    CHECK(form.exponent == 2);
    CHECK(form.digits == 6);
    survives(in);
    CHECK(bits_of<near_decimal>(in) < 9.5);
    CHECK(bits_of<alp>(in) > 19);
}

TEST_CASE("near_decimal: floats that printf wrote with six digits in all are decimals",
          "[codec][near_decimal]") {
    walk source;
    const auto in =
        made(4096, [&](prng& random) { return printed("%.6g", through_float(source(random))); });
    CHECK(form_of(in).plain);
    CHECK(bits_of<alp>(in) < 9.5);
}

TEST_CASE("near_decimal: averages that a query made of groups of any size",
          "[codec][near_decimal]") {
    // AVG(price) ... GROUP BY, of cents: in full, and with 11 digits.
    const auto group = [](prng& random) {
        return std::pair(static_cast<double>(random.between(100, 900'000)),
                         static_cast<double>(random.between(1, 300)));
    };
    const auto full = made(4096, [&](prng& random) {
        const auto [cents, n] = group(random);
        return cents / 100 / n;
    });
    const auto digits = made(4096, [&](prng& random) {
        const auto [cents, n] = group(random);
        return printed("%.11g", cents / 100 / n);
    });
    for (const auto& in : {full, digits}) {
        const auto counted = chronopack::detail::decimal_choice::of(in, true).counted;
        REQUIRE(counted.sampled != 0);
        CHECK(counted.form.exponent == 2);
        survives(in);
        CHECK(bits_of<near_decimal>(in) < 33);  // 20 for the cents, 8 for their number
    }
    CHECK(chronopack::detail::decimal_choice::of(full, true).counted.form.printed == printing::no);
    CHECK(chronopack::detail::decimal_choice::of(digits, true).counted.form.digits == 11);
    CHECK(bits_of<alp>(digits) > 38);
    CHECK(bits_of<ordered>(full) > 50);
}

TEST_CASE("near_decimal: sums that miss their decimal by a few places", "[codec][near_decimal]") {
    // A meter in thousandths whose increments were added as doubles, and one that scaled by 0.001.
    walk source;
    const auto in = made(4096, [&](prng& random) {
        const double v = source(random);
        return (v * 3 + v * 5) / 4 * 0.1;
    });
    const auto form = form_of(in);
    CHECK(form.residuals);
    CHECK_FALSE(form.form.narrow);
    CHECK(form.form.exponent == 3);
    survives(in);
    CHECK(bits_of<near_decimal>(in) < 14);
    CHECK(bits_of<alp>(in) > 30);
}

TEST_CASE(
    "near_decimal: a value that is near nothing takes its own bytes, and its neighbours no "
    "more",
    "[codec][near_decimal]") {
    walk source;
    auto in =
        made(4096, [&](prng& random) { return printed("%.6f", through_float(source(random))); });
    const double without = bits_of<near_decimal>(in);
    prng random(5);
    for (std::size_t i = 3; i < in.size(); i += 64) in[i] = bit_cast<double>(random());
    survives(in);
    CHECK(bits_of<near_decimal>(in) < without + (64 + 12) / 64.0 + 0.5);
}

TEST_CASE("near_decimal: what is neither is still kept to the bit", "[codec][near_decimal]") {
    prng random(6);
    std::vector<double> in(5000);
    for (double& v : in) v = bit_cast<double>(random());
    survives(in);
    for (std::size_t i = 0; i < in.size(); ++i)
        in[i] = bit_cast<double>(double_shape::special_bits[i % double_shape::special_bits.size()]);
    survives(in);
}

TEST_CASE("near_decimal: the places to a double depend on no preset", "[codec][near_decimal]") {
    walk source;
    const auto in = made(9000, [&](prng& random) { return source(random) * 1.1 / 3; });
    for (const preset level : {preset::fastest, preset::balanced, preset::smallest}) {
        std::vector<std::byte> out(near_decimal::max_bytes(in.size()));
        const auto written = near_decimal::encode(in, out, level);
        REQUIRE(written);
        std::vector<double> back(in.size());
        REQUIRE(near_decimal::decode(cbytes(out).first(*written), back));
        CHECK(same_bits(back, in));
    }
}

TEST_CASE("near_decimal: entries of dictionaries and values of runs may be near decimals",
          "[codec][near_decimal]") {
    std::vector<double> few(600);
    prng random(7);
    for (double& v : few)
        v = printed("%.6f", through_float(static_cast<double>(random.between(0, 99'999)) / 100));
    const auto in = made(4096, [&](prng& places) { return few[places.below(few.size())]; });
    std::vector<double> back(in.size());
    REQUIRE(dictionary<double>::decode(encode_to_vector<dictionary<double>>(in), back));
    CHECK(same_bits(back, in));
    CHECK(bits_of<dictionary<double>>(in) < 12.5);  // 10 for the place, 2 for the entry
    std::vector<double> runs;
    for (const double v : few) runs.insert(runs.end(), 4, v);
    CHECK(bits_of<run_length<double>>(runs) < 5.5);
}

TEST_CASE("near_decimal: bytes that no encoder writes", "[codec][near_decimal][hostile]") {
    const auto some = constant_integers(1, 3).bytes;
    const auto with = [&](std::uint64_t form) {
        return page_of(form);
    };
    // Forms: bits 6 and 7 are 0, digits in all are printed, and no float has counts.
    for (const std::uint64_t form : {0x40, 0x41, 0x80, 0xff})
        CHECK(refused<near_decimal>(with(form).u8(2).u8(2).varint(0).put(some), 3));
    CHECK(refused<near_decimal>(with(0x20).u8(2).varint(0).put(some), 3));
    CHECK(refused<near_decimal>(with(0x11).u8(2).varint(0).put(some).put(some), 3));
    // With counts, exponents up to 6; of digits in all, 1 to 15.
    CHECK(read<near_decimal>(with(0x10).u8(6).varint(0).put(some).put(some), 3));
    CHECK(refused<near_decimal>(with(0x10).u8(7).varint(0).put(some).put(some), 3));
    CHECK(read<near_decimal>(with(0x22).u8(0).u8(15).varint(0).put(some), 3));
    CHECK(refused<near_decimal>(with(0x22).u8(0).u8(16).varint(0).put(some), 3));
    CHECK(refused<near_decimal>(with(0x22).u8(0).u8(0).varint(0).put(some), 3));
    // Counts from 1 to 2^32.
    const auto counted = [&](std::int64_t count) {
        return with(0x10).u8(0).varint(0).put(some).put(constant_integers(count, 3).bytes);
    };
    CHECK(read<near_decimal>(counted(std::int64_t{1} << 32), 3));
    for (const std::int64_t count :
         {std::int64_t{0}, std::int64_t{-1}, (std::int64_t{1} << 32) + 1})
        CHECK(refused<near_decimal>(counted(count), 3));
    CHECK(refused<near_decimal>(with(0x10).u8(0).varint(0).put(some), 3, errc::truncated));
    // Exponents and digits up to 18, divisors from 1 to 2^20.
    CHECK(read<near_decimal>(with(0).u8(18).varint(0).put(some), 3));
    CHECK(refused<near_decimal>(with(0).u8(19).varint(0).put(some), 3));
    CHECK(read<near_decimal>(with(2).u8(18).u8(18).varint(0).put(some), 3));
    CHECK(refused<near_decimal>(with(2).u8(18).u8(19).varint(0).put(some), 3));
    CHECK(read<near_decimal>(with(8).varint(1 << 20).varint(0).put(some), 3));
    CHECK(refused<near_decimal>(with(8).varint((1 << 20) + 1).varint(0).put(some), 3));
    CHECK(read<near_decimal>(with(8).varint(1).varint(0).put(some), 3));
    CHECK(refused<near_decimal>(with(8).varint(0).varint(0).put(some), 3));
    CHECK(refused<near_decimal>(with(8).fill(11, 0xff), 3));
    // Cut short.
    CHECK(refused<near_decimal>(wire().varint(3), 3, errc::truncated));
    CHECK(refused<near_decimal>(with(0), 3, errc::truncated));
    CHECK(refused<near_decimal>(with(2).u8(1), 3, errc::truncated));
    CHECK(refused<near_decimal>(with(8), 3, errc::truncated));
    CHECK(refused<near_decimal>(with(4).u8(1).varint(0).put(some), 3, errc::truncated));
    // Exceptions.
    CHECK(refused<near_decimal>(with(0).u8(0).varint(4).put(some), 3));
    CHECK(refused<near_decimal>(with(0).u8(0).varint(1).put(some).u8(0).fill(7, 1), 3,
                                errc::truncated));
    CHECK(refused<near_decimal>(with(0).u8(0).varint(1).put(some).u8(3).fill(8, 1), 3));
    // Integers beyond 51 bits, before they are printed and after.
    for (const std::int64_t i : {std::int64_t{1} << 51, -(std::int64_t{1} << 51) - 1, INT64_MIN})
        CHECK(refused<near_decimal>(with(0).u8(0).varint(0).put(constant_integers(i, 3).bytes), 3));
    const auto large = constant_integers(std::int64_t{1} << 49, 3).bytes;
    CHECK(read<near_decimal>(with(2).u8(0).u8(0).varint(0).put(large), 3));
    CHECK(refused<near_decimal>(with(2).u8(0).u8(1).varint(0).put(large), 3));
    CHECK(read<near_decimal>(with(0x22).u8(0).u8(14).varint(0).put(large), 3));
    const auto largest = constant_integers(-(std::int64_t{1} << 51), 3).bytes;
    CHECK(read<near_decimal>(with(0x22).u8(0).u8(15).varint(0).put(largest), 3));
    // Residuals that change the sign, or leave the finite numbers.
    const auto moved = [&](std::int64_t i, std::int64_t places, std::size_t n) {
        return wire()
            .varint(n)
            .u8(4)
            .u8(0)
            .varint(0)
            .put(constant_integers(i, n).bytes)
            .put(constant_integers(places, n).bytes);
    };
    const std::int64_t to_infinity = (0x7ffll << 52) - (0x3ffll << 52);  // from 1
    for (const std::size_t n : {3, 1024}) {
        CHECK(read<near_decimal>(moved(1, 5, n), n));
        CHECK(read<near_decimal>(moved(1, to_infinity - 1, n), n));
        CHECK(refused<near_decimal>(moved(1, to_infinity, n), n));
        CHECK(refused<near_decimal>(moved(-1, to_infinity + 77, n), n));
        CHECK(refused<near_decimal>(moved(0, -1, n), n));
        CHECK(refused<near_decimal>(moved(1, INT64_MIN, n), n));
    }
    // A nested column of an unknown codec.
    CHECK(refused<near_decimal>(with(0).u8(0).varint(0).u8(0).put(some), 3, errc::unsupported));
}
