// A dataset that has no memory at one moment or another.
#include "support/failing_new.hpp"
#include "support/points.hpp"
#include "support/scratch.hpp"

#include <adapters/parquet/backend.hpp>

#include <catch2/catch.hpp>

#include <functional>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::in;

namespace {

// Points of a new series and of one that all batches write; some are late.
std::vector<point> batch(std::int64_t k) {
    std::vector<point> points;
    for (std::int64_t i = 0; i < 8; ++i)
        points.push_back(point_of("cpu", 8 * k + (i % 7 == 0 ? i - 5 : i), 1.0));
    points.push_back(
        point_of("new", k, 2.0, {{"batch", "a text that is allocated: " + std::to_string(k)}}));
    return points;
}

struct call {
    const char* name;
    std::function<bool(parquet::backend&, std::int64_t k)> run;
};

}  // namespace

TEST_CASE("a dataset that finds no memory says so, and all that is acknowledged stays",
          "[no_memory]") {
    const scratch_directory dir;
    parquet::options how;
    how.synchronous = false;
    how.most_small_files = 1'000'000;
    auto store = std::move(*parquet::backend::open(dir.path(), how));
    point_model model;
    const call calls[] = {{"write_batch",
                           [](parquet::backend& s, std::int64_t k) {
                               return s.write_batch(batch(k), in(60s)).ok();
                           }},
                          {"query_range",
                           [](parquet::backend& s, std::int64_t) {
                               return bool(s.query_range({.metric = "cpu"}, in(60s)));
                           }},
                          {"checkpoint",
                           [](parquet::backend& s, std::int64_t) {
                               return bool(s.checkpoint(in(60s)));
                           }},
                          {"compact",
                           [](parquet::backend& s, std::int64_t) {
                               return bool(s.compact(in(60s)));
                           }},
                          {"delete_before",
                           [](parquet::backend& s, std::int64_t) {
                               return bool(s.delete_before("cpu", -40, in(60s)));
                           }},
                          {"repair", [](parquet::backend& s, std::int64_t) {
                               return bool(s.repair(in(60s)));
                           }}};
    std::int64_t k = 0;
    for (const call& which : calls) {
        bool failed = true;
        for (std::int64_t after = 0; failed; after += 1 + after / 4) {
            CAPTURE(which.name, after);
            bool good = false;
            fail_allocation(after);
            try {
                good = which.run(*store, k);
            } catch (const std::bad_alloc&) {}
            failed = allocation_failed();
            fail_no_allocation();
            REQUIRE((good || failed));
            // Written again, as nobody knows whether it was. All the store's calls work.
            const auto points = batch(k++);
            REQUIRE(store->write_batch(points, in(60s)).ok());
            model.write(points);
            const bool all_the_same =
                *store->query_range({.metric = "cpu"}, in(60s)) == model.range("cpu") &&
                *store->query_range({.metric = "new"}, in(60s)) == model.range("new");
            REQUIRE(all_the_same);
            if (after % 3 == 2) REQUIRE(store->checkpoint(in(60s)));
        }
    }
    store.reset();
    store = std::move(*parquet::backend::open(dir.path(), how));
    CHECK(*store->query_range({.metric = "cpu"}, in(60s)) == model.range("cpu"));
    CHECK(*store->query_range({.metric = "new"}, in(60s)) == model.range("new"));
}
