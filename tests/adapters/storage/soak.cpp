// Everything at once, for ThreadSanitizer above all: `tests/run --threads --long storage`.
#include "support/fake_backend.hpp"
#include "support/fake_disk.hpp"
#include "support/long_form.hpp"

#include <adapters/storage/multi_backend.hpp>
#include <adapters/storage/query_cache.hpp>
#include <adapters/storage/retention.hpp>

#include <catch2/catch.hpp>

#include <atomic>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

TEST_CASE("whatever stalls and fails meanwhile, every store gets every point once", "[soak]") {
    const std::int64_t rounds = long_form(60, 60'000);
    fake_disk disk;
    auto s = spool::open(std::make_unique<fake_files>(disk), {.segment_bytes = 2'000});
    REQUIRE(s);
    fake_backend a("a"), b("b");
    std::atomic<unsigned> calls = 0;
    const auto unwell = [&](fake_backend::call& c) {
        switch (calls++ % 5) {
            case 0:
                return fake_backend::retry("busy");
            case 1:
                return fake_backend::hold("who are you?");
            default:
                return c.take();
        }
    };
    a.answer = b.answer = unwell;
    batch_options each;
    each.hold_for = 1ms;
    each.retries = {1ms, 4ms, 20ms};
    auto made = multi_backend::make({&a, &b}, {.to_disk = s->get(), .each = each});
    REQUIRE(made);
    multi_backend& all = **made;
    query_cache cached(all, {.fresh_for = 1ms});
    retention keep(cached, {{.metric = "gone", .keep = 1h}});
    keep.start(1ms, 50ms);

    std::atomic<bool> over = false;
    std::atomic<bool> balanced = true;
    std::vector<std::thread> others;
    others.emplace_back([&] {
        for (stall* one = &disk.writes; !over; one = one == &disk.writes  ? &disk.reads
                                                     : one == &disk.reads ? &disk.syncs
                                                                          : &disk.writes) {
            one->begin();
            std::this_thread::sleep_for(2ms);
            one->end();
            std::this_thread::sleep_for(1ms);
        }
    });
    others.emplace_back([&] {
        while (!over) {
            for (const writer_counters& c : all.counters()) balanced = balanced && c.balanced();
            (void)all.flush(in(1ms));
            (void)all.health(in(1ms));
            (void)cached.query_range({.metric = "m0"}, in(10ms));
            (void)cached.delete_before("gone", 5, in(10ms));
        }
    });
    std::vector<std::thread> writers;
    for (int t = 0; t < 3; ++t)
        writers.emplace_back([&, t] {
            for (std::int64_t i = 0; i < rounds; ++i) {
                const auto batch = run_of("m" + std::to_string(t), 3, 3 * i);
                while (!cached.write_batch(batch, in(5ms)).ok()) continue;
            }
        });
    for (std::thread& w : writers) w.join();
    over = true;
    for (std::thread& o : others) o.join();
    keep.stop();
    for (const leftover& left : all.close(in(60s))) CHECK(left.settled);
    CHECK(balanced);
    for (const fake_backend* store : {&a, &b})
        for (int t = 0; t < 3; ++t) {
            std::vector<std::int64_t> times;
            for (const point& p : store->points())
                if (p.metric == "m" + std::to_string(t)) times.push_back(p.timestamp);
            REQUIRE(times.size() == static_cast<std::size_t>(3 * rounds));
            for (std::size_t i = 0; i < times.size(); ++i)
                if (times[i] != static_cast<std::int64_t>(i)) FAIL("at " << i);
        }
}
