// What is damaged, cut or missing in the files of a spool costs no more than that.
#include "spool_records.hpp"
#include "support/long_form.hpp"
#include "support/random.hpp"
#include "support/scratch.hpp"

#include <adapters/storage/spool_format.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

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
