#include "time_choice.hpp"

#include "clock_choice.hpp"
#include "column_facts.hpp"
#include "text_scanner.hpp"
#include "time_join.hpp"
#include "time_reading.hpp"
#include "time_rivals.hpp"
#include "words.hpp"

#include <algorithm>

namespace chronopack::input {

namespace {

using outcome = time_reading::outcome;
using form = clock_parser::form;

class chooser {
public:
    chooser(const sampled_table& table, const time_request& asked) : table_(table), asked_(asked) {}

    [[nodiscard]] time_choice choose() && {
        if (!asked_.zone.empty()) zone_ = local_zone::named(asked_.zone);
        if (asked_.rows) {
            note("rows are numbered 0, 1, 2, ...");
            return std::move(chosen_);
        }
        read_all();
        if (!asked_.format.empty())
            take_format();
        else if (!asked_.column.empty())
            take_asked();
        else
            take_likeliest();
        if (!chosen_.columns.empty())
            make_clock(table_, asked_, {reading_, format_, zone_}, chosen_);
        return std::move(chosen_);
    }

private:
    [[nodiscard]] const column_facts& facts(std::size_t column) const {
        return table_.facts[column];
    }
    [[nodiscard]] std::string name(std::size_t column) const {
        return printable(table_.names[column]);
    }
    void note(std::string text) { chosen_.notes.push_back(std::move(text)); }

    [[noreturn]] static void refuse(std::string message) {
        throw failure(fault::usage, std::move(message));
    }

    void read_all() {
        for (std::size_t column = 0; column < table_.facts.size(); ++column)
            readings_.push_back(table_.taken[column]
                                    ? time_reading{}
                                    : read_as_time(facts(column), false, table_.headed));
    }

    [[nodiscard]] std::size_t column_of(std::string_view wanted) const {
        const auto at = std::find(table_.names.begin(), table_.names.end(), wanted);
        if (at == table_.names.end())
            refuse("no column is named " + in_quotes(wanted) + "; there are " +
                   listed(table_.names));
        return static_cast<std::size_t>(at - table_.names.begin());
    }

    void take(std::size_t column, const time_reading& as) {
        chosen_.columns = time_columns::of(column);
        reading_ = as;
    }

    // --time: a column, or several.
    void take_asked() {
        const bool one = std::find(table_.names.begin(), table_.names.end(), asked_.column) !=
                         table_.names.end();
        const std::size_t plus = one ? std::string::npos : asked_.column.find('+');
        const std::size_t column = column_of(asked_.column.substr(0, plus));
        const auto as = read_as_time(facts(column), true, table_.headed);
        if (plus != std::string::npos) {
            const auto more = column_of(asked_.column.substr(plus + 1));
            settle(column, as);
            chosen_.columns = joined(table_, column, more);
            return;
        }
        settle(column, as);
        join_clock();
    }

    // Takes a reading, or says why it is none.
    void settle(std::size_t column, const time_reading& as) {
        if (asked_.unit || asked_.unit_by_size) {
            if (as.form != form::dates && facts(column).counts.counts != 0) {
                time_reading counts;
                counts.form = form::counts;
                counts.unit = asked_.unit;
                return take(column, counts);
            }
        }
        switch (as.what) {
            case outcome::readable:
                return take(column, as);
            case outcome::guess:
                refuse("column " + name(column) + " " + as.why);
            case outcome::mixed:
                refuse_mixed(column);
            default:
                refuse_unreadable(column);
        }
    }

    [[noreturn]] void refuse_unreadable(std::size_t column) const {
        const column_facts& of = facts(column);
        std::size_t row = table_.first_row;
        while (row + 1 < table_.cells.rows() && table_.cells.cell(row, column).empty()) ++row;
        const std::string cell = in_quotes(table_.cells.cell(row, column));
        throw failure(
            fault::data, table_.cells.where(row, column),
            of.kind == column_kind::clocks
                ? cell +
                      " is a time of day, and no column has its date; --time DATE+TIME joins two "
                      "columns, --rows numbers the rows"
                : cell + " is spelled in no way that is known, but column " + name(column) +
                      (of.name.says == name_says::surely ? " is named as" : " seems to be") +
                      " the time; --time-format says how it is spelled, --time names "
                      "another column, --rows numbers the rows");
    }

