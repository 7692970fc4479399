// Series, archives and rollups without memory for one allocation or another: they throw
// bad_alloc and nothing else, and the same call again goes on as if nothing had been.
#include "support/failing_new.hpp"
#include "support/scratch.hpp"

#include <chronopack/rollup/rollup.hpp>
#include <chronopack/series/archive_reader.hpp>
#include <chronopack/series/archive_writer.hpp>
#include <chronopack/series/reader.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <optional>

using namespace chronopack;
using namespace chronopack::test;

namespace {

constexpr int samples = 350;

double value_of(int i) {
    return i % 17 * 0.25;
}

std::vector<std::byte> a_series() {
    std::vector<std::byte> file;
    series_writer<double> writer(append_to(file), {.frame_samples = 100});
    for (int i = 0; i < samples; ++i)
        if (!writer.append(i, value_of(i))) throw std::logic_error("append");
    if (!writer.flush()) throw std::logic_error("flush");
    return file;
}

// The samples that are as they were written, from first to last.
template <class V>
int good_samples(const series_reader<V>& series) {
    int n = 0;
    for (const auto s : series.range(INT64_MIN, INT64_MAX)) {
        if (!s || s->timestamp != n || s->value != static_cast<V>(value_of(n))) return -1;
        ++n;
    }
    return n;
}

}  // namespace

TEST_CASE("a series writer without memory keeps what it took, and goes on", "[series][no_memory]") {
    const auto expected = a_series();
    at_each_allocation(
        [&](const auto& again) {
            std::vector<std::byte> file;
            std::optional<series_writer<double>> writer;
            again([&] { writer.emplace(append_to(file), series_options{.frame_samples = 100}); });
            for (int i = 0; i < samples; ++i) again([&] { (void)writer->append(i, value_of(i)); });
            again([&] { (void)writer->flush(); });
            return file;
        },
        [&](const std::vector<std::byte>& file) { REQUIRE(file == expected); });
}

TEST_CASE("a series is read and rolled up, or there is no memory", "[series][no_memory]") {
    const auto file = a_series();
    at_each_allocation(
        [&](const auto& again) {
            return again([&] {
                const auto series = series_reader<double>::open(file);
                double sum = 0;
                const auto rolled =
                    rollup(*series, *fixed_buckets::every(70),
                           [&](const rollup_row<double>& row) { sum += row.values.sum; },
                           {.time_weighted = true});
                return rolled ? std::pair(good_samples(*series), sum) : std::pair(0, 0.0);
            });
        },
        [](const auto& found) {
            double sum = 0;
            for (int i = 0; i < samples; ++i) sum += value_of(i);
            REQUIRE(found == std::pair(samples, sum));
        });
}

TEST_CASE("an archive writer without memory has each series once, and all that it took",
          "[archive][no_memory]") {
    const scratch_directory dir;
    const std::string path = dir / "x.cpk";
    at_each_allocation(
        [&](const auto& again) {
            std::optional<archive_writer> w;
            again([&] { w = *archive_writer::create(path, {.frame_samples = 100}); });
            const auto a = again([&] {
                return *w->add({{"__name__", "a name that is allocated"}, {"n", "1"}});
            });
            const auto b = again([&] { return *w->add<std::int64_t>({{"__name__", "b"}}); });
            const auto c = again([&] { return *w->add({{"__name__", "c"}}); });
            for (int i = 0; i < samples; ++i) {
                again([&] { (void)w->append(a, i, value_of(i)); });
                again([&] { (void)w->append(b, i, static_cast<std::int64_t>(value_of(i))); });
                again([&] { (void)w->append(c, i, value_of(i)); });
            }
            again([&] { (void)w->mark({.row_numbers = true}); });
            return again([&] { return static_cast<bool>(w->finish()); });
        },
        [&](bool finished) {
            REQUIRE(finished);
            for (const bool by_index : {true, false}) {
                const auto archive =
                    by_index ? archive_reader::open(path) : archive_reader::recover(path);
                REQUIRE(archive);
                REQUIRE(archive->series().size() == 3);
                REQUIRE(archive->marks().row_numbers);
                CHECK(archive->find({{"n", "1"}, {"__name__", "a name that is allocated"}}) == 0u);
                CHECK(good_samples(*archive->read<double>(0)) == samples);
                CHECK(good_samples(*archive->read<std::int64_t>(1)) == samples);
                CHECK(good_samples(*archive->read<double>(2)) == samples);
            }
            REQUIRE(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
        });
}

TEST_CASE("a record of an archive is gathered whole or not at all", "[archive][no_memory]") {
    const scratch_directory dir;
    const std::vector<std::byte> head(8), payload(30'000);
    constexpr std::size_t records = 6;  // more than is gathered for one write
    at_each_allocation(
        [&](const auto& again) {
            std::optional<detail::archive::gathering_file> out;
            again([&] { out.emplace(*output_file::create(dir / "x")); });
            bool whole = true;
            for (std::size_t i = 0; i < records; ++i)
                again([&] {
                    whole = whole && out->size() == i * (head.size() + payload.size());
                    (void)out->put(head, payload);
                });
            whole = whole && out->size() == records * (head.size() + payload.size());
            out->discard();
            return whole;
        },
        [](bool whole) { REQUIRE(whole); });
}

TEST_CASE("an archive is read, or there is no memory", "[archive][no_memory]") {
    const scratch_directory dir;
    const std::string path = dir / "x.cpk";
    {
        auto w = archive_writer::create(path, {.frame_samples = 100});
        REQUIRE(w);
        for (const char* name : {"a", "b"}) {
            const auto series = w->add({{"__name__", name}});
            for (int i = 0; i < samples; ++i) REQUIRE(w->append(*series, i, value_of(i)));
        }
        REQUIRE(w->finish());
    }
    const bool recovered = GENERATE(false, true);
    at_each_allocation(
        [&](const auto& again) {
            std::optional<archive_reader> archive;
            again([&] {
                archive = recovered ? *archive_reader::recover(path) : *archive_reader::open(path);
            });
            const auto number = again([&] { return archive->find({{"__name__", "b"}}); });
            const int read = again([&] { return good_samples(*archive->read<double>(*number)); });
            return std::pair(*number, read);
        },
        [](const auto& found) { REQUIRE(found == std::pair(std::size_t{1}, samples)); });
}
