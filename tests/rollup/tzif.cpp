// TZif files: hostile ones are refused, and those of the system are read as its C library reads
// them.

#include <chronopack/rollup/tzif.hpp>

#include <chronopack/rollup/calendar.hpp>

#include "support/random.hpp"
#include "support/scratch.hpp"
#include "support/tzif.hpp"

#include <catch2/catch.hpp>

#include <ctime>
#include <filesystem>

using namespace chronopack;
using namespace chronopack::test;

namespace {

errc refusal(std::vector<std::byte> file) {
    const auto zone = read_time_zone(file);
    REQUIRE_FALSE(zone);
    return zone.error();
}

/// Returns a file with a table and a rule for summer time.
tzif_file summer_file() {
    return {3000, {{-1'000'000'000, 3600}, {0, 7200}, {500'000'000, 3600}}, berlin.rule};
}

constexpr std::size_t first_header = 44 + 6 + 4;  // after the first header and its data

}  // namespace

TEST_CASE("a TZif file gives the zone that it was made of", "[rollup][tzif]") {
    const auto file = summer_file();
    const auto zone = read_time_zone(file.bytes());
    REQUIRE(zone);
    const auto expected = time_zone::from(file.offset, file.table, file.rule);
    prng random(1);
    for (int i = 0; i < 5000; ++i) {
        const std::int64_t t = static_cast<std::int64_t>(random()) >> random.below(40);
        REQUIRE(zone->offset(t) == expected->offset(t));
    }
    for (const unsigned version : {'2', '3', '4', '9'}) {
        auto later = file;
        later.version = version;
        CHECK(read_time_zone(later.bytes()));
    }
}

TEST_CASE("a TZif file of version 1, or of leap seconds, is unsupported", "[rollup][tzif]") {
    auto file = summer_file();
    file.version = 0;
    CHECK(refusal(file.bytes()) == errc::unsupported);
    file.version = '1';
    CHECK(refusal(file.bytes()) == errc::corrupt);
    auto right = summer_file();
    right.leap_seconds = 1;
    CHECK(refusal(right.bytes()) == errc::unsupported);
}

TEST_CASE("a TZif file cut short is truncated, one with more is corrupt", "[rollup][tzif]") {
    auto wire = summer_file().bytes();
    for (std::size_t n = 0; n < wire.size(); ++n) {
        // Exactly its size, so that the address sanitizer notices a byte too far.
        CHECK(refusal({wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(n)}) ==
              errc::truncated);
    }
    wire.push_back(std::byte{'\n'});
    CHECK(refusal(wire) == errc::corrupt);
}

TEST_CASE("illegal fields in a TZif file are corrupt", "[rollup][tzif]") {
    const auto good = summer_file().bytes();
    constexpr std::size_t counts = first_header + 20;
    constexpr std::size_t times = first_header + 44;
    constexpr std::size_t indexes = times + 3 * 8;
    constexpr std::size_t types = indexes + 3;
    const auto with = [&](std::size_t at, std::uint32_t value, std::size_t size) {
        auto wire = good;
        for (std::size_t i = 0; i < size; ++i)
            wire[at + i] = static_cast<std::byte>(value >> 8 * (size - 1 - i));
        return refusal(wire);
    };
    CHECK(with(0, 'U', 1) == errc::corrupt);
    CHECK(with(first_header, 'U', 1) == errc::corrupt);
    CHECK(with(first_header + 4, '3', 1) == errc::corrupt);    // two versions
    CHECK(with(counts + 12, 1u << 31, 4) == errc::truncated);  // times
    CHECK(with(counts + 16, 0, 4) == errc::corrupt);           // types
    CHECK(with(counts + 20, ~0u, 4) == errc::truncated);       // characters
    CHECK(with(times, 0x80000000, 4) == errc::corrupt);        // before the universe
    CHECK(with(times, 1, 1) == errc::corrupt);                 // out of order
    CHECK(with(indexes, 4, 1) == errc::corrupt);
    CHECK(with(types + 4, 2, 1) == errc::corrupt);  // neither summer nor not
    CHECK(with(types + 5, 4, 1) == errc::corrupt);  // an abbreviation outside
    CHECK(with(types, 0x7fffffff, 4) == errc::corrupt);
    CHECK(with(types + 6, 0x80000000, 4) == errc::corrupt);
    const std::size_t footer = good.size() - summer_file().rule.size() - 2;
    CHECK(with(footer, 'x', 1) == errc::corrupt);             // its begin
    CHECK(with(good.size() - 1, 'x', 1) == errc::truncated);  // its end
    CHECK(with(good.size() - 2, '\n', 1) == errc::corrupt);
    CHECK(with(good.size() - 2, 'x', 1) == errc::corrupt);
}

TEST_CASE("a TZif file must have a type, and flags for all types or none", "[rollup][tzif]") {
    const auto with = [](std::size_t ut, std::size_t standard) {
        tzif_file file = summer_file();  // of four types
        file.ut_flags = ut;
        file.standard_flags = standard;
        const auto zone = read_time_zone(file.bytes());
        return zone ? std::optional<errc>() : zone.error();
    };
    CHECK(with(4, 4) == std::nullopt);
    CHECK(with(0, 4) == std::nullopt);
    CHECK(with(3, 0) == errc::corrupt);
    CHECK(with(0, 5) == errc::corrupt);

    auto wire = berlin.bytes();
    wire[first_header + 39] = std::byte{0};
    wire.erase(wire.begin() + first_header + 44, wire.begin() + first_header + 50);
    CHECK(refusal(wire) == errc::corrupt);
}

TEST_CASE("a TZif file with any bit flipped is refused or gives a zone that works",
          "[rollup][tzif]") {
    auto wire = summer_file().bytes();
    std::size_t accepted = 0;
    for (std::size_t bit = 0; bit < 8 * wire.size(); ++bit) {
        wire[bit / 8] ^= std::byte{1} << (bit % 8);
        const std::vector<std::byte> exact(wire);
        if (const auto zone = read_time_zone(exact)) {
            ++accepted;
            for (const calendar period : {calendar::day, calendar::year}) {
                const calendar_buckets buckets(period, time_unit::seconds, *zone);
                for (const std::int64_t t : {INT64_MIN, -1'000'000'001l, -1'000'000'000l, 0l,
                                             499'999'999l, 1'711'846'799l, INT64_MAX}) {
                    const time_range b = buckets.containing(t);
                    REQUIRE(b.contains(t));
                    REQUIRE(buckets.containing(b.first).last == b.last);
                    REQUIRE(buckets.containing(b.last).first == b.first);
                }
            }
        }
        wire[bit / 8] ^= std::byte{1} << (bit % 8);
    }
    CHECK(accepted > 0);
}

TEST_CASE("a name is looked up in its directory and nowhere else", "[rollup][tzif]") {
    const scratch_directory dir;
    std::filesystem::create_directory(dir / "Europe");
    write_file(dir / "Europe/Berlin", berlin.bytes());
    write_file(dir / "empty", {});
    write_file(dir / "a.b", berlin.bytes());
    CHECK(load_time_zone("Europe/Berlin", dir.path())->offset(utc(2024, 7, 1)) == 7200);
    CHECK(load_time_zone("Europe/Paris", dir.path()).error() == errc::not_found);
    CHECK(load_time_zone("Europe", dir.path()).error() == errc::io_error);
    CHECK(load_time_zone("empty", dir.path()).error() == errc::truncated);
    for (const std::string_view name : {"", "..", "../x", "a.b", "Europe/../Europe/Berlin", "a b"})
        CHECK(load_time_zone(name, dir.path()).error() == errc::out_of_range);
    CHECK(load_time_zone({"Europe/Berlin\0", 14}, dir.path()).error() == errc::out_of_range);
    CHECK(load_time_zone(std::string(300, 'x'), dir.path()).error() == errc::out_of_range);
}

TEST_CASE("every zone of the system is read as its C library reads it", "[rollup][tzif]") {
    const std::filesystem::path root = "/usr/share/zoneinfo";
    INFO("this compares with the zones of the system: package tzdata");
    REQUIRE(std::filesystem::exists(root / "Europe/Berlin"));
    std::size_t compared = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (!entry.is_regular_file()) continue;
        const std::string name = std::filesystem::relative(entry.path(), root).string();
        const auto wire = read_file(entry.path().string());
        if (wire.size() < 4 || std::memcmp(wire.data(), "TZif", 4) != 0) continue;
        const auto zone = load_time_zone(name);
        INFO(name);
        if (name.starts_with("right/")) {
            REQUIRE((zone || zone.error() == errc::unsupported));
            continue;
        }
        REQUIRE(zone);
        ::setenv("TZ", (":" + name).c_str(), 1);
        ::tzset();
        prng random(compared + 1);
        for (int i = 0; i < 300; ++i) {
            // From 1950 on, because glibc treats times before the table differently.
            const std::int64_t t = random.between(utc(1950, 1, 1), utc(2600, 1, 1));
            const auto now = static_cast<std::time_t>(t);
            std::tm local{};
            REQUIRE(::localtime_r(&now, &local) != nullptr);
            CAPTURE(t);
            REQUIRE(local.tm_gmtoff == zone->offset(t));
        }
        ++compared;
    }
    ::unsetenv("TZ");
    ::tzset();
    CHECK(compared > 100);
}
