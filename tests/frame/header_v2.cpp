// Headers of version 2: how small they are, and headers that lie although their checksum
// holds.

#include "support/frames.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// A header made by hand, of int64 values that are all 0: ten samples in one block, whose columns
// have ten bytes each. More blocks start at other steps and are empty.
struct fields {
    std::uint64_t samples = 10;
    unsigned divisor = 0;
    unsigned block_exponent = 0;
    unsigned unit = 1;
    unsigned second_stage = 0;
    bool ordered = true;
    bool divided = false;
    std::int64_t first = 0;
    std::uint64_t last = 9;
    std::int64_t min = 0;  // unless ordered, as max
    std::int64_t max = 9;
    std::uint64_t body = 20;  // under a second stage
    std::int64_t timestamp_bytes = 10;
    std::int64_t value_bytes = 10;
    std::size_t blocks = 1;
    std::int64_t step = 1;  // of the second block; each later one is less by step_change
    std::int64_t step_change = 0;
    std::size_t checksums = 1;
    std::size_t spare = 0;  // bytes between the index and the checksums
};

std::vector<std::byte> header(const fields& f) {
    wire rest;
    rest.u16(f.divisor | f.block_exponent << 5 | f.unit << 9 | f.second_stage << 11 | 1U << 13 |
             unsigned{f.ordered} << 14 | unsigned{f.divided} << 15);
    rest.varint(f.samples).signed_varint(f.first);
    if (f.ordered)
        rest.varint(f.last);
    else
        rest.signed_varint(static_cast<std::int64_t>(f.last))
            .signed_varint(f.min)
            .signed_varint(f.max);
    rest.u8(0).varint(0).varint(0);                    // form, min, range
    rest.fill((bit_width(f.samples - 1) + 7) / 8, 0);  // resets; the other fields have no bits
    if (f.second_stage != 0) rest.varint(f.body);
    for (std::size_t b = 0; b < f.blocks; ++b) {
        if (b > 0) rest.signed_varint(b == 1 ? f.step : f.step_change);
        rest.signed_varint(b == 0 ? f.timestamp_bytes : b == 1 ? -f.timestamp_bytes : 0);
        rest.signed_varint(b == 0 ? f.value_bytes : b == 1 ? -f.value_bytes : 0);
    }
    rest.fill(f.spare, 0).fill(4 * f.checksums, 0).fill(4, 0);
    wire w;
    w.u8('C').u8('P').u8('K').u8('F').u8(2).varint(rest.bytes.size()).put(rest.bytes);
    reseal_header(w.bytes);
    return w.bytes;
}

std::optional<errc> refusal(cbytes in) {
    const auto answer = frame::inspect(in);
    return answer ? std::optional<errc>() : answer.error();
}

// The header of a frame of `values` at a regular clock of 15 s.
std::size_t size_of(const std::vector<double>& values, const frame::options& how = {}) {
    return header_bytes(
        encode_frame<double>({make_series<std::int64_t>("regular", values.size()), values}, how));
}

// Integers from `low` to `high`, each as `f` makes a double of it.
template <class F>
std::vector<double> uniform(std::int64_t low, std::int64_t high, std::size_t n, F f) {
    prng random(3);
    return repeated<double>(n, [&] { return f(static_cast<double>(random.between(low, high))); });
}

}  // namespace

