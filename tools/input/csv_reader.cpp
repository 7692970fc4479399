#include "csv_reader.hpp"

#include "words.hpp"

#include <algorithm>

namespace chronopack::input {

namespace {

bool is_line_end(char c) noexcept {
    return c == '\n' || c == '\r';
}

}  // namespace

csv_reader::csv_reader(window& from, std::string file, csv_dialect dialect)
    : in_(from),
      file_(std::move(file)),
      dialect_(std::move(dialect)),
      separator_(dialect_.separator) {
    for (const char c : {separator_, '\n', '\r', '"'}) stops_[static_cast<unsigned char>(c)] = true;
}

bool csv_reader::next() {
    if (next_ == nullptr) start();
    if (skip_line_) skip_line();
    while (find_record()) {
        if (read_record() == outcome::record) return true;
        in_.drop_to(record_);
        if (in_.unread().size() > max_record_bytes)
            refuse(record_, "a record of more than " + grouped(max_record_bytes) + " bytes");
        // Reads twice as much, however little a pipe gives at a time, because the part of the
        // record that was read is scanned again.
        const std::size_t wanted = 2 * in_.unread().size();
        while (fill() && in_.unread().size() < wanted) {}
    }
    cells_.clear();
    return false;
}

// Reads more text after what is there. next_ keeps its place in the text.
bool csv_reader::fill() {
    in_.drop_to(next_);
    const bool more = in_.more();
    next_ = record_ = in_.begin();
    return more;
}

void csv_reader::start() {
    while (in_.unread().size() < 3 && in_.more()) {}
    next_ = record_ = in_.begin();
    const std::string_view text = in_.unread();
    if (text.starts_with("\xef\xbb\xbf")) next_ += 3;
    for (std::size_t i = 0; i < dialect_.skipped_lines; ++i) skip_line();
}

// Returns whether a comment begins at next_.
bool csv_reader::at_comment() {
    const std::string& mark = dialect_.comment;
    if (mark.empty() || *next_ != mark.front()) return false;
    for (;;) {
        const auto held = static_cast<std::size_t>(in_.end() - next_);
        if (held >= mark.size()) return std::string_view(next_, mark.size()) == mark;
        if (!fill()) return false;
    }
}

// Moves to the start of the next record, past blank lines. Returns false at the end.
bool csv_reader::find_record() {
    for (;;) {
        if (next_ == in_.end() && !fill()) return false;
        if (at_comment()) {
            skip_line();
            continue;
        }
        if (columns_ == 1 || !is_line_end(*next_)) break;
        const char* const after = after_line_end(next_);
        if (after == nullptr) {
            static_cast<void>(fill());
            continue;
        }
        next_ = after;
        ++next_line_;
    }
    record_ = next_;
    line_ = next_line_;
    return true;
}

// Returns the place after the line end at `p`, or null where one more byte is needed to decide.
const char* csv_reader::after_line_end(const char* p) const noexcept {
    if (*p == '\n') return p + 1;
    if (p + 1 == in_.end() && !in_.complete()) return nullptr;
    return p + 1 != in_.end() && p[1] == '\n' ? p + 2 : p + 1;
}

csv_reader::outcome csv_reader::read_record() {
    cells_.clear();
    const char* const end = in_.end();
    const char* p = record_;
    std::size_t lines = 0;  // line ends within quotes
    for (;;) {
        if (columns_ != 0 && cells_.size() == columns_)
            refuse(p, "more than " + counted(columns_, "field") + " in this record");
        if (cells_.size() == max_columns)
            refuse(p, "more than " + counted(max_columns, "field") + " in a record");
        const char* const first = p;
        if (p != end && *p == '"') {
            for (;;) {
                p = static_cast<const char*>(
                    std::memchr(p + 1, '"', static_cast<std::size_t>(end - p - 1)));
                if (p == nullptr) {
                    const auto held = static_cast<std::size_t>(end - record_);
                    if (!in_.complete() && held <= max_record_bytes) return outcome::cut;
                    refuse(first, "this quote is never closed");
                }
                if (p + 1 == end && !in_.complete()) return outcome::cut;
                if (p + 1 == end || p[1] != '"') break;
                ++p;
            }
            cells_.emplace_back(first + 1, static_cast<std::size_t>(p - first - 1));
            lines += static_cast<std::size_t>(std::count(first, p, '\n'));
            ++p;
            if (p != end && *p != separator_ && !is_line_end(*p))
                refuse(p, "a separator or the end of the line must follow a closing quote");
        } else {
            // The end of the window stops the loop.
            while (!stops_[static_cast<unsigned char>(*p)]) ++p;
            if (p != end && *p == '"') refuse(p, "quote inside an unquoted field");
            cells_.emplace_back(first, static_cast<std::size_t>(p - first));
        }
        if (p == end) {
            if (!in_.complete()) return outcome::cut;
            break;
        }
        if (is_line_end(*p)) break;
        ++p;
    }
    if (cells_.size() < columns_)
        refuse(p, "the record ends after " + counted(cells_.size(), "field") + ", the first has " +
                      std::to_string(columns_));
    if (p != end) {
        p = after_line_end(p);
        if (p == nullptr) return outcome::cut;
    }
    columns_ = cells_.size();
    next_ = p;
    next_line_ = line_ + lines + 1;
    return outcome::record;
}

// Skips the rest of a line that was refused.
void csv_reader::skip_line() {
    for (;;) {
        const char* p = next_;
        while (p != in_.end() && !is_line_end(*p)) ++p;
        const char* const after = p == in_.end() ? nullptr : after_line_end(p);
        if (after != nullptr) {
            next_ = after;
            ++next_line_;
            break;
        }
        next_ = p;
        if (!fill()) {
            next_ = in_.end();
            break;
        }
    }
    skip_line_ = false;
}

place csv_reader::place_of(const char* at) const {
    std::size_t line = line_;
    const char* start = record_;
    for (const char* p = record_; p != at; ++p) {
        if (*p != '\n') continue;
        ++line;
        start = p + 1;
    }
    return {file_, line, static_cast<std::size_t>(at - start) + 1};
}

void csv_reader::refuse(const char* at, std::string message) {
    place where = place_of(at);
    next_ = at;
    next_line_ = where.line;
    skip_line_ = true;
    throw failure(fault::data, std::move(where), std::move(message));
}

std::string unquoted(std::string_view cell) {
    std::string plain;
    plain.reserve(cell.size());
    for (std::size_t i = 0; i < cell.size(); ++i) {
        plain += cell[i];
        if (cell[i] == '"') ++i;
    }
    return plain;
}

}  // namespace chronopack::input
