// The codecs that work by pages, and nest: what is special to each, and bytes
// that none of their encoders writes. What all codecs promise is tested with all.

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"
#include "support/series.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <functional>

using namespace chronopack;
using namespace chronopack::test;

namespace {

constexpr std::uint64_t packed_id = 1;
constexpr std::uint64_t binned_id = 13;

// A column of integers that are all alike: one block, or several, of width 0.
wire constant_integers(std::int64_t value, std::size_t n) {
    wire out;
    out.u8(packed_id);
    for (std::size_t at = 0; at < n; at += 1024)
        out.u8(0).u8(0).u8(0).u16(0).u16(std::min<std::size_t>(1024, n - at)).signed_varint(value);
    return out;
}

// A column of integers, by the encoder.
std::vector<std::byte> integers(const std::vector<std::int64_t>& values) {
    auto out = wire().u8(packed_id);
    return out.put(encode_to_vector<packed>(values)).bytes;
}

// The same, binned.
std::vector<std::byte> binned_integers(const std::vector<std::int64_t>& values) {
    auto out = wire().u8(binned_id);
    return out.put(encode_to_vector<binned>(values)).bytes;
}

// Decoded before a guard page, n values.
template <class C>
result<std::vector<typename C::value_type>> read(const wire& from, std::size_t n) {
    guarded_bytes memory(from.bytes.size());
    const bytes in = memory.at_end(from.bytes.size());
    copy_bits(from.bytes, in);
    std::vector<typename C::value_type> out(n);
    const auto used = C::decode(in, out);
    if (!used) return used.error();
    return out;
}

template <class C>
bool refused(const wire& from, std::size_t n, errc why = errc::corrupt) {
    const auto got = read<C>(from, n);
    return !got && got.error() == why;
}

double bits_a_value(std::size_t bytes, std::size_t n) {
    return 8.0 * static_cast<double>(bytes) / static_cast<double>(n);
}

template <class C>
double bits_of(const std::vector<double>& in) {
    return bits_a_value(encode_to_vector<C>(in).size(), in.size());
}

std::vector<double> made(std::size_t n, const std::function<double(prng&)>& one) {
    prng random(31);
    std::vector<double> out(n);
    for (double& v : out) v = one(random);
    return out;
}

}  // namespace

TEST_CASE("alp: an exponent, a page's integers, and what is no decimal", "[codec][alp]") {
    wire page;
    page.varint(3).u8(2).varint(1).put(integers({2153, 2150, 2150}));
    page.u8(2).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0x80);  // at 2: -0.0
    const auto got = read<alp>(page, 3);
    REQUIRE(got);
    CHECK(same_bits(*got, std::vector<double>{21.53, 21.5, -0.0}));
}

TEST_CASE("alp: decimals of up to 15 digits are their digits, exactly", "[codec][alp]") {
    // Where products with powers of ten, each rounded, would miss every other one.
    for (const unsigned digits : {1u, 2u, 6u, 9u, 13u}) {
        const double power = std::pow(10.0, digits);
        const auto in = made(4000, [&](prng& random) {
            return static_cast<double>(random.between(0, 99'999'999'999'999)) / power;
        });
        INFO(digits << " digits");
        CHECK(bits_of<alp>(in) < 47.5);  // 10^14 < 2^47
        CHECK(bits_of<alp>(in) > 46);
    }
}

TEST_CASE("alp: floats in doubles keep their own digits", "[codec][alp]") {
    const auto in = made(4000, [](prng& random) {
        return static_cast<double>(static_cast<float>(random.between(0, 999)) / 10.0f);
    });
    CHECK(bits_of<alp>(in) < 10.5);
    CHECK(bits_of<ordered>(in) < 33);
}

TEST_CASE("alp: a walk costs its steps, not its height", "[codec][alp]") {
    double cents = 1e9;
    const auto in = made(4096, [&](prng& random) {
        return (cents += static_cast<double>(random.between(-50, 50))) / 100;
    });
    CHECK(bits_of<alp>(in) < 7.3);
}

TEST_CASE("alp: what is no decimal costs what it is, and does not spread", "[codec][alp]") {
    auto in =
        made(4096, [](prng& random) { return static_cast<double>(random.between(0, 255)) / 4; });
    const double without = bits_of<alp>(in);
    prng random(5);
    for (std::size_t i = 3; i < in.size(); i += 64) in[i] = bit_cast<double>(random());
    CHECK(bits_of<alp>(in) < without + (64 + 12) / 64.0 + 0.5);
}

