// Turns timestamps t into the q that a frame stores: t = first + q * 10^divisor, with the
// largest power of ten that divides all steps from one timestamp to the next.
//
//   t    1000 1500 1750 2000      steps 500 250 250      divisor 1
//   q       0   50   75  100
#pragma once

#include <chronopack/frame/header.hpp>
#include <chronopack/kernel/dispatch.hpp>

#include <array>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

class time_scale {
public:
    /// Takes one timestamp or more, which must outlive this.
    explicit time_scale(std::span<const std::int64_t> t) noexcept : t_(t) {
        const auto all = encoder::spread<kernel::sums::none>(words(t), t.size());
        least_ = all.least;
        most_ = all.most;
        // False where the greatest and the least are so far apart that differences wrap.
        plain_ = most_ - least_ <= INT64_MAX;
        if (t.size() < 2) return;
        if (plain_)
            measure_steps();
        else
            walk_steps();
    }

    [[nodiscard]] unsigned divisor() const noexcept { return divisor_; }
    /// Returns whether no timestamp is below the one before it.
    [[nodiscard]] bool ordered() const noexcept { return ordered_; }
    [[nodiscard]] std::int64_t min_q() const noexcept { return min_q_; }
    [[nodiscard]] std::int64_t max_q() const noexcept { return max_q_; }
    [[nodiscard]] std::int64_t min_timestamp() const noexcept {
        return static_cast<std::int64_t>(least_);
    }
    [[nodiscard]] std::int64_t max_timestamp() const noexcept {
        return static_cast<std::int64_t>(most_);
    }

    /// Writes the q of timestamps from..from + q.size(). Must be called for all timestamps in
    /// order.
    void next(std::size_t from, std::span<std::int64_t> q) noexcept {
        if (!plain_) return step_through(from, q);
        auto* const to = reinterpret_cast<std::uint64_t*>(q.data());
        encoder::distances<kernel::sums::none>(words(t_) + from, q.size(), least_, to);
        if (divisor_ > 0) encoder::divide(to, q.size(), power());
        const auto zero = static_cast<std::uint64_t>(min_q_);
        for (std::int64_t& v : q)
            v = static_cast<std::int64_t>(static_cast<std::uint64_t>(v) + zero);
    }

private:
    using encoder = kernel::encoder;

    static const std::uint64_t* words(std::span<const std::int64_t> t) noexcept {
        return reinterpret_cast<const std::uint64_t*>(t.data());  // the two may alias
    }
    [[nodiscard]] std::uint64_t power() const noexcept { return power_of_ten(divisor_); }

    void measure_steps() noexcept {
        const auto steps = encoder::spread<kernel::sums::once>(words(t_), t_.size());
        const auto least = static_cast<std::int64_t>(steps.least);
        const auto most = static_cast<std::int64_t>(steps.most);
        ordered_ = least >= 0;
        divisor_ = max_divisor;
        const auto divides = [&](std::int64_t step) {
            return step % static_cast<std::int64_t>(power()) == 0;
        };
        while (!divides(least) || !divides(most)) --divisor_;

        // The other steps are tested block by block, as distances from the least step.
        std::array<std::uint64_t, block_samples> y;
        for (std::size_t at = 0; at + 1 < t_.size() && divisor_ > 0; at += block_samples - 1) {
            const std::size_t n = std::min(block_samples, t_.size() - at);
            y[0] = 0;
            encoder::distances<kernel::sums::once>(words(t_) + at, n, steps.least, y.data());
            while (divisor_ > 0 &&
                   !encoder::divisible(y.data(), n, steps.most - steps.least, power()))
                --divisor_;
        }
        const auto first = static_cast<std::uint64_t>(t_[0]);
        min_q_ = -static_cast<std::int64_t>((first - least_) / power());
        max_q_ = static_cast<std::int64_t>((most_ - first) / power());
    }

    // Takes steps modulo 2^64 and divides them as signed numbers; the q wrap as well.
    void walk_steps() noexcept {
        divisor_ = max_divisor;
        for (std::size_t i = 1; i < t_.size(); ++i) {
            ordered_ &= t_[i] >= t_[i - 1];
            while (step(i) % static_cast<std::int64_t>(power()) != 0) --divisor_;
        }
        std::uint64_t q = 0;
        for (std::size_t i = 1; i < t_.size(); ++i) {
            q += static_cast<std::uint64_t>(step(i) / static_cast<std::int64_t>(power()));
            if (static_cast<std::uint64_t>(t_[i]) == least_) min_q_ = static_cast<std::int64_t>(q);
            if (static_cast<std::uint64_t>(t_[i]) == most_) max_q_ = static_cast<std::int64_t>(q);
        }
    }
    void step_through(std::size_t from, std::span<std::int64_t> q) noexcept {
        for (std::size_t i = 0; i < q.size(); ++i) {
            if (from + i > 0)
                walked_ +=
                    static_cast<std::uint64_t>(step(from + i) / static_cast<std::int64_t>(power()));
            q[i] = static_cast<std::int64_t>(walked_);
        }
    }
    [[nodiscard]] std::int64_t step(std::size_t i) const noexcept {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(t_[i]) -
                                         static_cast<std::uint64_t>(t_[i - 1]));
    }

    std::span<const std::int64_t> t_;
    std::uint64_t least_ = 0;
    std::uint64_t most_ = 0;
    bool plain_ = true;
    bool ordered_ = true;
    unsigned divisor_ = 0;
    std::int64_t min_q_ = 0;
    std::int64_t max_q_ = 0;
    std::uint64_t walked_ = 0;
};

}  // namespace frame::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
