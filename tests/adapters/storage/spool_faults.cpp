// A spool on a disk that fails: at every call in turn, once or from then on.
#include "support/fake_backend.hpp"
#include "support/fake_disk.hpp"

#include <adapters/storage/spool.hpp>

#include <catch2/catch.hpp>

#include <set>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;

namespace {

constexpr spool_options safe{
    .most_bytes = 20'000, .segment_bytes = 700, .sync = sync_policy::every_append};

reply<std::unique_ptr<spool>> open(fake_disk& d, spool_options how = safe) {
    return spool::open(std::make_unique<fake_files>(d), how);
}

std::vector<point> record(std::int64_t k) {
    return run_of("cpu", 3, 10 * k);
}

// Appends up to `n` records and reads every third: those acknowledged, and those read.
void use(fake_disk& d, std::int64_t n, std::set<std::int64_t>& acknowledged,
         std::set<std::int64_t>& had, bool give_up_early = false) {
    auto s = open(d);
    if (!s) return;
    const auto id = (*s)->attach("r");
    for (std::int64_t k = 0; k < n; ++k) {
        const bool good = (*s)->append(record(k)).operator bool();
        if (good) acknowledged.insert(k);
        if (!good && give_up_early) return;
        if (k % 3 != 0 || !id) continue;
        if (const auto batch = (*s)->lease(*id)) {
            had.insert(batch->points[0].timestamp / 10);
            REQUIRE((*s)->settle(*id, batch->lease));
        }
    }
}

std::set<std::int64_t> drain(fake_disk& d) {
    auto s = open(d);
    REQUIRE(s);
    const auto id = (*s)->attach("r");
    REQUIRE(id);
    std::set<std::int64_t> found;
    while (const auto batch = (*s)->lease(*id)) {
        REQUIRE(batch->points == record(batch->points[0].timestamp / 10));
        found.insert(batch->points[0].timestamp / 10);
        REQUIRE((*s)->settle(*id, batch->lease));
    }
    return found;
}

bool has_all(const std::set<std::int64_t>& all, const std::set<std::int64_t>& a,
             const std::set<std::int64_t>& b) {
    return std::all_of(all.begin(), all.end(),
                       [&](std::int64_t k) { return a.contains(k) || b.contains(k); });
}

}  // namespace

TEST_CASE("whichever call of the disk fails, nothing acknowledged is lost", "[spool]") {
    const std::size_t in_a_row = GENERATE(1u, 2u, 3u, SIZE_MAX);
    const bool short_writes = GENERATE(false, true);
    fake_disk probe;
    std::set<std::int64_t> all, had;
    use(probe, 40, all, had);
    REQUIRE(all.size() == 40);
    for (std::size_t n = 0; n < probe.calls; ++n) {
        CAPTURE(n, in_a_row, short_writes);
        fake_disk d;
        d.fail_from = n;
        d.fail_to = in_a_row == SIZE_MAX ? SIZE_MAX : n + in_a_row;
        d.short_writes = short_writes;
        std::set<std::int64_t> acknowledged;
        had.clear();
        use(d, 40, acknowledged, had);
        if (in_a_row < 4) REQUIRE(acknowledged.size() >= (n < 8 ? 0u : 40u - in_a_row));
        for (const auto& [name, file] : d.files) REQUIRE(file.syncs_after == 0);
        d.fail_from = SIZE_MAX;
        REQUIRE(has_all(acknowledged, had, drain(d)));
    }
}

TEST_CASE("after a failed sync nothing is acknowledged that power could take", "[spool]") {
    fake_disk probe;
    std::set<std::int64_t> all, had;
    use(probe, 40, all, had);
    for (std::size_t n = 0; n < probe.calls; ++n) {
        CAPTURE(n);
        fake_disk d;
        d.fail_from = n;
        d.fail_to = n + 1;
        d.random = prng(n);
        std::set<std::int64_t> acknowledged;
        had.clear();
        use(d, 40, acknowledged, had);
        d.fail_from = SIZE_MAX;
        d.lose_power();
        REQUIRE(has_all(acknowledged, had, drain(d)));
    }
}

TEST_CASE("a loss of power takes no record that was synced", "[spool]") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        CAPTURE(seed);
        fake_disk d;
        d.random = prng(seed);
        std::set<std::int64_t> acknowledged, had;
        // Power goes at any call.
        d.fail_from = prng(seed * 31)() % 200;
        use(d, 60, acknowledged, had, true);
        d.fail_from = SIZE_MAX;
        d.lose_power();
        REQUIRE(has_all(acknowledged, had, drain(d)));
    }
}

