// Estimates what a block would come to in each form at preset::smallest, from one page of it
// and without encoding.
//
//   20.5 20.5 20.5 21.0 21.0 20.5      the page
//   205 205 205 210 210 205            plain: integers of ALP, or ordered bits
//   20.5 21.0 20.5   3 2 1             runs: values and lengths
//   20.5 21.0        0 0 0 1 1 0       places in a dictionary
//
// The plain form, and the values and lengths of runs, are estimated from samples of them.
// The dictionary is estimated from the plain form and the number of different values. If a
// place takes `gap` bits less than a value in its plain form:
//
//   places     the plain form - gap for each value that differs from the one before it
//   entries    gap + 1.5 bits for each
#pragma once

#include <chronopack/codec/page/nested_values.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

enum class form : std::uint8_t { plain, runs, places };

/// The estimated bytes of a block in each form.
struct form_estimates {
    std::size_t plain = 0;
    std::size_t runs = SIZE_MAX;
    std::size_t places = 0;
    codec_id decimals = codec_id::ordered;  ///< the plain form of doubles

    [[nodiscard]] std::size_t bytes(form f) const noexcept {
        return f == form::plain ? plain : f == form::runs ? runs : places;
    }
    /// Returns the smallest form. Runs win a tie, because they decode fastest.
    [[nodiscard]] form smallest() const noexcept {
        if (runs <= std::min(plain, places)) return form::runs;
        return plain <= places ? form::plain : form::places;
    }
};
/// Returns about how many different values a page has, from how many of the slots that a
/// hash assigns them to stay empty (linear counting; Whang et al., ACM TODS 15, 1990).
template <class T>
[[nodiscard]] std::size_t count_distinct(std::span<const T> page) noexcept {
    constexpr unsigned log = 14;  // four slots for each value
    std::array<std::uint64_t, (1 << log) / 64> taken;
    for (std::uint64_t& word : taken) word = 0;
    for (const T v : page) {
        std::uint64_t hash = bit_cast<std::uint64_t>(v) * 0x9e37'79b9'7f4a'7c15u;
        hash = (hash ^ hash >> 32) * 0xd6e8'feb8'6659'fd93u >> (64 - log);
        taken[hash / 64] |= std::uint64_t{1} << (hash % 64);
    }
    std::uint64_t empty = 0;
    for (const std::uint64_t word : taken)
        empty += 64 - static_cast<unsigned>(__builtin_popcountll(word));
    constexpr std::uint64_t ln2 = 45426;  // times log2_one
    const std::uint64_t d = (log * log2_one - log2_fixed(empty)) * ln2 >> (2 * log2_fraction - log);
    return std::clamp<std::size_t>(d, 1, page.size());
}

/// Returns the estimate of flags that mark `k` of `n` values.
[[nodiscard]] inline estimate estimate_flags(std::uint64_t k, std::uint64_t n) noexcept {
    const auto each = [](std::uint64_t m) {
        return m == 0 ? estimate() : estimate::one_of(m) * m;
    };
    return std::max(each(n) - each(k) - each(n - k), estimate());
}

/// Estimates the forms of a block of 1 or more values. Never inlined, so that its arrays are off
/// the stack when a form is encoded.
template <class T>
[[nodiscard, gnu::noinline]] form_estimates estimate_forms(std::span<const T> in) noexcept {
    using chronopack::detail::estimate_of;
    const std::size_t n = std::min(in.size(), chronopack::detail::page_values);
    const auto page = in.subspan((in.size() - n) / 2, n);
    const auto bytes_of = [&](estimate size) {
        return size.bits() * in.size() / (8 * n) + 1;
    };
    form_estimates forms;
    const auto plain = estimate_of(page);
    if constexpr (std::is_same_v<T, double>) forms.decimals = plain.id;
    forms.plain = bytes_of(plain.total());

    std::array<T, chronopack::detail::page_values> values;
    std::array<std::int64_t, chronopack::detail::page_values> lengths;
    std::size_t runs = 0;
    std::size_t from = 0;
    for (std::size_t i = 1; i <= n; ++i) {
        if (i < n && bit_cast<std::uint64_t>(page[i]) == bit_cast<std::uint64_t>(page[from]))
            continue;
        values[runs] = page[from];
        lengths[runs++] = static_cast<std::int64_t>(i - from);
        from = i;
    }
    if (4 * runs < 3 * n)
        forms.runs =
            bytes_of(estimate_of(std::span<const T>(values).first(runs)).total() +
                     estimate_of(std::span<const std::int64_t>(lengths).first(runs)).total());

    const std::size_t distinct = count_distinct(page);
    const estimate gap =
        std::max(plain.integers.per_value[0] - estimate::one_of(distinct), estimate());
    const estimate places = std::max(plain.all_integers - gap * runs, estimate_flags(runs, n));
    const estimate entry = gap + estimate::of_bits(3) / 2 + plain.exceptions / n;
    forms.places = bytes_of(places + entry * distinct + chronopack::detail::header_estimate);
    return forms;
}

}  // namespace frame::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
