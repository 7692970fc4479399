// Frames of every released format version decode to the same bits for ever (G12).
// How they are kept is told in tests/golden/README.md.

#include "support/frames.hpp"
#include "support/released_frames.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>

using namespace chronopack;
using namespace chronopack::test;

namespace {

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

void write_golden(const std::string& path) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
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

    // Since version 2: larger blocks, and statistics of every form.
    const auto large = make_columns<double>("gaps", "steps", 2100);
    file << line_of(encode_frame(large, {.block_samples = 2048})) << '\n';
    file << line_of(encode_frame(
                steps, {.second_stage = stage::snappy, .block_samples = frame::max_samples}))
         << '\n';
    for (const auto& values : statistics_of_every_form()) {
        const auto t = make_series<std::int64_t>("descending", values.size());
        file << line_of(encode_frame<double>({t, values})) << '\n';
    }
}

}  // namespace

TEST_CASE("every golden frame decodes to its samples", "[frame][golden]") {
    const std::string path = released_path("v2");
    if (std::getenv("CHRONOPACK_WRITE_GOLDEN") != nullptr && !std::ifstream(path))
        write_golden(path);
    for (const auto& [version, count] : {std::pair("v1", 70), std::pair("v2", 81)}) {
        const auto frames = released_frames(version);
        for (const released_frame& f : frames) {
            INFO(version << ' ' << f.line.substr(0, 80));
            REQUIRE(line_of(f.wire) == f.line);
            REQUIRE(frame::verify(f.wire));
        }
        REQUIRE(frames.size() == static_cast<std::size_t>(count));
    }
}
