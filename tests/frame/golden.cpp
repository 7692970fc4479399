// Frames of every released format version decode to the same bits for ever.
// tests/golden/README.md says how the files are made.

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

    // Two blocks each: NaN among doubles whose sum depends on the order; integers out of
    // order with every codec for them; a second stage.
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

// Preset smallest: one frame for each place that a binned column can have. It is a column of
// the frame, of timestamps or of integers, or is inside ALP, ordered, a dictionary or runs.
void write_smallest(const std::string& path) {
    prng random(21);
    const auto spread = [&] {
        return random.between(-9, 9) * random.between(0, 20) * random.between(0, 20);
    };
    const auto times = make_series<std::int64_t>("gaps", 1100);
    frame::options how{.level = preset::smallest, .second_stage = stage::none};
    std::ofstream file(path);
    std::vector<std::int64_t> integers(times.size());
    for (auto& v : integers) v = spread();
    file << line_of(encode_frame<std::int64_t>({times, integers}, how)) << '\n';
    const auto write = [&](const auto& one) {
        std::vector<double> values(times.size());
        for (double& v : values) v = one();
        file << line_of(encode_frame<double>({times, values}, how)) << '\n';
    };
    write([&] { return static_cast<double>(spread()) / 100; });
    how.values = codec_id::ordered;
    write([&] { return 1.5 + static_cast<double>(spread()) * 0x1p-40; });
    how.values = {};
    std::array<double, 40> few;
    for (double& v : few) v = bit_cast<double>(random() >> 2);
    write([&] { return few[random.below(1 + random.below(1 + random.below(few.size())))]; });
    std::uint64_t left = 0;
    double value = 0;
    write([&] {
        if (left-- == 0) {
            value = static_cast<double>(spread()) / 10;
            left = random.below(2) * random.below(9);
        }
        return value;
    });
}

}  // namespace

TEST_CASE("every golden frame decodes to its samples", "[frame][golden]") {
    const std::string path = released_path("v2");
    if (std::getenv("CHRONOPACK_WRITE_GOLDEN") != nullptr && !std::ifstream(path))
        write_golden(path);
    const std::string smallest = released_path("v2", "smallest");
    if (std::getenv("CHRONOPACK_WRITE_GOLDEN") != nullptr && !std::ifstream(smallest))
        write_smallest(smallest);
    for (const auto& [version, name, count] :
         {std::tuple("v1", "frame", 70), std::tuple("v2", "frame", 81),
          std::tuple("v2", "smallest", 5)}) {
        const auto frames = released_frames(version, name);
        for (const released_frame& f : frames) {
            INFO(version << ' ' << name << ' ' << f.line.substr(0, 80));
            REQUIRE(line_of(f.wire) == f.line);
            REQUIRE(frame::verify(f.wire));
        }
        REQUIRE(frames.size() == static_cast<std::size_t>(count));
    }
}
