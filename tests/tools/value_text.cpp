// What the command prints reads back to the same bits.

#include "chronopack/value_text.hpp"

#include "input/number.hpp"
#include "support/random.hpp"
#include "input/time_spelling.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::tool;

namespace {

std::string printed(double v) {
    fmt::memory_buffer out;
    print_value(out, v);
    return fmt::to_string(out);
}

}  // namespace

TEST_CASE("every bit pattern of a double reads back", "[value_text]") {
    test::prng draw(21);
    for (int i = 0; i < 300'000; ++i) {
        std::uint64_t bits = draw();
        if (i % 3 == 0) bits |= 0x7ff0000000000000;  // infinities and NaNs
        if (i % 1000 == 1) bits &= 0xfff0000000000000;
        const std::string text = printed(bit_cast<double>(bits));
        const input::number back = input::parse_number(text);
        INFO(text);
        REQUIRE(back.what == input::number::kind::value);
        REQUIRE(bit_cast<std::uint64_t>(back.value) == bits);
    }
    REQUIRE(printed(0.1) == "0.1");
    REQUIRE(printed(100000) == "100000");
    REQUIRE(printed(-0.0) == "-0");
    REQUIRE(printed(5e-324) == "5e-324");
}

TEST_CASE("every time that has a date reads back from it", "[value_text]") {
    test::prng draw(22);
    for (const auto unit : {input::tick::seconds, input::tick::milliseconds,
                            input::tick::microseconds, input::tick::nanoseconds}) {
        const time_unit stored = input::unit_in_frames(unit);
        time_printer print(stored, true);
        std::size_t dates = 0;
        for (int i = 0; i < 50'000; ++i) {
            auto at = static_cast<std::int64_t>(draw()) >> (draw() % 60);
            if (i % 5 == 0) at = at / 1'000'000 * 1'000'000;
            if (!has_date(at, stored)) continue;
            ++dates;
            fmt::memory_buffer out;
            print(out, at);
            const auto when = input::read_instant(fmt::to_string(out));
            INFO(fmt::to_string(out));
            REQUIRE(when);
            REQUIRE(input::to_ticks(*when, unit) == at);
        }
        REQUIRE(dates > 10'000);
    }
}

TEST_CASE("dates end with the years 0000 and 9999", "[value_text]") {
    constexpr std::int64_t first = -62'167'219'200, last = 253'402'300'799;
    REQUIRE(time_text(first, time_unit::seconds) == "0000-01-01T00:00:00Z");
    REQUIRE(time_text(last, time_unit::seconds) == "9999-12-31T23:59:59Z");
    REQUIRE_FALSE(has_date(first - 1, time_unit::seconds));
    REQUIRE_FALSE(has_date(last + 1, time_unit::seconds));
    REQUIRE(time_text(last + 1, time_unit::seconds) == "253402300800");
    REQUIRE(time_text(INT64_MIN, time_unit::nanoseconds) == "1677-09-21T00:12:43.145224192Z");
    REQUIRE(time_text(-1, time_unit::milliseconds) == "1969-12-31T23:59:59.999Z");
    REQUIRE(time_text(1'500, time_unit::microseconds) == "1970-01-01T00:00:00.001500Z");
}