TEST_CASE("a header of 1,024 decimals takes 45 bytes", "[frame][size]") {
    const auto hundredths = [](double v) {
        return v / 100;
    };
    CHECK(size_of(make_series<double>("decimals", 1024)) <= 45);
    CHECK(size_of(uniform(2000, 8000, 1024, hundredths)) <= 45);
    CHECK(size_of(uniform(0, 10'000, 1024, hundredths)) <= 45);
    CHECK(size_of(uniform(-500, 4000, 1000, hundredths)) <= 45);
    CHECK(size_of(make_series<double>("counter", 1024)) <= 45);
    CHECK(size_of(make_series<double>("decimals", 1)) <= 34);
}

TEST_CASE("a header of 1,024 floats takes 60 bytes, of any doubles 84", "[frame][size]") {
    const auto as_float = [](double v) {
        return static_cast<double>(static_cast<float>(v / 100));
    };
    CHECK(size_of(uniform(2000, 8000, 1024, as_float)) <= 60);
    CHECK(size_of(make_series<double>("random_bits", 1024)) <= 84);
    CHECK(size_of(std::vector<double>(1024, 1.0 / 3)) <= 50);
    auto climbs = uniform(1, 1000, 1024, [sum = 0.0](double v) mutable { return sum += v / 7; });
    CHECK(size_of(climbs) <= 60);
}

TEST_CASE("a nanosecond clock that ticks in seconds costs a header no more", "[frame][size]") {
    const auto in = make_columns<double>("regular", "decimals", 1024);
    auto ns = in;
    for (std::int64_t& t : ns.timestamps) t *= 1'000'000;
    CHECK(header_bytes(encode_frame(ns)) == header_bytes(encode_frame(in)));
}

TEST_CASE("a block more takes 7 bytes of a header where clocks are regular", "[frame][size]") {
    const auto size = [](std::size_t samples, std::size_t each) {
        return size_of(std::vector<double>(samples, 21.5), {.block_samples = each});
    };
    for (const std::size_t each : {std::size_t{1024}, std::size_t{4096}, std::size_t{65536}})
        CHECK(size(12 * each, each) - size(4 * each, each) <= 8 * 7 + 4);
    CHECK(size(262'144, 65536) <= 80);
    CHECK(size(262'144, frame::max_samples) <= 60);
}

TEST_CASE("a header made by hand is accepted", "[frame][damage]") {
    REQUIRE(refusal(header({})) == std::nullopt);
    REQUIRE(refusal(header({.second_stage = 1})) == std::nullopt);
    REQUIRE(refusal(header({.ordered = false})) == std::nullopt);
    REQUIRE(refusal(header({.divisor = 3, .divided = true, .first = 5})) == std::nullopt);
    REQUIRE(refusal(header({.divisor = 3, .first = 5})) == std::nullopt);
    const fields two{.samples = 1100, .last = 600, .blocks = 2, .step = 500, .checksums = 2};
    REQUIRE(refusal(header(two)) == std::nullopt);
    fields other = two;
    other.block_exponent = 1;  // one block, and the index has two
    REQUIRE(refusal(header(other)) == errc::corrupt);
    other.blocks = other.checksums = 1;
    REQUIRE(refusal(header(other)) == std::nullopt);
    REQUIRE(frame::inspect(header(other))->block_samples == 2048);
}

TEST_CASE("a header that lies is refused though its checksum holds", "[frame][damage]") {
    const fields lies[] = {
        {.samples = 0},
        {.samples = frame::max_samples + 1},
        {.samples = frame::max_samples + 1, .block_exponent = 10, .blocks = 2, .checksums = 2},
        {.samples = std::uint64_t{1} << 63},
        {.samples = 1025},  // a block more than the index has
        {.divisor = 19},
        {.divisor = 31},
        {.block_exponent = 11},
        {.block_exponent = 15},
        {.second_stage = 3},
        {.divided = true},              // by 1
        {.divisor = 3, .first = 5000},  // not divided, but could be
        {.divisor = 3, .first = 0},     //
        {.divisor = 3, .divided = true, .first = INT64_MAX / 1000 + 1},
        {.divisor = 3, .divided = true, .first = INT64_MIN / 1000 - 1},
        {.last = ~std::uint64_t{0}},  // ordered, but the last is the least
        {.ordered = false, .min = 1, .max = 0},
        {.timestamp_bytes = -1},
        {.value_bytes = -1},
        {.timestamp_bytes = 32 * 10 + 1024},  // more than a block may have
        {.timestamp_bytes = INT64_MAX},
        {.timestamp_bytes = INT64_MIN, .value_bytes = INT64_MIN},  // overflows to 0
        {.second_stage = 1, .body = 21},                           // larger than before its stage
        {.second_stage = 1, .body = ~std::uint64_t{0}},
        {.checksums = 0},
        {.checksums = 2},
        {.second_stage = 1, .checksums = 2},
        {.spare = 1},
        {.samples = 1100, .last = 499, .blocks = 2, .step = 500, .checksums = 2},
        {.samples = 1100, .last = 600, .blocks = 2, .step = -1, .checksums = 2},
        {.samples = 2100, .last = 600, .blocks = 3, .step = 5, .step_change = -6, .checksums = 3},
    };
    for (const fields& lie : lies) {
        INFO("samples " << lie.samples << " first " << lie.first << " body " << lie.body
                        << " columns " << lie.timestamp_bytes << " + " << lie.value_bytes);
        REQUIRE(refusal(header(lie)) == errc::corrupt);
    }
}

TEST_CASE("a header that claims more samples than a block has is refused by the block",
          "[frame][damage]") {
    auto wire = encode_frame(make_columns<std::int64_t>("regular", "constant", 10));
    REQUIRE(wire[8] == std::byte{10});
    wire[8] = std::byte{11};
    reseal_header(wire);
    REQUIRE(frame::inspect(wire));
    REQUIRE(frame::verify(wire).error() == errc::count_mismatch);
}

TEST_CASE("a header that ends within its fields is corrupt", "[frame][damage]") {
    for (const fields& f : {fields{}, fields{.second_stage = 1}, fields{.ordered = false}}) {
        const auto whole = header(f);
        for (std::size_t size = 10; size < whole.size(); ++size) {
            auto cut =
                std::vector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            cut[5] = static_cast<std::byte>(size - 6);
            reseal_header(cut);
            REQUIRE(refusal(cut) == errc::corrupt);
        }
    }
}

TEST_CASE("the length of a header has a range and one form", "[frame][damage]") {
    auto wire = header({});
    for (const unsigned size : {0, 1, 2, 3}) {
        wire[5] = static_cast<std::byte>(size);
        REQUIRE(refusal(wire) == errc::corrupt);
    }
    wire[5] = std::byte{0x80 | 30};
    wire[6] = std::byte{0};  // 30, in two bytes
    REQUIRE(refusal(wire) == errc::corrupt);
    const auto claims = [](std::uint64_t size) {
        test::wire w;
        w.u8('C').u8('P').u8('K').u8('F').u8(2).varint(size).fill(100'000, 0);
        return refusal(w.bytes);
    };
    REQUIRE(claims(65'535) == errc::checksum_mismatch);
    REQUIRE(claims(65'536) == errc::corrupt);
    REQUIRE(claims(~std::uint64_t{0}) == errc::corrupt);
}
