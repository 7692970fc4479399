// Reads the text of a cell from the left. A read that does not match moves nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chronopack::input {

class text_scanner {
public:
    explicit constexpr text_scanner(std::string_view text) noexcept
        : at_(text.data()), end_(text.data() + text.size()) {}

    [[nodiscard]] constexpr bool done() const noexcept { return at_ == end_; }
    /// Returns the next byte, or 0 at the end.
    [[nodiscard]] constexpr char peek(std::size_t ahead = 0) const noexcept {
        return ahead < left() ? at_[ahead] : '\0';
    }
    [[nodiscard]] constexpr std::size_t left() const noexcept {
        return static_cast<std::size_t>(end_ - at_);
    }
    [[nodiscard]] constexpr std::string_view rest() const noexcept { return {at_, left()}; }
    constexpr void skip(std::size_t n) noexcept { at_ += n; }

    constexpr bool accept(char c) noexcept {
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }
    /// Reads one of some bytes and returns it, or 0.
    constexpr char accept_any(std::string_view any) noexcept {
        if (at_ == end_ || any.find(*at_) == std::string_view::npos) return '\0';
        return *at_++;
    }
    constexpr bool skip_blanks() noexcept {
        const char* const first = at_;
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\t')) ++at_;
        return at_ != first;
    }

    [[nodiscard]] static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    [[nodiscard]] static constexpr bool is_letter(char c) noexcept {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    [[nodiscard]] constexpr bool at_digit() const noexcept { return is_digit(peek()); }
    [[nodiscard]] constexpr bool at_letter() const noexcept { return is_letter(peek()); }

    /// Returns how many digits follow.
    [[nodiscard]] constexpr std::size_t digits_ahead() const noexcept {
        std::size_t n = 0;
        while (n < left() && is_digit(at_[n])) ++n;
        return n;
    }

    /// Reads `least` to `most` digits, at most nine. Returns -1 where there are fewer.
    constexpr std::int32_t number(std::size_t least, std::size_t most) noexcept {
        std::int32_t value = 0;
        std::size_t n = 0;
        for (; n < most && n < left() && is_digit(at_[n]); ++n) value = 10 * value + (at_[n] - '0');
        if (n < least) return -1;
        at_ += n;
        return value;
    }

    /// Reads the letters that follow.
    constexpr std::string_view word() noexcept {
        const char* const first = at_;
        while (at_ != end_ && is_letter(*at_)) ++at_;
        return {first, static_cast<std::size_t>(at_ - first)};
    }

private:
    const char* at_;
    const char* end_;
};

/// Returns whether a word is this one, in any case.
[[nodiscard]] constexpr bool same_letters(std::string_view word, std::string_view lower) noexcept {
    if (word.size() != lower.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i)
        if ((word[i] | 0x20) != lower[i]) return false;
    return true;
}

}  // namespace chronopack::input
