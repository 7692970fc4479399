// What is kept for how long.
//
//   retention keep(store, {{.metric = "http_requests", .keep = 30 * 24h},
//                          {.keep = 400 * 24h}});
//   const auto plan = keep.cleanup(now, in(1min), dry_run::yes);   // what would go
//   keep.start(1h, 1min);                                           // until stop()
//
//   points     ............|#################
//   cutoff = now - keep    ^      but never past the watermark: what is not rolled
//                                 up yet is not deleted
//
// A policy without a metric is of all metrics, those with policies of their own too.
#pragma once

#include <adapters/storage/backend.hpp>
#include <adapters/storage/bell.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace chronopack::storage {

struct retention_policy {
    std::string metric = {};  ///< empty: all
    std::chrono::nanoseconds keep{0};
    /// Before which all is rolled up, in nanoseconds; nothing: not known, delete nothing.
    /// Without it there are no rollups to wait for.
    std::function<std::optional<std::int64_t>()> watermark = {};
};

/// What cleanup() did, or would do, for one policy.
struct retention_report {
    std::string metric;
    std::int64_t cutoff = 0;                   ///< nanoseconds: what is before goes
    bool waits = false;                        ///< for the watermark: the cutoff would be later
    std::optional<std::uint64_t> points = {};  ///< deleted, or to delete; where known
    std::optional<failure> failed = {};
};

enum class dry_run : bool { no, yes };

/// Thread-safe. The store must outlive it.
class retention {
public:
    retention(storage_backend& store, std::vector<retention_policy> policies)
        : store_(store), policies_(std::move(policies)) {}
    retention(const retention&) = delete;
    retention& operator=(const retention&) = delete;
    ~retention() { stop(); }

    /// A report a policy, in their order; doing it again changes nothing. A dry run
    /// deletes nothing; it counts the points of a policy with a metric by reading them.
    [[nodiscard]] std::vector<retention_report> cleanup(std::int64_t now, deadline until,
                                                        dry_run dry = dry_run::no);

    /// Cleans up now and then once every `every`, each within `time`, in a thread of its
    /// own, which calls `done` after each. Does nothing where it runs already.
    void start(std::chrono::milliseconds every, std::chrono::milliseconds time,
               std::function<void(const std::vector<retention_report>&)> done = {});
    /// Ends the thread, and waits for a cleanup that is under way. From `done` or a watermark
    /// in that thread it only sees to it that the cleanup is the last: a start() elsewhere
    /// waits for its end. Such a callback must not destroy this.
    void stop();

private:
    [[nodiscard]] bool in_own_thread() const noexcept {
        return std::this_thread::get_id() == own_thread_;
    }

    storage_backend& store_;
    std::vector<retention_policy> policies_;
    std::mutex starting_;  // never waited for in the thread, whose end is waited for under it
    std::atomic<bool> stop_ = false;
    std::atomic<std::thread::id> own_thread_;
    bell bell_;
    std::thread thread_;
};

}  // namespace chronopack::storage
