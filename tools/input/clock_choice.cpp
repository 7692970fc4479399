#include "clock_choice.hpp"

#include "column_facts.hpp"
#include "text_scanner.hpp"
#include "words.hpp"

#include <algorithm>

namespace chronopack::input {

namespace {

using form = clock_parser::form;

class clock_maker {
public:
    clock_maker(const sampled_table& table, const time_request& asked, const clock_plan& from,
                time_choice& chosen)
        : table_(table), asked_(asked), from_(from), chosen_(chosen) {}

    void make() {
        if (from_.reading.form == form::counts) return set_counts();
        clock_parser::reading how;
        how.spelled = from_.reading.spelled;
        how.format = from_.format;
        set_zone(how);
        // The unit is nanoseconds, so that no later row is too fine. If int64 cannot hold the
        // dates in nanoseconds, it is the finest unit that the sample needs.
        tick kept = tick::nanoseconds, needed = tick::seconds;
        bool rises = true, falls = true;
        std::size_t equal = 0;
        std::optional<std::int64_t> last;
        for_each_wall([&](const civil_time& read, std::int64_t wall) {
            const instant when{wall, read.nanoseconds};
            needed = std::max(needed, unit_of(when));
            // Zones are less than two days from UTC.
            for (const std::int64_t shift : {-172'800, 172'800})
                if (!to_ticks({wall + shift, read.nanoseconds}, tick::nanoseconds))
                    kept = tick::row;
            if (last) {
                rises &= wall >= *last;
                falls &= wall <= *last;
                equal += wall == *last;
            }
            last = wall;
        });
        if (kept == tick::row) kept = needed;
        how.falls = falls && !rises;
        how.one_a_row = 10 * equal < table_.cells.rows() - table_.first_row;
        if (asked_.unit) kept = *asked_.unit;
        chosen_.clock = {from_.reading.form, std::move(how), asked_.kept.value_or(kept)};
    }

private:
    [[nodiscard]] const column_facts& facts(std::size_t column) const {
        return table_.facts[column];
    }
    [[noreturn]] static void refuse(std::string message) {
        throw failure(fault::usage, std::move(message));
    }

    template <class F>
    void for_each_wall(F f) const {
        std::string room;
        for (std::size_t row = table_.first_row; row < table_.cells.rows(); ++row) {
            const auto text = chosen_.columns.text(
                [&](std::size_t column) { return table_.cells.cell(row, column); }, room);
            const auto read =
                from_.format ? (*from_.format)(text) : read_time(from_.reading.spelled, text);
            if (read) f(*read, *wall_seconds(*read) - read->offset);
        }
    }

    // The zone of times without an offset: what is asked for, what the name of the column says, or
    // UTC. A column of zones that say something else is not passed over.
    void set_zone(clock_parser::reading& how) {
        std::size_t all = 0, with_offset = 0;
        if (from_.reading.form == form::dates)
            for_each_wall([&](const civil_time& read, std::int64_t) {
                ++all;
                with_offset += read.has_offset;
            });
        if (!asked_.zone.empty()) {
            how.zone = from_.zone;
            chosen_.zone = how.zone.name();
        } else {
            if (table_.utc_offset)
                how.zone = local_zone::fixed(*table_.utc_offset,
                                             offset_text(*table_.utc_offset) + " by its preamble");
            for (const time_columns::piece& one : chosen_.columns.pieces())
                if (const auto offset = facts(one.column).name.offset)
                    how.zone = local_zone::fixed(*offset, offset_text(*offset) + " by its name");
            chosen_.zone = how.zone.name() == "UTC" ? "taken as UTC" : how.zone.name();
            if (all != with_offset || all == 0) look_for_zones(how);
        }
        if (all != 0 && all == with_offset)
            chosen_.zone = "with offsets";
        else if (with_offset != 0)
            chosen_.zone = "with offsets, else " + chosen_.zone;
    }

    static std::string offset_text(std::int32_t seconds) {
        const std::int32_t minutes = std::abs(seconds) / 60;
        const auto two = [](std::int32_t n) {
            return (n < 10 ? "0" : "") + std::to_string(n);
        };
        return std::string("UTC") + (seconds < 0 ? '-' : '+') + two(minutes / 60) + ':' +
               two(minutes % 60);
    }

    void look_for_zones(clock_parser::reading& how) {
        for (std::size_t column = 0; column < table_.facts.size(); ++column) {
            const column_facts& of = facts(column);
            if (!of.name.is_zone || of.kind != column_kind::text) continue;
            const std::string_view zone = of.first_text;
            if (of.changes)
                refuse("column " + printable(table_.names[column]) +
                       " names several time zones, and the times have no offsets; --zone says "
                       "which zone is meant");
            try {
                // CET and EST are in the database of zones, and of several places elsewhere.
                const bool bare = zone.size() < 6 && text_scanner::is_letter(zone[0]) &&
                                  !same_letters(zone, "utc") && !same_letters(zone, "gmt");
                how.zone = local_zone::named(bare ? std::string_view() : zone);
            } catch (const failure&) {
                refuse("column " + printable(table_.names[column]) + " has the zone " +
                       in_quotes(zone) +
                       ", which may be of several places; --zone says which zone is meant, such as "
                       "America/New_York or -05:00");
            }
            chosen_.zone = how.zone.name() + " by column " + printable(table_.names[column]);
        }
    }

    void set_counts() {
        if (from_.reading.unit == tick::row) {
            chosen_.clock = {form::counts, tick::row, tick::row};
            return;
        }
        bool fractions = false;
        for (std::size_t row = table_.first_row; row < table_.cells.rows(); ++row) {
            const auto count = read_count(table_.cells.cell(row, chosen_.columns.first()));
            fractions |= count && (count->fractional || count->billionths != 0);
        }
        if (asked_.unit_by_size) {
            chosen_.clock = {form::counts, std::nullopt, asked_.kept.value_or(tick::nanoseconds)};
            return;
        }
        const tick counted = asked_.unit.value_or(from_.reading.unit.value_or(tick::seconds));
        const tick kept = asked_.kept.value_or(fractions ? tick::nanoseconds : counted);
        chosen_.clock = {form::counts, counted, kept, from_.reading.judged && !asked_.unit};
    }

    const sampled_table& table_;
    const time_request& asked_;
    const clock_plan& from_;
    time_choice& chosen_;
};

}  // namespace

void make_clock(const sampled_table& table, const time_request& asked, const clock_plan& from,
                time_choice& chosen) {
    clock_maker(table, asked, from, chosen).make();
}

}  // namespace chronopack::input
