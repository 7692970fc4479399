#include "spool_records.hpp"
#include "support/long_form.hpp"
#include "support/random.hpp"
#include "support/scratch.hpp"

#include <adapters/storage/point_record.hpp>

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

TEST_CASE("a record of points is read back bit by bit, and no prefix or change of it",
          "[spool][one-thread]") {
    prng random(3);
    std::vector<point> points;
    for (int i = 0; i < 300; ++i) {
        points.push_back(point_of(std::string(random.below(3), 'm'),
                                  static_cast<std::int64_t>(random()), bit_cast<double>(random()),
                                  {{"host", std::string(random.below(4), '\0')}}));
        points.back().service.assign(random.below(2), 's');
    }
    std::vector<std::byte> wire;
    REQUIRE(append_points(points, wire));
    REQUIRE(*read_points(wire) == points);
    for (std::size_t n = 0; n < wire.size(); n += 1 + n / 16)
        REQUIRE_FALSE(read_points(cbytes(wire).first(n)));
    for (std::size_t i = 0; i < wire.size(); ++i) {
        auto damaged = wire;
        damaged[i] ^= static_cast<std::byte>(1u << random.below(8));
        (void)read_points(damaged);  // whatever it is, it is no crash: names have no checksum
    }
    wire.push_back(std::byte{0});
    REQUIRE_FALSE(read_points(wire));
    REQUIRE_FALSE(append_points({}, wire));
}

TEST_CASE("every reader gets every record once, in order, over restarts", "[spool]") {
    const scratch_directory dir;
    std::vector<std::int64_t> of_a, of_b;
    for (std::int64_t k = 0; k < 60;) {
        const auto s = open(dir / "s", {.segment_bytes = 500});
        const auto a = s->attach("a");
        const auto b = s->attach("b");
        for (int i = 0; i < 7; ++i) REQUIRE(s->append(record(k++)));
        for (int i = 0; i < 5; ++i) {
            const auto batch = s->lease(*a);
            of_a.push_back(batch->points[0].timestamp / 10);
            settle(*s, *a, *batch);
        }
        // Leased and not settled: not had.
        REQUIRE(s->give_back(*b, s->lease(*b)->lease));
        const auto batch = s->lease(*b);
        REQUIRE(batch->points[0].timestamp / 10 == static_cast<std::int64_t>(of_b.size()));
        if (k % 2 == 0) {
            of_b.push_back(static_cast<std::int64_t>(of_b.size()));
            settle(*s, *b, *batch);
        }
        for (const auto& id : {*a, *b}) {
            const spool_counts c = s->counts(id);
            REQUIRE(c.appended == c.settled + c.pending + c.dropped.total());
        }
    }
    const auto s = open(dir / "s");
    for (const std::int64_t k : drain(*s, "a")) of_a.push_back(k);
    for (const std::int64_t k : drain(*s, "b")) of_b.push_back(k);
    REQUIRE(of_a == up_to(63));
    REQUIRE(of_b == up_to(63));
    // What all have had is gone.
    REQUIRE(open(dir / "s2")->bytes() == 0);
    REQUIRE(s->recovery().lost_records == 0);
    REQUIRE(std::distance(std::filesystem::directory_iterator(dir / "s"), {}) <= 4);
}

TEST_CASE("a spool appends up to the last ordinal that it can read, and then holds", "[spool]") {
    namespace format = spool_format;
    fake_disk disk;
    auto& cursor = disk.files["r.cursor"].now;
    cursor.resize(format::slot_bytes);
    format::write_slot(cursor, {1, format::most_ordinal - 5});
    {
        const auto s = open_on(disk);
        REQUIRE(s->append(record(3)));  // four points
        const auto refused = s->append(record(1));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().what == verdict::hold);
        REQUIRE(s->append(record(5)));  // the last one
        CHECK_FALSE(s->append(record(5)));
    }
    {
        const auto s = open_on(disk);
        CHECK(drain(*s) == std::vector<std::int64_t>{3, 5});
        CHECK(s->recovery().lost_records == 0);
        CHECK_FALSE(s->append(record(5)));
    }
    CHECK(drain(*open_on(disk)).empty());  // and the place is found again
}

TEST_CASE("segments are named up to the last number that is read again", "[spool]") {
    fake_disk disk;
    const auto segment = segment_of(1);
    const auto put = [&](std::uint64_t number) {
        disk.files[segment_name(number)].now.assign(segment.begin(), segment.end());
    };
    put(UINT64_MAX);  // which is nobody's: the next would be before all others
    {
        const auto s = open_on(disk);
        CHECK(drain(*s).empty());
        REQUIRE(s->append(record(7)));
    }
    CHECK(drain(*open_on(disk)) == std::vector<std::int64_t>{7});
    disk.files.clear();
    put(spool_format::most_number);
    const auto s = open_on(disk);
    CHECK(drain(*s) == std::vector<std::int64_t>{0});
    const auto refused = s->append(record(7));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == verdict::hold);
}

