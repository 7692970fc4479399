// What `ship --verify` finds missing or differing, of stores that are not what they say.
#include "chronopack/read_back.hpp"

#include "input/failure.hpp"

#include "support/counted_new.hpp"
#include "support/fake_backend.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::tool;
using namespace std::chrono_literals;

namespace {

/// A store inside a recording_store, and the points that were read back from it.
struct trial {
    trial() {
        auto made = std::make_unique<fake_backend>();
        fake = made.get();
        to.store = std::move(made);
        to.tick = 1;
    }
    read_back_report after(const std::vector<point>& points) {
        recording_store recorded(*to.store, true);
        for (const auto& p : points) REQUIRE(recorded.write(p, storage::in(10s)).ok());
        auto sent = recorded.take();
        return read_back(to, sent, 10s);
    }

    opened_store to;
    fake_backend* fake = nullptr;
};

std::vector<point> two_series(std::int64_t n) {
    std::vector<point> points;
    for (std::int64_t i = 0; i < n; ++i)
        for (const char* host : {"a", "b"})
            points.push_back(
                make_point("load", i * one_second, static_cast<double>(i), {{"host", host}}));
    return points;
}

}  // namespace

TEST_CASE("a store that has all of it is whole, whatever else it has", "[read_back]") {
    trial t;
    REQUIRE(t.to.store->write_batch(two_series(50), storage::in(10s)).ok());
    REQUIRE(t.to.store->write(make_point("load", 7, 3, {{"host", "c"}}), storage::in(10s)).ok());
    auto points = two_series(20);
    points.push_back(make_point("idle", -5, -0.0, {}, ""));
    points.push_back(make_point("idle", INT64_MAX, NAN, {{"x", ""}}, ""));
    points.push_back(make_point("idle", INT64_MIN, 1, {}, "shop"));
    const auto report = t.after(points);
    CHECK(report.samples == 43);
    CHECK(report.missing == 0);
    CHECK(report.differing == 0);
    CHECK(report.shown.empty());
}

TEST_CASE("samples that a store lost are missing, each counted and each series shown",
          "[read_back]") {
    trial t;
    t.fake->answer = [](fake_backend::call& c) {
        const std::int64_t at = c.points[0].timestamp / one_second;
        if (c.points[0].tags["host"] == "b" && (at == 3 || at == 7))
            return storage::write_outcome{.delivered = 1};
        return c.take();
    };
    const auto report = t.after(two_series(20));
    CHECK(report.samples == 40);
    CHECK(report.missing == 2);
    CHECK(report.differing == 0);
    REQUIRE(report.shown.size() == 1);
    CHECK(report.shown[0] ==
          "load{host=\"b\"} of shop: 2 missing, 0 differing of 20 samples, the first at "
          "3000000000 ns");
    trial empty;
    empty.fake->answer = [](fake_backend::call&) {
        return storage::write_outcome{.delivered = 1};
    };
    CHECK(empty.after(two_series(20)).missing == 40);
}

TEST_CASE("another value is a difference, by one bit", "[read_back]") {
    trial t;
    t.fake->answer = [](fake_backend::call& c) {
        std::vector<point> altered(c.points.begin(), c.points.end());
        if (altered[0].timestamp == 4 * one_second)
            altered[0].value = std::nextafter(altered[0].value, 9);
        if (altered[0].timestamp == 0) altered[0].value = -0.0;
        auto taken = c;
        taken.points = altered;
        return taken.take();
    };
    CHECK(t.after(two_series(20)).differing == 4);
    // Eleven digits will do where the store promises no more for the value.
    t.to.may_round = [](double value) {
        return value == 4;
    };
    const auto report = t.after(two_series(20));
    CHECK(report.differing == 2);
    CHECK(report.rounded == 2);
}

