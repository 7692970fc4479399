#include <chronopack/packing/block.hpp>

#include "support/codec.hpp"
#include "support/property.hpp"
#include "support/guard.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;
using packing::mode;

namespace {

constexpr std::array modes{mode::frame_of_reference, mode::delta, mode::delta_of_delta};
constexpr std::array<std::size_t, 12> counts{1, 2, 3, 4, 7, 63, 64, 65, 130, 1000, 1023, 1024};

std::vector<std::byte> encode(const std::vector<std::int64_t>& in, packing::mode_set set) {
    std::vector<std::byte> wire(packing::max_block_bytes(in.size()));
    const auto written = packing::encode_block(in, set, wire);
    if (!written) throw std::runtime_error("encode_block");
    return {wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(*written)};
}

}  // namespace

TEST_CASE("a block of every mode, count and shape survives between guard pages", "[packing]") {
    guarded_bytes wire_memory(packing::max_block_bytes(packing::block_values));
    guarded_bytes value_memory(8 * packing::block_values);
    for_each_series<std::int64_t>(counts, [&](std::string_view shape, const auto& in) {
        for (const mode kind : modes) {
            const auto encoded = encode(in, packing::only(kind));
            const bytes wire = wire_memory.at_end(encoded.size());
            const auto back = value_memory.at_end<std::int64_t>(in.size());

            // Into exactly its size: the same bytes.
            const auto written = packing::encode_block(in, packing::only(kind), wire);
            REQUIRE(written);
            REQUIRE(same_bits(wire, encoded));

            for (std::int64_t& v : back) v = 0x5555;
            const auto read = packing::decode_block(wire, back);
            INFO(shape << " x " << in.size() << ", mode " << static_cast<unsigned>(kind));
            REQUIRE(read);
            REQUIRE(*read == encoded.size());
            REQUIRE(same_bits(back, in));
        }
    });
}

TEST_CASE("a block of a mode that is not asked for is refused", "[packing]") {
    const auto in = make_series<std::int64_t>("counter", 100);
    std::vector<std::int64_t> back(in.size());
    for (const mode kind : modes) {
        const auto wire = encode(in, packing::only(kind));
        for (const mode other : modes) {
            const auto read = packing::decode_block(wire, back, packing::only(other));
            CHECK(read.has_value() == (other == kind));
            if (!read) CHECK(read.error() == errc::corrupt);
        }
        const auto read =
            packing::decode_block(wire, back, packing::any_mode & ~packing::only(kind));
        CHECK(read.error() == errc::corrupt);
    }
}

// It judges them by a sample where there are more than 32 residuals.
TEST_CASE("the encoder takes the smallest of its modes, or nearly so", "[packing]") {
    for_each_series<std::int64_t>(counts, [&](std::string_view shape, const auto& in) {
        const std::size_t any = encode(in, packing::any_mode).size();
        std::size_t least = SIZE_MAX;
        for (const mode kind : modes)
            least = std::min(least, encode(in, packing::only(kind)).size());
        INFO(shape << " x " << in.size());
        REQUIRE(any <= least + least / 8 + 4);
    });
}

TEST_CASE("each mode is chosen for what it is for", "[packing]") {
    const auto chosen = [](std::string_view shape, std::size_t n) {
        return static_cast<mode>(std::to_integer<unsigned>(encode(
                                     make_series<std::int64_t>(shape, n), packing::any_mode)[0]) &
                                 3u);
    };
    CHECK(chosen("constant", 1024) == mode::frame_of_reference);
    CHECK(chosen("outliers", 1024) == mode::frame_of_reference);
    CHECK(chosen("random_walk", 1024) == mode::delta);
    CHECK(chosen("jitter", 1024) == mode::delta);
    std::vector<std::int64_t> squares(1024);
    for (std::size_t i = 0; i < squares.size(); ++i) squares[i] = static_cast<std::int64_t>(i * i);
    CHECK(static_cast<mode>(encode(squares, packing::any_mode)[0]) == mode::delta_of_delta);
}

TEST_CASE("a block is never larger than raw and a header", "[packing]") {
    for_each_series<std::int64_t>(counts, [&](std::string_view shape, const auto& in) {
        for (const mode kind : modes) {
            INFO(shape << " x " << in.size());
            REQUIRE(encode(in, packing::only(kind)).size() <=
                    packing::max_header_bytes + 8 * in.size());
        }
    });
}

TEST_CASE("blocks of any values", "[packing]") {
    property("survive in every mode", [] {
        auto in = draw_series<std::int64_t>();
        in.resize(std::min(in.size(), packing::block_values));
        given(!in.empty());
        for (const mode kind : modes) {
            const auto wire = encode(in, packing::only(kind));
            std::vector<std::int64_t> back(in.size());
            const auto read = packing::decode_block(wire, back);
            HOLDS(read.has_value());
            HOLDS(*read == wire.size());
            HOLDS(same_bits(back, in));
        }
    });

    property("are smallest with the scale taken out of them", [] {
        prng random(draw_bits());
        const auto scale = static_cast<std::int64_t>(2 + random.below(1'000'000'000));
        const std::int64_t offset = random.between(-1'000'000, 1'000'000);
        std::vector<std::int64_t> plain(200);
        std::vector<std::int64_t> scaled(200);
        for (std::size_t i = 0; i < plain.size(); ++i) {
            plain[i] = random.between(0, 1000);
            scaled[i] = offset + scale * plain[i];
        }
        const auto only_for = packing::only(mode::frame_of_reference);
        HOLDS(encode(scaled, only_for).size() <=
              encode(plain, only_for).size() + 2 * max_varint_bytes);
    });
}
