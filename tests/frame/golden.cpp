// Frames of format version 1 decode to the same bits for ever (G12). A line of
// tests/golden/v1/frame.txt is a frame, its timestamps and its values, each in
// hexadecimal; how lines are added is told in tests/golden/README.md.

#include "support/frames.hpp"
#include "support/hex.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace chronopack;
using namespace chronopack::test;

namespace {

const std::string path = CHRONOPACK_GOLDEN "/v1/frame.txt";

template <class T>
std::string hex_of(const std::vector<T>& values) {
    return to_hex(std::as_bytes(std::span(values)));
}

template <class V>
std::string line_of(cbytes wire) {
    const auto in = *decode_frame<V>(wire);
    return to_hex(wire) + ' ' + hex_of(in.timestamps) + ' ' + hex_of(in.values);
}

std::string line_of(cbytes wire) {
    const bool doubles = std::holds_alternative<statistics<double>>(frame::inspect(wire)->values);
    return doubles ? line_of<double>(wire) : line_of<std::int64_t>(wire);
}

void write_golden() {
    std::ofstream file(path);
    for (const auto& wire : golden_frames()) file << line_of(wire) << '\n';
    const auto in = make_columns<double>("jitter", "steps", 200);
    for (const stage s : {stage::zstd, stage::snappy})
        file << line_of(encode_frame(in, {.values = codec_id::raw, .second_stage = s})) << '\n';

    // Two blocks each: NaN amid sums that depend on their order; integers out
    // of order under every codec for them; a second stage.
    auto gaps = make_columns<double>("regular", "decimals", 1100);
    for (std::size_t i = 5; i < gaps.size(); i += 97) gaps.values[i] = std::nan("");
    for (std::size_t i = 0; i < gaps.size(); ++i) gaps.values[i] *= i % 50 == 0 ? 1e9 : 1.1;
    file << line_of(encode_frame(gaps, {.unit = time_unit::seconds})) << '\n';
    const auto mixed = make_columns<std::int64_t>("random_walk", "counter", 1100);
    file << line_of(encode_frame(mixed, {.unit = time_unit::nanoseconds,
                                         .timestamps = codec_id::delta,
                                         .values = codec_id::delta_of_delta}))
         << '\n';
    file << line_of(encode_frame(mixed, {.unit = time_unit::microseconds,
                                         .timestamps = codec_id::gorilla_timestamps,
                                         .values = codec_id::gorilla_timestamps}))
         << '\n';
    const auto steps = make_columns<double>("gaps", "steps", 1100);
    file << line_of(encode_frame(steps, {.values = codec_id::raw, .second_stage = stage::snappy}))
         << '\n';
}

}  // namespace

TEST_CASE("every golden frame decodes to its samples", "[frame][golden]") {
    if (std::getenv("CHRONOPACK_WRITE_GOLDEN") != nullptr && !std::ifstream(path)) write_golden();
    std::ifstream file(path);
    std::size_t frames = 0;
    for (std::string line; std::getline(file, line); ++frames) {
        INFO("line " << frames + 1);
        std::istringstream words(line);
        std::string wire, timestamps, values;
        words >> wire >> timestamps >> values;
        REQUIRE(line_of(from_hex(wire)) == line);
        REQUIRE(frame::verify(from_hex(wire)));
    }
    REQUIRE(frames == 70);
}
