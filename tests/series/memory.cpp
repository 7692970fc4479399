// An archive is written in memory bounded by its open series, and read in
// memory bounded by its index: neither grows with the samples.

#include "support/counted_new.hpp"
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
    // What grows is the index: an entry a frame, doubled by a growing vector,
    // and up to 50 bytes a frame while it is written.
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
