// Statistics of a frame's values, which its header gives without decoding them.
//
//   min, max      of all values but NaN, where -0.0 < +0.0; NaN when there is no other value
//   sum           of all values but NaN
//   first, last   any value, NaN with its payload included
//   increase      of a counter: the sum of v - previous, or of v after a reset; NaN skipped
//   resets        the number of times that v < previous
//
// Sums of doubles depend on the order of adding, so the order is part of the format. Of each
// 1,024 values, value i is added to partial sum i mod 8; the eight partial sums are added as
// ((0+4)+(2+6)) + ((1+5)+(3+7)); and the sums of each 1,024 values are added in order, whatever
// the frame's block size. A NaN that arises (inf - inf) is stored as 0x7ff8000000000000 on
// every machine.
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/kernel/dispatch.hpp>

#include <concepts>
#include <cstdint>
#include <span>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

template <class V>
struct statistics {
    V min{};
    V max{};
    V sum{};
    V first{};
    V last{};
    V increase{};
    std::uint64_t resets = 0;
    std::uint64_t nans = 0;
    /// Whether sum and increase fit their type. Where those of int64 do not, they are stored
    /// modulo 2^64.
    bool exact = true;
};

namespace detail {

[[nodiscard]] inline double canonical(double v) noexcept {
    return is_nan(v) ? bit_cast<double>(std::uint64_t{0x7ff8'0000'0000'0000}) : v;
}

/// The number of values that share partial sums.
inline constexpr std::size_t summed_together = 1024;

}  // namespace detail

/// Computes the statistics of a run of values, piece after piece.
template <class V>
class statistics_builder;

template <>
class statistics_builder<double> {
public:
    /// Adds the next piece: a multiple of 1,024 values, or any number in the last piece.
    void add(std::span<const double> piece) noexcept {
        for (; piece.size() > detail::summed_together;
             piece = piece.subspan(detail::summed_together))
            add_together(piece.first(detail::summed_together));
        add_together(piece);
    }

    [[nodiscard]] statistics<double> finish() const noexcept {
        statistics<double> out = result_;
        const double none = detail::canonical(__builtin_nan(""));
        out.min = numbers_ == 0 ? none : from_order_key(min_);
        out.max = numbers_ == 0 ? none : from_order_key(max_);
        out.sum = detail::canonical(out.sum);
        out.increase = detail::canonical(out.increase);
        return out;
    }

private:
    void add_together(std::span<const double> block) noexcept {
        if (block.empty()) return;
        if (!started_) result_.first = block.front();
        started_ = true;
        result_.last = block.back();
        kernel::double_summary s;
        std::size_t i = 0;
        const auto take_to = [&](std::size_t end) {
            for (; i < std::min(end, block.size()); ++i) take(block[i], i, s);
        };
        take_to(kernel::partial_sums);
        i += take_numbers(block, i, s);
        take_to(block.size());
        result_.sum += fold(s.sums);
        result_.increase += fold(s.increases);
    }

    void take(double v, std::size_t i, kernel::double_summary& s) noexcept {
        if (is_nan(v)) {
            ++result_.nans;
            return;
        }
        see(v);
        s.sums[i % 8] += v;
        if (numbers_++ > 0) {
            const bool reset = v < previous_;
            result_.resets += reset;
            s.increases[i % 8] += reset ? v : v - previous_;
        }
        previous_ = v;
    }

    // Adds all whole groups of eight after the first, if their sums show that no NaN is among
    // them. Returns the number of values added, or 0.
    std::size_t take_numbers(std::span<const double> block, std::size_t i,
                             kernel::double_summary& s) noexcept {
        using kernel::summary;
        const std::size_t whole = block.size() / 8 * 8;
        // Before a NaN the increases below would not be numbers either: this saves their time.
        if (whole <= 8 || is_nan(block[7])) return 0;
        kernel::double_summary all = s;
        summary::add(block.data(), block.size(), all);
        for (std::size_t k = 0; k < 8; ++k)
            if (is_nan(all.sums[k]) || is_nan(all.increases[k])) return 0;
        const std::span<const double> taken = block.subspan(i, whole - i);
        constexpr std::uint64_t minus_zero = std::uint64_t{1} << 63;
        if (all.least == 0)
            all.least = summary::holds(taken.data(), taken.size(), minus_zero) ? -0.0 : 0.0;
        if (all.most == 0) all.most = summary::holds(taken.data(), taken.size(), 0) ? 0.0 : -0.0;
        see(all.least);
        see(all.most);
        result_.resets += all.resets;
        previous_ = taken.back();
        s = all;
        return taken.size();
    }

    void see(double v) noexcept {
        const std::int64_t key = order_key(v);
        min_ = std::min(min_, key);
        max_ = std::max(max_, key);
    }

    static double fold(const double (&s)[8]) noexcept {
        return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
    }

    statistics<double> result_;
    std::int64_t min_ = INT64_MAX;
    std::int64_t max_ = INT64_MIN;
    double previous_ = 0;
    std::uint64_t numbers_ = 0;
    bool started_ = false;
};

template <>
class statistics_builder<std::int64_t> {
public:
    /// Adds the next piece, of up to 2^31 values.
    void add(std::span<const std::int64_t> block) noexcept {
        if (block.empty()) return;
        if (!started_) {
            result_.first = result_.min = result_.max = block.front();
            previous_ = block.front();
        }
        started_ = true;
        result_.last = block.back();
        const auto e = kernel::encoder::spread<kernel::sums::none>(
            reinterpret_cast<const std::uint64_t*>(block.data()), block.size());
        result_.min = std::min(result_.min, static_cast<std::int64_t>(e.least));
        result_.max = std::max(result_.max, static_cast<std::int64_t>(e.most));

        std::size_t i = 0;
        const auto take_to = [&](std::size_t end) {
            for (; i < std::min(end, block.size()); ++i) take(block[i]);
        };
        take_to(kernel::partial_sums);
        const std::size_t whole = block.size() / 8 * 8;
        if (whole > i) {
            kernel::integer_summary s;
            kernel::summary::add(block.data(), block.size(), s);
            sum_ += total(s.sum);
            increase_ += total(s.increase);
            result_.resets += s.resets;
            previous_ = block[whole - 1];
            i = whole;
        }
        take_to(block.size());
    }

    [[nodiscard]] statistics<std::int64_t> finish() const noexcept {
        statistics<std::int64_t> out = result_;
        out.sum = static_cast<std::int64_t>(sum_);
        out.increase = static_cast<std::int64_t>(increase_);
        out.exact = out.sum == sum_ && out.increase == increase_;
        return out;
    }

    __extension__ using wide = __int128;

    /// Return the sum and the increase that finish() gives modulo 2^64.
    [[nodiscard]] wide exact_sum() const noexcept { return sum_; }
    [[nodiscard]] wide exact_increase() const noexcept { return increase_; }

private:
    void take(std::int64_t v) noexcept {
        sum_ += v;
        const bool reset = v < previous_;
        result_.resets += reset;
        increase_ += reset ? wide{v} : wide{v} - previous_;
        previous_ = v;
    }

    static wide total(const kernel::integer_summary::total& t) noexcept {
        return (wide{t.high} << 32) + t.low - (wide{t.negative} << 64);
    }

    statistics<std::int64_t> result_;
    wide sum_ = 0;
    wide increase_ = 0;
    std::int64_t previous_ = 0;
    bool started_ = false;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
