// Points to a store, until it has them or will not: a batch_writer, with progress on a
// terminal and an end to its patience.
#pragma once

#include "input/progress.hpp"

#include <adapters/storage/batch_writer.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace chronopack::tool {

class shipper {
public:
    /// failure (environment) when the store is not well. `batch_points` are sent at once;
    /// `patience` is how long it may take nothing; `quiet`: no progress.
    shipper(storage::storage_backend& to, std::size_t batch_points, std::chrono::seconds patience,
            bool quiet);

    /// Sends soon; waits where the store is slow. failure (environment) when it has taken
    /// nothing for too long.
    void send(storage::point one);

    /// Waits until all is delivered or dropped; failures as of send().
    void finish();

    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
    [[nodiscard]] std::uint64_t dropped() const { return writer_.counters().dropped.total(); }
    /// The first points that the store will not have, as lines for people.
    [[nodiscard]] std::vector<std::string> shown_drops();

private:
    using time_point = std::chrono::steady_clock::time_point;

    void hand_over();
    void watch();
    [[nodiscard]] storage::batch_options options();

    storage::storage_backend& to_;
    std::size_t batch_points_;
    std::chrono::seconds patience_;
    bool quiet_;
    std::mutex mutex_;
    std::vector<std::string> drops_;  // the first
    storage::batch_writer writer_;
    std::vector<storage::point> gathered_;
    std::uint64_t sent_ = 0;
    std::uint64_t settled_ = 0;  // when last looked at
    time_point started_, settled_at_;
    input::progress_line line_;
};

}  // namespace chronopack::tool
