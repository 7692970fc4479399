// Sends points to a store until it has accepted or refused them. It uses a batch_writer, shows
// progress on a terminal, and gives up after a while without progress.
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
    /// Throws failure (environment) when the store is not well. A batch has `batch_points`;
    /// `patience` is how long the store may accept nothing. With `quiet` no progress is shown.
    shipper(storage::storage_backend& to, std::size_t batch_points, std::chrono::seconds patience,
            bool quiet);

    /// Sends a point soon, and waits where the store is slow. Throws failure (environment) when the
    /// store has accepted nothing for too long.
    void send(storage::point one);

    /// Waits until everything is delivered or dropped. Failures are those of send().
    void finish();

    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
    [[nodiscard]] std::uint64_t dropped() const { return writer_.counters().dropped.total(); }
    /// Returns the first points that the store refused, as lines for people.
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
    std::vector<std::string> drops_;  // the first ones
    storage::batch_writer writer_;
    std::vector<storage::point> gathered_;
    std::uint64_t sent_ = 0;
    std::uint64_t settled_ = 0;  // the number when last checked
    time_point started_, settled_at_;
    input::progress_line line_;
};

}  // namespace chronopack::tool
