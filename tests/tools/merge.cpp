// Frames that overlap, merged in order of time and stable.

#include "chronopack/merge.hpp"

#include "support/frames.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("merged samples are those of a stable sort", "[merge]") {
    prng draw(31);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::vector<std::byte>> wires;
        std::vector<basic_sample<std::int64_t>> expected;
        std::int64_t number = 0;
        const std::size_t frames = draw() % 6;
        const std::uint64_t span = 1 + draw() % 500;
        for (std::size_t f = 0; f < frames; ++f) {
            columns<std::int64_t> c;
            for (std::size_t n = 1 + draw() % 2000; n > 0; --n)
                c.timestamps.push_back(static_cast<std::int64_t>(draw() % span));
            std::sort(c.timestamps.begin(), c.timestamps.end());
            for (const std::int64_t t : c.timestamps) {
                expected.push_back({t, number});
                c.values.push_back(number++);
            }
            wires.push_back(encode_frame(c));
        }
        std::stable_sort(expected.begin(), expected.end(),
                         [](const auto& a, const auto& b) { return a.timestamp < b.timestamp; });
        const std::vector<cbytes> views(wires.begin(), wires.end());
        std::vector<basic_sample<std::int64_t>> merged;
        REQUIRE(tool::merge_frames<std::int64_t>(views, [&](std::int64_t t, std::int64_t v) {
            merged.push_back({t, v});
        }));
        REQUIRE(merged == expected);
    }
}

TEST_CASE("a damaged frame ends a merge with its error", "[merge]") {
    auto wire = encode_frame(make_columns<double>("regular", "decimals", 3000));
    wire.back() ^= std::byte{1};
    std::size_t seen = 0;
    const auto ok =
        tool::merge_frames<double>({cbytes(wire)}, [&](std::int64_t, double) { ++seen; });
    REQUIRE(ok.error() == errc::checksum_mismatch);
    REQUIRE(seen == 2048);
}
