#include "csv_head.hpp"

#include "null_words.hpp"
#include "number_style.hpp"
#include "time_spelling.hpp"
#include "words.hpp"

#include <algorithm>

namespace chronopack::input {

namespace {

constexpr std::size_t most_records = 300;
constexpr std::size_t most_preamble = 100;
constexpr std::size_t most_cells = 100'000;  // after the third record

// A record as it is cut by a separator: only as exactly as is needed to judge the separator.
struct cut_record {
    std::size_t line = 0;  // of its start, from 0
    std::vector<std::string_view> cells;
};

std::string_view line_at(std::string_view text) noexcept {
    return text.substr(0, std::min(text.find_first_of("\r\n"), text.size()));
}

std::string_view after_line(std::string_view text) noexcept {
    const std::size_t end = text.find_first_of("\r\n");
    if (end == text.npos) return {};
    const bool two = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    return text.substr(end + (two ? 2 : 1));
}

std::string_view without_quotes(std::string_view cell) noexcept {
    cell = trimmed(cell);
    if (cell.size() > 1 && cell.front() == '"' && cell.back() == '"')
        cell = cell.substr(1, cell.size() - 2);
    return trimmed(cell);
}

// Cuts the first records. A quote is one only where a cell begins with it.
std::vector<cut_record> cut(std::string_view text, char separator, std::string_view comment) {
    std::vector<cut_record> found;
    std::size_t line = 0, i = 0, cells = 0;
    while (i < text.size() && found.size() < most_records &&
           (cells < most_cells || found.size() < 3)) {
        if (!comment.empty() && text.substr(i).starts_with(comment)) {
            const std::string_view rest = after_line(text.substr(i));
            i = rest.empty() ? text.size() : text.size() - rest.size();
            ++line;
            continue;
        }
        cut_record one{line, {}};
        for (;;) {
            const std::size_t first = i;
            if (i < text.size() && text[i] == '"') {
                for (++i; i < text.size(); ++i) {
                    line += text[i] == '\n';
                    if (text[i] != '"') continue;
                    if (i + 1 == text.size() || text[i + 1] != '"') break;
                    ++i;
                }
            }
            while (i < text.size() && text[i] != separator && text[i] != '\n' && text[i] != '\r')
                ++i;
            ++cells;
            if (one.cells.size() <= csv_reader::max_columns)
                one.cells.push_back(text.substr(first, i - first));
            if (i == text.size() || text[i] != separator) break;
            ++i;
        }
        if (i < text.size() && text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
        ++i;
        ++line;
        if (one.cells.size() > 1 || !trimmed(one.cells[0]).empty()) found.push_back(std::move(one));
    }
    return found;
}

// The records that are cut alike: the number of their fields, and the first of them.
struct block {
    std::size_t fields = 1;
    std::size_t first = 0;
    double alike = 0;  // the share of records from the first on that have these fields
    double typed = 0;  // the share of cells of these that are numbers, times or nothing
};

block block_of(const std::vector<cut_record>& records) {
    block found;
    std::size_t most = 0;
    for (const cut_record& one : records) {
        const auto same = static_cast<std::size_t>(std::count_if(
            records.begin(), records.end(),
            [&](const cut_record& other) { return other.cells.size() == one.cells.size(); }));
        if (same <= most) continue;
        most = same;
        found.fields = one.cells.size();
    }
    const auto fits = [&](const cut_record& one) {
        return one.cells.size() == found.fields;
    };
    const auto first = std::find_if(records.begin(), records.end(), fits);
    found.first = static_cast<std::size_t>(first - records.begin());
    // What comes before a longer run of such records is not of the block.
    for (std::size_t i = found.first; i < records.size() && i < most_preamble; ++i)
        if (!fits(records[i]) && most > 2 * (i + 1)) {
            const auto next =
                std::find_if(records.begin() + static_cast<std::ptrdiff_t>(i), records.end(), fits);
            const auto run = std::find_if_not(next, records.end(), fits) - next;
            if (run > 2 && i - found.first <= 2)
                found.first = static_cast<std::size_t>(next - records.begin());
        }
    found.alike =
        static_cast<double>(std::count_if(
            records.begin() + static_cast<std::ptrdiff_t>(found.first), records.end(), fits)) /
        static_cast<double>(records.size() - found.first);
    return found;
}

bool is_typed(std::string_view cell) {
    if (cell.empty() || is_null_word(cell)) return true;
    style_counts styles;
    return styles.add(cell) || forms_of(cell) != 0;
}

// Whether no cell of a record is a number or a time.
bool is_header(const cut_record& one) {
    return std::none_of(one.cells.begin(), one.cells.end(), [](std::string_view cell) {
        const std::string_view plain = without_quotes(cell);
        return plain.find_first_of("0123456789") != plain.npos && !is_null_word(plain) &&
               is_typed(plain);
    });
}

// Finds utc_offset_seconds above a number, before the record `end`.
std::optional<std::int32_t> utc_offset_in(const std::vector<cut_record>& records, std::size_t end) {
    for (std::size_t i = 0; i + 1 < end; ++i)
        for (std::size_t k = 0; k < records[i].cells.size(); ++k) {
            if (without_quotes(records[i].cells[k]) != "utc_offset_seconds" ||
                k >= records[i + 1].cells.size())
                continue;
            const auto seconds = parse_integer(without_quotes(records[i + 1].cells[k]));
            constexpr std::int64_t day = 86'400;
            if (seconds && *seconds > -day && *seconds < day)
                return static_cast<std::int32_t>(*seconds);
        }
    return std::nullopt;
}

double typed_share(const std::vector<cut_record>& records, const block& of) {
    constexpr std::size_t looked_at = 2'000;  // cells
    std::size_t cells = 0, typed = 0;
    // The first may be a header.
    for (std::size_t i = of.first + (records.size() > of.first + 1); i < records.size(); ++i) {
        if (cells > looked_at) break;
        for (const std::string_view cell : records[i].cells) {
            ++cells;
            typed += is_typed(without_quotes(cell));
        }
    }
    return cells == 0 ? 0 : static_cast<double>(typed) / static_cast<double>(cells);
}

}  // namespace

csv_head find_head(std::string_view start, const std::string& file, const csv_head_request& asked) {
    csv_head found;
    std::string_view text = start;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    found.dialect.skipped_lines = asked.skip.value_or(0);
    for (std::size_t i = 0; i < found.dialect.skipped_lines; ++i) text = after_line(text);

    // Excel's own line.
    char separator = asked.separator;
    if (const std::string_view line = without_quotes(line_at(text));
        line.size() == 5 && line.substr(0, 4) == "sep=") {
        if (separator == 0) separator = line[4];
        text = after_line(text);
        ++found.dialect.skipped_lines;
    }
    const std::size_t first_mark = text.find_first_not_of("\r\n \t");
    if (asked.comment)
        found.dialect.comment = *asked.comment;
    else if (first_mark != text.npos && text[first_mark] == '#')
        found.dialect.comment = "#";

    block best;
    std::vector<cut_record> records;
    double best_score = -1;
    for (const char one : {',', ';', '\t', '|'}) {
        const char candidate = separator != 0 ? separator : one;
        if (candidate != one && one != ',') continue;
        auto cut_so = cut(text, candidate, found.dialect.comment);
        if (cut_so.empty()) continue;
        block of = block_of(cut_so);
        if (of.fields == 1 && candidate != separator && best_score >= 0) continue;
        of.typed = typed_share(cut_so, of);
        const double score = of.fields == 1 ? 0 : of.alike + of.typed;
        if (score <= best_score) continue;
        best_score = score;
        best = of;
        records = std::move(cut_so);
        found.dialect.separator = candidate;
    }

    // The last comment may be the header of records that have none.
    if (!found.dialect.comment.empty() && !asked.comment && !records.empty() &&
        !is_header(records[best.first])) {
        std::string_view rest = text, last;
        while (!rest.empty() && (line_at(rest).empty() || rest.starts_with('#'))) {
            if (!line_at(rest).empty()) last = line_at(rest);
            rest = after_line(rest);
        }
        last.remove_prefix(std::min(last.find_first_not_of("# \t"), last.size()));
        const auto names = cut(last, found.dialect.separator, {});
        if (names.size() == 1 && best.fields > 1 && names[0].cells.size() == best.fields)
            for (const std::string_view name : names[0].cells)
                found.names.emplace_back(without_quotes(name));
    }

    // A table needs a header and two records before lines are taken for what is none.
    const bool enough = records.size() >= best.first + 3 && best.fields > 1 && best.alike > 0.9;
    if (best.first == 0 || best.first > most_preamble || asked.skip || !enough) return found;
    const std::size_t lines = records[best.first].line;
    const cut_record& before = records[best.first - 1];
    if (best.first == 1 && before.cells.size() + 1 == best.fields && is_header(before) &&
        !is_header(records[1])) {
        for (const std::string_view name : before.cells)
            found.names.emplace_back(without_quotes(name));
        // A separator at the end of each record but the header's, or a table as R writes it, with
        // the names of its rows first.
        const bool at_end = std::all_of(records.begin() + 1, records.end(), [](const auto& one) {
            return trimmed(one.cells.back()).empty();
        });
        found.names.insert(at_end ? found.names.end() : found.names.begin(), std::string());
        found.dialect.skipped_lines += lines;
        found.notes.push_back(std::string("the header has no name for the ") +
                              (at_end ? "last" : "first") + " column");
        return found;
    }
    found.utc_offset = utc_offset_in(records, best.first);
    if (!is_header(records[best.first]))
        throw failure(fault::data, {file, lines + found.dialect.skipped_lines + 1, 1},
                      "this record has " + counted(best.fields, "field") + " and line " +
                          grouped(records[best.first - 1].line + found.dialect.skipped_lines + 1) +
                          " before it " + std::to_string(records[best.first - 1].cells.size()) +
                          "; --skip-lines " + grouped(lines + found.dialect.skipped_lines) +
                          " leaves out what stands before it");
    found.preamble = lines;
    found.dialect.skipped_lines += lines;
    found.notes.push_back((lines == 1 ? "line 1 is" : "lines 1 to " + grouped(lines) + " are") +
                          " skipped, because the table begins after " +
                          (lines == 1 ? "it" : "them"));
    return found;
}

}  // namespace chronopack::input
