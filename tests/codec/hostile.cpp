// Inputs that have broken other decoders, one test for each. Those of the header of integer
// blocks are in tests/packing/header.cpp.

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/hex.hpp"
#include "support/series.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace chronopack;
using namespace chronopack::test;

namespace {

constexpr std::uint64_t one = 0x3ff0000000000000;

std::string first_value(std::uint64_t bits = one) {
    return binary(bits, 64);
}

std::string new_window(unsigned leading, unsigned length) {
    return "11" + binary(leading, 5) + binary(length, 6);
}

// A stream of gorilla_values from zeros and ones, decoded before a guard page.
result<std::vector<std::uint64_t>> values_of(const std::string& text, std::size_t n) {
    const auto stream = msb_bits(text);
    guarded_bytes memory(stream.size());
    const bytes in = memory.at_end(stream.size());
    copy_bits(stream, in);
    std::vector<double> out(n);
    const auto read = gorilla_values::decode(in, out);
    if (!read) return read.error();
    std::vector<std::uint64_t> bits;
    for (const double v : out) bits.push_back(std::bit_cast<std::uint64_t>(v));
    return bits;
}

// The same bits as the values of a Prometheus chunk whose timestamps are all 0.
result<std::size_t> chunk_of(std::size_t count, const std::string& text) {
    const auto chunk = wire().u16_big(count).put(msb_bits(text)).bytes;
    guarded_bytes memory(chunk.size());
    const bytes in = memory.at_end(chunk.size());
    copy_bits(chunk, in);
    std::vector<sample> out(count);
    return prometheus_xor::decode(in, out);
}

const std::string two_timestamps_before = "00000000";

}  // namespace

TEST_CASE("a width of 0 is a constant, and divides nothing", "[codec][hostile]") {
    const auto block = wire().u8(0).u8(0).u8(0).u16(0).u16(1000).signed_varint(-7).bytes;
    std::vector<std::int64_t> out(1000);
    const auto read = packed::decode(block, out);
    REQUIRE(read);
    CHECK(*read == block.size());
    CHECK(out == std::vector<std::int64_t>(1000, -7));
}

TEST_CASE("a count times a width larger than the input is truncated", "[codec][hostile]") {
    const auto block = wire().u8(0).u8(64).u8(0).u16(0).u16(1024).signed_varint(0).fill(9, 0).bytes;
    std::vector<std::int64_t> out(1024);
    CHECK(packed::decode(block, out).error() == errc::truncated);
}

TEST_CASE("a count larger than the output is a mismatch", "[codec][hostile]") {
    const auto block =
        wire().u8(0).u8(64).u8(0).u16(0).u16(1024).signed_varint(0).fill(8192, 0).bytes;
    guarded_bytes memory(8 * 1023);
    for (const std::size_t n : {std::size_t{1}, std::size_t{10}, std::size_t{1023}})
        CHECK(packed::decode(block, memory.at_end<std::int64_t>(n)).error() ==
              errc::count_mismatch);
}

TEST_CASE("a binned column with another count is a mismatch", "[codec][hostile]") {
    const auto wire_of = [](std::uint64_t count) {
        return wire().varint(count).u8(0).u8(0).u8(0).fill(3, 0x80).bytes;
    };
    std::vector<std::int64_t> out(10);
    CHECK(binned::decode(wire_of(10), out).has_value());
    for (const std::uint64_t count : {0ull, 9ull, 11ull, 2058ull, 1ull << 63})
        CHECK(binned::decode(wire_of(count), out).error() == errc::count_mismatch);
    CHECK(binned::decode(wire().fill(11, 0xff).bytes, out).error() == errc::corrupt);
    CHECK(binned::decode(wire().fill(3, 0xff).bytes, out).error() == errc::truncated);
}

TEST_CASE("leading and significant bits above 64 are corrupt", "[codec][hostile]") {
    for (unsigned leading = 0; leading < 32; ++leading) {
        for (unsigned length = 0; length < 64; ++length) {
            const unsigned meant = length == 0 ? 64 : length;
            const std::string code = new_window(leading, length) + std::string(64, '1');
            const bool legal = leading + meant <= 64;
            const auto values = values_of(first_value() + code, 2);
            CHECK(values.has_value() == legal);
            if (!values) CHECK(values.error() == errc::corrupt);
            const auto chunk =
                chunk_of(2, two_timestamps_before + first_value() + "00000000" + code);
            CHECK(chunk.has_value() == legal);
            if (!chunk) CHECK(chunk.error() == errc::corrupt);
        }
    }
}

