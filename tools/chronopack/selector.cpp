#include "selector.hpp"

#include "input/failure.hpp"
#include "input/words.hpp"

#include <adapters/text/utf8.hpp>

#include <re2/re2.h>

#include <algorithm>
#include <stdexcept>

namespace chronopack::tool {

namespace {

re2::RE2::Options as_in_promql() {
    re2::RE2::Options how;
    how.set_dot_nl(true);
    how.set_log_errors(false);
    how.set_max_mem(pattern::most_memory);
    return how;
}

class selector_text {
public:
    explicit selector_text(const std::string& text) : text_(text) {}

    [[noreturn]] void refuse(const std::string& what) const {
        throw input::failure(input::fault::usage, "selector " + text_ + ": " + what +
                                                      " at character " + std::to_string(at_ + 1));
    }

    [[nodiscard]] bool done() const noexcept { return at_ == text_.size(); }

    std::string_view up_to(std::string_view any) {
        const std::size_t end = std::min(text_.find_first_of(any, at_), text_.size());
        const std::string_view taken = std::string_view(text_).substr(at_, end - at_);
        at_ = end;
        return input::trimmed(taken);
    }

    bool accept(std::string_view word) {
        skip_blanks();
        if (text_.compare(at_, word.size(), word) != 0) return false;
        at_ += word.size();
        return true;
    }

    std::string value() {
        if (!accept("\"")) refuse("a value in double quotes is missing");
        std::string out;
        for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] != '\\') {
                out += text_[at_];
                continue;
            }
            if (++at_ == text_.size()) break;
            const char c = text_[at_];
            if (c != '"' && c != '\\' && c != 'n') out += '\\';  // the pattern needs the backslash
            out += c == 'n' ? '\n' : c;
        }
        if (!accept("\"")) refuse("this value is never closed");
        return out;
    }

private:
    void skip_blanks() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }

    const std::string& text_;
    std::size_t at_ = 0;
};

}  // namespace

pattern::pattern(const std::string& text)
    : compiled_(std::make_shared<const re2::RE2>(text, as_in_promql())) {
    if (!compiled_->ok()) throw std::invalid_argument(compiled_->error());
}

bool pattern::operator()(std::string_view value) const {
    std::string valid;
    text::append_utf8(valid, value);
    return re2::RE2::FullMatch(valid, *compiled_);
}

selector::selector(const std::string& text) {
    selector_text in(text);
    if (const std::string_view name = in.up_to("{"); !name.empty())
        all_.push_back({"__name__", std::string(name)});
    if (in.done()) return;
    static_cast<void>(in.accept("{"));
    while (!in.accept("}")) {
        condition one;
        one.name = in.up_to("=!}\",");
        if (one.name.empty()) in.refuse("the name of a label is missing");
        bool is_pattern = false;
        if (in.accept("=~")) {
            is_pattern = true;
        } else if (in.accept("!~")) {
            is_pattern = true;
            one.equal = false;
        } else if (in.accept("!=")) {
            one.equal = false;
        } else if (!in.accept("=")) {
            in.refuse("one of = != =~ !~ is missing");
        }
        one.value = in.value();
        if (is_pattern) {
            try {
                one.matches.emplace_back(one.value);
            } catch (const std::invalid_argument& wrong) {
                in.refuse("the value before this is not a regular expression (" +
                          input::printable(wrong.what(), 200) + "):");
            }
        }
        all_.push_back(std::move(one));
        if (in.accept(",")) continue;
        if (in.accept("}")) break;
        in.refuse("a comma or } is missing");
    }
    static_cast<void>(in.accept(""));
    if (!in.done()) in.refuse("something follows the }");
}

bool selector::condition::holds(std::string_view is) const {
    return (matches.empty() ? is == value : matches.front()(is)) == equal;
}

bool selector::operator()(const labels& names) const {
    return std::all_of(all_.begin(), all_.end(),
                       [&](const condition& one) { return one.holds(names[one.name]); });
}

std::optional<std::string_view> selector::exactly(std::string_view name) const {
    for (const condition& one : all_)
        if (one.name == name && one.equal && one.matches.empty() && !one.value.empty())
            return one.value;
    return std::nullopt;
}

bool selector::may_select(std::string_view metric) const {
    return std::all_of(all_.begin(), all_.end(), [&](const condition& one) {
        return one.name != "__name__" || one.holds(metric);
    });
}

}  // namespace chronopack::tool
