#include <chronopack/bits/lsb.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// Field i of width w in bits [i w, (i + 1) w) of the little-endian string.
std::vector<std::byte> oracle(const std::vector<std::uint64_t>& fields, unsigned width) {
    std::vector<std::byte> out((fields.size() * width + 7) / 8);
    for (std::size_t i = 0; i < fields.size(); ++i)
        for (unsigned b = 0; b < width; ++b)
            if ((fields[i] >> b & 1) != 0)
                out[(i * width + b) / 8] |= std::byte{1} << ((i * width + b) % 8);
    return out;
}

}  // namespace

TEST_CASE("fields of every width and count fill exactly their bytes", "[bits]") {
    prng random(1);
    guarded_bytes memory(2048);
    for (unsigned width = 0; width <= 64; ++width) {
        for (const std::size_t count : {0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 130}) {
            std::vector<std::uint64_t> fields(count);
            for (std::uint64_t& f : fields) f = random() & low_mask(width);
            const auto expected = oracle(fields, width);
            REQUIRE(field_bytes(count, width) == expected.size());

            for (const bool at_end : {true, false}) {
                const bytes wire =
                    at_end ? memory.at_end(expected.size()) : memory.at_start(expected.size());
                for (std::byte& b : wire) b = std::byte{0xff};
                field_writer writer(wire, width);
                for (const std::uint64_t f : fields) writer.write(f);
                writer.finish();
                REQUIRE(same_bits(wire, expected));

                std::size_t wrong = 0;
                for (std::size_t i = 0; i < count; ++i)
                    wrong += load_field(wire, i, width) != fields[i];
                REQUIRE(wrong == 0);
                std::vector<std::uint64_t> back(count);
                load_fields(wire, width, back);
                REQUIRE(back == fields);
            }
        }
    }
}

TEST_CASE("a field is read the same with and without bytes after it", "[bits]") {
    prng random(2);
    guarded_bytes memory(64);
    std::vector<std::byte> ones(64, std::byte{0xff});
    for (unsigned width = 1; width <= 64; ++width) {
        for (std::size_t index = 0; (index + 1) * width <= 300; ++index) {
            const std::size_t n = field_bytes(index + 1, width);
            const bytes exact = memory.at_end(n);
            for (std::size_t i = 0; i < n; ++i)
                exact[i] = ones[i] = static_cast<std::byte>(random());
            REQUIRE(load_field(exact, index, width) == load_field(ones, index, width));
        }
    }
}

TEST_CASE("a field of no bits is zero, out of no bytes", "[bits]") {
    CHECK(load_field({}, 0, 0) == 0);
    CHECK(load_field({}, 1000, 0) == 0);
}

TEST_CASE("low_mask has as many ones as it is asked for", "[bits]") {
    for (unsigned width = 0; width <= 64; ++width) {
        CHECK(std::popcount(low_mask(width)) == static_cast<int>(width));
        CHECK((low_mask(width) & (low_mask(width) + 1)) == 0);
    }
}
