#include "csv_layout.hpp"

#include "column_facts.hpp"
#include "column_roles.hpp"
#include "text_scanner.hpp"
#include "words.hpp"

#include <algorithm>
#include <unordered_set>

namespace chronopack::input {

namespace {

using role = csv_layout::role;
using kind = column_kind;

class layout_finder {
public:
    layout_finder(const csv_sample& in, const std::string& file, const csv_request& asked,
                  const csv_head& head)
        : in_(in), file_(file), asked_(asked), head_(head), nulls_(asked.nulls) {
        found_.dialect = head.dialect;
        found_.notes = head.notes;
        // The first record may be cut otherwise than most are.
        if (head.names.size() == in.columns()) given_names_ = head.names;
    }

    [[nodiscard]] csv_layout find() && {
        find_header();
        name_columns();
        take_what_is_asked();
        choose_styles();
        find_time();
        give_roles({in_, first_row_, file_, asked_, facts_}, found_);
        set_types();
        if (asked_.strict) refuse_losses();
        return std::move(found_);
    }

private:
    // Looks at the columns below the first record, and whether that record fits them.
    void find_header() {
        first_row_ = in_.rows() > 1 && given_names_.empty() ? 1 : 0;
        look_at_columns();
        if (!given_names_.empty()) return;
        bool header = false, typed = false, filled = false;
        for (std::size_t column = 0; column < in_.columns(); ++column) {
            const std::string_view cell = in_.cell(0, column);
            header |= !fits(cell, facts_[column].kind);
            filled |= !cell.empty();
            typed |= !cell.empty() && !is_null_word(cell);
        }
        header |= filled && !typed;  // m,na,none are names, too
        if (in_.rows() == 1 && none_is(kind::numbers))
            throw in_.first_failure()
                ? *in_.first_failure()
                : failure(fault::data, {file_, 1, 1}, "this file has a header but no records");
        if (header && first_row_ == 1) {
            found_.header_rows = 1;
            skip_units();
        } else if (first_row_ != 0) {
            first_row_ = 0;
            look_at_columns();
        }
    }

    [[nodiscard]] bool none_is(kind wanted) const {
        return std::none_of(facts_.begin(), facts_.end(),
                            [&](const column_facts& of) { return of.kind == wanted; });
    }

    void look_at_columns() {
        facts_.clear();
        for (std::size_t column = 0; column < in_.columns(); ++column)
            facts_.push_back(look_at(in_, column, first_row_, nulls_));
    }

    // Skips rows of units, and of what a logger did, below the names. No cell of theirs fits a
    // column of numbers or dates, and none looks like a time.
    void skip_units() {
        constexpr std::size_t most = 3;
        const std::size_t first = first_row_;
        while (first_row_ - first < most && first_row_ + 1 < in_.rows() && is_units(first_row_))
            ++first_row_;
        if (first_row_ == first) return;
        found_.header_rows += first_row_ - first;
        look_at_columns();
        for (std::size_t row = first; row < first_row_; ++row)
            found_.notes.push_back("line " + std::to_string(in_.where(row).line) +
                                   " is skipped: it has units or names, no values");
    }

    [[nodiscard]] bool is_units(std::size_t row) const {
        bool misfit = false;
        for (std::size_t column = 0; column < in_.columns(); ++column) {
            const std::string_view cell = in_.cell(row, column);
            const kind of = facts_[column].kind;
            if (of == kind::text || of == kind::empty || cell.empty()) continue;
            // Bad data has many digits, and units have few: m3/h, 20d.
            if (std::count_if(cell.begin(), cell.end(), text_scanner::is_digit) > 3) return false;
            if (fits(cell, of)) return false;
            misfit = true;
        }
        return misfit;
    }

    void name_columns() {
        std::unordered_set<std::string> taken;
        for (std::size_t column = 0; column < in_.columns(); ++column) {
            std::string name = !given_names_.empty()     ? given_names_[column]
                               : found_.header_rows != 0 ? unquoted(in_.cell(0, column))
                                                         : std::string();
            facts_[column].name = judge_name(name);
            facts_[column].capital = !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
            if (name.empty()) name = "column" + std::to_string(column + 1);
            std::string unique = name;
            for (std::size_t n = 2; !taken.insert(unique).second; ++n)
                unique = name + '#' + std::to_string(n);
            if (unique != name) note("a second column " + printable(name) + " is " + unique);
            names_.push_back(unique);
            csv_layout::column made;
            made.name = std::move(unique);
            found_.columns.push_back(std::move(made));
        }
    }

    [[nodiscard]] std::size_t column_of(const std::string& name) const {
        const auto at = std::find(names_.begin(), names_.end(), name);
        if (at != names_.end()) return static_cast<std::size_t>(at - names_.begin());
        throw failure(fault::usage, {file_},
                      "no column is named " + in_quotes(name) + "; there are " + listed(names_));
    }

    void take_what_is_asked() {
        const auto is_time = std::find(names_.begin(), names_.end(), asked_.time.column);
        if (is_time != names_.end()) assign(asked_.time.column, role::time);
        for (const std::string& name : asked_.labels) assign(name, role::label);
        for (const std::string& name : asked_.values) assign(name, role::value);
    }

    void assign(const std::string& name, csv_layout::role to) {
        csv_layout::column& column = found_.columns[column_of(name)];
        if (column.role != role::left_out && column.role != to)
            throw failure(fault::usage, {file_},
                          "column " + printable(name) + " is asked for in two roles");
        column.role = to;
    }

