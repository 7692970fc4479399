// Requests that VictoriaMetrics has acknowledged and may not have on its disk yet. They are sent
// again when the server turns out to have restarted.
//
//   requests      w1  w2  w3           w4            w5
//   server        |------- started at S -------| |------- started at T ---
//   asked             S            S                     T
//   held          w1  w2 w3        w3  w4                w3 w4 are sent again
//
// A request is released when the server, asked at least `age` after its answer, still reports the
// start time that it reported before the request. The server is asked every `age`, and at the first
// call after one that failed. It is asked only during calls: there is no thread.
//
// This does not cover: the end of this process within `age` of an answer if the server dies as well
// (call settle() before); a server that takes longer than `age` to write to its disk; two starts of
// a server within one second; more than `most_bytes` within `age`, which counters() reports as
// outgrown. A request may arrive twice.
#pragma once

#include <adapters/storage/outcome.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace chronopack::victoriametrics {

struct window_options {
    /// How long after its answer the server may still have points only in memory; 0: no window.
    /// 1.79.5 was seen to take 9 s. A server with a slow disk, or with an
    /// -inmemoryDataFlushInterval above 5 s, needs more.
    std::chrono::milliseconds age{20'000};
    /// The most bytes of requests that are held. They are held in zstd, so about as many as were
    /// sent.
    std::size_t most_bytes = std::size_t{64} << 20;
};

/// Counts of samples, except for the bytes.
struct window_counters {
    bool watched = false;         ///< whether the server has reported when it started
    std::size_t held_bytes = 0;   ///< bytes of held requests
    std::uint64_t held = 0;       ///< would be sent again after a restart
    std::uint64_t resent = 0;     ///< were sent again
    std::uint64_t outgrown = 0;   ///< released before `age`, because most_bytes was reached
    std::uint64_t not_taken = 0;  ///< refused when they were sent again
};

/// Returns when the server started, in seconds since 1970, from the text of its /metrics. Returns
/// nothing for text that is not of a VictoriaMetrics with storage (a proxy, vminsert).
[[nodiscard]] std::optional<std::int64_t> start_in_metrics(std::string_view text);

/// Watches one server. Any number of threads may call it at once. One of them asks the server, and
/// the others do not wait for it.
class restart_watch {
public:
    struct server {
        /// Returns when the server started, or nothing where it does not report that.
        std::function<storage::reply<std::optional<std::int64_t>>(storage::deadline)> started;
        /// Sends a request that was given to add().
        std::function<storage::reply<std::monostate>(const std::string&, storage::deadline)> send;
        std::function<storage::deadline()> now = storage::clock::now;
    };

    restart_watch(window_options how, server of) : options_(how), server_(std::move(of)) {}

    /// Returns whether requests should be given to add().
    [[nodiscard]] bool wants() const;
    /// Returns the start time that the server reported last. Read it before a request is sent.
    [[nodiscard]] std::int64_t start() const;

    /// Holds a request that the server has just acknowledged. `start` is the start time read before
    /// it.
    void add(std::string request, std::size_t samples, std::int64_t start);

    /// Notes that a call has failed: the server is asked at the next catch_up().
    void suspect();

    /// Asks the server if that is due, and resends what it may have lost, within a quarter of the
    /// time until the deadline. Requests that fail stay held.
    void catch_up(storage::deadline until);

    /// Waits until nothing is held: the server has had everything for `age` without a restart. Call
    /// it when nothing is being written. Returns `unsupported` where the server does not report its
    /// start time or there is no window, and `retry` where the deadline comes first or the server
    /// cannot be asked.
    [[nodiscard]] storage::reply<std::monostate> settle(storage::deadline until);

    /// Ends a settle() that waits.
    void cancel();

    [[nodiscard]] window_counters counters() const;

private:
    class turn;
    struct held_request {
        std::string bytes;
        std::size_t samples = 0;
        std::int64_t start = 0;  // of the server process that accepted it
        storage::deadline answered;
    };

    [[nodiscard]] storage::reply<std::monostate> look(storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> send_again(storage::deadline until);
    [[nodiscard]] std::optional<held_request> take_lost();
    void hold(held_request one);

    window_options options_;
    server server_;
    mutable std::mutex mutex_;         // guards the members below; never held during a call
    std::condition_variable changed_;  // asking_ or cancelled_ has changed
    bool asking_ = false;              // a call has the turn
    bool cancelled_ = false;
    bool silent_ = false;     // the server does not report its start time
    std::int64_t start_ = 0;  // 0: no start time was reported yet
    storage::deadline due_{};
    std::deque<held_request> held_;
    std::size_t held_bytes_ = 0;
    window_counters counts_;
};

}  // namespace chronopack::victoriametrics
