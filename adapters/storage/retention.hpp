// Deletes old points by policy.
//
//   retention keep(store, {{.metric = "http_requests", .keep = 30 * 24h},
//                          {.keep = 400 * 24h}});
//   const auto plan = keep.cleanup(now, in(1min), dry_run::yes);   // what would be deleted
//   keep.start(1h, 1min);                                           // until stop()
//
//   points     ............|#################
//   cutoff = now - keep    ^      but never past the watermark: points that are not rolled
//                                 up yet are not deleted
//
// A policy without a metric applies to all metrics, including those with a policy of their own.
#pragma once

#include <adapters/storage/backend.hpp>
#include <adapters/storage/bell.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace chronopack::storage {

struct retention_policy {
    std::string metric = {};  ///< empty: all metrics
    std::chrono::nanoseconds keep{0};
    /// Returns the time in nanoseconds before which everything is rolled up, or nothing where that
    /// is not known; then nothing is deleted. Unset: there are no rollups to wait for.
    std::function<std::optional<std::int64_t>()> watermark = {};
};

/// What cleanup() did, or would do, for one policy.
struct retention_report {
    std::string metric;
    std::int64_t cutoff = 0;                   ///< in nanoseconds: everything before it is deleted
    bool waits = false;                        ///< whether the watermark made the cutoff earlier
    std::optional<std::uint64_t> points = {};  ///< deleted, or to be deleted, if known
    std::optional<failure> failed = {};
};

enum class dry_run : bool { no, yes };

/// Runs the policies. Thread-safe. The store must outlive it.
class retention {
public:
    retention(storage_backend& store, std::vector<retention_policy> policies)
        : store_(store), policies_(std::move(policies)) {}
    retention(const retention&) = delete;
    retention& operator=(const retention&) = delete;
    ~retention() { stop(); }

    /// Applies the policies and returns a report for each, in their order. Doing it again changes
    /// nothing. A dry run deletes nothing; it counts the points of a policy with a metric by
    /// reading them.
    [[nodiscard]] std::vector<retention_report> cleanup(std::int64_t now, deadline until,
                                                        dry_run dry = dry_run::no);

    /// Runs cleanup() now and then every `every`, each time for at most `time`, in a thread of its
    /// own. The thread calls `done` after each. Does nothing if it runs already.
    void start(std::chrono::milliseconds every, std::chrono::milliseconds time,
               std::function<void(const std::vector<retention_report>&)> done = {});
    /// Stops the thread and waits for a cleanup that is under way. If `done` or a watermark calls
    /// it in that thread, it only makes the present cleanup the last one, and a start() elsewhere
    /// waits for its end. Such a callback must not destroy this object.
    void stop();

private:
    [[nodiscard]] bool in_own_thread() const noexcept {
        return std::this_thread::get_id() == own_thread_;
    }

    storage_backend& store_;
    std::vector<retention_policy> policies_;
    // The thread itself never waits for it, because its end is awaited under it.
    std::mutex starting_;
    std::atomic<bool> stop_ = false;
    std::atomic<std::thread::id> own_thread_;
    bell bell_;
    std::thread thread_;
};

}  // namespace chronopack::storage
