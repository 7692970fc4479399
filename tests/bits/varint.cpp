#include <chronopack/bits/varint.hpp>

#include "support/guard.hpp"
#include "support/property.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// The first and last value of each encoded length, and their neighbours.
std::vector<std::uint64_t> edges() {
    std::vector<std::uint64_t> out{0, UINT64_MAX};
    for (unsigned shift = 0; shift < 64; ++shift) {
        const std::uint64_t power = std::uint64_t{1} << shift;
        out.insert(out.end(), {power - 1, power, power + 1});
    }
    return out;
}

result<std::uint64_t> read_all(const std::vector<std::byte>& wire) {
    byte_reader in(wire);
    return read_varint(in);
}

}  // namespace

TEST_CASE("zigzag and back is the identity", "[bits]") {
    for (const std::uint64_t v : edges()) {
        const auto value = static_cast<std::int64_t>(v);
        CHECK(unzigzag(zigzag(value)) == value);
        CHECK(zigzag(unzigzag(v)) == v);
    }
    CHECK(zigzag(0) == 0);
    CHECK(zigzag(-2) == 3);
    CHECK(zigzag(INT64_MAX) == UINT64_MAX - 1);
}

TEST_CASE("varints of every length survive in a buffer of their very size", "[bits]") {
    guarded_bytes memory(max_varint_bytes);
    for (const std::uint64_t value : edges()) {
        const std::size_t n = varint_bytes(value);
        byte_writer out(memory.at_end(n));
        write_varint(out, value);
        REQUIRE_FALSE(out.failed());
        REQUIRE(out.position() == n);
        REQUIRE(n == wire().varint(value).bytes.size());

        byte_reader in(memory.at_end(n));
        const auto back = read_varint(in);
        REQUIRE(back);
        CHECK(*back == value);
        CHECK(in.position() == n);
    }
}

TEST_CASE("a varint without room writes nothing", "[bits]") {
    guarded_bytes memory(max_varint_bytes);
    for (const std::uint64_t value : edges()) {
        const bytes few = memory.at_end(varint_bytes(value) - 1);
        for (std::byte& b : few) b = std::byte{0xee};
        byte_writer out(few);
        write_varint(out, value);
        CHECK(out.failed());
        for (const std::byte b : few) CHECK(b == std::byte{0xee});
    }
}

TEST_CASE("every proper prefix of a varint is refused as truncated", "[bits]") {
    guarded_bytes memory(max_varint_bytes);
    for (const std::uint64_t value : edges()) {
        const auto whole = wire().varint(value).bytes;
        for (std::size_t cut = 0; cut < whole.size(); ++cut) {
            const bytes prefix = memory.at_end(cut);
            std::copy_n(whole.begin(), cut, prefix.begin());
            byte_reader in(prefix);
            const auto back = read_varint(in);
            REQUIRE_FALSE(back);
            CHECK(back.error() == errc::truncated);
        }
    }
}

TEST_CASE("overlong varints are refused", "[bits]") {
    CHECK(read_all(wire().u8(0x80).u8(0x00).bytes).error() == errc::corrupt);
    CHECK(read_all(wire().u8(0xff).u8(0x80).u8(0x00).bytes).error() == errc::corrupt);
    for (std::size_t n = 1; n < max_varint_bytes; ++n)
        CHECK(read_all(wire().fill(n, 0x80).u8(0).bytes).error() == errc::corrupt);
}

TEST_CASE("varints past 64 bits are refused", "[bits]") {
    CHECK(*read_all(wire().fill(9, 0xff).u8(0x01).bytes) == UINT64_MAX);
    for (const unsigned last : {0x02u, 0x03u, 0x7fu, 0x80u, 0x81u, 0xffu})
        CHECK(read_all(wire().fill(9, 0xff).u8(last).u8(0).bytes).error() == errc::corrupt);
}

TEST_CASE("unterminated varints are refused", "[bits]") {
    for (std::size_t n = 0; n < max_varint_bytes; ++n)
        CHECK(read_all(wire().fill(n, 0xff).bytes).error() == errc::truncated);
    for (std::size_t n = max_varint_bytes; n < 20; ++n)
        CHECK(read_all(wire().fill(n, 0xff).bytes).error() == errc::corrupt);
}

TEST_CASE("signed varints", "[bits]") {
    property("survive, and small magnitudes are short", [] {
        // Of every magnitude.
        const auto value = unzigzag(draw_bits() >> draw_below(64));
        std::array<std::byte, max_varint_bytes> buffer{};
        byte_writer out(buffer);
        write_signed_varint(out, value);
        HOLDS(out.position() == varint_bytes(zigzag(value)));
        HOLDS((value < -64 || value >= 64) == (out.position() > 1));
        byte_reader in(buffer);
        const auto back = read_signed_varint(in);
        HOLDS(back.has_value());
        HOLDS(*back == value);
    });
    byte_reader nothing({});
    CHECK(read_signed_varint(nothing).error() == errc::truncated);
}