TEST_CASE("alp: bytes that no encoder writes", "[codec][alp][hostile]") {
    const auto some = constant_integers(1, 3).bytes;
    CHECK(refused<alp>(wire().varint(3).u8(19).varint(0).put(some), 3));
    CHECK(refused<alp>(wire().varint(3).u8(0x40).varint(0).put(some), 3));
    CHECK(refused<alp>(wire().varint(3).u8(0x80).varint(0).put(some), 3));
    CHECK(refused<alp>(wire().varint(3).u8(0).varint(4).put(some), 3));
    CHECK(refused<alp>(wire().varint(0).u8(0).varint(0), 3));
    CHECK(refused<alp>(wire().varint(4097).u8(0).varint(0).put(some), 5000));
    CHECK(refused<alp>(wire().varint(2).u8(0).varint(0).put(some), 3, errc::count_mismatch));
    CHECK(refused<alp>(wire().varint(3).u8(0).varint(0).u8(0).put(some), 3, errc::unsupported));
    // Positions: 2 bits each of 3 values; 3 is none, and they ascend.
    const auto patched = [&](std::uint64_t positions, std::size_t n) {
        return wire().varint(3).u8(0).varint(n).put(some).u8(positions).fill(8 * n, 1);
    };
    CHECK(read<alp>(patched(0b1000, 2), 3));
    CHECK(refused<alp>(patched(0b11, 1), 3));
    CHECK(refused<alp>(patched(0b0000, 2), 3));
    CHECK(refused<alp>(patched(0b0010, 2), 3));
    // Positions, and not all of their values.
    CHECK(refused<alp>(wire().varint(3).u8(0).varint(1).put(some).u8(0).fill(7, 1), 3,
                       errc::truncated));
    CHECK(refused<alp>(wire().varint(3).u8(0).varint(1).put(some).u8(0), 3, errc::truncated));
    // Integers beyond 51 bits.
    for (const std::int64_t i : {std::int64_t{1} << 51, -(std::int64_t{1} << 51) - 1, INT64_MIN}) {
        CHECK(refused<alp>(wire().varint(3).u8(0).varint(0).put(constant_integers(i, 3).bytes), 3));
        CHECK(refused<alp>(
            wire().varint(1024).u8(0).varint(0).put(constant_integers(i, 1024).bytes), 1024));
    }
    CHECK(read<alp>(
        wire().varint(3).u8(0).varint(0).put(constant_integers((1ll << 51) - 1, 3).bytes), 3));
}

TEST_CASE("alp_rd: uniform doubles take their mantissa and little more", "[codec][alp_rd]") {
    const auto in =
        made(4096, [](prng& random) { return static_cast<double>(random() >> 11) * 0x1p-53; });
    CHECK(bits_of<alp_rd>(in) < 57);
}

TEST_CASE("alp_rd: bytes that no encoder writes", "[codec][alp_rd][hostile]") {
    const auto zeros = constant_integers(0, 3).bytes;
    const auto page = [&](std::uint64_t right, std::uint64_t entries, std::uint64_t left,
                          const std::vector<std::byte>& codes,
                          const std::vector<std::byte>& rights) {
        wire out;
        out.varint(3).u8(right).u8(entries);
        for (std::uint64_t k = 0; k < entries; ++k) out.u16(left);
        return out.varint(0).put(codes).put(rights);
    };
    REQUIRE(read<alp_rd>(page(52, 1, 0x3ff, zeros, zeros), 3));
    CHECK(refused<alp_rd>(page(47, 1, 0, zeros, zeros), 3));
    CHECK(refused<alp_rd>(page(64, 1, 0, zeros, zeros), 3));
    CHECK(refused<alp_rd>(page(52, 0, 0, zeros, zeros), 3));
    CHECK(refused<alp_rd>(page(52, 9, 0, zeros, zeros), 3));
    CHECK(refused<alp_rd>(page(52, 1, 0x1000, zeros, zeros), 3));
    CHECK(refused<alp_rd>(page(52, 1, 0, constant_integers(1, 3).bytes, zeros), 3));
    CHECK(refused<alp_rd>(page(52, 1, 0, constant_integers(-1, 3).bytes, zeros), 3));
    CHECK(refused<alp_rd>(page(52, 1, 0, zeros, constant_integers(1ll << 52, 3).bytes), 3));
    CHECK(refused<alp_rd>(page(52, 1, 0, zeros, constant_integers(-1, 3).bytes), 3));
    const auto stray = [&](std::uint64_t left) {
        return wire().varint(3).u8(52).u8(1).u16(0).varint(1).put(zeros).put(zeros).u8(1).u16(left);
    };
    CHECK(read<alp_rd>(stray(0xfff), 3));
    CHECK(refused<alp_rd>(stray(0x1000), 3));
    // So many strays that their bytes come to none.
    const auto strays = [&](std::uint64_t n) {
        return wire().varint(3).u8(52).u8(1).u16(0).varint(n).put(zeros).put(zeros).fill(16, 0);
    };
    for (const std::uint64_t n : {std::uint64_t{4}, std::uint64_t{1} << 63, UINT64_MAX})
        CHECK(refused<alp_rd>(strays(n), 3));
}

