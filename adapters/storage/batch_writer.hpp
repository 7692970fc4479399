// Points in, batches out: a queue and a thread in front of a store that may be slow or
// away.
//
//   batch_writer writer(store, {.on_dropped = log_it});
//   writer.submit(std::move(points), in(1s));
//   const auto left = writer.close(in(10s));      // the truth: what was not delivered
//
//   submit -> queue -> [spool] -> batches of up to 5,000 -> write_batch, again and again
//                                                        `-> on_dropped, with the reason
//
// A point that was accepted is delivered, or kept, or dropped for a reason that is
// counted. Without a spool it is kept in memory; with one on disk as soon as a batch is
// full, has waited for `linger`, or flush() was called, and then survives the process.
//
// Points of one series are sent in the order they were submitted, whatever fails.
#pragma once

#include <adapters/storage/backoff.hpp>
#include <adapters/storage/counters.hpp>
#include <adapters/storage/spool.hpp>

#include <functional>
#include <memory>

namespace chronopack::storage {

/// What to do with points for which there is no room.
enum class overflow : std::uint8_t {
    block,        ///< submit() waits, until its deadline
    reject,       ///< submit() takes none of them
    drop_oldest,  ///< what has waited longest makes room; of a spool a whole segment
    drop_newest   ///< they are counted as dropped
};

struct batch_options {
    std::size_t batch_points = 5'000;         ///< at most 65,536
    std::chrono::milliseconds linger{1'000};  ///< how long a point may wait for more

    /// Of the queue in memory: points that are being sent are part of it.
    std::size_t most_points = 1'000'000;
    std::size_t most_bytes = std::size_t{256} << 20;
    std::chrono::milliseconds most_age{std::chrono::hours(24)};  ///< on disk, too
    storage::overflow when_full = storage::overflow::block;

    std::chrono::milliseconds call_time{10'000};  ///< of one call of the store
    std::chrono::milliseconds hold_for{30'000};   ///< between calls that an operator must help
    backoff_options retries = {};
    std::optional<std::uint64_t> seed = {};  ///< of the jitter, for tests

    /// Called with each point that will not be delivered, but those that a full spool or a
    /// damaged record loses: they are only counted. One call at a time, from the writer's
    /// threads and from submit(), which take as long as it does. It may ask for counters();
    /// it must not throw, or submit to the writer, flush or close it.
    std::function<void(const point&, const dropped_point&)> on_dropped = {};

    storage::spool* to_disk = nullptr;  ///< must outlive the writer
    std::string reader = {};  ///< of the spool, for this writer alone; empty: the store's name
};

/// What submit() took: the first so many points.
struct admission {
    std::size_t accepted = 0;
    std::string message = {};  ///< why not all
};

/// What is left when flush() or close() return.
struct leftover {
    std::uint64_t queued = 0;   ///< in memory
    std::uint64_t spooled = 0;  ///< on disk
    /// Whether all that was accepted before the call is delivered, or dropped.
    bool settled = false;
    /// Whether nothing is lost when the process ends now.
    bool safe = false;
    std::string message = {};  ///< the last that went wrong; empty where it is settled

    friend bool operator==(const leftover&, const leftover&) = default;
};

/// Thread-safe. The store must outlive it. Each call ends by its deadline, whatever the
/// store, the disk and other callers do.
class batch_writer {
public:
    /// hold where the reader's name of the spool is in use, by another writer for one;
    /// refused where it is no name; retry where the disk fails.
    [[nodiscard]] static reply<std::unique_ptr<batch_writer>> make(storage_backend& to,
                                                                   batch_options how = {});
    /// As make(), but throws std::runtime_error where that says why not. Without a spool
    /// there is nothing to refuse.
    explicit batch_writer(storage_backend& to, batch_options how = {});
    batch_writer(const batch_writer&) = delete;
    batch_writer& operator=(const batch_writer&) = delete;
    /// close() at once, then waits for the call that is under way, up to call_time, and for
    /// the disk to take what is in memory.
    ~batch_writer();

    [[nodiscard]] admission submit(std::vector<point> points, deadline until);

    /// Sends what is there without lingering, and waits for it.
    leftover flush(deadline until);

    /// Takes no more points, sends what is there until then, and stops. What is still in
    /// memory is dropped as closed, or with a spool put there. What a call or the disk has
    /// under way at the deadline is counted as queued, and settled when that ends. Another
    /// close() waits for the end, and says what the first did.
    leftover close(deadline until);

    [[nodiscard]] writer_counters counters() const;

    /// Returns whether the store's last answer was a failure.
    [[nodiscard]] bool failing() const;

private:
    class state;
    explicit batch_writer(std::unique_ptr<state> s);
    std::unique_ptr<state> state_;
};

}  // namespace chronopack::storage
