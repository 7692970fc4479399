// Every illegal field of a block's header, one by one, by hand.

#include <chronopack/packing/block.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// Ten values 5 + field, fields of 3 bits, no exceptions; then one field is spoilt.
struct crafted {
    unsigned mode = 0;
    unsigned width = 3;
    unsigned exception_width = 0;
    unsigned exceptions = 0;
    unsigned count = 10;
    std::vector<std::byte> varints = wire().signed_varint(5).bytes;
    std::vector<std::byte> payload = std::vector<std::byte>(4, std::byte{0});
    std::vector<std::byte> tail{};  // high parts and positions

    [[nodiscard]] std::vector<std::byte> encoded() const {
        return wire()
            .u8(mode)
            .u8(width)
            .u8(exception_width)
            .u16(exceptions)
            .u16(count)
            .put(varints)
            .put(payload)
            .put(tail)
            .bytes;
    }
};

// Decodes from just before a guard page.
result<std::size_t> decode(const crafted& block, std::span<std::int64_t> out) {
    const auto encoded = block.encoded();
    guarded_bytes memory(encoded.size());
    const bytes wire = memory.at_end(encoded.size());
    copy_bits(encoded, wire);
    return packing::decode_block(wire, out);
}

result<std::size_t> decode(const crafted& block, std::size_t n = 10) {
    std::vector<std::int64_t> out(n);
    return decode(block, out);
}

errc refusal(const crafted& block, std::size_t n = 10) {
    const auto read = decode(block, n);
    REQUIRE_FALSE(read);
    return read.error();
}

// Least significant bit first, as exceptions are.
std::vector<std::byte> fields(std::initializer_list<std::uint64_t> values, unsigned width) {
    std::vector<std::byte> out(field_bytes(values.size(), width));
    field_writer writer(out, width);
    for (const std::uint64_t v : values) writer.write(v);
    writer.finish();
    return out;
}

crafted with_exceptions(std::initializer_list<std::uint64_t> highs,
                        std::initializer_list<std::uint64_t> positions, unsigned width = 4) {
    crafted block;
    block.exceptions = static_cast<unsigned>(positions.size());
    block.exception_width = width;
    block.tail = wire().put(fields(highs, width)).put(fields(positions, 10)).bytes;
    return block;
}

}  // namespace

TEST_CASE("the block that the others spoil is legal", "[packing][hostile]") {
    std::vector<std::int64_t> out(10);
    const crafted block;
    const auto read = decode(block, out);
    REQUIRE(read);
    CHECK(*read == block.encoded().size());
    CHECK(out == std::vector<std::int64_t>(10, 5));
}

TEST_CASE("modes above 2 and reserved bits are refused", "[packing][hostile]") {
    for (unsigned mode = 0; mode < 256; ++mode) {
        crafted block;
        block.mode = mode;
        // Enough varints for any mode: reference, scale, base, first delta.
        block.varints = wire().varint(2).varint(2).varint(2).varint(2).bytes;
        const auto read = decode(block);
        const bool legal = (mode & ~4u) <= 2;
        CHECK(read.has_value() == legal);
        if (!read) CHECK(read.error() == errc::corrupt);

        block.count = 100;
        block.payload.resize(field_bytes(100, 3));
        const auto more = decode(block, 100);
        CHECK(more.has_value() == ((mode & ~12u) <= 2));
        if (!more) CHECK(more.error() == errc::corrupt);
    }
}

TEST_CASE("lanes of counts that have none, or always have, are refused", "[packing][hostile]") {
    for (unsigned count = 1; count <= 1024; ++count) {
        crafted block;
        block.mode = packing::lanes_flag;
        block.count = count;
        block.payload.assign(field_bytes(count, 3), std::byte{0});
        const auto read = decode(block, count);
        CHECK(read.has_value() == (count >= 64 && count < 1024));
        if (!read) CHECK(read.error() == errc::corrupt);
    }
    crafted none;
    none.mode = packing::lanes_flag;
    none.count = 0;
    CHECK(refusal(none) == errc::corrupt);
}

TEST_CASE("lanes of every mode and width are read to the last byte and no further",
          "[packing][hostile]") {
    for (const unsigned count : {64u, 79u, 100u, 120u, 128u, 500u, 1023u}) {
        std::vector<std::int64_t> out(count);
        for (const unsigned mode : {0u, 1u, 2u, 4u, 5u, 6u}) {
            for (unsigned width = 0; width <= 64; ++width) {
                crafted block;
                block.mode = mode | packing::lanes_flag;
                block.width = width;
                block.count = count;
                block.varints.assign(1 + (mode & 3) + (mode >> 2), std::byte{2});
                block.payload.assign(field_bytes(count, width), std::byte{0xff});
                const auto read = decode(block, out);
                REQUIRE(read);
                REQUIRE(*read == block.encoded().size());
                if (block.payload.empty()) continue;
                block.payload.pop_back();
                REQUIRE(refusal(block, count) == errc::truncated);
            }
        }
    }
}

