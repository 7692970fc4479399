#include "support/fake_backend.hpp"
#include "support/fake_disk.hpp"
#include "support/long_form.hpp"
#include "support/random.hpp"
#include "support/scratch.hpp"

#include <adapters/storage/batch_writer.hpp>
#include <adapters/storage/point_record.hpp>
#include <adapters/storage/spool_format.hpp>

#include <catch2/catch.hpp>

#include <ctime>
#include <limits>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

namespace {

// Record k: k % 5 + 1 points with the timestamps 10 k, 10 k + 1, ...
std::vector<point> record(std::int64_t k) {
    std::vector<point> points;
    for (std::int64_t i = 0; i <= k % 5; ++i)
        points.push_back(point_of("cpu", 10 * k + i, static_cast<double>(k), {{"host", "a"}}));
    return points;
}

std::unique_ptr<spool> open(const std::string& path, spool_options how = {}) {
    auto s = spool::open(path, how);
    if (!s) throw std::runtime_error(s.error().message);
    return std::move(*s);
}

std::unique_ptr<spool> open_on(fake_disk& disk) {
    auto s = spool::open(std::make_unique<fake_files>(disk), {});
    if (!s) throw std::runtime_error(s.error().message);
    return std::move(*s);
}

// A spool of one segment file with these bytes.
std::unique_ptr<spool> open_with(fake_disk& disk, cbytes segment) {
    disk.files[segment_name(1)].now.assign(segment.begin(), segment.end());
    return open_on(disk);
}

void settle(spool& s, spool::reader_id id, const spooled_batch& batch) {
    if (!s.settle(id, batch.lease)) throw std::runtime_error("settle");
}

// The numbers of the records that a reader gets, each whole and as it was.
std::vector<std::int64_t> drain(spool& s, const std::string& reader = "r") {
    const auto id = s.attach(reader);
    std::vector<std::int64_t> found;
    while (const auto batch = s.lease(*id)) {
        const std::int64_t k = batch->points.at(0).timestamp / 10;
        if (batch->points != record(k)) throw std::runtime_error("invented");
        found.push_back(k);
        settle(s, *id, *batch);
    }
    s.leave(*id);
    return found;
}

std::vector<std::int64_t> up_to(std::int64_t n) {
    std::vector<std::int64_t> all;
    for (std::int64_t k = 0; k < n; ++k) all.push_back(k);
    return all;
}

// A spool with the records 0 to n - 1 in one segment: its bytes.
std::vector<std::byte> segment_of(std::int64_t n) {
    const scratch_directory dir;
    const auto s = open(dir / "s");
    for (std::int64_t k = 0; k < n; ++k)
        if (!s->append(record(k))) throw std::runtime_error("append");
    return read_file(dir / "s/0000000000000001.spool");
}

}  // namespace

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

TEST_CASE("cut at any byte, the longest run of whole records is recovered", "[spool][one-thread]") {
    const auto whole = segment_of(12);
    // Where each record ends.
    std::vector<std::size_t> ends;
    for (std::int64_t n = 0; n <= 12; ++n) ends.push_back(segment_of(n + 1).size());
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        fake_disk disk;
        const auto s = open_with(disk, cbytes(whole).first(cut));
        std::int64_t expected = 0;
        while (expected < 12 && ends[static_cast<std::size_t>(expected)] <= cut) ++expected;
        REQUIRE(drain(*s) == up_to(expected));
        // And appending goes on.
        REQUIRE(s->append(record(77)));
        REQUIRE(drain(*s) == std::vector<std::int64_t>{77});
    }
}

