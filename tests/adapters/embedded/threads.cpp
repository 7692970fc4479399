#include "support/fake_backend.hpp"
#include "support/scratch.hpp"

#include <adapters/embedded/embedded_backend.hpp>

#include <catch2/catch.hpp>

#include <atomic>

using namespace chronopack;
using namespace chronopack::test;
using storage::in;
using namespace std::chrono_literals;

TEST_CASE("any threads may write, read and delete at once", "[embedded]") {
    const scratch_directory dir;
    const auto opened = embedded::embedded_backend::open(
        dir / "x.db", {.frame_samples = 64, .recent_samples = 200, .synchronous = false});
    REQUIRE(opened);
    embedded::embedded_backend& store = **opened;
    std::atomic<bool> good = true;
    std::atomic<bool> done = false;
    std::vector<std::thread> writers;
    for (int w = 0; w < 2; ++w)
        writers.emplace_back([&, w] {
            const std::string metric = "m" + std::to_string(w);
            for (std::int64_t i = 0; i < 100; ++i)
                good = good && store.write_batch(run_of(metric, 20, 20 * i), in(60s)).ok();
        });
    std::thread reader([&] {
        // Points that were seen once stay, and there are no gaps between seen points.
        std::size_t seen = 0;
        while (!done) {
            const auto found = store.query_range({.metric = "m0"}, in(60s));
            good = good && found && found->size() >= seen && found->size() % 20 == 0;
            for (std::size_t i = 0; found && i < found->size(); ++i)
                good = good && (*found)[i].timestamp == static_cast<std::int64_t>(i);
            if (found) seen = found->size();
        }
    });
    std::thread eraser([&] {
        while (!done) good = good && store.delete_before("m1", 500, in(60s));
    });
    for (std::thread& w : writers) w.join();
    done = true;
    reader.join();
    eraser.join();
    REQUIRE(good);
    REQUIRE(store.query_range({.metric = "m0"}, in(60s))->size() == 2'000);
    REQUIRE(store.delete_before("m1", 500, in(60s)));
    REQUIRE(store.query_range({.metric = "m1"}, in(60s))->size() == 1'500);
}
