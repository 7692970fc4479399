#include "time_reading.hpp"

#include "text_scanner.hpp"

#include <algorithm>

namespace chronopack::input {

namespace {

using outcome = time_reading::outcome;
using form = clock_parser::form;

int likelihood_of(name_says says, bool dates, bool small) {
    switch (says) {
        case name_says::surely:
            return dates ? 60 : small ? 30 : 55;
        case name_says::likely:
            return dates ? 50 : small ? 22 : 45;
        case name_says::letter:
            return dates ? 40 : small ? 12 : 38;
        case name_says::start:
            return dates ? 20 : 18;
        case name_says::another:
            return dates ? 16 : 14;
        case name_says::other:
            return dates ? 35 : 0;
        case name_says::nothing:
            break;
    }
    return dates ? 40 : 25;
}

class judge {
public:
    judge(const column_facts& of, bool named, bool headed)
        : of_(of),
          named_(named),
          headed_(headed),
          says_(named ? name_says::surely : of.name.says) {}

    [[nodiscard]] time_reading verdict() && {
        switch (of_.kind) {
            case column_kind::dates:
                look_at_dates();
                break;
            case column_kind::numbers:
                look_at_numbers();
                break;
            case column_kind::clocks:
            case column_kind::text:
                if (says_ == name_says::surely) found_.what = outcome::unreadable;
                break;
            case column_kind::empty:
                break;
        }
        constexpr int constant = 13;  // one time for all rows is seldom theirs
        if (!of_.changes && of_.filled > 1) found_.likelihood -= constant;
        return std::move(found_);
    }

private:
    void take_dates(date_form spelled) {
        found_.what = outcome::readable;
        found_.form = form::dates;
        found_.spelled = spelled;
        found_.likelihood = likelihood_of(says_, true, false);
    }
    void take_counts(tick unit, bool by_size) {
        found_.what = outcome::readable;
        found_.form = form::counts;
        found_.unit = unit;
        found_.judged = by_size;
        found_.likelihood = likelihood_of(says_, false, !by_size);
    }
    void doubt(std::string why) {
        found_.what = outcome::guess;
        found_.why = std::move(why);
    }

    void look_at_dates() {
        take_dates(of_.best);
        if (of_.best != date_form::day_month_year && of_.best != date_form::month_day_year &&
            of_.best != date_form::short_year_first)
            return;
        const bool dashes = of_.first_date.find('-') != std::string_view::npos;
        const bool points = of_.first_date.find('.') != std::string_view::npos;
        if (of_.of(date_form::short_year_first) == of_.of(of_.best)) {  // 24-02-29, 29-02-24
            if (of_.distinct_last > of_.distinct_first || of_.best == date_form::short_year_first) {
                found_.spelled = date_form::short_year_first;
                return;
            }
            if (of_.distinct_last == of_.distinct_first && dashes)
                return doubt(
                    "may begin with the day or with the year: --time-format dmy, mdy or "
                    "yymmdd says so");
        }
        if (of_.only_day_first != 0 && of_.only_month_first != 0)
            return doubt(
                "has a day above 12 first in some rows, and second in others: "
                "--time-format dmy or mdy says which is right");
        if (of_.only_month_first != 0)
            found_.spelled = date_form::month_day_year;
        else if (of_.only_day_first != 0 || points)  // with points the day is first everywhere
            found_.spelled = date_form::day_month_year;
        else
            doubt(
                "may be day/month/year or month/day/year, because no day is above 12: "
                "--time-format dmy or mdy says which");
    }

    void look_at_numbers() {
        const count_facts& counts = of_.counts;
        if (says_ == name_says::other || counts.counts != of_.numbers) return look_at_rest();
        const bool dated = of_.name.is_dates || named_;
        const bool timely = says_ == name_says::surely || says_ == name_says::likely;
        const std::size_t all = of_.numbers;
        // As a count, 1,800,000,000 to 1,900,000,000 is of 2027 to 2030; as a date of 10 digits, of
        // the 19th century.
        const bool this_century = counts.least >= 1'900'000'000 || counts.most < 1'800'000'000;
        if (of_.of(date_form::basic) == all && this_century) return take_dates(date_form::basic);
        if (of_.of(date_form::basic_month) == all && (timely || dated)) {
            if (dated) return take_dates(date_form::basic_month);
            return doubt(
                "may hold months as YYYYMM, or seconds: --time-format yyyymm or "
                "--time-unit s says which");
        }
        const bool years = of_.of(date_form::year) == all && counts.least >= 1000;
        if (years && of_.name.part == time_part::year && counts.most < 3000) {
            take_dates(date_form::year);
            found_.likelihood = 24;
            return;
        }
        if (years && timely && counts.least >= 1500 && counts.most <= 2200 &&
            (counts.by_one || dated))
            return doubt(
                "may hold years, or seconds: --time-format year or --time-unit s says "
                "which");
        if (counts.small == all) return look_at_small_counts(timely, dated);
        look_at_epoch(timely);
    }

