// Blocks of every size: 1,024 samples times a power of two.

#include "support/frames.hpp"
#include "support/generators.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <cmath>

using namespace chronopack;
using namespace chronopack::test;

namespace {

void survives(const columns<double>& in, std::size_t each) {
    INFO(in.size() << " samples in blocks of " << each);
    const auto wire = encode_frame(in, {.block_samples = each});
    const auto info = frame::inspect(wire);
    REQUIRE(info);
    REQUIRE(info->block_samples == each);
    REQUIRE(info->blocks() == (in.size() + each - 1) / each);
    REQUIRE(frame::verify(wire));
    REQUIRE(*decode_frame<double>(wire) == in);
}

}  // namespace

TEST_CASE("frames of every block size survive, around every count at which a block ends",
          "[frame]") {
    for (std::size_t each = 1024; each <= frame::max_samples; each *= 2)
        for (const std::size_t n : {std::size_t{1}, each - 1, each, each + 1, 2 * each + 500})
            if (n < 70'000) survives(make_columns<double>("gaps", "steps", n), each);
    const auto most = make_columns<double>("regular", "steps", frame::max_samples);
    for (const std::size_t each : {frame::max_samples / 2, frame::max_samples})
        survives(most, each);
}

TEMPLATE_TEST_CASE("any series survives blocks of any size, and each column can be read alone",
                   "[frame]", double, std::int64_t) {
    using V = TestType;
    rc::prop("under any options", [] {
        frame::options how;
        how.second_stage = static_cast<stage>(*rc::gen::inRange(0, 3));
        how.block_samples = std::size_t{1024} << *rc::gen::inRange(0, 11);
        const auto t = *any_series<std::int64_t>();
        RC_PRE(!t.empty());
        auto v = *any_series<V>();
        v.resize(t.size());
        const columns<V> in{t, v};
        const auto wire = encode_frame<V>(in, how);
        const auto reader = frame::reader<V>::open(wire);
        RC_ASSERT(reader);
        columns<V> back{std::vector<std::int64_t>(t.size()), std::vector<V>(t.size())};
        RC_ASSERT(reader->read_values(back.values));
        RC_ASSERT(reader->read_timestamps(back.timestamps));
        RC_ASSERT(back == in);
        RC_ASSERT(frame::verify(wire));
    });
}

TEST_CASE("statistics do not depend on the block size", "[frame][statistics]") {
    auto in = make_columns<double>("gaps", "decimals", 10'000);
    for (std::size_t i = 0; i < in.size(); i += 611) in.values[i] = std::nan("");
    for (std::size_t i = 0; i < in.size(); ++i) in.values[i] *= i % 50 == 0 ? 1e9 : 1.1;
    const auto expected = std::get<statistics<double>>(frame::inspect(encode_frame(in))->values);
    for (std::size_t each = 2048; each <= 16'384; each *= 2) {
        const auto wire = encode_frame(in, {.block_samples = each});
        const auto found = std::get<statistics<double>>(frame::inspect(wire)->values);
        REQUIRE(same_bits(
            std::array{found.min, found.max, found.sum, found.first, found.last, found.increase},
            std::array{expected.min, expected.max, expected.sum, expected.first, expected.last,
                       expected.increase}));
        REQUIRE(found.resets == expected.resets);
        REQUIRE(found.nans == expected.nans);
    }
}

TEST_CASE("a block size that is not 1,024 times a power of two is out of range", "[frame]") {
    const auto in = make_columns<double>("regular", "decimals", 10);
    std::vector<std::byte> wire(frame::max_bytes<double>(10));
    for (const std::size_t each :
         {std::size_t{0}, std::size_t{1}, std::size_t{512}, std::size_t{1000}, std::size_t{1025},
          std::size_t{3072}, 2 * frame::max_samples, ~std::size_t{0}})
        REQUIRE(frame::encode<double>(in.timestamps, in.values, {.block_samples = each}, wire)
                    .error() == errc::out_of_range);
}

TEST_CASE("a column of another size than the frame's is refused before anything is read",
          "[frame]") {
    const auto wire = encode_frame(make_columns<double>("regular", "decimals", 100));
    const auto reader = frame::reader<double>::open(wire);
    REQUIRE(reader);
    for (const std::size_t n : {0, 99, 101}) {
        std::vector<std::int64_t> t(n);
        std::vector<double> v(n);
        REQUIRE(reader->read_timestamps(t).error() == errc::count_mismatch);
        REQUIRE(reader->read_values(v).error() == errc::count_mismatch);
    }
}

TEST_CASE("one column of a block is read without the other, but the checksum of both is checked",
          "[frame][damage]") {
    const auto in = make_columns<double>("jitter", "decimals", 5000);
    auto wire = encode_frame(in, {.block_samples = 2048});
    const auto reader = frame::reader<double>::open(wire);
    REQUIRE(reader);
    auto cursor = reader->blocks();
    const frame::block first = *cursor.next();
    const frame::block second = *cursor.next();
    std::vector<std::int64_t> t(2048);
    std::vector<double> v(2048);
    REQUIRE(reader->read_timestamps(second, t));
    REQUIRE(reader->read_values(second, v));
    REQUIRE(same_bits(t, std::span(in.timestamps).subspan(2048, 2048)));
    REQUIRE(same_bits(v, std::span(in.values).subspan(2048, 2048)));

    const std::size_t body = header_bytes(wire);
    wire[body + second.offset] ^= std::byte{1};  // in the other column
    REQUIRE(reader->read_values(second, v).error() == errc::checksum_mismatch);
    wire[body + second.offset] ^= std::byte{1};
    wire[body + second.offset + second.timestamp_bytes] ^= std::byte{1};
    REQUIRE(reader->read_timestamps(second, t).error() == errc::checksum_mismatch);
    REQUIRE(reader->read_timestamps(first, t));
}
