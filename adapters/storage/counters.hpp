// Where points are: at all times
//
//   accepted = delivered + queued + spooled + dropped, by reason
#pragma once

#include <adapters/storage/outcome.hpp>

#include <array>

namespace chronopack::storage {

/// Points by the reason they were dropped for.
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

    /// What came since `before`.
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
    std::uint64_t accepted = 0;  ///< points; those found in a spool at the start too
    std::uint64_t delivered = 0;
    std::uint64_t queued = 0;   ///< in memory, or being sent from there
    std::uint64_t spooled = 0;  ///< on disk, being sent from there too
    drop_counts dropped;

    std::uint64_t rounded = 0;  ///< of those delivered: what write_outcome::rounded counts
    std::uint64_t calls = 0;    ///< of the store
    std::uint64_t retries = 0;  ///< calls answered retry
    std::uint64_t holds = 0;    ///< calls answered hold

    /// Whether each point is somewhere, once.
    [[nodiscard]] bool balanced() const noexcept {
        return accepted == delivered + queued + spooled + dropped.total();
    }
};

}  // namespace chronopack::storage
