// Fixed buckets: every instant is in one, to the ends of int64.

#include "support/property.hpp"

#include <chronopack/rollup/bucket.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

__extension__ using wide = __int128;

constexpr bool same(time_range a, time_range b) {
    return a.first == b.first && a.last == b.last;
}

static_assert(same(fixed_buckets::every(10)->containing(0), {0, 9}));
static_assert(same(fixed_buckets::every(10)->containing(-1), {-10, -1}));
static_assert(same(fixed_buckets::every(10, 3)->containing(2), {-7, 2}));
static_assert(same(fixed_buckets::every(10, -7)->containing(3), {3, 12}));

std::int64_t draw_instant() {
    if (draw_below(2) == 0) return static_cast<std::int64_t>(draw_bits());
    return int64_shape::extreme_values[draw_below(int64_shape::extreme_values.size())];
}

}  // namespace

TEST_CASE("fixed buckets cut int64 into ranges of one width", "[rollup][bucket]") {
    property("whatever the width and the offset", [] {
        const std::int64_t width =
            1 + static_cast<std::int64_t>(draw_bits() >> (1 + draw_below(63)) & INT64_MAX) / 2;
        const std::int64_t offset = draw_instant();
        const std::int64_t t = draw_instant();
        const auto buckets = fixed_buckets::every(width, offset);
        HOLDS(buckets.has_value());
        const time_range b = buckets->containing(t);
        HOLDS(b.contains(t));
        HOLDS(same(buckets->containing(b.first), b));
        HOLDS(same(buckets->containing(b.last), b));
        if (b.last < INT64_MAX) HOLDS(buckets->containing(b.last + 1).first == b.last + 1);
        if (b.first > INT64_MIN) HOLDS(buckets->containing(b.first - 1).last == b.first - 1);

        const wide ticks = wide{b.last} - b.first + 1;
        HOLDS(ticks <= width);
        if (b.first > INT64_MIN) HOLDS((wide{b.first} - offset) % width == 0);
        if (b.first > INT64_MIN && b.last < INT64_MAX) HOLDS(ticks == width);
    });
}

TEST_CASE("the widest buckets do not overflow", "[rollup][bucket]") {
    const auto half = fixed_buckets::every(INT64_MAX);
    CHECK(same(half->containing(0), {0, INT64_MAX - 1}));
    CHECK(same(half->containing(INT64_MAX), {INT64_MAX, INT64_MAX}));
    CHECK(same(half->containing(-1), {-INT64_MAX, -1}));
    CHECK(same(half->containing(INT64_MIN), {INT64_MIN, INT64_MIN}));
    const auto one = fixed_buckets::every(1, INT64_MIN);
    for (const std::int64_t t : int64_shape::extreme_values)
        CHECK(same(one->containing(t), {t, t}));
}

TEST_CASE("a bucket has at least one tick", "[rollup][bucket]") {
    for (const std::int64_t width : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN})
        CHECK(fixed_buckets::every(width).error() == errc::out_of_range);
}
