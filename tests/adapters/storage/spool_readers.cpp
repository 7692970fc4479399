// What the readers of a spool may do, what that is counted as, and what it costs.
#include "spool_records.hpp"
#include "support/fake_backend.hpp"
#include "support/long_form.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

#include <ctime>
#include <limits>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

TEST_CASE("a reader has one user at a time, and whose it is not changes nothing", "[spool]") {
    fake_disk disk;
    const auto s = open_on(disk);
    for (std::int64_t k = 0; k < 3; ++k) REQUIRE(s->append(record(k)));
    const auto first = s->attach("r");
    REQUIRE(first);
    const auto second = s->attach("r");
    REQUIRE_FALSE(second);
    CHECK(second.error().what == verdict::hold);
    CHECK(second.error().message.find("in use") != std::string::npos);
    REQUIRE_FALSE(s->forget("r"));
    const auto other = s->attach("other");

    const auto batch = s->lease(*first);
    const auto of_other = s->lease(*other);
    REQUIRE(batch);
    REQUIRE(of_other);
    const auto refused = [&](spool::reader_id id, std::uint64_t lease) {
        const spool_counts before = s->counts(*first), others = s->counts(*other);
        for (const auto& done : {s->settle(id, lease), s->give_back(id, lease)}) {
            REQUIRE_FALSE(done);
            CHECK(done.error().what == verdict::refused);
        }
        CHECK(s->counts(*first).pending == before.pending);
        CHECK(s->counts(*first).lease == before.lease);
        CHECK(s->counts(*other).pending == others.pending);
        CHECK(s->counts(*other).lease == others.lease);
    };
    CHECK_FALSE(s->lease(*first));  // one at a time
    refused(*first, of_other->lease);
    refused(*other, batch->lease);
    refused(*first, 0);
    refused(spool::nobody, batch->lease);
    refused(999, batch->lease);
    settle(*s, *first, *batch);
    refused(*first, batch->lease);  // an old one
    CHECK(s->counts(*first).settled == 1);

    // What was leased when its user left is leased again, to the next user alone.
    const auto open_lease = s->lease(*first);
    s->leave(*first);
    const auto next = s->attach("r");
    REQUIRE(next);
    refused(*first, open_lease->lease);
    refused(*next, open_lease->lease);
    CHECK_FALSE(s->lease(*first));
    CHECK_FALSE(s->has_next(*first));
    CHECK(s->counts(*first).appended == 0);
    CHECK(s->lease(*next)->points == record(1));
}

TEST_CASE("what waits in a spool is counted as it changes, and rightly", "[spool]") {
    prng random(5);
    fake_disk disk;
    for (int life = 0; life < 3; ++life) {
        const auto opened = spool::open(std::make_unique<fake_files>(disk), {.segment_bytes = 700});
        REQUIRE(opened);
        spool& s = **opened;
        const auto id = *s.attach("r");
        std::optional<spooled_batch> leased;
        for (std::int64_t k = 0; k < 300; ++k) {
            switch (random.below(6)) {
                case 0:
                case 1:
                    REQUIRE(s.append(record(k)));
                    break;
                case 2:
                    if (!leased) leased = s.lease(id);
                    break;
                case 3:
                    if (leased) settle(s, id, *leased);
                    leased.reset();
                    break;
                case 4:
                    if (leased) REQUIRE(s.give_back(id, leased->lease));
                    leased.reset();
                    break;
                default:
                    if (random.one_in(8)) s.drop_oldest();
            }
            const spool_counts c = s.counts(id);
            REQUIRE(c.appended == c.settled + c.pending + c.dropped.total());
            REQUIRE(s.has_next(id) == (c.pending > (leased ? leased->points.size() : 0)));
        }
        if (leased) REQUIRE(s.give_back(id, leased->lease));
        // As many as it says do come.
        const std::uint64_t pending = s.counts(id).pending;
        std::uint64_t found = 0;
        for (int i = 0; i < 20; ++i) {
            const auto batch = s.lease(id);
            if (!batch) break;
            found += batch->points.size();
            settle(s, id, *batch);
        }
        REQUIRE(s.counts(id).pending + found == pending);
        REQUIRE(s.has_next(id) == (found < pending));
    }
}