    [[noreturn]] void refuse_mixed(std::size_t column) const {
        std::optional<tick> first;
        for (std::size_t row = table_.first_row; row < table_.cells.rows(); ++row) {
            const std::string_view cell = table_.cells.cell(row, column);
            const auto count = read_count(cell);
            if (!count) continue;
            const tick unit = epoch_unit(count->whole);
            if (!first) first = unit;
            if (unit == *first) continue;
            throw failure(fault::data, table_.cells.where(row, column),
                          in_quotes(cell) + " is as large as " + std::string(input::name(unit)) +
                              " since 1970, and the times before it "
                              "as " +
                              std::string(input::name(*first)) +
                              "; --time-unit auto takes each by its size");
        }
        refuse("column " + name(column) +
               " has counts since 1970 and small numbers; --time-unit says their unit");
    }

    // --time-format: of the column that is asked for, or of the likeliest that has the format.
    void take_format() {
        std::shared_ptr<const time_format> format;
        std::optional<date_form> spelled;
        const bool serials = asked_.format == "excel";
        for (const spelling& one : spellings)
            if (asked_.format == one.name) spelled = one.form;
        if (spelled == date_form::clock)
            refuse("--time-format clock: a time of day is no time without a date");
        if (!spelled && !serials) format = std::make_shared<const time_format>(asked_.format);
        const auto reads = [&](std::size_t column) {
            std::size_t read = 0;
            for (std::size_t row = table_.first_row; row < table_.cells.rows(); ++row) {
                const std::string_view cell = table_.cells.cell(row, column);
                read += format    ? (*format)(cell).has_value()
                        : serials ? read_count(cell).has_value()
                                  : read_time(*spelled, cell).has_value();
            }
            return facts(column).mostly(read);
        };
        std::optional<std::size_t> column;
        const std::size_t plus = asked_.column.find('+');
        if (!asked_.column.empty() &&
            std::find(table_.names.begin(), table_.names.end(), asked_.column) ==
                table_.names.end() &&
            plus != std::string::npos) {
            column = column_of(asked_.column.substr(0, plus));
            chosen_.columns = joined(table_, *column, column_of(asked_.column.substr(plus + 1)));
        } else if (!asked_.column.empty()) {
            column = column_of(asked_.column);
        } else {
            for (std::size_t i = 0; i < table_.facts.size(); ++i)
                if (!table_.taken[i] && (!serials || facts(i).name.says >= name_says::likely) &&
                    reads(i) && (!column || facts(i).name.says > facts(*column).name.says))
                    column = i;
            if (!column)
                refuse("no column has the --time-format " + in_quotes(asked_.format) +
                       (serials ? " and the name of a time; --time names the column" : ""));
        }
        if (chosen_.columns.empty()) chosen_.columns = time_columns::of(*column);
        reading_ = {};
        reading_.form = serials ? form::serials : form::dates;
        if (spelled) reading_.spelled = *spelled;
        format_ = std::move(format);
        if (spelled && chosen_.columns.pieces().size() == 1) join_clock();
    }

    void take_likeliest() {
        std::optional<std::size_t> best;
        for (std::size_t column = 0; column < readings_.size(); ++column) {
            const time_reading& one = readings_[column];
            if (one.what != outcome::readable && one.what != outcome::guess &&
                one.what != outcome::mixed)
                continue;
            const int likelihood = likelihood_of(column);
            if (!best || likelihood > likelihood_of(*best)) best = column;
        }
        const auto parts = joined_parts(table_);
        constexpr int likelihood_of_parts = 52;
        if (parts && (!best || likelihood_of(*best) < likelihood_of_parts)) {
            chosen_.columns = parts->columns;
            reading_.form = form::dates;
            reading_.spelled = parts->spelled;
            if (!parts->has_clock) join_clock();
            return;
        }
        expect_readable(best);
        if (!best) return take_rows();
        const std::size_t taken = choose_among_rivals(*best);
        settle(taken, readings_[taken]);
        join_clock();
    }

    [[nodiscard]] int likelihood_of(std::size_t column) const {
        const time_reading& one = readings_[column];
        if (one.what != outcome::readable) {  // named so, it is asked about before others are taken
            return facts(column).name.says == name_says::surely ? 54 : 8;
        }
        return one.likelihood;
    }