TEST_CASE("sync on request says no for good once it has failed", "[spool]") {
    fake_disk d;
    auto s = open(d, {.most_bytes = 1'000'000});
    REQUIRE(s);
    const auto id = (*s)->attach("r");
    REQUIRE((*s)->append(record(0)));
    REQUIRE((*s)->sync());
    REQUIRE((*s)->append(record(1)));
    d.fail_from = d.calls;
    d.fail_to = d.calls + 1;
    REQUIRE_FALSE((*s)->sync());
    REQUIRE_FALSE((*s)->sync());
    REQUIRE((*s)->append(record(2)));
    REQUIRE_FALSE((*s)->sync());
    for (const auto& [name, file] : d.files) REQUIRE(file.syncs_after == 0);
    // Until the records that may be gone are settled.
    for (int i = 0; i < 3; ++i) {
        const auto batch = (*s)->lease(*id);
        REQUIRE(batch);
        REQUIRE((*s)->settle(*id, batch->lease));
    }
    REQUIRE((*s)->sync());
}

TEST_CASE("an append that the disk was too slow for is not there, now or later", "[spool]") {
    // Before it is written, or when it is and a sync fails to end.
    const bool in_sync = GENERATE(false, true);
    fake_disk d;
    {
        auto s = open(d);
        REQUIRE(s);
        const auto id = (*s)->attach("r");
        REQUIRE((*s)->append(record(0)));
        stall& stalled = in_sync ? d.syncs : d.writes;
        stalled.begin();
        const auto late = (*s)->append(record(1), {.until = in(std::chrono::milliseconds(20))});
        REQUIRE_FALSE(late);
        CHECK(late.error().what == verdict::retry);
        stalled.wait_until_reached();
        // Nor does another come in before it.
        CHECK_FALSE((*s)->append(record(2), {.until = in(std::chrono::milliseconds(20))}));
        CHECK_FALSE((*s)->sync(in(std::chrono::milliseconds(20))));
        CHECK_FALSE((*s)->drop_oldest(in(std::chrono::milliseconds(20))));
        CHECK((*s)->counts(*id).pending == 3);
        CHECK((*s)->has_next(*id));
        stalled.end();
        REQUIRE((*s)->append(record(3), {.until = in(std::chrono::hours(1))}));
        CHECK((*s)->counts(*id).appended == 6);
    }
    CHECK(drain(d) == std::set<std::int64_t>{0, 3});
}

TEST_CASE("a full spool drops its oldest for an append that asks for it, and for no failure",
          "[spool]") {
    fake_disk d;
    auto s = open(d, {.most_bytes = 4'000, .segment_bytes = 500});
    REQUIRE(s);
    const auto id = (*s)->attach("r");
    std::int64_t k = 0;
    while ((*s)->append(record(k))) ++k;
    REQUIRE((*s)->append(record(k), {.drop_oldest = true}));
    CHECK((*s)->counts(*id).dropped.total() > 0);
    CHECK((*s)->bytes() <= 4'000);
    // With room, a disk that fails takes nothing away.
    d.fail_from = d.calls;
    const std::uint64_t dropped = (*s)->counts(*id).dropped.total();
    for (int i = 0; i < 5; ++i) CHECK_FALSE((*s)->append(record(0), {.drop_oldest = true}));
    CHECK((*s)->counts(*id).dropped.total() == dropped);
}