TEST_CASE("in a long spool no question takes longer than in a short one", "[spool][one-thread]") {
    struct times {
        double asking, leasing;
    };
    // A reader that is far ahead of another, in segments of a record each: `n` are kept.
    const auto times_of = [](std::int64_t n) {
        fake_disk disk;
        const auto opened = spool::open(std::make_unique<fake_files>(disk), {.segment_bytes = 1});
        spool& s = **opened;
        const auto behind = s.attach("behind");
        const auto ahead = s.attach("ahead");
        for (std::int64_t k = 0; k < n; ++k) REQUIRE(s.append(record(0)));
        for (std::int64_t k = 0; k + 1 < n; ++k) settle(s, *ahead, *s.lease(*ahead));
        // The least of some, of the time of this process alone.
        const auto least = [](auto work) {
            std::clock_t out = std::numeric_limits<std::clock_t>::max();
            for (int attempt = 0; attempt < 5; ++attempt) {
                const std::clock_t start = std::clock();
                work();
                out = std::min(out, std::clock() - start);
            }
            return static_cast<double>(out);
        };
        times out{};
        out.asking = least([&] {
            for (int i = 0; i < 20'000; ++i)
                if (s.counts(*behind).pending != static_cast<std::uint64_t>(n) ||
                    !s.has_next(*ahead))
                    FAIL("counts");
        });
        out.leasing = least([&] {
            for (int i = 0; i < 1'000; ++i)
                if (!s.give_back(*ahead, s.lease(*ahead)->lease)) FAIL("lease");
        });
        return out;
    };
    const times of_short = times_of(20);
    const times of_long = times_of(20 * 200);
    CAPTURE(of_short.asking, of_long.asking, of_short.leasing, of_long.leasing);
    CHECK(of_long.asking < 10 * of_short.asking);
    CHECK(of_long.leasing < 3 * of_short.leasing);
}

TEST_CASE("each record costs one read and one write of the cursor, however many wait",
          "[spool][one-thread]") {
    const std::size_t n = GENERATE(250, 1'000);
    fake_disk disk;
    {
        auto s = spool::open(std::make_unique<fake_files>(disk), {.segment_bytes = 2'000});
        REQUIRE(s);
        const auto a = (*s)->attach("a");
        const auto b = (*s)->attach("b");
        for (std::size_t k = 0; k < n; ++k) REQUIRE((*s)->append(run_of("cpu", 1)));
        const std::size_t segments = disk.files.size() - 2;
        REQUIRE(segments > n / 100);

        const fake_disk::tally before = disk.calls_of_a_kind;
        for (std::size_t k = 0; k < n; ++k)
            for (const auto& id : {a, b}) {
                const auto batch = (*s)->lease(*id);
                REQUIRE(batch);
                settle(**s, *id, *batch);
            }
        const fake_disk::tally after = disk.calls_of_a_kind;
        CHECK(after.read - before.read == 2 * n);
        CHECK(after.written - before.written == 2 * n);
        // Each reader opens each file once, but for the last, which is open for appending.
        CHECK(after.opened - before.opened == 2 * (segments - 1));
        // That one and two cursors: what was read to its end is gone.
        CHECK(disk.open == 3);
        CHECK(disk.files.size() == 3);
    }
    CHECK(disk.open == 0);
}

TEST_CASE("a record that cannot be read is asked for again, and given up after ten times",
          "[spool]") {
    fake_disk disk;
    const auto s = open_on(disk);
    const auto id = s->attach("a");
    for (std::int64_t k = 0; k < 3; ++k) REQUIRE(s->append(run_of("cpu", 1, k)));
    disk.failing_reads = 9;
    for (int i = 0; i < 9; ++i) {
        CHECK_FALSE(s->lease(*id));
        CHECK(s->has_next(*id));
    }
    const auto first = s->lease(*id);
    REQUIRE(first);
    CHECK(first->points == run_of("cpu", 1));
    settle(*s, *id, *first);

    disk.failing_reads = 10;
    for (int i = 0; i < 9; ++i) CHECK_FALSE(s->lease(*id));
    CHECK(s->counts(*id).dropped.total() == 0);
    CHECK(s->lease(*id)->points == run_of("cpu", 1, 2));
    CHECK(s->counts(*id).dropped[drop_reason::damaged] == 1);
}

TEST_CASE("a disk that writes nothing is not asked for ever, and nothing is acknowledged",
          "[spool]") {
    fake_disk disk;
    const auto s = open_on(disk);
    const auto id = s->attach("a");
    // Into a segment that is new, and into one that is there.
    for (std::int64_t k = 0; k < 2; ++k) {
        disk.empty_writes = true;
        CHECK(s->append(run_of("cpu", 1)).error().what == verdict::retry);
        CHECK(s->counts(*id).appended == static_cast<std::uint64_t>(k));
        disk.empty_writes = false;
        REQUIRE(s->append(run_of("cpu", 1)));
    }
}

TEST_CASE("a segment that makes room is not kept on the disk by who was reading it", "[spool]") {
    fake_disk disk;
    auto s = spool::open(std::make_unique<fake_files>(disk), {.segment_bytes = 1});
    REQUIRE(s);
    const auto id = (*s)->attach("a");
    for (std::int64_t k = 0; k < 3; ++k) REQUIRE((*s)->append(run_of("cpu", 1, k)));
    const auto batch = (*s)->lease(*id);
    REQUIRE(batch);
    CHECK(disk.open == 3);
    REQUIRE((*s)->drop_oldest());
    CHECK(disk.open == 2);
    CHECK((*s)->counts(*id).pending == 3);
    // Sent in vain, it is not there any more.
    REQUIRE((*s)->give_back(*id, batch->lease));
    CHECK((*s)->counts(*id).pending == 2);
    CHECK((*s)->counts(*id).dropped[drop_reason::overflow] == 1);
    CHECK((*s)->lease(*id)->points == run_of("cpu", 1, 1));
    (*s)->leave(*id);
    REQUIRE((*s)->forget("a"));
    CHECK(disk.open == 1);
}
