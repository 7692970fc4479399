// The inside of a batch_writer: two threads and a mutex.
//
//   submit -> queue_ -> mover -> spool -> sender -> store
//                 `---------------------> sender -> store     without a spool, or past one
//                                                             that takes nothing
//
// The mutex is never held during a call of the store or of on_dropped, or while waiting for the
// disk. The counts of the spool, which never wait, are read under it, so counters() sees each point
// in exactly one place.
#pragma once

#include <adapters/storage/batch_writer.hpp>
#include <adapters/storage/bell.hpp>
#include <adapters/storage/point_queue.hpp>
#include <adapters/storage/shipment.hpp>

#include <atomic>
#include <condition_variable>
#include <thread>

namespace chronopack::storage {

class batch_writer::state final : private shipment_events {
public:
    [[nodiscard]] static reply<std::unique_ptr<state>> make(storage_backend& to, batch_options how);
    ~state() override;

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
    using report_lock = std::unique_lock<timed_mutex>;
    struct batch {
        std::vector<point> points;
        std::uint64_t lease = 0;  // 0: it is from memory
        clock::time_point since;  // since when its first point waits
    };
    struct loss {
        point what;
        dropped_point why;
    };
    struct places {
        std::uint64_t queued = 0;
        std::uint64_t spooled = 0;
        spool_counts disk;
        std::uint64_t appended_here = 0;  // to the spool, by this writer
    };

    state(storage_backend& to, batch_options how);

    // Queues a point for submit() and returns whether it did. Points that make room for it are
    // added to `lost`.
    [[nodiscard]] bool admit(lock& held, point& p, deadline until, report_lock& reporting,
                             std::vector<loss>& lost, std::string& why);
    [[nodiscard]] bool fits(std::size_t points, std::size_t bytes) const noexcept;
    // Waits for room. Unless the policy is to block, it waits only while the disk takes points.
    [[nodiscard]] bool room_for(lock& held, std::size_t points, std::size_t bytes, deadline until);
    [[nodiscard]] bool disk_takes() const;
    void lose(std::vector<loss>& lost, point p, drop_reason why, const char* message);
    // Reports lost points. The caller holds report_mutex_ and not the mutex. The points count as
    // queued until then.
    void report(const std::vector<loss>& lost);

    void wake_threads() {
        sender_bell_.ring();
        mover_bell_.ring();
    }
    // Waits until everything that has entered is settled and returns whether it is; `safe` says
    // whether it is settled or durable. Releases the lock while it waits.
    [[nodiscard]] bool drain(lock& held, deadline until, bool& safe);
    [[nodiscard]] places where() const;
    [[nodiscard]] leftover left(bool settled, bool safe) const;
    [[nodiscard]] bool on_disk_settled(std::uint64_t appended) const;

    // These run in the mover.
    void move();
    // Appends to the spool. Answers retry where there is no memory.
    [[nodiscard]] reply<std::monostate> append(const std::vector<point>& points, bool make_room);
    [[nodiscard]] bool due(clock::time_point now) const noexcept;

    // These run in the sender.
    void send();
    [[nodiscard]] std::optional<batch> next(clock::time_point& wake);
    // Leases from the spool. Returns nothing, too, where there is no memory.
    [[nodiscard]] std::optional<spooled_batch> lease();
    void drop_expired(lock& held, clock::time_point now);
    void drop_rest();
    void ship(batch& b);
    [[nodiscard]] bool stopped() const override { return stop_; }
    [[nodiscard]] deadline call_deadline() const override;
    void wait(deadline until) override;
    void answered(verdict what, const std::string& message) override;
    void delivered(std::size_t points, std::size_t rounded) override;
    void dropped(const point* p, const dropped_point& why) override;
    // Counts points of the batch that is being sent as settled. The caller holds the mutex.
    void settle(std::size_t points);

    storage_backend& to_;
    batch_options how_;
    spool::reader_id reader_ = spool::nobody;
    spool_counts at_start_;
    backoff pause_;
    timed_mutex report_mutex_;  // one call of on_dropped at a time; locked before the mutex

    mutable std::mutex mutex_;
    std::condition_variable changed_;  // points were settled or moved, or the writer was closed
    bell sender_bell_, mover_bell_;    // the thread has something to look at
    point_queue queue_;
    std::size_t in_flight_ = 0;  // points from memory
    std::size_t in_flight_bytes_ = 0;
    std::size_t moving_ = 0;  // points on their way to the spool
    std::size_t moving_bytes_ = 0;
    std::size_t reporting_ = 0;   // points that are lost, and not counted yet
    std::uint64_t lease_ = 0;     // of the batch that is being sent; 0: it is from memory
    std::uint64_t of_lease_ = 0;  // settled points of a record that is not settled as a whole
    std::uint64_t handed_ = 0;    // points given to the spool that it did not refuse
    std::uint64_t entered_ = 0;   // points that entered the queue
    std::uint64_t gone_ = 0;      // points that left memory: settled there, or on disk
    clock::time_point disk_again_ = {};
    writer_counters counts_;  // accepted: by submit()
    std::string message_;
    bool failing_ = false;
    unsigned flushing_ = 0;
    unsigned pressing_ = 0;  // calls that wait for room
    bool closed_ = false;
    leftover first_close_;
    bool moved_ = true;  // the mover has ended, or there is none
    bool done_ = false;  // the sender has ended
    deadline close_by_ = deadline::max();
    std::atomic<bool> stop_ = false;
    std::thread mover_, sender_;  // last: they use all of the above
};

}  // namespace chronopack::storage
