#include "selector.hpp"

#include "failure.hpp"
#include "words.hpp"

#include <algorithm>

namespace chronopack::tool {

namespace {

// libstdc++ matches by recursion: longer values could use up the stack.
constexpr std::size_t longest_matched = 4096;

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
            if (c != '"' && c != '\\' && c != 'n') out += '\\';  // for the pattern to see
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
        if (in.accept("=~")) {
            one.is_pattern = true;
        } else if (in.accept("!~")) {
            one.is_pattern = true;
            one.equal = false;
        } else if (in.accept("!=")) {
            one.equal = false;
        } else if (!in.accept("=")) {
            in.refuse("one of = != =~ !~ is missing");
        }
        one.value = in.value();
        if (one.is_pattern) {
            try {
                one.pattern.assign(one.value, std::regex::ECMAScript | std::regex::optimize);
            } catch (const std::regex_error&) {
                in.refuse("the value before this is no regular expression:");
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

bool selector::operator()(const labels& names) const {
    return std::all_of(all_.begin(), all_.end(), [&](const condition& one) {
        const std::string_view value = names[one.name];
        const bool same = one.is_pattern
                              ? value.size() <= longest_matched &&
                                    std::regex_match(value.begin(), value.end(), one.pattern)
                              : value == one.value;
        return same == one.equal;
    });
}

}  // namespace chronopack::tool
