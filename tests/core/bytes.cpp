#include <chronopack/core/cursor.hpp>
#include <chronopack/core/sample.hpp>

#include "support/guard.hpp"
#include "support/hex.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <limits>

#include <fcntl.h>
#include <sys/wait.h>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// Whether touching `at` kills a process of its own.
bool faults(volatile std::byte* at) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);  // a sanitizer's report
        ::dup2(STDERR_FILENO, STDOUT_FILENO);
        *at = std::byte{1};
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace

TEST_CASE("guard pages fault one byte past either end and nowhere inside", "[support]") {
    for (const std::size_t n :
         {std::size_t{1}, std::size_t{100}, std::size_t{4096}, std::size_t{4097}}) {
        guarded_bytes guarded(n);
        const bytes end = guarded.at_end(n);
        const bytes start = guarded.at_start(n);
        CHECK_FALSE(faults(end.data() + n - 1));
        CHECK_FALSE(faults(start.data()));
        CHECK(faults(end.data() + n));
        CHECK(faults(start.data() - 1));
    }
}

TEST_CASE("integers lie in the byte order that is asked for", "[core]") {
    std::array<std::byte, 8> at{};
    store_le(at.data(), std::uint64_t{0x0102030405060708});
    CHECK(to_hex(at) == "0807060504030201");
    CHECK(load_le<std::uint64_t>(at.data()) == 0x0102030405060708);
    CHECK(load_be<std::uint64_t>(at.data()) == 0x0807060504030201);
    CHECK(load_le<std::uint32_t>(at.data()) == 0x05060708);
    CHECK(load_be<std::uint16_t>(at.data()) == 0x0807);
    CHECK(load_le<std::uint8_t>(at.data()) == 0x08);

    store_be(at.data(), std::uint64_t{0x0102030405060708});
    CHECK(to_hex(at) == "0102030405060708");
    store_be(at.data(), std::uint16_t{0xa1b2});
    store_be(at.data() + 2, std::uint32_t{0xc3d4e5f6});
    store_le(at.data() + 6, std::uint16_t{0xa1b2});
    CHECK(to_hex(at) == "a1b2c3d4e5f6b2a1");
}

TEST_CASE("a byte_reader reads fields in order and in little-endian", "[core]") {
    const auto wire = from_hex("0102030405060708090a0b0c0d0e0fff");
    byte_reader in(wire);
    CHECK(in.u8() == 0x01);
    CHECK(in.u16() == 0x0302);
    CHECK(in.u32() == 0x07060504);
    CHECK(in.u64() == 0x0f0e0d0c0b0a0908);
    CHECK(in.position() == 15);
    CHECK(in.remaining() == 1);
    CHECK(in.rest().size() == 1);
    CHECK_FALSE(in.failed());
}

TEST_CASE("a byte_reader past its end yields zeros and stays failed", "[core]") {
    guarded_bytes memory(8);
    for (std::size_t n = 0; n < 8; ++n) {
        const bytes few = memory.at_end(n);
        for (std::byte& b : few) b = std::byte{0xff};
        byte_reader in(few);
        CHECK(in.u64() == 0);
        CHECK(in.failed());
        CHECK(in.remaining() == 0);
        CHECK(in.u8() == 0);
        CHECK(in.take(0).empty());
        CHECK(in.failed());
    }
    byte_reader in(memory.at_end(3));
    CHECK(in.take(SIZE_MAX).empty());
    CHECK(in.failed());
}

TEST_CASE("taking all, or nothing, is no failure", "[core]") {
    const auto wire = from_hex("0a0b0c");
    byte_reader in(wire);
    CHECK(in.take(0).empty());
    in.skip(2);
    CHECK(in.position() == 2);
    CHECK(in.take(1).size() == 1);
    CHECK(in.take(0).empty());
    CHECK_FALSE(in.failed());
    in.fail();
    CHECK(in.failed());
}

TEST_CASE("a byte_writer writes what a byte_reader reads", "[core]") {
    std::array<std::byte, 18> buffer{};
    byte_writer out(buffer);
    out.u8(0x01);
    out.u16(0x0302);
    out.u32(0x07060504);
    out.u64(0x0f0e0d0c0b0a0908);
    out.put(from_hex("1011"));
    out.put({});
    CHECK(out.position() == 17);
    CHECK(out.rest().size() == 1);
    CHECK_FALSE(out.failed());
    CHECK(to_hex(buffer) == "0102030405060708090a0b0c0d0e0f101100");
}

TEST_CASE("a byte_writer past its end writes nothing and stays failed", "[core]") {
    guarded_bytes memory(8);
    for (std::size_t n = 0; n < 8; ++n) {
        const bytes few = memory.at_end(n);
        for (std::byte& b : few) b = std::byte{0xee};
        byte_writer out(few);
        out.u64(0);
        CHECK(out.failed());
        out.u8(0);
        CHECK(out.reserve(1).empty());
        CHECK(out.failed());
        for (const std::byte b : few) CHECK(b == std::byte{0xee});
    }
    byte_writer out(memory.at_end(3));
    CHECK(out.reserve(SIZE_MAX).empty());
    CHECK(out.failed());
}

TEST_CASE("samples compare by bits", "[core]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(sample{1, nan} == sample{1, nan});
    CHECK_FALSE(sample{1, 0.0} == sample{1, -0.0});
    CHECK_FALSE(sample{1, nan} == sample{1, std::copysign(nan, -1.0)});
    CHECK_FALSE(sample{1, 2.0} == sample{2, 2.0});
}
