// Series are written and read by time points of std::chrono, in any unit.
#include <chronopack/chronopack.hpp>

#include <catch2/catch.hpp>

#include "support/scratch.hpp"

#include <chrono>

using namespace chronopack;
using namespace std::chrono;

namespace {

constexpr sys_seconds start = sys_days(2024y / 1 / 1);

std::vector<std::byte> series_in(time_unit unit) {
    std::vector<std::byte> file;
    series_writer writer(append_to(file), {.frame = {.unit = unit}, .frame_samples = 40});
    for (int i = 0; i < 100; ++i) REQUIRE(writer.append(start + seconds(i), i));
    REQUIRE(writer.flush());
    return file;
}

std::vector<double> values_of(sample_cursor<> samples) {
    std::vector<double> all;
    for (const auto s : samples) all.push_back(s.value().value);
    return all;
}

}  // namespace

TEST_CASE("a series is appended to and read by time points, whatever its unit", "[series]") {
    for (const time_unit unit : {time_unit::seconds, time_unit::milliseconds,
                                 time_unit::microseconds, time_unit::nanoseconds}) {
        const auto file = series_in(unit);
        const auto reader = series_reader<>::open(file).value();
        CHECK(reader.unit() == unit);
        CHECK(reader.samples().next()->timestamp ==
              start.time_since_epoch().count() * per_second(unit));
        CHECK(values_of(reader.range(start + 10s, start + 12s)) == std::vector<double>{10, 11, 12});
        CHECK(values_of(reader.range(start + 9500ms, start + 11500ms)) ==
              std::vector<double>{10, 11});
        CHECK(values_of(reader.range(start + 9100ms, start + 9900ms)).empty());
        CHECK(values_of(reader.seek(start + 97500ms)) == std::vector<double>{98, 99});
    }
}

TEST_CASE("a time that the unit does not have is refused, and nothing is taken", "[series]") {
    std::vector<std::byte> file;
    series_writer writer(append_to(file), {.frame = {.unit = time_unit::seconds}});
    CHECK(writer.append(start + 1ms, 1) == errc::out_of_range);
    CHECK(writer.taken() == 0);
    series_writer fine(append_to(file), {.frame = {.unit = time_unit::nanoseconds}});
    CHECK(fine.append(sys_days(3000y / 1 / 1), 1) == errc::out_of_range);
    CHECK(fine.taken() == 0);
}

TEST_CASE("frames of different units have no range of time points", "[series]") {
    auto file = series_in(time_unit::seconds);
    const auto more = series_in(time_unit::milliseconds);
    file.insert(file.end(), more.begin(), more.end());
    const auto reader = series_reader<>::open(file).value();
    CHECK(reader.unit() == errc::wrong_type);
    for (auto cursor : {reader.range(start, start + 5s), reader.seek(start)}) {
        std::size_t elements = 0;
        for (const auto s : cursor) {
            CHECK(s == errc::wrong_type);
            ++elements;
        }
        CHECK(elements == 1);
    }
    CHECK(reader.size() == 200);  // timestamps themselves are read as ever

    const auto none = series_reader<>::open(std::string_view()).value();
    CHECK(none.unit() == errc::not_found);
    CHECK(values_of(none.range(start, start)).empty());
}

TEST_CASE("an archive takes time points, and rolls them up", "[series]") {
    const test::scratch_directory scratch;
    const auto path = scratch / "metrics.cpk";
    auto archive = archive_writer::create(path).value();
    const auto cpu = archive.add({{"__name__", "cpu"}}).value();
    for (int i = 0; i < 120; ++i) REQUIRE(archive.append(cpu, start + seconds(i), i));
    CHECK(archive.append(cpu, start + 1us, 1) == errc::out_of_range);  // milliseconds
    REQUIRE(archive.finish());

    const auto opened = archive_reader::open(path).value();
    const auto whole = opened.read(0).value();
    CHECK(whole.size() == 120);
    const auto none = opened.read(0, between(start - 2h, start - 1h, time_unit::milliseconds));
    CHECK(none->size() == 0);

    const auto minutes = fixed_buckets::every(1min, time_unit::milliseconds).value();
    std::vector<time_range> rows;
    const auto done =
        rollup(whole, minutes, [&](const rollup_row<>& row) { rows.push_back(row.bucket); },
               {.range = between(start + 30s, start + 70s, time_unit::milliseconds)});
    REQUIRE(done);
    REQUIRE(rows.size() == 2);
    CHECK(to_time_point<sys_seconds>(rows[1].first, time_unit::milliseconds) == start + 1min);
}

TEST_CASE("buckets are of durations, and begin at time points", "[series]") {
    const auto shifted = fixed_buckets::every(1h, time_unit::seconds, start + 10min).value();
    CHECK(shifted.width() == 3600);
    CHECK(shifted.containing(*to_ticks(start + 15min, time_unit::seconds)).first ==
          *to_ticks(start + 10min, time_unit::seconds));
    CHECK_FALSE(fixed_buckets::every(1ms, time_unit::seconds));
    CHECK_FALSE(fixed_buckets::every(0s, time_unit::seconds));
    CHECK_FALSE(fixed_buckets::every(1h, time_unit::seconds, start + 1ms));

    const calendar_buckets days(calendar::day, time_unit::milliseconds);
    const auto day = days.containing(start + 5h + 1ns);
    CHECK(to_time_point<sys_seconds>(day.first, days.unit()) == start);
}