TEST_CASE("what was sent takes up to 48 bytes a sample", "[read_back]") {
    struct : fake_backend {
        storage::write_outcome write_batch(std::span<const point> points,
                                           storage::deadline) override {
            return {.delivered = points.size()};
        }
    } takes_all;
    constexpr std::size_t samples = (1 << 17) + 1;  // its memory has just doubled
    std::vector<point> batch = run_of("load", 1'000);
    recording_store recorded(takes_all, true);
    REQUIRE(recorded.write(batch[0], storage::in(10s)).ok());
    const std::size_t before = live_bytes();
    reset_peak();
    for (std::size_t i = 1; i < samples; i += batch.size())
        REQUIRE(recorded
                    .write_batch(std::span(batch).first(std::min(batch.size(), samples - i)),
                                 storage::in(10s))
                    .ok());
    CHECK(peak_bytes() - before <= 48 * samples + 10 * batch.size());
    CHECK(recorded.take()[0].samples.size() == samples);
}

TEST_CASE("what the store has dropped is not looked for", "[read_back]") {
    trial t;
    t.fake->answer = [](fake_backend::call& c) {
        return c.take_unless([](const point& p) { return p.value == 3; });
    };
    const auto report = t.after(two_series(20));
    CHECK(report.samples == 38);
    CHECK(report.missing == 0);
    t.fake->answer = [](fake_backend::call&) {
        return fake_backend::retry("down");
    };
    recording_store recorded(*t.to.store, true);
    CHECK_FALSE(recorded.write(make_point("m", 0, 1), storage::in(1s)).ok());
    CHECK(recorded.take().empty());
}

TEST_CASE("times are compared in the store's steps, before 1970 too", "[read_back]") {
    trial t;
    t.to.tick = 1'000'000;
    const std::int64_t odd = 999'999;
    t.fake->answer = [](fake_backend::call& c) {
        std::vector<point> cut(c.points.begin(), c.points.end());
        for (point& p : cut) p.timestamp = p.timestamp < 0 ? -1'000'000 : 5'000'000;
        auto taken = c;
        taken.points = cut;
        return taken.take();
    };
    const auto report =
        t.after({make_point("m", 5'000'000 + odd, 1), make_point("m", -1'000'000 + odd, 2)});
    CHECK(report.samples == 2);
    CHECK(report.missing + report.differing == 0);
}

TEST_CASE("of several values at one time the last must be there where the store says so",
          "[read_back]") {
    trial first;
    first.fake->answer = [](fake_backend::call& c) {
        return c.number == 0 ? c.take() : storage::write_outcome{.delivered = 1};
    };
    const std::vector<point> twice{make_point("m", 7, 1), make_point("m", 7, 2)};
    CHECK(first.after(twice).differing == 0);
    trial last;
    last.to.last_stays = true;
    last.fake->answer = first.fake->answer;
    CHECK(last.after(twice).differing == 2);
    last.fake->answer = nullptr;
    CHECK(last.after(twice).differing == 0);
}

TEST_CASE("long series are read in ranges, and ranges that are too full in halves", "[read_back]") {
    trial t;
    const read_limits small{.points_at_once = 100, .most_points = 1000};
    const auto read = [&](const std::vector<point>& points) {
        recording_store recorded(*t.to.store, true);
        REQUIRE(recorded.write_batch(points, storage::in(10s)).ok());
        auto sent = recorded.take();
        return read_back(t.to, sent, 10s, small);
    };
    std::vector<point> points;
    for (std::int64_t i = 0; i < 250; ++i) points.push_back(make_point("m", i * 1000, 1));
    const auto report = read(points);
    CHECK(report.samples == 250);
    CHECK(report.missing == 0);
    CHECK(t.fake->queries() == 3);

    // The points of another series are in the way.
    points.clear();
    for (std::int64_t i = 0; i < 1100; ++i)
        points.push_back(make_point("n", i * 1000, 1, {{"host", "other"}}));
    REQUIRE(t.to.store->write_batch(points, storage::in(10s)).ok());
    const auto between = read({make_point("n", 0, 1), make_point("n", 1'100'000, 1)});
    CHECK(between.samples == 2);
    CHECK(between.missing == 0);
    CHECK(t.fake->queries() == 6);
}

TEST_CASE("a store that gives no answer is a failure, not a good end", "[read_back]") {
    struct silent : fake_backend {
        storage::reply<std::vector<point>> query_range(const storage::range_query&,
                                                       storage::deadline) override {
            return storage::failure{storage::verdict::retry, {}, "no answer"};
        }
    };
    opened_store to;
    to.store = std::make_unique<silent>();
    recording_store recorded(*to.store, true);
    REQUIRE(recorded.write(make_point("m", 0, 1), storage::in(1s)).ok());
    auto sent = recorded.take();
    REQUIRE_THROWS_AS(read_back(to, sent, 0s), input::failure);
}

TEST_CASE("rounded values are counted over all delivered batches", "[read_back]") {
    fake_backend fake;
    fake.answer = [](fake_backend::call& c) {
        auto out = c.number == 1 ? fake_backend::retry("down") : c.take();
        out.rounded = 2;
        return out;
    };
    recording_store recorded(fake, false);
    for (int i = 0; i < 3; ++i) (void)recorded.write(make_point("m", i, 1), storage::in(1s));
    CHECK(recorded.rounded() == 4);
    CHECK(recorded.take().empty());
}
