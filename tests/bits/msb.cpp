// The bit streams of Gorilla, compared with text of zeros and ones.

#include <chronopack/bits/msb.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chronopack;
using namespace chronopack::test;

namespace {

struct field {
    std::uint64_t value;
    unsigned width;
};

std::vector<field> random_fields(prng& random, std::size_t n) {
    std::vector<field> out(n);
    for (field& f : out) {
        f.width = static_cast<unsigned>(random.below(65));
        f.value = f.width == 0 ? 0 : random() >> (64 - f.width);
    }
    return out;
}

std::string oracle(const std::vector<field>& fields) {
    std::string text;
    for (const field& f : fields) text += binary(f.value, f.width);
    return text;
}

std::uint64_t number(std::string_view bits) {
    std::uint64_t value = 0;
    for (const char c : bits) value = value << 1 | (c == '1');
    return value;
}

}  // namespace

TEST_CASE("random widths are written as the oracle has them, in exactly their bytes", "[bits]") {
    prng random(1);
    guarded_bytes memory(4096);
    for (std::size_t round = 0; round < 2000; ++round) {
        const auto fields = random_fields(random, random.below(40));
        const auto expected = msb_bits(oracle(fields));
        const bytes out = memory.at_end(expected.size());
        msb_writer writer(out);
        for (const field& f : fields) writer.write(f.value, f.width);
        writer.sync();
        REQUIRE_FALSE(writer.failed());
        REQUIRE(writer.size_bytes() == expected.size());
        REQUIRE(same_bits(out, expected));
    }
}

TEST_CASE("a sync in the middle shows the bits so far and changes nothing after", "[bits]") {
    prng random(2);
    for (std::size_t round = 0; round < 200; ++round) {
        const auto fields = random_fields(random, 20);
        std::vector<std::byte> out(msb_bits(oracle(fields)).size());
        msb_writer writer(out);
        std::string text;
        for (const field& f : fields) {
            writer.write(f.value, f.width);
            writer.sync();
            text += binary(f.value, f.width);
            const auto expected = msb_bits(text);
            REQUIRE(writer.size_bytes() == expected.size());
            REQUIRE(same_bits(std::span(out).first(expected.size()), expected));
        }
        REQUIRE_FALSE(writer.failed());
    }
}

TEST_CASE("a writer with one byte too few fails, and writes nothing outside", "[bits]") {
    prng random(3);
    guarded_bytes memory(4096);
    for (std::size_t round = 0; round < 2000; ++round) {
        auto fields = random_fields(random, 1 + random.below(20));
        fields.push_back({1, 1});
        const std::size_t size = msb_bits(oracle(fields)).size();
        for (const bool at_end : {true, false}) {
            msb_writer writer(at_end ? memory.at_end(size - 1) : memory.at_start(size - 1));
            for (const field& f : fields) writer.write(f.value, f.width);
            writer.sync();
            REQUIRE(writer.failed());
        }
    }
}

TEST_CASE("the reader gives back random widths from exactly their bytes", "[bits]") {
    prng random(4);
    guarded_bytes memory(4096);
    for (std::size_t round = 0; round < 2000; ++round) {
        const auto fields = random_fields(random, random.below(40));
        const std::string text = oracle(fields);
        const auto wire = msb_bits(text);
        const bytes in = memory.at_end(wire.size());
        copy_bits(wire, in);
        msb_reader reader(in);
        std::size_t wrong = 0;
        for (const field& f : fields)
            if (f.width != 0) wrong += reader.read(f.width) != f.value;
        REQUIRE(wrong == 0);
        REQUIRE_FALSE(reader.overrun());
        REQUIRE(reader.size_bytes() == wire.size());

        // The padding can be read, but not the bit after it.
        reader.skip(wire.size() * 8 - text.size());
        REQUIRE_FALSE(reader.overrun());
        reader.skip(1);
        REQUIRE(reader.overrun());
    }
}

TEST_CASE("a window at any bit of any short input shows zeros past the end", "[bits]") {
    prng random(5);
    guarded_bytes memory(64);
    for (std::size_t n = 0; n <= 20; ++n) {
        const bytes in = memory.at_end(n);
        std::string text;
        for (std::byte& b : in) {
            b = static_cast<std::byte>(random());
            text += binary(std::to_integer<std::uint64_t>(b), 8);
        }
        text.append(300, '0');
        for (std::size_t at = 0; at < 8 * n + 200; ++at) {
            msb_reader reader(in);
            reader.skip(at);
            REQUIRE(reader.window() == number(std::string_view(text).substr(at, 64)));
            REQUIRE(reader.overrun() == (at > 8 * n));
        }
    }
}

TEST_CASE("reading past the end is an overrun at every tail length and width", "[bits]") {
    guarded_bytes memory(64);
    for (std::size_t n = 0; n <= 18; ++n) {
        for (std::size_t before = 0; before <= 8 * n; ++before) {
            for (unsigned width = 1; width <= 64; ++width) {
                msb_reader reader(memory.at_end(n));
                reader.skip(before);
                (void)reader.read(width);
                if (reader.overrun() != (before + width > 8 * n))
                    FAIL(n << " bytes, " << before << " bits before, width " << width);
            }
        }
    }
}

TEST_CASE("windows up to the reach after reach_end stay within the input", "[bits]") {
    prng random(6);
    guarded_bytes memory(128);
    for (std::size_t n = 0; n <= 100; ++n) {
        const bytes in = memory.at_end(n);
        std::string text;
        for (std::byte& b : in) {
            b = static_cast<std::byte>(random());
            text += binary(std::to_integer<std::uint64_t>(b), 8);
        }
        const msb_reader reader(in);
        const std::size_t end = reader.reach_end();
        const std::size_t all = end == 0 ? 0 : end - 1 + msb_reader::reach;
        std::size_t wrong = 0;
        for (std::size_t bit = 0; bit < all; ++bit) {
            const std::uint64_t expected = number(std::string_view(text).substr(bit, 64));
            wrong += reader.window_at(bit) != expected;
            wrong +=
                (reader.short_window_at(bit) ^ expected) >> (64 - msb_reader::short_window_bits);
        }
        REQUIRE(wrong == 0);
    }
}

TEST_CASE("zeros are counted up to the limit, and only within the input", "[bits]") {
    guarded_bytes memory(256);
    for (const std::size_t n : {std::size_t{40}, std::size_t{64}, std::size_t{200}}) {
        const bytes in = memory.at_end(n);
        const msb_reader reader(in);
        const std::size_t end = reader.reach_end();
        // `one` is the first bit that is set: all of them, and none.
        for (std::size_t one = 0; one <= 8 * n; ++one) {
            std::fill(in.begin(), in.end(), std::byte{0});
            if (one < 8 * n) in[one / 8] = std::byte{0x80} >> (one % 8);
            const std::size_t last = std::min(one, end - 1);
            for (std::size_t bit = last < 130 ? 0 : last - 130; bit <= last; ++bit) {
                const std::size_t zeros =
                    reader.count_zeros_at(bit, reader.short_window_at(bit), end);
                if (zeros > one - bit || bit + zeros >= end + msb_reader::reach ||
                    (zeros < one - bit && bit + zeros < end))
                    FAIL(n << " bytes, a one at " << one << ", " << zeros << " zeros at " << bit);
            }
        }
    }
}
