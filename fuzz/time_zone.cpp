// Hostile TZif files. They are refused, or give a zone in which every instant has one bucket
// of the calendar, and the wall clock agrees with the offset.
//
//   period u8 | unit u8 | a time i64 | a TZif file

#include "claim.hpp"
#include "input.hpp"

#include <chronopack/rollup/calendar.hpp>
#include <chronopack/rollup/tzif.hpp>

using namespace chronopack;
using chronopack::fuzz::claim;

namespace {

void partitions(const calendar_buckets& buckets, std::int64_t t) {
    const time_range b = buckets.containing(t);
    claim(b.contains(t), "a bucket holds what it is the bucket of");
    for (const std::int64_t edge : {b.first, b.last}) {
        const time_range same = buckets.containing(edge);
        claim(same.first == b.first && same.last == b.last, "a bucket is that of its ends");
    }
    if (b.last < INT64_MAX)
        claim(buckets.containing(b.last + 1).first == b.last + 1, "the next begins after it");
    if (b.first > INT64_MIN)
        claim(buckets.containing(b.first - 1).last == b.first - 1, "the last ends before");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_reader input(std::as_bytes(std::span(data, size)));
    const unsigned period = input.u8();
    const auto unit = static_cast<time_unit>(input.u8() % 4);
    const auto time = static_cast<std::int64_t>(input.u64());
    if (input.failed()) return 0;
    const fuzz::exact_copy file(input.rest());

    const auto zone = read_time_zone(file.view());
    if (!zone) {
        claim(zone.error() == errc::truncated || zone.error() == errc::corrupt ||
                  zone.error() == errc::unsupported,
              "a file is truncated, corrupt or unsupported");
        return 0;
    }
    constexpr unsigned hours[] = {1, 2, 3, 4, 6, 8, 12, 24};
    const calendar_buckets buckets =
        period < 128 ? calendar_buckets(static_cast<calendar>(period % 6), unit, *zone)
                     : *calendar_buckets::hours(hours[period % 8], unit, *zone);
    for (const std::int64_t t :
         {time, time / per_second(unit), INT64_MIN, std::int64_t{0}, INT64_MAX})
        partitions(buckets, t);

    const std::int64_t instant = zone->representative(detail::floor_div(time, per_second(unit)));
    const std::int64_t wall = instant + zone->offset(instant);
    claim(zone->shown_by(instant) >= wall, "the clock has shown what it shows");
    claim(zone->first_showing(wall) <= instant, "and first no later");
    return 0;
}
