// A time zone: by how much a wall clock is ahead of UTC, and from when on.
//
//   time_zone()                                    UTC
//   time_zone::from(3600, {}, "CET-1CEST,M3.5.0,M10.5.0/3")
//   load_time_zone("Europe/Berlin")                rollup/tzif.hpp
//
//   the wall clock over time
//
//            /                        /
//           /                   /|   /
//          .                   / |  /
//          .                  /  | /
//         /                  /   |/
//     set ahead: some       set back: some
//     times not shown       shown twice
//
// A time that is shown twice counts as reached when it is shown first; a time that is never
// shown, when the clock first shows a later one. So a day that has no midnight starts with its
// first instant, and every instant is in exactly one day.
//
// Instants are seconds since 1970 in UTC, without leap seconds. Wall clock times are seconds
// since 1970-01-01 0:00 as the clock shows it. Where a rule follows the table of transitions,
// 400 years of its transitions are computed, after which they repeat.
#pragma once

#include <chronopack/rollup/posix_tz.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Immutable, and so safe to share between threads. Takes 24 bytes for each transition, and
/// 20 KiB for a rule that changes twice a year.
class time_zone {
public:
    /// An instant `at` from which on the wall clock is `offset` seconds ahead of UTC.
    struct transition {
        std::int64_t at = 0;
        std::int32_t offset = 0;
    };

    /// The limits of offsets in RFC 8536; and instants up to about the age of the universe.
    static constexpr std::int32_t min_offset = -(25 * 3600 - 1);
    static constexpr std::int32_t max_offset = 26 * 3600 - 1;
    static constexpr std::int64_t max_instant = std::int64_t{1} << 59;

    /// Makes UTC.
    time_zone() : time_zone(0) {}

    /// Returns the zone whose clock is `offset` ahead until the first transition, then as the
    /// transitions say, and after the last as `rule` says, a POSIX TZ string
    /// (rollup/posix_tz.hpp). Without transitions the rule always holds, and `offset` is not
    /// used.
    ///
    /// Returns unordered where a transition is not later than the one before it, out_of_range
    /// for an instant or offset outside the limits, corrupt where `rule` is not such a string.
    [[nodiscard]] static result<time_zone> from(std::int32_t offset,
                                                std::span<const transition> table,
                                                std::string_view rule = {}) {
        const auto legal = [](std::int32_t o) {
            return min_offset <= o && o <= max_offset;
        };
        if (!legal(offset)) return errc::out_of_range;
        std::optional<detail::posix_tz> after;
        if (!rule.empty()) {
            const auto parsed = detail::posix_tz::parse(rule);
            if (!parsed) return parsed.error();
            after = *parsed;
        }
        time_zone zone(after && table.empty() ? after->standard : offset);
        for (const transition& t : table) {
            if (t.at < -max_instant || t.at > max_instant || !legal(t.offset))
                return errc::out_of_range;
            if (t.at <= zone.segments_.back().from) return errc::unordered;
            zone.change(t);
        }
        const std::int64_t last = table.empty() ? 0 : table.back().at;
        zone.repeats_from_ = last + margin;
        zone.repeats_until_ =
            table.empty() ? zone.repeats_from_ + detail::era_seconds : table.front().at - margin;
        if (after && after->changes()) zone.follow(*after, table.empty() ? INT64_MIN : last, last);
        return zone;
    }

    /// Returns the seconds that the wall clock is ahead of UTC at an instant.
    [[nodiscard]] std::int32_t offset(std::int64_t instant) const noexcept {
        return at(representative(instant)).offset;
    }

    /// Returns the instant itself or, far from the table, an instant a multiple of 400 years
    /// away, around which the wall clock and the calendar are the same.
    [[nodiscard]] std::int64_t representative(std::int64_t instant) const noexcept {
        const auto distance = [](std::int64_t from, std::int64_t to) {
            return static_cast<std::int64_t>(
                (static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from)) %
                static_cast<std::uint64_t>(detail::era_seconds));
        };
        if (instant >= repeats_from_) return repeats_from_ + distance(repeats_from_, instant);
        if (instant < repeats_until_)
            return repeats_until_ - 1 - distance(instant, repeats_until_ - 1);
        return instant;
    }

    /// Returns the latest time that the wall clock has shown up to an instant, which must be
    /// a representative one.
    [[nodiscard]] std::int64_t shown_by(std::int64_t instant) const noexcept {
        const segment& s = at(instant);
        return std::max(instant + s.offset, s.shown_before);
    }

    /// Returns the first instant by which the clock has shown `wall` or a later time; valid
    /// only near representative instants.
    [[nodiscard]] std::int64_t first_showing(std::int64_t wall) const noexcept {
        const auto after =
            std::partition_point(segments_.begin() + 1, segments_.end(),
                                 [&](const segment& s) { return s.shown_before < wall; });
        const segment& s = *(after - 1);
        return std::max(s.from, wall - s.offset);
    }

private:
    // A time during which the offset is the same; it lasts until the next segment.
    struct segment {
        std::int64_t from;
        std::int64_t shown_before;  // the latest time that the clock showed before
        std::int32_t offset;
    };

    // Longer than a bucket of a year on either side, and any two offsets, together.
    static constexpr std::int64_t margin = 3 * 366 * detail::day_seconds;

    explicit time_zone(std::int32_t offset) : segments_{{INT64_MIN, INT64_MIN, offset}} {}

    [[nodiscard]] const segment& at(std::int64_t instant) const noexcept {
        return *(std::partition_point(segments_.begin() + 1, segments_.end(),
                                      [&](const segment& s) { return s.from <= instant; }) -
                 1);
    }

    void change(const transition& t) {
        const segment& before = segments_.back();
        segments_.push_back(
            {t.at, std::max(before.shown_before, t.at + before.offset - 1), t.offset});
    }

    // Computes the changes of a rule that are later than `after`, from a year before `start`
    // for the 400 years after which they repeat.
    void follow(const detail::posix_tz& rule, std::int64_t after, std::int64_t start) {
        const std::int64_t first =
            detail::civil_of(detail::floor_div(start, detail::day_seconds)).year;
        std::vector<transition> changes;  // by time; two at one time in the rule's order
        const auto add = [&](const transition& t) {
            const auto later = [](const transition& a, const transition& b) {
                return a.at < b.at;
            };
            changes.insert(std::upper_bound(changes.begin(), changes.end(), t, later), t);
        };
        for (std::int64_t year = first - 1; year <= first + 410; ++year) {
            const std::int64_t ahead = rule.to_summer.in(year);
            const std::int64_t back = rule.to_standard.in(year);
            add({ahead - rule.standard, rule.summer});
            add({back - rule.summer, rule.standard});
        }
        for (std::size_t i = 0; i < changes.size(); ++i) {
            // Of two changes at one time the later one in the rule's order counts. Rules
            // write summer time all year in this way.
            if (i + 1 < changes.size() && changes[i].at == changes[i + 1].at) continue;
            if (changes[i].at > after) change(changes[i]);
        }
    }

    std::vector<segment> segments_;  // at least one
    std::int64_t repeats_from_ = 0;
    std::int64_t repeats_until_ = detail::era_seconds;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