    // The style of numbers, by column: what the option says, or the one that most cells have.
    // Where cells have both, as 1.234 and 12,000, the file decides by its other columns, or by
    // commas that cannot be both separators and decimal.
    void choose_styles() {
        bool commas = false, points = false;
        for (const column_facts& of : facts_)
            if (of.kind == kind::numbers) {
                commas |= of.styles.comma > of.styles.point;
                points |= of.styles.point > of.styles.comma;
            }
        for (std::size_t column = 0; column < facts_.size(); ++column) {
            const column_facts& of = facts_[column];
            number_style& style = found_.columns[column].style;
            if (asked_.decimal != 0)
                style = asked_.decimal == ',' ? number_style::comma : number_style::point;
            else if (of.kind == kind::numbers)
                style = style_of(column, commas && !points);
        }
    }

    [[nodiscard]] number_style style_of(std::size_t column, bool file_has_commas) const {
        const style_counts& of = facts_[column].styles;
        const std::size_t all = facts_[column].numbers;
        if (of.plain == all && of.both == 0) return number_style::plain;
        if (of.comma > of.point) return number_style::comma;
        if (of.point > of.comma) return of.plain == all ? number_style::plain : number_style::point;
        if (of.plain == all)  // 1.234 in all rows, thousands only where the file has commas
            return file_has_commas ? number_style::comma : number_style::plain;
        if (file_has_commas) return number_style::comma;
        if (found_.dialect.separator == ',') return number_style::point;
        throw failure(fault::usage, {file_},
                      "column " + printable(names_[column]) +
                          " has a comma before three digits in all rows, which may stand before "
                          "decimals or between thousands: --decimal , or --decimal . says which");
    }

    void find_time() {
        std::vector<bool> taken;
        for (const csv_layout::column& one : found_.columns)
            taken.push_back(one.role == role::label || one.role == role::value);
        const bool headed = found_.header_rows != 0 || !given_names_.empty();
        found_.time = choose_time(
            {in_, first_row_, headed, names_, facts_, taken, head_.utc_offset}, asked_.time);
        for (const time_columns::piece& one : found_.time.columns.pieces())
            found_.columns[one.column].role = role::time;
        for (const std::string& one : found_.time.notes) note(one);
    }

    void set_types() {
        for (const std::string& name : asked_.integers) {
            if (name == "*") {
                for (csv_layout::column& column : found_.columns)
                    column.type = value_type::integers;
                continue;
            }
            csv_layout::column& column = found_.columns[column_of(name)];
            if (column.role != role::value)
                throw failure(fault::usage, {file_},
                              "column " + printable(name) + " is not a column of values");
            column.type = value_type::integers;
        }
    }

    void refuse_losses() const {
        if (head_.preamble != 0)
            throw failure(fault::data, {file_, 1, 1},
                          "the table begins in line " + grouped(head_.preamble + 1) +
                              ", and --strict skips nothing: --skip-lines " +
                              grouped(head_.preamble) + " does");
        for (const csv_layout::column& one : found_.columns)
            if (!one.why_left_out.empty() && asked_.values.empty())
                throw failure(fault::data, {file_},
                              "column " + printable(one.name) +
                                  " would be left out: " + one.why_left_out +
                                  "; --values names the columns to take, "
                                  "--labels those that are labels");
    }

    void note(std::string text) { found_.notes.push_back(std::move(text)); }

    const csv_sample& in_;
    const std::string& file_;
    const csv_request& asked_;
    const csv_head& head_;
    null_words nulls_;
    std::vector<std::string> given_names_;  // instead of those of the first record
    std::size_t first_row_ = 0;
    std::vector<column_facts> facts_;
    std::vector<std::string> names_;
    csv_layout found_;
};

}  // namespace

std::string csv_layout::time_name() const {
    std::string all;
    for (const time_columns::piece& one : time.columns.pieces())
        all += (all.empty() ? "" : " + ") + printable(columns[one.column].name);
    return all;
}

std::string csv_layout::summary() const {
    std::vector<std::string> values, labels;
    for (const column& one : columns) {
        if (one.role == role::label) labels.push_back(one.name);
        if (one.role == role::value) values.push_back(one.name);
    }
    std::string out = "time: ";
    const clock_parser& clock = time.clock;
    if (time.columns.empty()) {
        out += "the row's number";
    } else {
        out += time_name() + " (";
        if (clock.what() == clock_parser::form::counts) {
            out += clock.each_by_size() ? "s, ms, us or ns by size"
                                        : std::string(name(clock.counted()));
            if (clock.counted() != tick::row) out += " since 1970";
        } else {
            out += clock.what() == clock_parser::form::serials ? "serial numbers of a spreadsheet"
                   : clock.how().format
                       ? "dates " + printable(clock.how().format->text())
                       : "dates " + std::string(spelling_of(clock.how().spelled).name);
            out += ", " + printable(time.zone);
        }
        if (clock.what() != clock_parser::form::counts || clock.kept() != clock.counted())
            out += ", kept in " + std::string(name(clock.kept()));
        out += ')';
        if (!time.why.empty()) out += ' ' + time.why;
    }
    if (!labels.empty()) out += "; labels: " + listed(labels);
    return out + "; values: " + listed(values);
}

csv_layout find_layout(std::string_view start, const std::string& file, const csv_request& asked) {
    if (const std::size_t zero = start.find('\0'); zero != std::string_view::npos)
        throw failure(fault::data, {file},
                      "this is not text: byte " + grouped(zero + 1) + " is zero");
    const csv_head head = find_head(start, file, asked.head);
    const csv_sample sample(start, file, head.dialect);
    if (sample.rows() == 0) throw failure(fault::data, {file, 1, 1}, "this file has no records");
    try {
        return layout_finder(sample, file, asked, head).find();
    } catch (const failure& wrong) {
        if (!wrong.where().file.empty()) throw;
        throw failure(wrong.whose(), {file}, wrong.message());
    }
}

}  // namespace chronopack::input
