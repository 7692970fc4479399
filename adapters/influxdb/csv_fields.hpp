// Records of CSV in memory, a record after the other: RFC 4180, with CRLF or LF.
//
//   a,"b ""c""",\r\n      a | b "c" | (empty)
//
// The last record must have an end as well, because a server may cut an answer anywhere. Part of
// annotated_csv.cpp.
#pragma once

#include <adapters/text/printable.hpp>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace chronopack::influxdb {

class csv_fields {
public:
    enum class outcome : std::uint8_t {
        whole,
        cut,      ///< the body ends within the record; the fields before that are there
        damaged,  ///< why() says how
    };

    /// The body must outlive the reader.
    explicit csv_fields(std::string_view body) : text_(body) {}

    [[nodiscard]] bool at_end() const noexcept { return at_ >= text_.size(); }

    /// Reads the fields of the next record, and passes its end.
    outcome read() {
        ++record_;
        fields_.clear();
        quoted_ = false;
        for (;;) {
            if (fields_.size() == most_columns) return damaged("too many fields");
            const bool quoted = at_ < text_.size() && text_[at_] == '"';
            if (!(quoted ? read_quoted() : read_bare())) return outcome::damaged;
            if (at_ == text_.size()) return cut();
            const char end = text_[at_++];
            if (end == '\n') return outcome::whole;
            if (end == ',') continue;
            if (at_ == text_.size()) return cut();
            if (end != '\r' || text_[at_] != '\n') return damaged("a stray carriage return");
            ++at_;
            return outcome::whole;
        }
    }

    /// Returns the fields of the last record, which the next one replaces. They are parts of the
    /// body, except for those that had quotes.
    [[nodiscard]] const std::vector<std::string_view>& fields() const noexcept { return fields_; }
    /// Returns whether one of them had quotes.
    [[nodiscard]] bool quoted() const noexcept { return quoted_; }
    /// Returns the number of the last record, from 1.
    [[nodiscard]] std::size_t record() const noexcept { return record_; }
    [[nodiscard]] const std::string& why() const noexcept { return why_; }

private:
    // More than a pivot makes of a wide measurement, and few enough for a hostile header.
    static constexpr std::size_t most_columns = 65'536;
    static constexpr std::size_t shown_bytes = 200;

    outcome damaged(std::string why) {
        why_ = std::move(why);
        return outcome::damaged;
    }
    outcome cut() {
        why_ = "the answer was cut off";
        return outcome::cut;
    }

    /// A server may end an answer by an error in JSON, which is worth showing.
    void note_stray_quote(std::size_t from) {
        why_ = fields_.empty()
                   ? text::printable(text_.substr(from, text_.find('\n', from) - from), shown_bytes)
                   : "a quote within a field that has none";
    }

    bool read_bare() {
        const std::size_t from = at_;
        const char* const data = text_.data();
        const std::size_t size = text_.size();
        std::size_t i = at_;
        for (; i < size; ++i) {
            const char c = data[i];
            if (c == ',' || c == '\n' || c == '\r') break;
            if (c == '"') {
                note_stray_quote(from);
                return false;
            }
        }
        at_ = i;
        fields_.push_back(text_.substr(from, i - from));
        return true;
    }

    bool read_quoted() {
        const std::size_t index = fields_.size();
        if (unquoted_.size() <= index) unquoted_.resize(index + 1);
        std::string& to = unquoted_[index];
        to.clear();
        for (++at_;;) {
            const std::size_t stop = text_.find_first_of("\"\r", at_);
            if (stop == text_.npos) {
                at_ = text_.size();
                why_ = "the answer was cut off within quotes";
                return false;
            }
            to.append(text_, at_, stop - at_);
            at_ = stop + 1;
            const bool more = at_ < text_.size();
            if (text_[stop] == '\r') {
                if (!more || text_[at_] != '\n') to += '\r';
            } else if (more && text_[at_] == '"') {
                to += '"';
                ++at_;
            } else {
                break;
            }
        }
        if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') {
            why_ = "text after quotes";
            return false;
        }
        quoted_ = true;
        fields_.push_back(to);
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t record_ = 0;
    std::vector<std::string_view> fields_;
    std::deque<std::string> unquoted_;  // fields look into it while it grows
    bool quoted_ = false;
    std::string why_;
};

}  // namespace chronopack::influxdb
