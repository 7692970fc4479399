// Counts where points are. At all times
//
//   accepted = delivered + queued + spooled + dropped, by reason
#pragma once

#include <adapters/storage/outcome.hpp>

#include <array>

namespace chronopack::storage {

/// Counts points by the reason for which they were dropped.
class drop_counts {
public:
    void add(drop_reason why, std::uint64_t points = 1) noexcept {
        counts_[static_cast<std::size_t>(why)] += points;
    }
    [[nodiscard]] std::uint64_t operator[](drop_reason why) const noexcept {
        return counts_[static_cast<std::size_t>(why)];
    }
    [[nodiscard]] std::uint64_t total() const noexcept {
        std::uint64_t n = 0;
        for (const std::uint64_t one : counts_) n += one;
        return n;
    }

    /// Returns the counts added since `before`.
    [[nodiscard]] drop_counts since(const drop_counts& before) const noexcept {
        drop_counts out;
        for (std::size_t i = 0; i < drop_reasons; ++i)
            out.counts_[i] = counts_[i] - before.counts_[i];
        return out;
    }
    drop_counts& operator+=(const drop_counts& more) noexcept {
        for (std::size_t i = 0; i < drop_reasons; ++i) counts_[i] += more.counts_[i];
        return *this;
    }

private:
    std::array<std::uint64_t, drop_reasons> counts_{};
};

struct writer_counters {
    std::uint64_t accepted = 0;  ///< points, including those found in the spool at the start
    std::uint64_t delivered = 0;
    std::uint64_t queued = 0;   ///< in memory, including those being sent from memory
    std::uint64_t spooled = 0;  ///< on disk, including those being sent from disk
    drop_counts dropped;

    std::uint64_t rounded = 0;  ///< of the delivered points: the sum of write_outcome::rounded
    std::uint64_t calls = 0;    ///< calls of the store
    std::uint64_t retries = 0;  ///< calls answered retry
    std::uint64_t holds = 0;    ///< calls answered hold

    /// Returns whether each point is counted in exactly one place.
    [[nodiscard]] bool balanced() const noexcept {
        return accepted == delivered + queued + spooled + dropped.total();
    }
};

}  // namespace chronopack::storage