TEST_CASE("widths above 64 are refused", "[packing][hostile]") {
    for (unsigned width = 0; width < 256; ++width) {
        crafted block;
        block.width = width;
        block.payload.assign(1024, std::byte{0});
        const auto read = decode(block);
        CHECK(read.has_value() == (width <= 64));
        if (!read) CHECK(read.error() == errc::corrupt);
    }
}

TEST_CASE("exception widths above 64 - width are refused", "[packing][hostile]") {
    for (unsigned width = 0; width <= 64; ++width) {
        for (const unsigned excess : {1u, 2u, 64u, 190u}) {
            crafted block = with_exceptions({1}, {3});
            block.width = width;
            block.exception_width = std::min(64 - width + excess, 255u);
            block.payload.assign(1024, std::byte{0});
            CHECK(refusal(block) == errc::corrupt);
        }
        if (width == 64) continue;
        crafted widest = with_exceptions({1}, {3}, 64 - width);
        widest.width = width;
        widest.payload.assign(field_bytes(10, width), std::byte{0});
        CHECK(decode(widest));
    }
}

TEST_CASE("more exceptions than values are refused", "[packing][hostile]") {
    for (const unsigned exceptions : {11u, 12u, 1024u, 1025u, 65535u}) {
        crafted block = with_exceptions({1}, {3});
        block.exceptions = exceptions;
        block.tail.assign(200'000, std::byte{0xff});
        CHECK(refusal(block) == errc::corrupt);
        block.tail.clear();  // seen before anything is looked for
        CHECK(refusal(block) == errc::corrupt);
    }
}

TEST_CASE("exceptions without a width, and a width without exceptions, are refused",
          "[packing][hostile]") {
    crafted no_width = with_exceptions({1}, {3});
    no_width.exception_width = 0;
    CHECK(refusal(no_width) == errc::corrupt);
    crafted no_exceptions;
    no_exceptions.exception_width = 4;
    CHECK(refusal(no_exceptions) == errc::corrupt);
}

TEST_CASE("counts of none or more than a block are refused as corrupt", "[packing][hostile]") {
    for (const unsigned count : {0u, 1025u, 2048u, 65535u}) {
        crafted block;
        block.count = count;
        block.payload.assign(65536, std::byte{0});
        CHECK(refusal(block) == errc::corrupt);
    }
}

TEST_CASE("another count than asked for is a count mismatch", "[packing][hostile]") {
    CHECK(refusal({}, 9) == errc::count_mismatch);
    CHECK(refusal({}, 11) == errc::count_mismatch);
    CHECK(refusal({}, 1024) == errc::count_mismatch);
    crafted full;
    full.count = 1024;
    full.payload.assign(3 * 128, std::byte{0});
    CHECK(decode(full, 1024));
    CHECK(refusal(full, 1023) == errc::count_mismatch);
}

TEST_CASE("scales of 0 and 1 are refused", "[packing][hostile]") {
    for (const std::uint64_t scale : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2},
                                      std::uint64_t{1} << 63, UINT64_MAX}) {
        crafted block;
        block.mode = packing::scaled_flag;
        block.varints = wire().signed_varint(5).varint(scale).bytes;
        const auto read = decode(block);
        CHECK(read.has_value() == (scale >= 2));
        if (!read) CHECK(read.error() == errc::corrupt);
    }
}

TEST_CASE("positions that do not ascend below the count are refused", "[packing][hostile]") {
    CHECK(decode(with_exceptions({1, 2}, {0, 9})));
    CHECK(refusal(with_exceptions({1, 2}, {4, 4})) == errc::corrupt);
    CHECK(refusal(with_exceptions({1, 2}, {4, 3})) == errc::corrupt);
    CHECK(refusal(with_exceptions({1, 2}, {9, 0})) == errc::corrupt);
    CHECK(refusal(with_exceptions({1}, {10})) == errc::corrupt);
    CHECK(refusal(with_exceptions({1}, {1023})) == errc::corrupt);
    CHECK(refusal(with_exceptions({1, 2, 3}, {0, 1, 10})) == errc::corrupt);
}

TEST_CASE("a high part of zero is refused", "[packing][hostile]") {
    CHECK(refusal(with_exceptions({0}, {3})) == errc::corrupt);
    CHECK(refusal(with_exceptions({1, 0}, {3, 4})) == errc::corrupt);
}

