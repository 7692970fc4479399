#include "support/fake_backend.hpp"

#include <adapters/downsampler/downsampler.hpp>

#include <catch2/catch.hpp>

#include <limits>

using namespace chronopack;
using namespace chronopack::test;
using downsample::aggregate_name;
using downsample::downsampler;
using storage::in;
using storage::reply;
using namespace std::chrono_literals;

namespace {

downsample::options of_ten() {
    downsample::options how;
    how.metric = "cpu";
    how.every = 10ns;
    how.buckets_a_step = 3;
    how.aggregates = {aggregate_name::count, aggregate_name::sum,      aggregate_name::min,
                      aggregate_name::max,   aggregate_name::first,    aggregate_name::last,
                      aggregate_name::mean,  aggregate_name::increase, aggregate_name::resets};
    return how;
}

std::vector<double> values(fake_backend& store, const std::string& metric) {
    std::vector<double> out;
    const auto found = store.query_range({.metric = metric}, in(60s));
    for (const storage::point& p : *found) out.push_back(p.value);
    return out;
}

}  // namespace

TEST_CASE("rollups of a store are those of its samples, whatever the steps", "[downsampler]") {
    fake_backend raw("raw"), rollups("rollups");
    // A counter that is reset at 45, two series.
    for (std::int64_t t = 0; t < 100; ++t)
        for (const char* host : {"a", "b"})
            REQUIRE(raw.write(point_of("cpu", t, static_cast<double>(t < 45 ? t : t - 45),
                                       {{"host", host}}),
                              in(60s))
                        .ok());
    auto how = of_ten();
    how.buckets_a_step = GENERATE(1u, 3u, 100u);
    downsampler d(raw, rollups, how);
    const auto done = d.run(95, in(60s));  // the last bucket is not complete
    REQUIRE(done);
    REQUIRE(done->watermark == 90);
    REQUIRE(done->dropped == 0);
    const auto counts = rollups.query_range({.metric = "cpu:10ns:count"}, in(60s));
    REQUIRE(counts->size() == 18);
    REQUIRE(counts->front().timestamp == 0);
    REQUIRE(counts->front().tags["host"] == "a");
    REQUIRE(counts->front().value == 10);
    const auto one = [&](const char* name) {
        auto all = values(rollups, std::string("cpu:10ns:") + name);
        all.resize(all.size() / 2);  // of host a
        return all;
    };
    REQUIRE(one("sum") == std::vector<double>{45, 145, 245, 345, 220, 95, 195, 295, 395});
    REQUIRE(one("min") == std::vector<double>{0, 10, 20, 30, 0, 5, 15, 25, 35});
    REQUIRE(one("max") == std::vector<double>{9, 19, 29, 39, 44, 14, 24, 34, 44});
    REQUIRE(one("first")[4] == 40);
    REQUIRE(one("last")[4] == 4);
    REQUIRE(one("mean")[0] == 4.5);
    REQUIRE(one("increase") == std::vector<double>{9, 10, 10, 10, 9, 10, 10, 10, 10});
    REQUIRE(one("resets") == std::vector<double>{0, 0, 0, 0, 1, 0, 0, 0, 0});
}

TEST_CASE("rollups are the same where the store makes the buckets", "[downsampler]") {
    fake_backend raw("raw"), read("read"), made("made");
    raw.makes_buckets = true;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (std::int64_t t = 0; t < 100; ++t)
        for (const char* host : {"a", "b", "c"})
            if (host != std::string("c") || t < 30)  // c: NaN alone in some buckets
                REQUIRE(raw.write(point_of("cpu", t,
                                           t % 7 == 0 || (*host == 'c' && t < 20)
                                               ? nan
                                               : static_cast<double>(t * t % 31) / 4,
                                           {{"host", host}}),
                                  in(60s))
                            .ok());
    auto how = of_ten();
    how.aggregates = {aggregate_name::count, aggregate_name::sum,  aggregate_name::min,
                      aggregate_name::max,   aggregate_name::mean, aggregate_name::first,
                      aggregate_name::last};
    how.in_store = false;
    const auto by_points = downsampler(raw, read, how).run(95, in(60s));
    REQUIRE(by_points);
    REQUIRE(by_points->in_store == 0);
    REQUIRE(by_points->read > 0);
    how.in_store = true;
    const auto by_buckets = downsampler(raw, made, how).run(95, in(60s));
    REQUIRE(by_buckets);
    REQUIRE(by_buckets->in_store == 90 + 90 + 30);
    REQUIRE(by_buckets->read == 0);
    REQUIRE(by_buckets->written == by_points->written);
    REQUIRE(made.points() == read.points());

    // Increases take the number before a bucket, which no bucket has.
    how.aggregates.push_back(aggregate_name::increase);
    fake_backend others("others");
    const auto increases = downsampler(raw, others, how).run(95, in(60s));
    REQUIRE(increases->in_store == 0);
    REQUIRE(increases->read > 0);
    // A source that fails to make them has failed.
    how.aggregates.pop_back();
    how.most_points = 1;
    fake_backend none("none");
    REQUIRE(downsampler(raw, none, how).run(95, in(60s)).error().what == storage::verdict::refused);
}

