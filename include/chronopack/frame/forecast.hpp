// What a block would come to in each form at preset::smallest, told from one page of it
// without encoding any.
//
//   20.5 20.5 20.5 21.0 21.0 20.5      the page
//   205 205 205 210 210 205            plain: integers of ALP, or ordered bits
//   20.5 21.0 20.5   3 2 1             runs: values and lengths
//   20.5 21.0        0 0 0 1 1 0       places in a dictionary
//
// Integers are judged by a sample (estimate_of), the values and lengths of runs likewise. A
// dictionary is told from that and from how many different values there are: each that
// is not the one before takes less by the gap between two entries, and each entry that
// gap.
#pragma once

#include <chronopack/codec/page/nested_values.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

/// Bytes of a block in each form.
struct forecast {
    std::size_t plain = 0;
    std::size_t runs = SIZE_MAX;
    std::size_t places = 0;
    bool decimal = false;  ///< plain as ALP, else as ordered bits

    [[nodiscard]] std::size_t least() const noexcept { return std::min({plain, runs, places}); }
};

/// About how many different values there are in a page, by how many of the slots that a
/// hash sends them to stay empty (linear counting).
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

/// Bits that it takes to tell which `k` of `n` values are special, times log2_one.
[[nodiscard]] inline std::uint64_t bits_of_flags(std::uint64_t k, std::uint64_t n) noexcept {
    const auto each = [](std::uint64_t m) {
        return m == 0 ? 0 : m * log2_fixed(m);
    };
    const std::uint64_t apart = each(k) + each(n - k);
    return each(n) - std::min(each(n), apart);
}

/// Never inlined: what it needs is off the stack when a form is tried.
template <class T>
[[nodiscard, gnu::noinline]] forecast forecast_of(std::span<const T> in) noexcept {
    using namespace chronopack::detail;
    const std::size_t n = std::min(in.size(), page_values);
    const auto page = in.subspan((in.size() - n) / 2, n);
    const auto bytes_of = [&](estimate size) {
        return size.bits() * in.size() / (8 * n) + 1;
    };
    forecast f;
    const auto plain = estimate_of(page);
    if constexpr (std::is_same_v<T, double>) f.decimal = plain.decimal;
    f.plain = bytes_of(plain.total());

    std::array<T, page_values> values;
    std::array<std::int64_t, page_values> lengths;
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
        f.runs = bytes_of(estimate_of(std::span<const T>(values).first(runs)).total() +
                          estimate_of(std::span<const std::int64_t>(lengths).first(runs)).total());

    const std::size_t distinct = count_distinct(page);
    const estimate of_place = estimate::one_of(distinct);
    const estimate gap = std::max(plain.integers.per_value[0] - of_place, estimate());
    const estimate places =
        std::max(plain.all_integers - gap * runs, estimate::of_fractions(bits_of_flags(runs, n)));
    const estimate of_entry = gap + estimate::of_bits(3) / 2 + plain.exceptions / n;
    f.places = bytes_of(places + of_entry * distinct + header_estimate);
    return f;
}

}  // namespace frame::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