TEST_CASE("a spool never holds more than it may, and says what that cost", "[spool]") {
    const scratch_directory dir;
    const auto s = open(dir / "s", {.most_bytes = 4'000, .segment_bytes = 500});
    const auto id = s->attach("r");
    const auto away = s->attach("away");
    std::int64_t k = 0;
    while (s->append(record(k))) ++k;
    REQUIRE(k > 10);
    const auto on_disk = [&] {
        std::uint64_t n = 0;
        for (const auto& f : std::filesystem::directory_iterator(dir / "s"))
            if (f.path().extension() == ".spool") n += f.file_size();
        return n;
    };
    REQUIRE(on_disk() <= 4'000);
    REQUIRE(on_disk() == s->bytes());
    s->leave(*id);
    REQUIRE(drain(*s) == up_to(k));
    REQUIRE_FALSE(s->append(record(k)));  // the other has not had them
    REQUIRE(s->full());
    const auto leased = s->lease(*away);
    REQUIRE(leased);
    REQUIRE(s->drop_oldest());
    REQUIRE(s->append(record(k)));
    REQUIRE_FALSE(s->full());
    const auto again = s->attach("r");
    for (const auto& one : {*again, *away}) {
        const spool_counts c = s->counts(one);
        REQUIRE(c.appended == c.settled + c.pending + c.dropped.total());
    }
    REQUIRE(s->counts(*away).dropped[drop_reason::overflow] > 0);
    REQUIRE(s->counts(*again).dropped.total() == 0);
    REQUIRE(s->give_back(*away, leased->lease));  // its segment is gone
    REQUIRE(s->counts(*away).appended ==
            s->counts(*away).pending + s->counts(*away).dropped.total());
    s->leave(*away);
    s->leave(*again);
    REQUIRE(s->forget("away"));
    REQUIRE(drain(*s) == std::vector<std::int64_t>{k});
    std::vector<point> large;
    for (int i = 0; i < 200; ++i)
        large.push_back(point_of(std::string(100, 'a') + std::to_string(i), 1, 1));
    REQUIRE(s->append(large).error().what == verdict::refused);
}

TEST_CASE("a spool is private, and one process's", "[spool]") {
    const scratch_directory dir;
    const auto s = open(dir / "s");
    REQUIRE(s->append(record(1)));
    REQUIRE(s->attach("r"));
    for (const char* name : {"../x", "", "a b", "a/b"}) REQUIRE_FALSE(s->attach(name));
    for (const auto& f : std::filesystem::directory_iterator(dir / "s")) {
        struct stat status {};
        REQUIRE(::stat(f.path().c_str(), &status) == 0);
        REQUIRE((status.st_mode & 0777) == 0600);
    }
    REQUIRE_FALSE(spool::open(dir / "s"));
}

TEST_CASE("a link in the place of a segment or a cursor is not followed", "[spool]") {
    const scratch_directory dir;
    const std::vector<std::byte> others(100, std::byte{7});
    write_file(dir / "others", others);
    const auto link = [&](const char* name) {
        std::filesystem::create_symlink(dir / "others", dir / name);
    };
    {
        const auto s = open(dir / "s");
        link("s/r.cursor");
        link("s/0000000000000001.spool");
        CHECK_FALSE(s->attach("r"));
        CHECK_FALSE(s->append(record(1)));  // its first segment
        CHECK(s->append(record(2)));        // another has the next name
        CHECK(drain(*s, "other") == std::vector<std::int64_t>{2});
    }
    CHECK(read_file(dir / "others") == others);
    CHECK_FALSE(spool::open(dir / "s"));
    CHECK(read_file(dir / "others") == others);
}

TEST_CASE("a killed process loses no record that the spool reported as kept, and invents none",
          "[spool][one-thread]") {
    prng random(11);
    for (int round = 0; round < long_form(20, 200); ++round) {
        const scratch_directory dir;
        int pipe[2];
        REQUIRE(::pipe(pipe) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(pipe[0]);
            const auto s = spool::open(dir / "s", {.segment_bytes = 3'000});
            for (std::int64_t k = 0; s; ++k)
                if (!(*s)->append(record(k)) || ::write(pipe[1], &k, sizeof k) < 0) break;
            ::_exit(1);
        }
        ::close(pipe[1]);
        std::int64_t acknowledged = -1;
        const auto after = random.between(1, 500);
        while (acknowledged < after && ::read(pipe[0], &acknowledged, 8) == 8) continue;
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        for (std::int64_t k = 0; ::read(pipe[0], &k, 8) == 8;) acknowledged = k;
        ::close(pipe[0]);
        const auto found = drain(*open(dir / "s"));
        REQUIRE(found == up_to(static_cast<std::int64_t>(found.size())));
        REQUIRE(static_cast<std::int64_t>(found.size()) >= acknowledged + 1);
        REQUIRE(static_cast<std::int64_t>(found.size()) <= acknowledged + 2);
    }
}
