// Takes points and sends them in batches: a queue and a thread in front of a store that may be slow
// or unreachable.
//
//   batch_writer writer(store, {.on_dropped = log_it});
//   writer.submit(std::move(points), in(1s));
//   const auto left = writer.close(in(10s));      // what was not delivered
//
//   submit -> queue -> [spool] -> batches of up to 5,000 -> write_batch, again and again
//                                                        `-> on_dropped, with the reason
//
// An accepted point is delivered, or kept, or dropped for a reason that is counted. Without a spool
// it is kept in memory. With a spool it is on disk as soon as a batch is full, has waited for
// `linger`, or flush() was called, and then survives the end of the process.
//
// Points of one series are sent in the order in which they were submitted, whatever fails.
#pragma once

#include <adapters/storage/backoff.hpp>
#include <adapters/storage/counters.hpp>
#include <adapters/storage/spool.hpp>

#include <functional>
#include <memory>

namespace chronopack::storage {

/// What happens to points when there is no room for them.
enum class overflow : std::uint8_t {
    block,        ///< submit() waits, until its deadline
    reject,       ///< submit() does not take them
    drop_oldest,  ///< the oldest points make room; in a spool, a whole segment does
    drop_newest   ///< the new points are counted as dropped
};

struct batch_options {
    std::size_t batch_points = 5'000;         ///< at most 65,536
    std::chrono::milliseconds linger{1'000};  ///< how long a point may wait for its batch to fill

    /// The most points in memory, those being sent included.
    std::size_t most_points = 1'000'000;
    std::size_t most_bytes = std::size_t{256} << 20;
    std::chrono::milliseconds most_age{std::chrono::hours(24)};  ///< on disk, too
    storage::overflow when_full = storage::overflow::block;

    /// The longest that one call of the store may take.
    std::chrono::milliseconds call_time{10'000};
    /// The pause between calls that need an operator's help.
    std::chrono::milliseconds hold_for{30'000};
    backoff_options retries = {};
    std::optional<std::uint64_t> seed = {};  ///< of the jitter; set by tests

    /// Called with each point that will not be delivered. The exceptions are points that a full
    /// spool or a damaged record loses: they are only counted. Only one call runs at a time, from
    /// the writer's threads or from submit(), which wait for it. It may call counters(). It must
    /// not throw, and must not call submit(), flush() or close() of the writer.
    std::function<void(const point&, const dropped_point&)> on_dropped = {};

    storage::spool* to_disk = nullptr;  ///< must outlive the writer
    /// Name of the spool's reader, used by this writer alone; empty: the store's name.
    std::string reader = {};
};

/// The points that submit() accepted: the first `accepted` ones.
struct admission {
    std::size_t accepted = 0;
    std::string message = {};  ///< why not all were accepted
};

/// What is left when flush() or close() returns.
struct leftover {
    std::uint64_t queued = 0;   ///< in memory
    std::uint64_t spooled = 0;  ///< on disk
    /// Whether all points accepted before the call are delivered or dropped.
    bool settled = false;
    /// Whether nothing is lost if the process ends now.
    bool safe = false;
    std::string message = {};  ///< the last failure; empty where everything is settled

    friend bool operator==(const leftover&, const leftover&) = default;
};

/// Sends points to a store. Thread-safe. The store must outlive it. Each call ends by its deadline,
/// whatever the store, the disk and other callers do.
class batch_writer {
public:
    /// Returns hold where the spool's reader of that name is in use, for example by another writer;
    /// refused where the name is not valid; retry where the disk fails.
    [[nodiscard]] static reply<std::unique_ptr<batch_writer>> make(storage_backend& to,
                                                                   batch_options how = {});
    /// Does what make() does, but throws std::runtime_error with the message of a failure. Without
    /// a spool it does not fail.
    explicit batch_writer(storage_backend& to, batch_options how = {});
    batch_writer(const batch_writer&) = delete;
    batch_writer& operator=(const batch_writer&) = delete;
    /// Calls close() with no time, then waits for the call that is under way, at most call_time,
    /// and for the disk to take the points in memory.
    ~batch_writer();

    [[nodiscard]] admission submit(std::vector<point> points, deadline until);

    /// Sends everything that is queued without lingering, and waits for it.
    leftover flush(deadline until);

    /// Accepts no more points, sends the queued ones until `until`, and stops the threads. Points
    /// that are still in memory are dropped as closed, or with a spool written to it. Points in a
    /// call of the store or the disk at the deadline count as queued, and are settled when that
    /// call ends. Another close() waits for that end and returns what the first one did.
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