TEST_CASE("dictionary: a few values cost their places", "[codec][dictionary]") {
    prng values(7);
    std::array<double, 16> few;
    for (double& v : few) v = bit_cast<double>(values());
    const auto in = made(4096, [&](prng& random) { return few[random.below(16)]; });
    CHECK(bits_of<dictionary<double>>(in) < 4.5);
    // NaNs of several payloads are several values.
    const auto nans = made(100, [&](prng& random) {
        return bit_cast<double>(0x7ff8'0000'0000'0000 + random.below(3));
    });
    std::vector<double> back(100);
    REQUIRE(dictionary<double>::decode(encode_to_vector<dictionary<double>>(nans), back));
    CHECK(same_bits(back, nans));
}

TEST_CASE("dictionary: bytes that no encoder writes", "[codec][dictionary][hostile]") {
    using ints = dictionary<std::int64_t>;
    const auto entries = integers({10, 20});
    const auto page = [&](std::uint64_t count, const std::vector<std::byte>& places) {
        return wire().varint(3).varint(count).put(entries).put(places);
    };
    REQUIRE(read<ints>(page(2, integers({0, 1, 0})), 3));
    CHECK(refused<ints>(page(0, integers({0, 1, 0})), 3));
    CHECK(refused<ints>(page(4, integers({0, 1, 0})), 3));
    CHECK(refused<ints>(page(2, integers({0, 2, 0})), 3));
    CHECK(refused<ints>(page(2, integers({0, -1, 0})), 3));
    CHECK(refused<ints>(page(2, integers({0, INT64_MIN, INT64_MAX})), 3));
    // A leaf of doubles holds no dictionary, so that no chain is deep.
    CHECK(refused<dictionary<double>>(wire().varint(3).varint(1).u8(10), 3, errc::unsupported));
}

TEST_CASE("run_length: runs cost a value and a length each", "[codec][run_length]") {
    std::vector<double> in(4096);
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = 1.5 + static_cast<double>(i / 512);
    CHECK(encode_to_vector<run_length<double>>(in).size() < 60);
}

TEST_CASE("run_length: bytes that no encoder writes", "[codec][run_length][hostile]") {
    using ints = run_length<std::int64_t>;
    const auto values = integers({10, 20});
    const auto page = [&](std::uint64_t runs, const std::vector<std::int64_t>& more) {
        return wire().varint(9).varint(runs).put(values).put(integers(more));
    };
    const auto good = read<ints>(page(2, {3, 4}), 9);
    REQUIRE(good);
    CHECK(*good == std::vector<std::int64_t>{10, 10, 10, 10, 20, 20, 20, 20, 20});
    CHECK(refused<ints>(page(2, {3, 3}), 9));
    CHECK(refused<ints>(page(2, {3, 5}), 9));
    CHECK(refused<ints>(page(2, {8, 0}), 9));
    CHECK(refused<ints>(page(2, {-1, 8}), 9));
    CHECK(refused<ints>(page(2, {INT64_MAX, 4}), 9));
    CHECK(refused<ints>(page(2, {3, INT64_MIN}), 9));
    CHECK(refused<ints>(page(0, {3, 4}), 9));
    CHECK(refused<ints>(page(10, {3, 4}), 9));
}

TEST_CASE("ordered: neighbours share what they have in common", "[codec][ordered]") {
    double v = 1000;
    const auto in = made(
        4096, [&](prng& random) { return v += 1e-6 * static_cast<double>(random.below(100)); });
    CHECK(bits_of<ordered>(in) < bits_of<raw<double>>(in) / 2);
}

TEST_CASE("ordered: bytes that no encoder writes", "[codec][ordered][hostile]") {
    const auto page = [](std::uint64_t form, std::int64_t key) {
        return wire().varint(3).u8(form).put(constant_integers(key, 3).bytes);
    };
    CHECK(read<ordered>(page(0, INT64_MIN), 3));
    CHECK(read<ordered>(page(1, INT32_MAX), 3));
    CHECK(refused<ordered>(page(2, 0), 3));
    CHECK(refused<ordered>(page(1, std::int64_t{INT32_MAX} + 1), 3));
    CHECK(refused<ordered>(page(1, std::int64_t{INT32_MIN} - 1), 3));
}

TEST_CASE("columns of integers may be binned wherever they may be packed", "[codec][binned]") {
    std::vector<std::int64_t> column(3000);
    prng random(11);
    for (auto& v : column) v = random.between(-9, 9) * random.between(0, 99);
    const auto n = column.size();
    const auto doubles =
        read<alp>(wire().varint(n).u8(2).varint(0).put(binned_integers(column)), n);
    REQUIRE(doubles);
    for (std::size_t i = 0; i < n; ++i)
        REQUIRE((*doubles)[i] == static_cast<double>(column[i]) / 100);
    const auto keys = read<ordered>(wire().varint(n).u8(0).put(binned_integers(column)), n);
    REQUIRE(keys);
    CHECK(*keys == *read<ordered>(wire().varint(n).u8(0).put(integers(column)), n));

    using places = dictionary<std::int64_t>;
    const auto entries = binned_integers({10, 20});
    CHECK(*read<places>(wire().varint(3).varint(2).put(entries).put(binned_integers({0, 1, 0})),
                        3) == std::vector<std::int64_t>{10, 20, 10});
    using runs = run_length<std::int64_t>;
    CHECK(*read<runs>(wire().varint(5).varint(2).put(entries).put(binned_integers({1, 2})), 5) ==
          std::vector<std::int64_t>{10, 10, 20, 20, 20});
    const auto zeros = binned_integers({0, 0, 0});
    const auto parts = wire().varint(3).u8(52).u8(1).u16(0x3ff).varint(0).put(zeros).put(zeros);
    CHECK(*read<alp_rd>(parts, 3) == std::vector<double>{1, 1, 1});
}

TEST_CASE("columns of integers: bytes that no encoder writes", "[codec][binned][hostile]") {
    const auto page = [](std::size_t n, const wire& column) {
        return wire().varint(n).u8(0).varint(0).put(column.bytes);
    };
    // Of pages of one width: mode, reference, width.
    const auto constant = [](std::uint64_t count, std::int64_t value) {
        return wire().u8(binned_id).varint(count).u8(0).signed_varint(value).u8(0);
    };
    REQUIRE(*read<alp>(page(3, constant(3, 7)), 3) == std::vector<double>{7, 7, 7});
    for (unsigned id = 0; id < 256; ++id)
        if (id != packed_id && id != binned_id)
            CHECK(refused<alp>(page(3, wire().u8(id).put(encode_to_vector<binned>({7, 7, 7}))), 3,
                               errc::unsupported));
    CHECK(refused<alp>(page(3, {}), 3, errc::truncated));
    CHECK(refused<alp>(page(3, wire().u8(binned_id)), 3, errc::truncated));
    CHECK(refused<alp>(page(3, constant(2, 7)), 3, errc::count_mismatch));
    CHECK(refused<alp>(page(3, constant(4, 7)), 3, errc::count_mismatch));
    CHECK(refused<alp>(page(3, constant(3, std::int64_t{1} << 51)), 3));
    CHECK(refused<alp>(page(3, wire().u8(binned_id).varint(3).u8(3).u8(0).u8(0)), 3));
    CHECK(refused<alp>(page(3, wire().u8(packed_id).u8(3).fill(9, 0)), 3));
    // Keys may be any: nothing behind the block's header refuses them.
    CHECK(refused<ordered>(wire().varint(3).u8(0).u8(packed_id).u8(3).fill(9, 0), 3));
    CHECK(refused<alp>(page(3, constant_integers(std::int64_t{1} << 51, 3)), 3));
    // The second page of a column is missing, or illegal, or holds what ALP has not.
    const auto second = [&](const wire& more) {
        return page(2050, constant(2050, 7).put(more.bytes));
    };
    CHECK(read<alp>(second(wire().u8(8)), 2050));
    CHECK(refused<alp>(second({}), 2050, errc::truncated));
    CHECK(refused<alp>(second(wire().u8(3).u8(0).u8(0)), 2050));
    CHECK(refused<alp>(second(wire().u8(0).signed_varint(INT64_MIN).u8(0)), 2050));

    const auto bad_places = [&](const std::vector<std::int64_t>& places) {
        return wire().varint(3).varint(2).put(integers({10, 20})).put(binned_integers(places));
    };
    using ints = dictionary<std::int64_t>;
    CHECK(read<ints>(bad_places({0, 1, 1}), 3));
    CHECK(refused<ints>(bad_places({0, 2, 1}), 3));
    CHECK(refused<ints>(bad_places({0, -1, 1}), 3));
    const auto bad_runs = [&](const std::vector<std::int64_t>& lengths) {
        return wire().varint(9).varint(2).put(integers({10, 20})).put(binned_integers(lengths));
    };
    using runs = run_length<std::int64_t>;
    CHECK(read<runs>(bad_runs({3, 4}), 9));
    CHECK(refused<runs>(bad_runs({3, 5}), 9));
    CHECK(refused<runs>(bad_runs({INT64_MAX, 4}), 9));
    CHECK(refused<runs>(bad_runs({-1, 8}), 9));
}