TEST_CASE("reuse of a window before there was one is corrupt", "[codec][hostile]") {
    const std::string reuse = "10" + std::string(64, '1');
    CHECK(values_of(first_value() + reuse, 2).error() == errc::corrupt);
    CHECK(values_of(first_value() + "0" + reuse, 3).error() == errc::corrupt);
    CHECK(chunk_of(2, two_timestamps_before + first_value() + "00000000" + reuse).error() ==
          errc::corrupt);
}

TEST_CASE("reuse of a window cut short is truncated, not corrupt", "[codec][hostile]") {
    // 64 bits, seven repeats, then half of a code.
    CHECK(values_of(first_value() + "0000000" + "1", 9).error() == errc::truncated);
}

TEST_CASE("64 significant bits are stored as 0 in six bits", "[codec][hostile]") {
    const std::uint64_t all = 0x8000000000000001;
    const std::string text = first_value() + new_window(0, 0) + binary(all, 64);
    const auto values = values_of(text, 2);
    REQUIRE(values);
    CHECK((*values)[1] == (one ^ all));
    const std::vector<double> in{std::bit_cast<double>(one), std::bit_cast<double>(one ^ all)};
    CHECK(encode_to_vector<gorilla_values>(in) == msb_bits(text));
}

TEST_CASE("32 and more leading zeros are stored as 31", "[codec][hostile]") {
    for (unsigned leading = 31; leading < 64; ++leading) {
        const std::uint64_t difference = std::uint64_t{1} << (63 - leading);
        const std::vector<double> in{1.0, std::bit_cast<double>(one ^ difference)};
        const unsigned length = leading - 31 + 1;
        const std::string text = first_value() + new_window(31, length) + binary(1, length);
        CHECK(encode_to_vector<gorilla_values>(in) == msb_bits(text));
        const auto values = values_of(text, 2);
        REQUIRE(values);
        CHECK((*values)[1] == (one ^ difference));
    }
}

TEST_CASE("a stream that ends in the middle of a value is truncated", "[codec][hostile]") {
    const std::string text = first_value() + new_window(8, 24) + std::string(24, '1');
    for (std::size_t bits = 0; bits + 8 <= text.size(); bits += 8)
        CHECK(values_of(text.substr(0, bits), 2).error() == errc::truncated);
}

TEST_CASE("valid streams that no encoder of ours writes are accepted", "[codec][hostile]") {
    // A window wider than its difference, and one whose difference is 0.
    CHECK(*values_of(first_value() + new_window(0, 0) + binary(1, 64), 2) ==
          std::vector<std::uint64_t>{one, one ^ 1});
    CHECK(*values_of(first_value() + new_window(3, 5) + "00000", 2) ==
          std::vector<std::uint64_t>{one, one});
    // A second difference of zero in each of the longer codes.
    for (const std::string& code :
         {"10" + std::string(7, '0'), "110" + std::string(9, '0'), "1110" + std::string(12, '0'),
          "11110" + std::string(32, '0'), "11111" + std::string(64, '0')}) {
        std::vector<std::int64_t> out(3);
        REQUIRE(gorilla_timestamps::decode(msb_bits(binary(100, 64) + binary(10, 64) + code), out));
        CHECK(out == std::vector<std::int64_t>{100, 110, 120});
    }
    // A block at the full width although a narrow one would do.
    const auto block = wire().u8(0).u8(64).u8(0).u16(0).u16(2).signed_varint(0).u8(1).fill(15, 0);
    std::vector<std::int64_t> out(2);
    REQUIRE(packed::decode(block.bytes, out));
    CHECK(out == std::vector<std::int64_t>{1, 0});
}

