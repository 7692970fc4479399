// An archive is written in memory bounded by its open series, and read in
// memory bounded by its index: neither grows with the samples.

#include "support/counted_new.hpp"
#include "support/frames.hpp"
#include "support/scratch.hpp"

#include <chronopack/series/archive_reader.hpp>
#include <chronopack/series/archive_writer.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("an archive of 100 series needs no more memory for ten times the samples",
          "[archive][memory]") {
    const scratch_directory dir;
    constexpr std::size_t series = 100;
    constexpr std::size_t frame_samples = 256;
    const auto peak_of = [&](int samples) {
        const std::size_t before = live_bytes();
        reset_peak();
        {
            auto w = archive_writer::create(dir / "x.cpk", {.frame_samples = frame_samples});
            std::vector<series_handle<double>> handles;
            for (std::size_t i = 0; i < series; ++i)
                handles.push_back(*w->add<double>({{"i", std::to_string(i)}}));
            for (int k = 0; k < samples; ++k)
                for (const auto h : handles) REQUIRE(w->append(h, k, k % 17));
            REQUIRE(w->finish());
        }
        const std::size_t writing = peak_bytes() - before;
        reset_peak();
        {
            const auto archive = archive_reader::open(dir / "x.cpk");
            for (std::size_t i = 0; i < series; ++i) {
                const auto reader = archive->read<double>(i);
                auto cursor = reader->samples();
                while (cursor.next_run()) continue;
                REQUIRE(cursor.status());
            }
        }
        return std::pair(writing, peak_bytes() - before);
    };
    const auto [write_small, read_small] = peak_of(1000);
    const auto [write_large, read_large] = peak_of(10'000);
    const std::size_t frames = series * 10'000 / frame_samples;
    // Only the index grows: by an entry a frame, twice that in a growing vector, and by up to
    // 50 bytes a frame while it is written.
    const std::size_t index = frames * (2 * sizeof(archived_frame) + 50);
    REQUIRE(write_large <= write_small + index);
    REQUIRE(read_large <= read_small + index);
    REQUIRE(write_small <= series * frame_samples * 16 * 2 + (std::size_t{1} << 20));
}

TEST_CASE("a cursor holds one block of the largest size it met", "[series][memory]") {
    std::vector<std::byte> file;
    for (const std::size_t each : {std::size_t{1024}, std::size_t{8192}, std::size_t{2048}}) {
        series_writer<double> writer(append_to(file),
                                     {.frame = {.block_samples = each}, .frame_samples = 20'000});
        for (int i = 0; i < 20'000; ++i) REQUIRE(writer.append(1000 * i, i % 17));
        REQUIRE(writer.flush());
    }
    const auto reader = series_reader<double>::open(file);
    REQUIRE(reader);
    const std::size_t before = live_bytes();
    auto cursor = reader->samples();
    reset_peak();
    std::size_t n = 0;
    while (const auto run = cursor.next_run()) n += run->values.size();
    REQUIRE(cursor.status());
    REQUIRE(n == 60'000);
    REQUIRE(live_bytes() - before <= 16 * 8192 + 64);
    REQUIRE(peak_bytes() - before <= 16 * 8192 + 16 * 1024);  // while a column grows
}

namespace {

// Counts the allocations of `append` for the samples of the 21st to the 40th frame.
template <class Append>
std::size_t allocations_of(std::size_t frame_samples, Append append) {
    std::size_t failed = 0;
    const auto take = [&](std::size_t from, std::size_t to) {
        for (std::size_t i = from * frame_samples; i < to * frame_samples; ++i)
            failed += !append(static_cast<std::int64_t>(1000 * i), i % 17);
    };
    take(0, 20);
    const std::size_t before = allocations();
    take(20, 40);
    const std::size_t during = allocations() - before;
    REQUIRE(failed == 0);
    return during;
}

}  // namespace

TEST_CASE("a series writer allocates nothing for a frame after the first", "[series][memory]") {
    const auto level = GENERATE(preset::fastest, preset::balanced, preset::smallest);
    const auto frame_samples = GENERATE(std::size_t{300}, std::size_t{4096});
    std::size_t frames = 0;
    series_writer<double> writer(
        [&](cbytes) -> result<void> {
            ++frames;
            return {};
        },
        {.frame = {.level = level}, .frame_samples = frame_samples});
    REQUIRE(allocations_of(frame_samples, [&](std::int64_t at, std::size_t v) {
                return writer.append(at, static_cast<double>(v));
            }) == 0);
    REQUIRE(frames == 39);
}

TEST_CASE("an archive writer allocates nothing for a frame but its place in the index",
          "[archive][memory]") {
    const scratch_directory dir;
    const auto frame_samples = GENERATE(std::size_t{300}, std::size_t{4096});
    auto archive = archive_writer::create(dir / "x.cpk", {.frame_samples = frame_samples});
    REQUIRE(archive);
    const auto gauge = archive->add<double>({{"n", "gauge"}});
    const auto counter = archive->add<std::int64_t>({{"n", "counter"}});
    REQUIRE((gauge && counter));
    // Between the 20th frame and the 40th each list of frames doubles once, at the 33rd.
    REQUIRE(allocations_of(frame_samples, [&](std::int64_t at, std::size_t v) {
                return archive->append(*gauge, at, static_cast<double>(v)) &&
                       archive->append(*counter, at, static_cast<std::int64_t>(v));
            }) == 2);
}

TEST_CASE("the series of an archive share one scratch", "[archive][memory]") {
    const scratch_directory dir;
    constexpr std::size_t series = 500;
    constexpr std::size_t frame_samples = 64;
    auto archive = archive_writer::create(dir / "x.cpk", {.frame_samples = frame_samples});
    std::vector<series_handle<double>> handles;
    for (std::size_t i = 0; i < series; ++i)
        handles.push_back(*archive->add<double>({{"i", std::to_string(i)}}));
    const std::size_t before = live_bytes();
    // Each series has written a full frame and holds one sample.
    for (std::size_t k = 0; k <= frame_samples; ++k)
        for (const auto h : handles) REQUIRE(archive->append(h, static_cast<std::int64_t>(k), 0.5));
    const std::size_t each =
        16 * frame_samples + sizeof(archived_frame) + 3 * 16;  // and malloc's headers
    REQUIRE(live_bytes() - before <= series * each + (std::size_t{1} << 18));
}

TEST_CASE("a flushed archive writer holds no memory of its series' samples", "[archive][memory]") {
    const scratch_directory dir;
    auto archive = archive_writer::create(dir / "x.cpk");
    const auto series = *archive->add<double>({{"n", "a"}});
    REQUIRE(archive->flush());
    const std::size_t before = live_bytes();
    for (int i = 0; i < 5000; ++i) REQUIRE(archive->append(series, i, i));
    REQUIRE(archive->flush());
    REQUIRE(live_bytes() <= before + 4 * sizeof(archived_frame));
}

TEST_CASE("writers that share a scratch write the same as alone", "[series]") {
    const auto gauge = make_columns<double>("jitter", "decimals", 5000);
    const auto counter = make_columns<std::int64_t>("regular", "counter", 5000);
    const series_options how{.frame_samples = 1500};
    std::vector<std::byte> alone[2];
    std::vector<std::byte> shared[2];
    frame_scratch scratch;
    series_writer<double> gauge_alone(append_to(alone[0]), how);
    series_writer<double> gauge_shared(append_to(shared[0]), how, scratch);
    series_writer<std::int64_t> counter_alone(append_to(alone[1]), how);
    series_writer<std::int64_t> counter_shared(append_to(shared[1]), how, scratch);
    for (std::size_t i = 0; i < 5000; ++i) {
        REQUIRE(gauge_alone.append(gauge.timestamps[i], gauge.values[i]));
        REQUIRE(gauge_shared.append(gauge.timestamps[i], gauge.values[i]));
        REQUIRE(counter_alone.append(counter.timestamps[i], counter.values[i]));
        REQUIRE(counter_shared.append(counter.timestamps[i], counter.values[i]));
    }
    REQUIRE((gauge_alone.release() && gauge_shared.release()));
    REQUIRE((counter_alone.release() && counter_shared.release()));
    REQUIRE(alone[0] == shared[0]);
    REQUIRE(alone[1] == shared[1]);
    REQUIRE(series_reader<double>::open(shared[0])->size() == 5000);
}
