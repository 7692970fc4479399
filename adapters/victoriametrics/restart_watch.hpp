// What VictoriaMetrics has answered for and may not have on its disk yet: it is sent
// again when the server turns out to have restarted.
//
//   requests      w1  w2  w3           w4            w5
//   server        |------- started at S -------| |------- started at T ---
//   asked             S            S                     T
//   held          w1  w2 w3        w3  w4                w3 w4 are sent again
//
// A request is let go when the server, asked `age` or more after it answered, still
// names the start that it named before the request. It is asked every `age`, and at the
// next call after one that failed; only when somebody calls, for there is no thread.
//
// What this does not cover: the end of this process within `age` of an answer, when the
// server dies as well (settle() before that); a server that takes longer than `age` to
// write to its disk; two lives of a server that start within one second; more than
// `most_bytes` in `age`, which counters() has as outgrown. A request may arrive twice.
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
    /// How long after its answer the server may still have points in memory alone; 0: no
    /// window. 1.79.5 was seen to take 9 s. A server whose disk is slow, or whose
    /// -inmemoryDataFlushInterval is above 5 s, needs more.
    std::chrono::milliseconds age{20'000};
    /// Bytes of requests that are held at most; by zstd, so about as many as were sent.
    std::size_t most_bytes = std::size_t{64} << 20;
};

/// Samples, but for the bytes.
struct window_counters {
    bool watched = false;         ///< whether the server has said when it started
    std::size_t held_bytes = 0;   ///< of requests
    std::uint64_t held = 0;       ///< would be sent again
    std::uint64_t resent = 0;     ///< were sent again
    std::uint64_t outgrown = 0;   ///< let go before `age`: most_bytes was reached
    std::uint64_t not_taken = 0;  ///< refused when they were sent again
};

/// When the server started, in seconds since 1970, by the text of its /metrics; nothing
/// where that is not the text of a VictoriaMetrics that stores (a proxy, vminsert).
[[nodiscard]] std::optional<std::int64_t> start_in_metrics(std::string_view text);

/// Calls may come from any threads at once. One of them asks the server, and the others
/// do not wait for it.
class restart_watch {
public:
    struct server {
        /// When it started; nothing where it does not say.
        std::function<storage::reply<std::optional<std::int64_t>>(storage::deadline)> started;
        /// Sends a request that add() was given.
        std::function<storage::reply<std::monostate>(const std::string&, storage::deadline)> send;
        std::function<storage::deadline()> now = storage::clock::now;
    };

    restart_watch(window_options how, server of) : options_(how), server_(std::move(of)) {}

    /// Whether requests are to be handed to add().
    [[nodiscard]] bool wants() const;
    /// The start that the server has last named; to be read before a request is sent.
    [[nodiscard]] std::int64_t start() const;

    /// Holds a request that the server has just answered for, sent when `start` held.
    void add(std::string request, std::size_t samples, std::int64_t start);

    /// A call has failed: the server is asked at the next catch_up().
    void suspect();

    /// Asks the server where that is due, and sends again what it may have lost, within a
    /// quarter of the time until the deadline. What did not get through stays held.
    void catch_up(storage::deadline until);

    /// Waits until nothing is held: the server has had everything for `age` without a
    /// restart. To be called when nothing is being written. `unsupported` where the server
    /// does not say when it started, or there is no window; `retry` when the deadline comes
    /// first, or the server could not be asked.
    [[nodiscard]] storage::reply<std::monostate> settle(storage::deadline until);

    /// Ends a settle() that waits.
    void cancel();

    [[nodiscard]] window_counters counters() const;

private:
    class turn;
    struct held_request {
        std::string bytes;
        std::size_t samples = 0;
        std::int64_t start = 0;  // of the server's life that took it
        storage::deadline answered;
    };

    [[nodiscard]] storage::reply<std::monostate> look(storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> send_again(storage::deadline until);
    [[nodiscard]] std::optional<held_request> take_lost();
    void hold(held_request one);

    window_options options_;
    server server_;
    mutable std::mutex mutex_;         // of what follows; never held over a call
    std::condition_variable changed_;  // asking_ or cancelled_ has
    bool asking_ = false;              // somebody has the turn
    bool cancelled_ = false;
    bool silent_ = false;     // the server does not say
    std::int64_t start_ = 0;  // none was named yet
    storage::deadline due_{};
    std::deque<held_request> held_;
    std::size_t held_bytes_ = 0;
    window_counters counts_;
};

}  // namespace chronopack::victoriametrics
