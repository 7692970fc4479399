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

// The fields one after the other, as blocks below 1,024 values once had them all.
std::vector<std::byte> encode_in_order(const std::vector<std::int64_t>& in, packing::mode_set set) {
    packing::plan chosen;
    auto estimated = packing::estimate_of(in, set);
    packing::make_plan(in, estimated, chosen);
    packing::header& h = chosen.head;
    h.in_lanes = false;
    std::vector<std::byte> wire(chosen.bytes());
    byte_writer writer(wire);
    packing::write_header(writer, h);
    packing::detail::write_in_order(chosen, writer.reserve(h.payload_bytes()));
    if (h.exceptions > 0)
        packing::detail::write_exceptions(chosen, writer.reserve(h.exception_bytes()));
    return wire;
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

TEST_CASE("blocks of every count survive, in lanes and in order, in the same bytes", "[packing]") {
    guarded_bytes wire_memory(packing::max_block_bytes(packing::block_values));
    guarded_bytes value_memory(8 * packing::block_values);
    prng random(11);
    for (std::size_t n = 1; n <= packing::block_values; ++n) {
        // Mostly narrow, so that there are exceptions; of any width as n goes on.
        std::vector<std::int64_t> in(n);
        for (std::int64_t& v : in)
            v = static_cast<std::int64_t>(random() >>
                                          (random.one_in(50) ? random.below(8) : 63 - n % 60));
        for (const mode kind : modes) {
            INFO(n << " values, mode " << static_cast<unsigned>(kind));
            std::vector<std::int64_t> values = in;
            for (unsigned sums = 0; sums < static_cast<unsigned>(kind); ++sums)
                for (std::size_t i = 1; i < n; ++i)
                    values[i] =
                        static_cast<std::int64_t>(static_cast<std::uint64_t>(values[i]) +
                                                  static_cast<std::uint64_t>(values[i - 1]));
            const auto usual = encode(values, packing::only(kind));
            const auto in_order = encode_in_order(values, packing::only(kind));
            REQUIRE(usual.size() == in_order.size());
            const bool flagged = (usual[0] & std::byte{packing::lanes_flag}) != std::byte{0};
            REQUIRE(flagged == (n >= kernel::fewest_in_lanes && n < packing::block_values));
            for (const auto* encoded : {&usual, &in_order}) {
                if (encoded == &in_order && n == packing::block_values) continue;
                const bytes wire = wire_memory.at_end(encoded->size());
                copy_bits(*encoded, wire);
                const auto back = value_memory.at_end<std::int64_t>(n);
                const auto read = packing::decode_block(wire, back);
                REQUIRE(read);
                REQUIRE(*read == encoded->size());
                REQUIRE(same_bits(back, values));
            }
        }
    }
}

TEST_CASE("every value of a block in lanes has a slot of its own, where its row and lane are",
          "[packing]") {
    for (std::size_t n = kernel::fewest_in_lanes; n <= packing::block_values; ++n) {
        const std::size_t rows = n / kernel::lanes;
        const packing::slot_map none(mode::frame_of_reference, n);
        const packing::slot_map sums(mode::delta, n);
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const bool moved = i < rows * kernel::lanes;
            wrong += none(i) != i;
            wrong += sums(i) != (moved ? kernel::lanes * (i % rows) + i / rows : i);
        }
        REQUIRE(wrong == 0);
    }
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

TEST_CASE("each mode is chosen for the data it is made for", "[packing]") {
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