TEST_CASE("a run goes on where the last one ended, and after one that failed", "[downsampler]") {
    fake_backend raw("raw"), rollups("rollups");
    REQUIRE(raw.write_batch(run_of("cpu", 200), in(60s)).ok());
    downsampler d(raw, rollups, of_ten());
    REQUIRE_FALSE(*d.watermark(in(60s)));
    REQUIRE_FALSE(d.done_with(in(60s)));
    REQUIRE(d.run(50, in(60s))->watermark == 50);
    REQUIRE(d.run(50, in(60s))->written == 0);

    rollups.answer = [](fake_backend::call& c) {
        return c.points[0].timestamp >= 110 ? fake_backend::retry("down") : c.take();
    };
    const auto failed = d.run(200, in(60s));
    REQUIRE_FALSE(failed);
    REQUIRE(failed.error().what == storage::verdict::retry);
    REQUIRE(**d.watermark(in(60s)) == 80);  // the mark of 110 was not taken
    rollups.answer = {};
    downsampler another(raw, rollups, of_ten());
    REQUIRE(another.run(200, in(60s))->watermark == 200);
    REQUIRE(values(rollups, "cpu:10ns:count") == std::vector<double>(20, 10));
    REQUIRE(another.done_with(in(60s)) == 180);
}

TEST_CASE("late samples revise what was made, as far as lateness allows", "[downsampler]") {
    fake_backend raw("raw"), rollups("rollups");
    REQUIRE(raw.write_batch(run_of("cpu", 100), in(60s)).ok());
    auto how = of_ten();
    how.lateness = 25ns;
    downsampler d(raw, rollups, how);
    REQUIRE(d.run(100, in(60s)));
    for (const std::int64_t t : {5, 75})
        REQUIRE(raw.write(point_of("cpu", t, 1'000, {{"host", "late"}}), in(60s)).ok());
    REQUIRE(d.run(100, in(60s)));
    // 75 lies in a bucket that is made again, 5 does not.
    const auto found = rollups.query_range({.metric = "cpu:10ns:max"}, in(60s));
    REQUIRE(found->size() == 11);
    REQUIRE(found->back().tags["host"] == "late");
    REQUIRE(found->back().timestamp == 70);
    REQUIRE(**d.watermark(in(60s)) == 100);
    // By a clock that was set back buckets are made again, and not what is known of later ones.
    REQUIRE(d.run(90, in(60s))->watermark == 100);
}

TEST_CASE("of samples that are no numbers there is a count and nothing else", "[downsampler]") {
    fake_backend raw("raw"), rollups("rollups");
    auto points = run_of("cpu", 30);
    for (std::size_t i = 10; i < 20; ++i)
        points[i].value = std::numeric_limits<double>::quiet_NaN();
    REQUIRE(raw.write_batch(points, in(60s)).ok());
    REQUIRE(downsampler(raw, rollups, of_ten()).run(30, in(60s)));
    CHECK(values(rollups, "cpu:10ns:count") == std::vector<double>{10, 10, 10});
    for (const char* name : {"sum", "min", "max", "first", "last", "mean", "increase", "resets"}) {
        CAPTURE(name);
        CHECK(values(rollups, std::string("cpu:10ns:") + name).size() == 2);
    }
}

TEST_CASE("a run that is out of time keeps the part that is done", "[downsampler]") {
    struct slow_at_last : fake_backend {
        reply<std::vector<point>> query_range(const storage::range_query& what,
                                              storage::deadline until) override {
            auto found = fake_backend::query_range(what, until);
            if (queries() == 3) std::this_thread::sleep_until(until);
            return found;
        }
    } raw;
    fake_backend rollups("rollups");
    REQUIRE(raw.write_batch(run_of("cpu", 100), in(60s)).ok());
    auto how = of_ten();
    how.buckets_a_step = 1;
    downsampler d(raw, rollups, how);
    const auto late = d.run(100, in(500ms));
    REQUIRE_FALSE(late);
    REQUIRE(late.error().what == storage::verdict::retry);
    REQUIRE(late.error().message == "no time left");
    REQUIRE(**d.watermark(in(60s)) == 20);
    REQUIRE(values(rollups, "cpu:10ns:count") == std::vector<double>{10, 10});
    REQUIRE(d.run(100, in(60s))->watermark == 100);
}

TEST_CASE("watermarks are of one rollup each", "[downsampler]") {
    fake_backend raw("raw"), rollups("rollups");
    REQUIRE(raw.write_batch(run_of("cpu", 100), in(60s)).ok());
    auto wide = of_ten();
    wide.every = 50ns;
    REQUIRE(downsampler(raw, rollups, of_ten()).run(40, in(60s))->watermark == 40);
    REQUIRE(downsampler(raw, rollups, wide).run(99, in(60s))->watermark == 50);
    REQUIRE(downsampler(raw, rollups, of_ten()).run(99, in(60s))->watermark == 90);
    REQUIRE(values(rollups, "cpu:50ns:count") == std::vector<double>{50});
    REQUIRE(values(rollups, "cpu:10ns:count") == std::vector<double>(9, 10));
    wide.every = 0ns;
    REQUIRE_FALSE(downsampler(raw, rollups, wide).run(99, in(60s)));
}

TEST_CASE("names have the width in its largest unit", "[downsampler]") {
    downsample::options how;
    how.metric = "cpu";
    for (const auto& [every, name] : std::vector<std::pair<std::chrono::nanoseconds, std::string>>{
             {std::chrono::hours(48), "cpu:2d:max"},
             {std::chrono::hours(1), "cpu:1h:max"},
             {std::chrono::minutes(90), "cpu:90m:max"},
             {std::chrono::seconds(10), "cpu:10s:max"},
             {std::chrono::milliseconds(1'500), "cpu:1500ms:max"},
             {std::chrono::nanoseconds(7), "cpu:7ns:max"}}) {
        how.every = every;
        REQUIRE(downsample::rollup_metric(how, aggregate_name::max) == name);
    }
}
