#include "count_text.hpp"

#include "text_scanner.hpp"

namespace chronopack::input {

namespace {

constexpr std::int32_t places = 9;  // that are kept after the point

// The digits of a number, without its point, and where the point is.
struct digits {
    std::string_view whole, fraction;
    std::int32_t exponent = 0;

    [[nodiscard]] std::int32_t size() const noexcept {
        return static_cast<std::int32_t>(whole.size() + fraction.size());
    }
    [[nodiscard]] std::int32_t operator[](std::int32_t i) const noexcept {
        const auto at = static_cast<std::size_t>(i);
        return (at < whole.size() ? whole[at] : fraction[at - whole.size()]) - '0';
    }
};

std::string_view scan_digits(text_scanner& in) noexcept {
    const std::string_view found = in.rest().substr(0, in.digits_ahead());
    in.skip(found.size());
    return found;
}

}  // namespace

std::optional<epoch_count> read_count(std::string_view text) noexcept {
    text_scanner in(text);
    epoch_count count;
    count.negative = in.accept('-');
    if (!count.negative) in.accept('+');
    digits all;
    all.whole = scan_digits(in);
    if (in.accept('.')) all.fraction = scan_digits(in);
    if (all.size() == 0 || text.size() > 4096) return std::nullopt;
    if (in.accept_any("eE") != '\0') {
        const bool small = in.accept('-');
        if (!small) in.accept('+');
        all.exponent = in.number(1, 4);
        if (all.exponent < 0) return std::nullopt;
        if (small) all.exponent = -all.exponent;
    }
    if (!in.done()) return std::nullopt;

    // Digits before `point` make the whole, the next nine the billionths.
    const std::int32_t point = static_cast<std::int32_t>(all.whole.size()) + all.exponent;
    for (std::int32_t i = 0; i < point; ++i) {
        const std::int32_t digit = i < all.size() ? all[i] : 0;
        if (i >= all.size() && count.whole == 0) break;
        if (__builtin_mul_overflow(count.whole, std::int64_t{10}, &count.whole) ||
            __builtin_add_overflow(count.whole, count.negative ? -digit : digit, &count.whole))
            return std::nullopt;
    }
    for (std::int32_t i = point; i < point + places; ++i)
        count.billionths = 10 * count.billionths + (i >= 0 && i < all.size() ? all[i] : 0);
    for (std::int32_t i = std::max(0, point + places); i < all.size(); ++i)
        count.cut |= all[i] != 0;
    count.fractional = point < all.size() && !all.fraction.empty();
    return count;
}

}  // namespace chronopack::input
