// Headers of version 1 that lie although their checksum holds.

#include "support/frames.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// A header made by hand: ten samples in one block, whose columns have ten bytes each. More
// blocks start `step` apart and are empty.
struct fields {
    std::uint64_t samples = 10;
    std::uint64_t body = 20;
    std::uint64_t timestamp_bytes = 10;
    std::uint64_t value_bytes = 10;
    std::size_t checksums = 1;
    unsigned flags = 2;  // ordered
    unsigned second_stage = 0;
    std::uint64_t raw_body = 20;
    std::int64_t last = 9;
    std::size_t spare = 0;  // bytes between the index and the checksums
    std::size_t blocks = 1;
    std::int64_t step = 1;
};

std::vector<std::byte> header(const fields& f) {
    wire w;
    w.u8('C').u8('P').u8('K').u8('F').u8(1).u8(f.flags).u16(0).u8(1).u8(0).u8(f.second_stage);
    w.varint(f.samples).varint(f.body);
    if (f.second_stage != 0) w.varint(f.raw_body);
    w.signed_varint(0).signed_varint(f.last);
    w.fill(48, 0).varint(0).varint(0);
    for (std::size_t b = 0; b < f.blocks; ++b) {
        if (b == 0)
            w.varint(f.timestamp_bytes).varint(f.value_bytes);
        else
            w.signed_varint(f.step).varint(0).varint(0);
    }
    w.fill(f.spare, 0).fill(4 * f.checksums, 0).fill(4, 0);
    store_le(w.bytes.data() + 6, static_cast<std::uint16_t>(w.bytes.size()));
    reseal_header(w.bytes);
    return w.bytes;
}

std::optional<errc> refusal(cbytes in) {
    const auto answer = frame::inspect(in);
    return answer ? std::optional<errc>() : answer.error();
}

}  // namespace

TEST_CASE("a header of version 1 that lies about sizes is refused though its checksum holds",
          "[frame][damage]") {
    REQUIRE(refusal(header({})) == std::nullopt);
    REQUIRE(
        refusal(header({.samples = 1100, .checksums = 2, .last = 600, .blocks = 2, .step = 500})) ==
        std::nullopt);
    REQUIRE(refusal(header({.second_stage = 1})) == std::nullopt);
    const fields lies[] = {
        {.samples = 0},
        {.samples = 0, .body = 0, .checksums = 0, .blocks = 0},
        {.samples = frame::max_samples + 1},
        {.samples = frame::max_samples + 1, .checksums = 1025, .last = 2000, .blocks = 1025},
        {.samples = std::uint64_t{1} << 63},
        {.samples = 1025},                            // a block more than the index has
        {.body = 21},                                 // more than the columns take
        {.body = 19},                                 // less
        {.body = 40'000, .timestamp_bytes = 39'990},  // more than a block may have
        {.body = ~std::uint64_t{0}},
        {.timestamp_bytes = ~std::uint64_t{0} - 9},  // overflows to 0
        {.value_bytes = ~std::uint64_t{0} - 9},
        {.timestamp_bytes = ~std::uint64_t{0} - 9, .value_bytes = 30},  // overflows to 20
        {.timestamp_bytes = 21},
        {.checksums = 0},
        {.checksums = 2},
        {.second_stage = 1, .raw_body = 19},  // the body grew under its stage
        {.second_stage = 1, .raw_body = 40'000},
        {.second_stage = 1, .raw_body = std::uint64_t{1} << 60},
        {.body = 21, .second_stage = 1},  // larger than before its stage
        {.samples = 1100, .checksums = 2, .last = 100, .blocks = 2, .step = 500},
        {.samples = 1100, .checksums = 2, .last = 600, .blocks = 2, .step = -1},
        {.last = -1},  // ordered, but the last is the least
        {.spare = 1},
    };
    for (const fields& lie : lies) {
        INFO("samples " << lie.samples << " body " << lie.body << " columns " << lie.timestamp_bytes
                        << " + " << lie.value_bytes);
        REQUIRE(refusal(header(lie)) == errc::corrupt);
    }
}

TEST_CASE("reserved bits and values of version 1 are corrupt", "[frame][damage]") {
    const auto with = [&](std::size_t at, unsigned value) {
        auto changed = header({.last = 0});  // whatever the divisor is
        changed[at] = static_cast<std::byte>(value);
        reseal_header(changed);
        return refusal(changed);
    };
    REQUIRE(with(5, 2) == std::nullopt);
    for (unsigned bit = 3; bit < 8; ++bit) REQUIRE(with(5, 2 | 1u << bit) == errc::corrupt);
    REQUIRE(with(8, 4) == errc::corrupt);  // time unit
    REQUIRE(with(9, 18) == std::nullopt);  // divisor
    REQUIRE(with(9, 19) == errc::corrupt);
    REQUIRE(refusal(header({.second_stage = 2})) == std::nullopt);
    REQUIRE(refusal(header({.second_stage = 3})) == errc::corrupt);
    REQUIRE(with(11, 0) == errc::corrupt);  // no samples
    REQUIRE(with(11, 11) == std::nullopt);  // more samples, which only the block can refuse
}

TEST_CASE("a header of version 1 too short to be one is corrupt", "[frame][damage]") {
    auto wire = header({});
    for (std::uint16_t size = 0; size < 15; ++size) {
        store_le(wire.data() + 6, size);
        REQUIRE(refusal(wire) == errc::corrupt);
    }
}

TEST_CASE("a header of version 1 that ends within its fields is corrupt", "[frame][damage]") {
    const auto whole = header({});
    for (std::size_t size = 15; size < whole.size(); ++size) {
        auto cut = std::vector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        store_le(cut.data() + 6, static_cast<std::uint16_t>(size));
        reseal_header(cut);
        REQUIRE(refusal(cut) == errc::corrupt);
    }
}