TEST_CASE("exceptions patch their values, on either side of the window", "[packing][hostile]") {
    std::vector<std::int64_t> out(10);
    // Zigzag 1 is -1, 4 is 2: 5 + (-1 << 3) and 5 + (2 << 3).
    REQUIRE(decode(with_exceptions({1, 4}, {0, 9}), out));
    CHECK(out == std::vector<std::int64_t>{-3, 5, 5, 5, 5, 5, 5, 5, 5, 21});
}

TEST_CASE("a block may have an exception at every value", "[packing][hostile]") {
    for (const unsigned count : {10u, 64u, 79u, 120u, 127u, 960u, 1023u, 1024u}) {
        for (const unsigned mode : {0u, 1u, 2u}) {
            for (const bool lanes : {false, true}) {
                if (lanes && (count < 64 || count == 1024)) continue;
                crafted block;
                block.mode = mode | (lanes ? packing::lanes_flag : 0);
                block.width = 0;
                block.exception_width = 2;
                block.exceptions = block.count = count;
                block.varints = wire().varint(0).varint(0).varint(0).bytes;
                block.varints.resize(mode + 1);
                block.payload.clear();
                // Zigzag 2: +1
                std::vector<std::byte> highs(field_bytes(count, 2), std::byte{0xaa});
                std::vector<std::byte> positions(field_bytes(count, 10));
                field_writer writer(positions, 10);
                for (std::uint64_t i = 0; i < count; ++i) writer.write(i);
                writer.finish();
                block.tail = wire().put(highs).put(positions).bytes;
                std::vector<std::int64_t> out(count);
                REQUIRE(decode(block, out));
                std::size_t wrong = 0;
                for (std::int64_t i = 1; i <= count; ++i)
                    wrong +=
                        out[static_cast<std::size_t>(i - 1)] != (mode == 0   ? 1
                                                                 : mode == 1 ? i
                                                                             : i * (i + 1) / 2);
                CHECK(wrong == 0);
            }
        }
    }
}

TEST_CASE("positions ascend and high parts are there all along, however many are read at once",
          "[packing][hostile]") {
    constexpr std::uint64_t exceptions = 130;
    const auto block_of = [](std::uint64_t repeated, std::uint64_t zero) {
        crafted block;
        block.width = 0;
        block.payload.clear();
        block.count = 200;
        block.exceptions = exceptions;
        block.exception_width = 2;
        std::vector<std::byte> highs(field_bytes(exceptions, 2));
        std::vector<std::byte> positions(field_bytes(exceptions, 10));
        field_writer high(highs, 2), position(positions, 10);
        for (std::uint64_t i = 0; i < exceptions; ++i) {
            high.write(i == zero ? 0 : 2);
            position.write(i == repeated ? i - 1 : i);
        }
        high.finish();
        position.finish();
        block.tail = wire().put(highs).put(positions).bytes;
        return block;
    };
    REQUIRE(decode(block_of(exceptions, exceptions), 200));
    for (std::uint64_t i = 0; i < exceptions; ++i) {
        if (i > 0) REQUIRE(refusal(block_of(i, exceptions), 200) == errc::corrupt);
        REQUIRE(refusal(block_of(exceptions, i), 200) == errc::corrupt);
    }
}

TEST_CASE("overlong and unterminated varints of the header are refused", "[packing][hostile]") {
    for (const unsigned mode : {0u, 1u, 2u, 4u, 5u, 6u}) {
        const std::size_t varints = 1 + (mode & 3) + (mode >> 2);
        for (std::size_t bad = 0; bad < varints; ++bad) {
            wire overlong;
            wire endless;
            for (std::size_t i = 0; i < varints; ++i) {
                i == bad ? overlong.u8(0x82).u8(0) : overlong.varint(2);
                i == bad ? endless.fill(10, 0xff) : endless.varint(2);
            }
            crafted block;
            block.mode = mode;
            block.varints = overlong.bytes;
            CHECK(refusal(block) == errc::corrupt);
            block.varints = endless.bytes;
            CHECK(refusal(block) == errc::corrupt);
        }
    }
}

TEST_CASE("every prefix of a crafted block is refused as truncated", "[packing][hostile]") {
    for (const crafted& block : {crafted{}, with_exceptions({1, 4}, {0, 9})}) {
        const auto whole = block.encoded();
        guarded_bytes memory(whole.size());
        std::vector<std::int64_t> out(10);
        for (std::size_t cut = 0; cut < whole.size(); ++cut) {
            const bytes prefix = memory.at_end(cut);
            std::copy_n(whole.begin(), cut, prefix.begin());
            const auto read = packing::decode_block(prefix, out);
            REQUIRE_FALSE(read);
            CHECK(read.error() == errc::truncated);
        }
    }
}
