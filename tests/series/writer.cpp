// A series writer keeps its samples when its sink fails or it is moved. That frames have all
// samples is tested in reader.cpp.

#include <chronopack/series/writer.hpp>

#include <chronopack/series/reader.hpp>

#include "support/frames.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("when a sink fails nothing that was taken is lost", "[series]") {
    std::vector<std::byte> out;
    bool broken = true;
    series_writer<double> writer(
        [&](cbytes frame) -> result<void> {
            if (broken) return errc::io_error;
            out.insert(out.end(), frame.begin(), frame.end());
            return {};
        },
        {.frame_samples = 3});
    columns<double> taken;
    const auto append = [&](std::int64_t t) {
        const auto ok = writer.append(t, static_cast<double>(t));
        if (ok) {
            taken.timestamps.push_back(t);
            taken.values.push_back(static_cast<double>(t));
        }
        return ok;
    };
    for (std::int64_t t = 0; t < 3; ++t) REQUIRE(append(t));
    REQUIRE(append(3).error() == errc::io_error);
    REQUIRE(append(4).error() == errc::io_error);
    REQUIRE(writer.held() == 3);
    REQUIRE(writer.flush().error() == errc::io_error);
    broken = false;
    REQUIRE(append(5));
    REQUIRE(writer.flush());
    REQUIRE(writer.taken() == 4);
    REQUIRE(writer.held() == 0);
    const auto reader = series_reader<double>::open(out);
    columns<double> back{std::vector<std::int64_t>(4), std::vector<double>(4)};
    REQUIRE(reader->read(back.timestamps, back.values));
    REQUIRE(back == taken);
}

TEST_CASE("a writer moves with the samples that it holds", "[series]") {
    std::vector<std::byte> file;
    series_writer<double> first(append_to(file));
    for (int i = 0; i < 20; ++i) REQUIRE(first.append(i, i * 0.5));
    series_writer<double> second(std::move(first));
    REQUIRE(first.held() == 0);
    REQUIRE(second.held() == 20);
    std::vector<series_writer<double>> many;
    many.push_back(std::move(second));
    many.push_back(series_writer<double>(append_to(file)));
    for (int i = 20; i < 40; ++i) REQUIRE(many[0].append(i, i * 0.5));
    REQUIRE(many[0].flush());
    REQUIRE(many[0].taken() == 40);
    const auto reader = series_reader<double>::open(file);
    REQUIRE(reader);
    std::int64_t expected = 0;
    for (const auto s : reader->range(INT64_MIN, INT64_MAX)) {
        REQUIRE(*s == sample{expected, static_cast<double>(expected) * 0.5});
        ++expected;
    }
    REQUIRE(expected == 40);
}

TEST_CASE("when a sink throws nothing that was taken is lost", "[series]") {
    bool full = true;
    std::size_t frames = 0;
    series_writer<double> writer(
        [&](cbytes) -> result<void> {
            if (full) throw std::runtime_error("full");
            ++frames;
            return {};
        },
        {.frame_samples = 30});
    for (int i = 0; i < 30; ++i) REQUIRE(writer.append(i, 0.5 * i));
    REQUIRE_THROWS_AS(writer.append(30, 15.0), std::runtime_error);
    REQUIRE_THROWS_AS(writer.flush(), std::runtime_error);
    REQUIRE(writer.held() == 30);
    full = false;
    REQUIRE(writer.append(30, 15.0));
    REQUIRE(writer.held() == 1);
    REQUIRE(writer.taken() == 31);
    REQUIRE(frames == 1);
}

TEST_CASE("columns of different lengths are refused", "[series]") {
    std::vector<std::byte> out;
    series_writer<double> writer(append_to(out));
    const std::vector<std::int64_t> t(3);
    const std::vector<double> v(2);
    REQUIRE(writer.append(t, v).error() == errc::count_mismatch);
    REQUIRE(writer.taken() == 0);
    REQUIRE(writer.flush());
    REQUIRE(out.empty());
}
