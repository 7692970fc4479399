// The inside of a batch_writer. Points are settled under its one mutex, those of a spool
// under the spool's within it; so counters() sees each point in one place.
#pragma once

#include <adapters/storage/batch_writer.hpp>
#include <adapters/storage/bell.hpp>
#include <adapters/storage/point_queue.hpp>
#include <adapters/storage/shipment.hpp>

#include <atomic>
#include <condition_variable>
#include <thread>

namespace chronopack::storage {

class batch_writer::state {
public:
    state(storage_backend& to, batch_options how);
    ~state();

    [[nodiscard]] admission submit(std::vector<point> points, deadline until);
    leftover flush(deadline until);
    leftover close(deadline until);
    [[nodiscard]] writer_counters counters() const;
    [[nodiscard]] bool failing() const {
        const std::lock_guard held(mutex_);
        return failing_;
    }

private:
    using lock = std::unique_lock<std::mutex>;
    struct batch {
        std::vector<point> points;
        bool from_disk = false;
        clock::time_point since;                           // of the first, in memory
        std::chrono::system_clock::time_point written_at;  // on disk
    };

    // submit()'s. Whether the point was taken.
    [[nodiscard]] bool admit(lock& held, point& p, deadline until, std::string& why);
    [[nodiscard]] bool fits(std::size_t points, std::size_t bytes) const noexcept;
    [[nodiscard]] bool drop_something();
    void drop(const point* p, const dropped_point& why);  // null: not known which

    // The queue to disk, by whole batches or all of it; false where the spool takes no more.
    bool move_to_disk(bool all);
    [[nodiscard]] bool wait_for(lock& held, std::uint64_t target, deadline until);
    [[nodiscard]] leftover left(const lock& held, bool settled, bool safe) const;
    [[nodiscard]] bool on_disk_settled(std::uint64_t appended) const;

    // The thread's.
    void run();
    [[nodiscard]] std::optional<batch> next(clock::time_point& wake);
    [[nodiscard]] bool due(clock::time_point now) const noexcept;
    void ship(batch& b);
    void settled(bool from_disk, std::size_t points);

    storage_backend& to_;
    batch_options how_;
    spool::reader_id reader_ = 0;
    spool_counts at_start_;
    shipment_events events_;
    backoff pause_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;  // something was settled, or closed
    bell bell_;                        // the thread has something to look at
    point_queue queue_;
    std::size_t in_flight_ = 0;  // of memory
    std::size_t in_flight_bytes_ = 0;
    std::uint64_t of_lease_ = 0;  // settled points of a record that is not
    std::uint64_t appended_ = 0;  // to the spool, from here
    std::uint64_t entered_ = 0;   // the queue
    std::uint64_t gone_ = 0;      // from memory: settled there or on disk
    clock::time_point disk_again_ = {};
    writer_counters counts_;  // accepted: by submit()
    std::string message_;
    bool failing_ = false;
    unsigned flushing_ = 0;
    bool closed_ = false;
    bool done_ = false;  // the thread
    deadline close_by_ = deadline::max();
    std::atomic<bool> stop_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace chronopack::storage