    void look_at_small_counts(bool timely, bool dated) {
        const count_facts& counts = of_.counts;
        // Days from 1899-12-30 on: 2000 to 2058.
        const bool serials = counts.least >= 36'526 && counts.most <= 58'000 &&
                             (counts.fractional || dated) && !of_.name.unit;
        if (serials && (timely || named_))
            return doubt(
                "may hold the serial numbers of a spreadsheet, or seconds: --time-format "
                "excel or --time-unit s says which");
        if (named_ || of_.name.is_elapsed) {
            const bool letter = of_.name.says == name_says::letter && !named_;
            if (letter && (!counts.rises || !counts.changes)) return;
            if (letter && headed_ && of_.capital)
                return doubt(
                    "may be a time or a temperature: --time T takes it, --rows numbers "
                    "the rows");
            return take_counts(of_.name.unit.value_or(tick::seconds), false);
        }
        if (says_ == name_says::surely) found_.what = outcome::unreadable;
    }

    void look_at_epoch(bool timely) {
        const count_facts& counts = of_.counts;
        const auto unit = counts.unit();
        const bool trusted = timely || named_ || says_ == name_says::letter ||
                             says_ == name_says::start || says_ == name_says::another;
        if (!unit || counts.small != 0) {
            if (!(timely || named_)) return;
            if (named_) return take_counts(unit.value_or(tick::seconds), false);
            found_.what = outcome::mixed;
            return;
        }
        if (trusted) {
            if (of_.name.unit && *of_.name.unit != *unit)
                return doubt("is named after " + std::string(name(*of_.name.unit)) +
                             ", but its numbers are as large as " + std::string(name(*unit)) +
                             " since 1970: --time-unit says which");
            if (counts.exponents && !counts.changes && counts.counts > 1)
                return doubt(
                    "has the same time in all rows, rounded when it was written in "
                    "exponents: --time takes it, --rows numbers the rows");
            return take_counts(*unit, true);
        }
        look_for_a_clock(*unit);
    }

    // A number without a name that says time is one where its size is of these decades, it does not
    // go back, and its steps are not those of a number that counts things.
    void look_for_a_clock(tick unit) {
        const count_facts& counts = of_.counts;
        constexpr std::int64_t year_2000 = 946'684'800, year_2036 = 2'082'758'400;
        const std::int64_t rate = ticks_per_second(unit);
        const bool of_these_days =
            counts.least / rate >= year_2000 && counts.most / rate < year_2036;
        if (!of_these_days || !counts.changes || !(counts.rises || counts.falls)) return;
        take_counts(unit, true);
        if (!headed_) {
            // Of two in a file without names, one that counts rows in steps of one is no clock.
            found_.likelihood += unit == tick::seconds ? (counts.by_one ? -4 : 0) : 2;
            return;
        }
        if (unit == tick::seconds && (counts.by_one || !of_.even_steps))
            doubt(
                "may hold seconds since 1970, or numbers of another kind: --time takes it for "
                "the time, --rows numbers the rows");
    }

    // Numbers that are no counts, such as NaN, or with marks for thousands.
    void look_at_rest() {
        if (says_ == name_says::surely) found_.what = outcome::unreadable;
    }

    const column_facts& of_;
    bool named_;
    bool headed_;
    name_says says_;
    time_reading found_;
};

}  // namespace

time_reading read_as_time(const column_facts& column, bool named, bool headed) {
    return judge(column, named, headed).verdict();
}

unsigned clock_digits(const csv_sample& in, std::size_t column, std::size_t first_row) noexcept {
    std::int32_t most = 0;
    bool minutes = true, seconds = true, any = false;
    for (std::size_t row = first_row; row < in.rows(); ++row) {
        text_scanner cell(in.cell(row, column));
        if (cell.done() || is_null_word(cell.rest())) continue;
        const std::int32_t value = cell.number(1, 6);
        if (value < 0 || !cell.done()) return 0;
        any = true;
        most = std::max(most, value);
        minutes &= value % 100 < 60 && value <= 2400;
        seconds &= value % 100 < 60 && value / 100 % 100 < 60 && value <= 240'000;
    }
    if (!any) return 0;
    if (most <= 24) return 2;
    return minutes ? 4 : seconds ? 6 : 0;
}

}  // namespace chronopack::input
