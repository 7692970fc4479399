// What is advised for rows that a report could have.

#include "chronopack/advice.hpp"

#include <catch2/catch.hpp>

using namespace chronopack::tool;
using chronopack::report::kind;
using chronopack::report::row;

namespace {

row made(const char* series, const char* codec, std::size_t bytes, double decode_seconds,
         bool integers = false) {
    row one;
    one.series = series;
    one.codec = codec;
    one.what = kind::frame;
    one.integers = integers;
    one.count = 1000;
    one.bytes = bytes;
    one.encode.best = 1e-4;
    one.decode.best = decode_seconds;
    one.lossless = true;
    return one;
}

}  // namespace

TEST_CASE("the smallest way is taken where it is much smaller", "[advice]") {
    const advice given =
        advise_on({made("a", "balanced", 4000, 1e-6), made("a", "balanced+zstd", 3000, 9e-6)}, "");
    REQUIRE(given.ways.size() == 2);
    REQUIRE(given.ways[given.taken].options == " --second-stage zstd");
    REQUIRE(given.ways[given.taken].bits == 24);
    REQUIRE(given.why ==
            "because zstd over each frame saves 25 %, though the usual frames are read at 16.0 "
            "GB/s");
}

TEST_CASE("of ways that are nearly as small and as fast the plainest is taken", "[advice]") {
    const auto taken = [](double usual_seconds, double fastest_seconds) {
        const advice given = advise_on({made("a", "balanced", 4100, usual_seconds),
                                        made("a", "fastest", 4000, fastest_seconds)},
                                       "");
        return given.ways[given.taken].options;
    };
    REQUIRE(taken(1e-6, 0.9e-6).empty());
    REQUIRE(taken(1e-6, 0.7e-6) == " --preset fastest");
}

TEST_CASE("of ways that are nearly as small the fastest to read is taken", "[advice]") {
    const advice given =
        advise_on({made("a", "balanced", 4000, 1e-6), made("a", "balanced+zstd", 3920, 9e-6)}, "");
    REQUIRE(given.ways[given.taken].options.empty());
    REQUIRE(given.why == "because zstd over each frame saves only 2 % and is read at 1.78 GB/s");
}

TEST_CASE("int64 is asked for where values allow it and it is smaller", "[advice]") {
    const std::vector<row> rows{made("a", "balanced", 4000, 1e-6),
                                made("a", "balanced as int64", 1000, 1e-6, true),
                                made("b", "balanced", 4000, 1e-6)};
    const advice given = advise_on(rows, "--integers a");
    REQUIRE(given.ways[given.taken].options == " --integers a");
    REQUIRE(given.ways[given.taken].bits == 20);
    REQUIRE(given.why ==
            "because the values of 1 of 2 series are all integers (as doubles: 32.00 bits)");
    // Where the format says the type there is no choice.
    REQUIRE(advise_on(rows, "").ways.size() == 1);
}

TEST_CASE("a preset of frames is an option", "[advice]") {
    const advice given =
        advise_on({made("a", "balanced", 4000, 1e-6), made("a", "smallest", 2000, 1e-5),
                   made("a", "smallest+zstd", 1000, 1e-4)},
                  "");
    REQUIRE(given.ways.size() == 3);
    REQUIRE(given.ways[0].options == " --preset smallest --second-stage zstd");
    REQUIRE(given.ways[1].options == " --preset smallest");
}

TEST_CASE("without frames there is no advice, and totals weigh by samples", "[advice]") {
    REQUIRE(advise_on({}, "").ways.empty());
    row small = made("a", "balanced", 100, 1e-6), large = made("b", "balanced", 12'700, 1e-6);
    small.count = 100;
    large.count = 9900;
    const auto all = totals({small, large});
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].series == 2);
    REQUIRE(all[0].bits == Approx(8.0 * 12'800 / 10'000));
}

TEST_CASE("a bar is as long as its share", "[advice]") {
    REQUIRE(bar(0, 4).empty());
    REQUIRE(bar(1, 4) == "████");
    REQUIRE(bar(0.5, 4) == "██");
    REQUIRE(bar(0.28, 4) == "█▏");
    REQUIRE(bar(7, 2) == "██");
}