TEST_CASE("cut at any byte of a mebibyte, as many records are found as are whole",
          "[spool][one-thread]") {
    // Only counted: to read them at every byte would take hours.
    std::vector<point> points;
    for (int i = 0; i < long_form(300, 1'000); ++i)
        points.push_back(point_of("cpu", i * 7'919 % 10'007, i / 7.0, {{"host", "a"}}));
    const int records = long_form(3, 150);
    const scratch_directory dir;
    const auto written = open(dir / "s");
    std::vector<std::size_t> ends;
    for (int k = 0; k < records; ++k) {
        REQUIRE(written->append(points));
        ends.push_back(static_cast<std::size_t>(written->bytes()));
    }
    const auto whole = read_file(dir / "s/0000000000000001.spool");
    REQUIRE(whole.size() == ends.back());
    if (in_long_form()) REQUIRE(whole.size() >= std::size_t{1} << 20);
    std::size_t expected = 0;
    fake_disk disk;
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        while (expected < ends.size() && ends[expected] <= cut) ++expected;
        // Opening cuts off a torn record, so it is put back with a byte more.
        auto& file = disk.files[segment_name(1)].now;
        REQUIRE(file.size() <= cut);
        for (std::size_t at = file.size(); at < cut; ++at) file.push_back(whole[at]);
        const auto s = open_on(disk);
        if (s->recovery().records != expected) FAIL("cut at " << cut << ", of " << expected);
    }
    CHECK(expected == ends.size());
}

TEST_CASE("times and ordinals that no spool comes to are damage, checksums or not", "[spool]") {
    namespace format = spool_format;
    std::byte wire[format::record_head_bytes];
    const auto is_read = [&](std::uint64_t ordinal, std::int64_t written_at) {
        format::write_record_head(wire, {7, 3, 0, ordinal, written_at}, 5);
        return format::read_record_head(wire, 5).has_value();
    };
    constexpr std::uint64_t most = format::most_ordinal;
    CHECK(is_read(most - 3, 0));  // of its three points
    CHECK_FALSE(is_read(most - 2, 0));
    CHECK_FALSE(is_read(UINT64_MAX, 0));
    for (const std::int64_t sign : {-1, 1}) {
        CHECK(is_read(0, sign * format::latest_ms));
        CHECK_FALSE(is_read(0, sign * (format::latest_ms + 1)));
        CHECK_FALSE(is_read(0, sign * INT64_MAX));
    }

    std::byte heads[format::heads_bytes];
    std::byte slot[format::slot_bytes];
    for (const bool legal : {true, false}) {
        format::write_heads(heads, {5, most + !legal});
        CHECK(format::read_heads(heads).has_value() == legal);
        format::write_slot(slot, {1, most + !legal});
        CHECK(format::read_slots(slot).has_value() == legal);
    }
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

TEST_CASE("one damaged byte costs one record at most, and it is counted", "[spool][one-thread]") {
    const auto whole = segment_of(12);
    prng random(1);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        auto damaged = whole;
        damaged[i] ^= static_cast<std::byte>(1 + random.below(255));
        fake_disk disk;
        const auto s = open_with(disk, damaged);
        const auto found = drain(*s);
        CAPTURE(i);
        REQUIRE(found.size() >= 11);
        REQUIRE(std::is_sorted(found.begin(), found.end()));
        const bool told = s->recovery().lost_records + s->recovery().torn_bytes > 0;
        REQUIRE(told == (found.size() < 12));
    }
}

TEST_CASE("damage that comes while the spool is open is one record less, counted", "[spool]") {
    const scratch_directory dir;
    const auto s = open(dir / "s");
    const auto id = s->attach("r");
    for (std::int64_t k = 0; k < 10; ++k) REQUIRE(s->append(record(k)));
    auto file = read_file(dir / "s/0000000000000001.spool");
    file[file.size() / 2] ^= std::byte{1};
    write_file(dir / "s/0000000000000001.spool", file);
    s->leave(*id);
    REQUIRE(drain(*s).size() == 9);
    const spool_counts c = s->counts(*s->attach("r"));
    REQUIRE(c.pending == 0);
    REQUIRE(c.dropped[drop_reason::damaged] > 0);
    REQUIRE(c.appended == c.settled + c.dropped.total());
}

TEST_CASE("bytes in a name that look like a record are none", "[spool]") {
    // The record before, whose ordinal is past; or one of another spool, whose salt it has.
    const bool of_another = GENERATE(false, true);
    const scratch_directory dir;
    std::size_t second = 0;
    {
        const auto s = open(dir / "s");
        REQUIRE(s->append(record(4)));
        auto file = read_file(dir / "s/0000000000000001.spool");
        second = file.size();
        if (of_another) {
            file = segment_of(8);
            file.erase(file.begin(), file.end() - static_cast<std::ptrdiff_t>(
                                                      file.size() - segment_of(7).size()));
        } else {
            file.erase(file.begin(), file.begin() + 64);
        }
        const std::string copy(reinterpret_cast<const char*>(file.data()), file.size());
        REQUIRE(s->append({{point_of(copy, 1, 1)}}));
        REQUIRE(s->append(record(5)));
    }
    auto file = read_file(dir / "s/0000000000000001.spool");
    file[second] ^= std::byte{1};  // the head of the one with the copy
    write_file(dir / "s/0000000000000001.spool", file);
    const auto s = open(dir / "s");
    REQUIRE(s->recovery().records == 2);
    REQUIRE(s->recovery().lost_records == 1);
    REQUIRE(s->recovery().lost_points == 1);
    REQUIRE(drain(*s) == std::vector<std::int64_t>{4, 5});
}

TEST_CASE("a missing segment, or a cursor beyond the end, hides no later record", "[spool]") {
    const scratch_directory dir;
    {
        const auto s = open(dir / "s", {.segment_bytes = 1});  // a record each
        (void)s->attach("r");
        for (std::int64_t k = 0; k < 5; ++k) REQUIRE(s->append(record(k)));
    }
    std::filesystem::remove(dir / "s/0000000000000003.spool");
    {
        const auto s = open(dir / "s");
        REQUIRE(drain(*s) == std::vector<std::int64_t>{0, 1, 3, 4});
        REQUIRE(s->recovery().lost_points == 3);
    }
    // The records are gone, and the cursor is not.
    for (const auto& f : std::filesystem::directory_iterator(dir / "s"))
        if (f.path().extension() == ".spool") std::filesystem::remove(f.path());
    {
        const auto s = open(dir / "s");
        REQUIRE(s->append(record(9)));
    }
    REQUIRE(drain(*open(dir / "s")) == std::vector<std::int64_t>{9});
    // A damaged cursor begins at the oldest: more than once, not less.
    {
        const auto s = open(dir / "s");
        REQUIRE(s->append(record(10)));
    }
    write_file(dir / "s/r.cursor", std::vector<std::byte>(64, std::byte{7}));
    const auto found = drain(*open(dir / "s"));
    REQUIRE(found.back() == 10);
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

TEST_CASE("a record in another's place is damage, though each is whole", "[spool]") {
    const scratch_directory dir;
    const auto s = open(dir / "s");
    for (std::int64_t k = 0; k < 3; ++k) REQUIRE(s->append({{point_of("cpu", 10 * k, 1)}}));
    // The third over the second, as a disk does that mistakes a place.
    auto file = read_file(dir / "s/0000000000000001.spool");
    const std::size_t each = (file.size() - spool_format::heads_bytes) / 3;
    std::copy(file.end() - static_cast<std::ptrdiff_t>(each), file.end(),
              file.end() - static_cast<std::ptrdiff_t>(2 * each));
    write_file(dir / "s/0000000000000001.spool", file);
    const auto id = s->attach("r");
    for (const std::int64_t k : {0, 2}) {
        const auto batch = s->lease(*id);
        REQUIRE(batch);
        CHECK(batch->points[0].timestamp == 10 * k);
        settle(*s, *id, *batch);
    }
    CHECK_FALSE(s->lease(*id));
    CHECK(s->counts(*id).dropped[drop_reason::damaged] == 1);
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
