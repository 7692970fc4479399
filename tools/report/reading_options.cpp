#include "reading_options.hpp"

#include "input/failure.hpp"
#include "input/words.hpp"

#include <map>

namespace chronopack::report {

using input::failure;
using input::fault;

namespace {

char separator_of(const std::string& text) {
    if (text.empty()) return 0;
    const char c = text == "tab" || text == "\\t" ? '\t' : text.front();
    if ((text.size() > 1 && c != '\t') || c == '"' || c == '\n' || c == '\r')
        throw failure(fault::usage, "--separator: one character, or tab");
    return c;
}

char decimal_of(const std::string& text) {
    if (text.empty()) return 0;
    if (text == "," || text == "comma") return ',';
    if (text == "." || text == "point") return '.';
    throw failure(fault::usage, "--decimal: a comma or a point");
}

}  // namespace

std::optional<input::tick> reading_options::unit_of_counts() const {
    using input::tick;
    const std::map<std::string, tick> units{{"s", tick::seconds},
                                            {"ms", tick::milliseconds},
                                            {"us", tick::microseconds},
                                            {"ns", tick::nanoseconds}};
    const auto at = units.find(unit);
    return at == units.end() ? std::nullopt : std::optional(at->second);
}

input::csv_request reading_options::request() const {
    input::csv_request made = csv;
    made.time.unit = unit_of_counts();
    made.time.unit_by_size = unit == "auto";
    made.decimal = decimal_of(decimal);
    made.head.separator = separator_of(separator);
    made.head.skip = skip_lines;
    made.head.comment = comment;
    if (made.time.rows && !(made.time.column.empty() && made.time.format.empty()))
        throw failure(fault::usage,
                      "--rows numbers the rows: --time and --time-format do not go "
                      "with it");
    if (made.head.separator != 0 && made.head.separator == made.decimal)
        throw failure(fault::usage, "--separator and --decimal cannot be the same");
    return made;
}

void add_reading_options(CLI::App& app, reading_options& asked) {
    const auto times = [&](const char* name, auto& to, const char* type, const char* what) {
        return app.add_option(name, to, what)->type_name(type)->group("Times in text");
    };
    const auto columns = [&](const char* name, std::vector<std::string>& to, const char* what) {
        app.add_option(name, to, what)
            ->type_name("COLUMN,...")
            ->delimiter(',')
            ->allow_extra_args(false)
            ->group("CSV columns");
    };
    const auto cells = [&](const char* name, auto& to, const char* type, const char* what) {
        return app.add_option(name, to, what)->type_name(type)->group("CSV cells and lines");
    };
    times("--time", asked.csv.time.column, "COLUMN",
          "the column of times; two as --time Date+Time");
    times("--time-format", asked.csv.time.format, "FORMAT",
          "how times are spelled: in strptime's language, as \"%d.%m.%Y %H:%M\";\n"
          "dmy, mdy, ymd, yymmdd, yyyymm or year for dates in that order; excel\n"
          "for the serial numbers of spreadsheets");
    times("--zone", asked.csv.time.zone, "ZONE",
          "the zone of times without an offset, as Europe/Berlin or +01:00;\n"
          "default: UTC");
    times("--time-unit", asked.unit, "UNIT",
          "s, ms, us or ns: the unit of numbers since 1970, and the one that\n"
          "dates are kept in; auto takes each number by its size. Default: one\n"
          "unit for all, by their size; ns for dates")
        ->check(CLI::IsMember({"s", "ms", "us", "ns", "auto"}).description(""));
    app.add_flag("--rows", asked.csv.time.rows, "number the rows, whatever looks like a time")
        ->group("Times in text");
    columns("--labels", asked.csv.labels, "columns that are labels of the series");
    columns("--values,--value", asked.csv.values,
            "columns to take; default: all columns of numbers. Columns of true and\n"
            "false that are named here are taken as 1 and 0");
    columns("--integers", asked.csv.integers,
            "columns to keep as int64, \"*\" for all; the others are doubles");
    app.add_flag("--long", asked.csv.long_form, "take all columns of text as labels")
        ->group("CSV columns");
    cells("--separator", asked.separator, "CHAR",
          "what separates fields, such as ; or tab; default: the one of , ; tab |\n"
          "that cuts all lines alike");
    cells("--decimal", asked.decimal, "CHAR",
          "\",\" where 1.234,5 is meant, \".\" where 1,234.5 is; default: found for\n"
          "each column");
    cells("--null", asked.csv.nulls, "WORD,...",
          "words for no value beside NA, null, - and such, as --null -999")
        ->delimiter(',')
        ->allow_extra_args(false);
    cells("--skip-lines", asked.skip_lines, "N", "lines before the header that are skipped");
    cells("--comment", asked.comment, "TEXT",
          "skip lines that begin with this; default: # where the first line does");
    app.add_flag("--skip-bad", asked.skip_bad,
                 "leave out cells and records that cannot be read, and count them")
        ->group("CSV cells and lines");
    app.add_flag("--strict", asked.csv.strict,
                 "end with an error where columns, lines or cells would be left out, or\n"
                 "words stand for no value")
        ->group("CSV cells and lines");
}

}  // namespace chronopack::report