TEST_CASE("second differences lie in asymmetric ranges", "[codec][hostile]") {
    // 2^(n-1) is the last difference that n bits can hold, -2^(n-1) the first that they cannot.
    const auto bytes_of = [](std::int64_t dod) {
        return encode_to_vector<gorilla_timestamps>({0, 0, dod});
    };
    const std::string zeros(128, '0');
    CHECK(bytes_of(64) == msb_bits(zeros + "10" + binary(64, 7)));
    CHECK(bytes_of(-63) == msb_bits(zeros + "10" + binary(128 - 63, 7)));
    CHECK(bytes_of(65) == msb_bits(zeros + "110" + binary(65, 9)));
    CHECK(bytes_of(-64) == msb_bits(zeros + "110" + binary(512 - 64, 9)));
    CHECK(bytes_of(2048) == msb_bits(zeros + "1110" + binary(2048, 12)));
    CHECK(bytes_of(-2048) ==
          msb_bits(zeros + "11110" + binary((std::uint64_t{1} << 32) - 2048, 32)));
    CHECK(bytes_of(std::int64_t{1} << 31) == msb_bits(zeros + "11110" + binary(0x80000000, 32)));
    CHECK(bytes_of(-(std::int64_t{1} << 31)) ==
          msb_bits(zeros + "11111" + binary(0xffffffff80000000, 64)));
}

TEST_CASE("unterminated, overlong and too long varints in a chunk are refused",
          "[codec][hostile]") {
    const std::string rest = first_value();
    const std::string all_on(80, '1');
    CHECK(chunk_of(1, all_on + rest).error() == errc::corrupt);
    CHECK(chunk_of(1,
                   "10000000"
                   "00000000" +
                       rest)
              .error() == errc::corrupt);
    CHECK(chunk_of(1, std::string(72, '1') + "00000010" + rest).error() == errc::corrupt);
    CHECK(chunk_of(1, std::string(72, '1') + "00000001" + rest).has_value());
    CHECK(chunk_of(1, "11111111").error() == errc::truncated);
    CHECK(chunk_of(2, two_timestamps_before + rest + all_on + rest).error() == errc::corrupt);
}

TEST_CASE("a tiny body that declares much is refused at its end", "[codec][hostile]") {
    std::vector<sample> samples(65535);
    CHECK(prometheus_xor::decode(wire().u16_big(65535).fill(3, 0).bytes, samples).error() ==
          errc::truncated);
    std::vector<std::int64_t> integers(100'000);
    CHECK(packed::decode(wire().u8(0).u8(0).u8(0).u16(0).u16(1024).u8(0).bytes, integers).error() ==
          errc::truncated);
    CHECK(gorilla_timestamps::decode(wire().fill(16, 0).bytes, integers).error() ==
          errc::truncated);
}

TEST_CASE("differences of INT64_MIN and INT64_MAX wrap", "[codec][hostile]") {
    std::vector<std::int64_t> in;
    for (const std::int64_t a : int64_shape::extreme_values)
        for (const std::int64_t b : int64_shape::extreme_values) in.insert(in.end(), {a, b, a});
    std::vector<std::int64_t> back(in.size());
    const auto survives = [&]<class C>(C) {
        REQUIRE(C::decode(encode_to_vector<C>(in), back));
        CHECK(back == in);
    };
    survives(packed{});
    survives(delta{});
    survives(delta_of_delta{});
    survives(gorilla_timestamps{});
}

TEST_CASE("a signalling NaN stays one", "[codec][hostile]") {
    // Loading one into a register of the wrong kind would set its quiet bit.
    for (const std::uint64_t bits : double_shape::special_bits) {
        const std::vector<double> in(3, std::bit_cast<double>(bits));
        std::vector<double> back(3);
        REQUIRE(gorilla_values::decode(encode_to_vector<gorilla_values>(in), back));
        CHECK(std::bit_cast<std::uint64_t>(back[2]) == bits);
        REQUIRE(raw<double>::decode(encode_to_vector<raw<double>>(in), back));
        CHECK(std::bit_cast<std::uint64_t>(back[2]) == bits);
    }
}

TEST_CASE("bytes are swapped once, or not at all", "[codec][hostile]") {
    CHECK(to_hex(encode_to_vector<raw<double>>({1.0})) == "000000000000f03f");
    CHECK(to_hex(encode_to_vector<raw<std::int64_t>>({258})) == "0201000000000000");
    CHECK(to_hex(encode_to_vector<gorilla_values>({1.0})) == "3ff0000000000000");
    CHECK(to_hex(encode_to_vector<gorilla_timestamps>({258})) == "0000000000000102");
    CHECK(to_hex(encode_to_vector<prometheus_xor>({{1, 1.0}})) == "0001023ff0000000000000");
    CHECK(to_hex(encode_to_vector<packed>({258})) ==
          "00000000000100"
          "8404");
}
