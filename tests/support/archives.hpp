// A small archive that tests read and damage.
#pragma once

#include <chronopack/series/archive_writer.hpp>

#include <catch2/catch.hpp>

namespace chronopack::test {

/// Writes an archive of two series of doubles and one of integers, 120 samples each, in frames
/// of 50 that take turns.
inline void write_example(const std::string& path) {
    auto w = archive_writer::create(path, {.frame_samples = 50});
    REQUIRE(w);
    const auto a = w->add<double>({{"__name__", "cpu"}, {"host", "a"}});
    const auto b = w->add<double>({{"host", "b"}, {"__name__", "cpu"}});
    const auto c = w->add<std::int64_t>({{"__name__", "bytes"}});
    REQUIRE((a && b && c));
    for (int i = 0; i < 120; ++i) {
        REQUIRE(w->append(*a, 1000 * i, i * 0.5));
        REQUIRE(w->append(*b, 1000 * i + 7, i * 0.25));
        REQUIRE(w->append(*c, 500 * i, std::int64_t{i} * i));
    }
    REQUIRE(w->finish());
}

}  // namespace chronopack::test
