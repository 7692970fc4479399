#include "support/fake_backend.hpp"
#include "support/random.hpp"

#include <adapters/storage/query_cache.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

namespace {

constexpr cache_options for_long{.most_bytes = 1'000'000, .fresh_for = std::chrono::hours(1)};

}  // namespace

TEST_CASE("the same question is asked once, and another by itself", "[query_cache]") {
    fake_backend store;
    REQUIRE(store.write_batch(run_of("cpu", 10), in(60s)).ok());
    query_cache cached(store, for_long);
    for (int i = 0; i < 3; ++i)
        REQUIRE(cached.query_range({.metric = "cpu"}, in(60s))->size() == 10);
    REQUIRE(store.queries() == 1);
    REQUIRE(cached.query_range({.metric = "cpu", .end = 4}, in(60s))->size() == 5);
    REQUIRE(cached.query_range({.metric = "cpu", .service = "s"}, in(60s))->empty());
    REQUIRE_FALSE(cached.query_range({.metric = "cpu", .most = 3}, in(60s)));
    REQUIRE_FALSE(cached.query_range({.metric = "cpu", .most = 3}, in(60s)));
    REQUIRE(store.queries() == 5);  // failures are not kept
    REQUIRE(cached.counters().hits == 2);
}

TEST_CASE("writes and deletions take with them what they change, and only that", "[query_cache]") {
    fake_backend store;
    REQUIRE(store.write_batch(run_of("cpu", 10), in(60s)).ok());
    query_cache cached(store, for_long);
    const range_query early{.metric = "cpu", .end = 4};
    const range_query late{.metric = "cpu", .start = 5};
    const range_query other{.metric = "mem"};
    const auto ask = [&] {
        for (const range_query& q : {early, late, other}) REQUIRE(cached.query_range(q, in(60s)));
    };
    ask();
    REQUIRE(cached.write(point_of("cpu", 20, 1), in(60s)).ok());
    ask();
    REQUIRE(store.queries() == 3 + 1);
    REQUIRE(cached.query_range(late, in(60s))->size() == 6);
    REQUIRE(cached.delete_before("cpu", 5, in(60s)));
    ask();
    REQUIRE(store.queries() == 4 + 1);
    REQUIRE(cached.query_range(early, in(60s))->empty());
    REQUIRE(cached.delete_before("", 100, in(60s)));
    ask();
    REQUIRE(store.queries() == 5 + 3);
}

TEST_CASE("an answer read while something is written is not kept", "[query_cache]") {
    struct slow : fake_backend {
        reply<std::vector<point>> query_range(const range_query& what, deadline until) override {
            auto found = fake_backend::query_range(what, until);
            if (meanwhile) std::exchange(meanwhile, {})();
            return found;
        }
        std::function<void()> meanwhile;
    } store;
    query_cache cached(store, for_long);
    store.meanwhile = [&] {
        REQUIRE(cached.write(point_of("cpu", 1, 1), in(60s)).ok());
    };
    REQUIRE(cached.query_range({.metric = "cpu"}, in(60s))->empty());
    REQUIRE(cached.query_range({.metric = "cpu"}, in(60s))->size() == 1);
}

TEST_CASE("a cache is bounded, and drops old answers and those least used", "[query_cache]") {
    fake_backend store;
    REQUIRE(store.write_batch(run_of("cpu", 100), in(60s)).ok());
    query_cache cached(store, {.most_bytes = 30'000, .fresh_for = std::chrono::hours(1)});
    const auto ask = [&](std::int64_t start) {
        REQUIRE(cached.query_range({.metric = "cpu", .start = start, .end = start + 19}, in(60s)));
    };
    ask(0);
    for (std::int64_t s = 1; s < 50; ++s) {
        ask(s);
        ask(0);  // hot
        REQUIRE(cached.counters().bytes <= 30'000);
    }
    REQUIRE(cached.counters().hits == 49);
    REQUIRE(cached.counters().answers > 1);
    REQUIRE(cached.query_range({.metric = "cpu"}, in(60s))->size() == 100);

    store.makes_buckets = true;
    REQUIRE(*cached.list_metrics(in(60s)) == *store.list_metrics(in(60s)));
    REQUIRE(cached.query_buckets({.metric = "cpu", .width = 50}, in(60s))->size() == 2);

    query_cache stale(store, {.fresh_for = 0ms});
    REQUIRE(stale.query_range({.metric = "cpu"}, in(60s)));
    REQUIRE(stale.query_range({.metric = "cpu"}, in(60s)));
    REQUIRE(stale.counters().hits == 0);
}