    // A column that is surely named as a time and cannot be read is no time only where another
    // one is dated to the minute.
    void expect_readable(std::optional<std::size_t> best) const {
        for (std::size_t column = 0; column < readings_.size(); ++column) {
            if (readings_[column].what != outcome::unreadable) continue;
            const column_facts& of = facts(column);
            const bool clock = of.kind == column_kind::clocks ||
                               (of.kind == column_kind::numbers && of.name.is_clock);
            if (clock && best && readings_[*best].form == form::dates)
                continue;  // joined later, or seen to be another time of day
            const bool other = best && likelihood_of(*best) >= 40 &&
                               (readings_[*best].form != form::dates ||
                                facts(*best).with_clock != 0 || !facts(column).name.is_clock);
            if (!other) refuse_unreadable(column);
        }
    }

    // Of columns that are as likely, one is taken where that is no guess.
    [[nodiscard]] std::size_t choose_among_rivals(std::size_t best) {
        std::vector<std::size_t> others;
        std::size_t taken = best;
        for (std::size_t column = 0; column < readings_.size(); ++column) {
            if (column == best || readings_[column].what != outcome::readable) continue;
            others.push_back(column);
            if (likelihood_of(column) != likelihood_of(best) ||
                readings_[best].what != outcome::readable)
                continue;
            const auto ruling =
                decide({table_, taken, readings_[taken]}, {table_, column, readings_[column]});
            if (!ruling)
                refuse("columns " + name(taken) + " and " + name(column) +
                       " may both be the time: --time says which");
            taken = ruling->column;
            chosen_.why = ruling->why;
        }
        if (chosen_.why.empty() && !others.empty()) {
            const column_facts& of = facts(taken);
            chosen_.why = of.name.says >= name_says::likely ? "by its name" : "as the likeliest";
        }
        if (!chosen_.why.empty() && !others.empty()) {
            std::vector<std::string> names;
            for (const std::size_t column : others)
                if (column != taken) names.push_back(table_.names[column]);
            if (taken != best) names.push_back(table_.names[best]);
            chosen_.why += ", not " + listed(names, 4);
        }
        return taken;
    }

    void take_rows() {
        for (std::size_t column = 0; column < readings_.size(); ++column) {
            // A column that decompress wrote for an archive of rows.
            if (table_.taken[column] || table_.names[column] != "row" ||
                facts(column).kind != column_kind::numbers)
                continue;
            chosen_.columns = time_columns::of(column);
            reading_.form = form::counts;
            reading_.unit = tick::row;
            return;
        }
        for (std::size_t column = 0; column < readings_.size(); ++column)
            if (!table_.taken[column] && facts(column).kind == column_kind::text &&
                facts(column).changes && may_be_dated(facts(column)))
                refuse_unreadable(column);
        note("no time column: rows are numbered 0, 1, 2, ...");
    }

    // Whether text may be a time in a spelling that is not known: by the column's name, or by
    // digits between marks as in dates.
    static bool may_be_dated(const column_facts& of) {
        if (of.name.is_dates || of.name.says >= name_says::likely) return true;
        std::size_t digits = 0, marks = 0, points = 0;
        for (const char c : of.first_text) {
            digits += text_scanner::is_digit(c);
            marks += c == '-' || c == '/' || c == ':';
            points += c == '.';
        }
        return digits >= 6 && (marks >= 2 || (points >= 2 && marks >= 1));
    }

    // Adds the column of times of day to one of dates alone.
    void join_clock() {
        if (reading_.form != form::dates || format_) return;
        switch (reading_.spelled) {
            case date_form::year_month:
            case date_form::basic_month:
            case date_form::year:
                return;
            default:
                break;
        }
        const std::size_t date = chosen_.columns.first();
        if (chosen_.columns.pieces().size() == 1 && facts(date).with_clock != 0) return;
        if (const auto both = joined_clock(table_, chosen_.columns)) chosen_.columns = *both;
    }

    const sampled_table& table_;
    const time_request& asked_;
    std::vector<time_reading> readings_;
    time_reading reading_;
    std::shared_ptr<const time_format> format_;
    local_zone zone_;
    time_choice chosen_;
};

}  // namespace

time_choice choose_time(const sampled_table& table, const time_request& asked) {
    return chooser(table, asked).choose();
}

}  // namespace chronopack::input
