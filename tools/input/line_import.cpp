#include "line_import.hpp"

#include "clock_parser.hpp"
#include "field_index.hpp"
#include "line_protocol.hpp"
#include "words.hpp"

#include <algorithm>

namespace chronopack::input {

namespace {

constexpr std::size_t max_line_bytes = std::size_t{1} << 24;

class line_importer {
public:
    line_importer(source& from, const std::string& file, const line_request& asked, sample_sink& to,
                  const read_options& how)
        : in_(from),
          file_(file),
          kept_(asked.kept.value_or(asked.unit)),
          clock_(clock_parser::form::counts,
                 asked.unit_by_size ? std::nullopt : std::optional(asked.unit), kept_),
          to_(to),
          how_(how) {}

    [[nodiscard]] read_report read() && {
        while (next_line() && !to_.full()) {
            if (is_pointless(line_))
                look_for_section();
            else if (definitions_ && line_.starts_with("CREATE "))
                ++skipped_;
            else
                take_line();
        }
        if (texts_ != 0) note(counted(texts_, "text field") + " left out: they are not numbers");
        if (skipped_ != 0) note(counted(skipped_, "line") + " of database definitions skipped");
        if (rounded_ != 0)
            note(counted(rounded_, "unsigned integer") + " rounded to the nearest double");
        if (renamed_ != 0)
            note(counted(renamed_, "series") +
                 " with a tag __name__ or _field, kept as exported___name__ or exported__field");
        return std::move(report_);
    }

private:
    // Moves to the next line. line_number_ is the number of line_'s first line.
    bool next_line() {
        const char* const after = line_.data() == nullptr ? in_.begin() : after_line_;
        line_number_ += lines_of_line_;
        in_.drop_to(after);
        for (;;) {
            const std::string_view text = in_.unread();
            std::size_t end = find_line_end(text);
            if (end == std::string_view::npos && in_.complete()) {
                if (text.empty()) return false;
                end = text.size();
            }
            if (end != std::string_view::npos) {
                line_ = text.substr(0, end);
                after_line_ = text.data() + std::min(end + 1, text.size());
                lines_of_line_ =
                    1 + static_cast<std::size_t>(std::count(line_.begin(), line_.end(), '\n'));
                return true;
            }
            if (text.size() > max_line_bytes)
                throw failure(fault::data, {file_, line_number_, 1},
                              "a line has more than " + grouped(max_line_bytes) + " bytes");
            const std::size_t wanted = 2 * text.size();
            while (in_.more() && in_.unread().size() < wanted) {}
        }
    }

    [[nodiscard]] place where(std::size_t at) const {
        const std::string_view before = line_.substr(0, at);
        const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
        const std::size_t start = lines == 0 ? 0 : before.rfind('\n') + 1;
        return {file_, line_number_ + lines, at - start + 1};
    }
    [[nodiscard]] std::size_t offset(std::string_view part) const noexcept {
        return static_cast<std::size_t>(part.data() - line_.data());
    }

    void take_bad(const failure& wrong) {
        if (!how_.on_bad) throw wrong;
        how_.on_bad(wrong);
        ++report_.bad;
    }

    void note(std::string text) { report_.notes.push_back(std::move(text)); }

    // Between these comments `influx_inspect export` defines databases.
    void look_for_section() {
        const std::string_view said = trimmed(line_.substr(0, line_.find('\r')));
        if (said == "# DDL") definitions_ = true;
        if (said == "# DML") definitions_ = false;
    }

    void take_line() {
        std::string_view text = line_;
        if (text.ends_with('\r')) text.remove_suffix(1);
        if (const auto wrong = parse_point(text, point_))
            return take_bad({fault::data, where(wrong->at), wrong->message});
        if (point_.timestamp.empty())
            return take_bad({fault::data, where(text.size()), "a timestamp is missing"});
        const auto at = clock_(point_.timestamp);
        if (!at)
            return take_bad({fault::data, where(offset(point_.timestamp)),
                             in_quotes(point_.timestamp) + " does not fit 64 bits, in " +
                                 std::string(name(kept_))});
        fields_.open(sets_(point_.series));
        for (const line_point::field& field : point_.fields) take_field(*at, field);
    }

    void take_field(std::int64_t at, const line_point::field& field) {
        if (std::holds_alternative<std::monostate>(field.value)) {
            ++texts_;
            return;
        }
        const auto* const whole = std::get_if<std::int64_t>(&field.value);
        const value_type type = whole == nullptr ? value_type::doubles : value_type::integers;
        try {
            const std::size_t series = series_of(field.key, type);
            if (whole != nullptr)
                to_.append(series, at, *whole);
            else if (const auto* count = std::get_if<std::uint64_t>(&field.value))
                to_.append(series, at, real(*count));
            else
                to_.append(series, at, *std::get_if<double>(&field.value));
        } catch (const unordered& late) {
            throw unordered(where(offset(point_.timestamp)), late.message());
        } catch (const too_many& refused) {
            throw too_many(where(offset(field.key)), refused.message());
        } catch (const failure& refused) {
            if (refused.whose() != fault::data) throw;
            return take_bad({fault::data, where(offset(field.key)), refused.message()});
        }
        ++report_.samples;
    }

    [[nodiscard]] double real(std::uint64_t count) noexcept {
        const auto near = static_cast<double>(count);
        rounded_ += near >= 0x1p64 || static_cast<std::uint64_t>(near) != count;
        return near;
    }

    [[nodiscard]] std::size_t series_of(std::string_view key, value_type type) {
        if (const auto known = fields_.find(key, type)) return *known;
        std::vector<label> names{{"__name__", unescaped(point_.measurement)},
                                 {"_field", unescaped(key)}};
        bool renamed = false;
        for (const line_point::tag& tag : point_.tags) {
            std::string name = unescaped(tag.name);
            if (name == "__name__" || name == "_field") {
                name.insert(0, "exported_");
                renamed = true;
            }
            names.push_back({std::move(name), unescaped(tag.value)});
        }
        renamed_ += renamed;
        const std::size_t series = to_.add(std::move(names), type, kept_);
        fields_.add(series);
        return series;
    }

    window in_;
    std::string file_;
    tick kept_;
    clock_parser clock_;
    sample_sink& to_;
    const read_options& how_;
    std::string_view line_;
    const char* after_line_ = nullptr;
    std::size_t line_number_ = 1;
    std::size_t lines_of_line_ = 0;
    line_point point_;
    key_index sets_;  // sets of a measurement and tags
    field_index fields_;
    bool definitions_ = false;
    std::size_t texts_ = 0, skipped_ = 0, rounded_ = 0, renamed_ = 0;
    read_report report_;
};

}  // namespace

read_report import_lines(source& from, const std::string& file, const line_request& asked,
                         sample_sink& to, const read_options& how) {
    return line_importer(from, file, asked, to, how).read();
}

}  // namespace chronopack::input
