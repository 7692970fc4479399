// The store that a URL names (ship_target.hpp).
#pragma once

#include "ship_target.hpp"

#include <adapters/storage/backend.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace chronopack::tool {

/// A store, and what it promises of the points that it has taken.
struct target {
    std::unique_ptr<storage::storage_backend> store;
    std::int64_t tick = 1'000'000;  ///< nanoseconds that it keeps times in whole steps of
    bool last_stays = false;        ///< of several values at one time; otherwise any may
    /// Whether the value may come back rounded to 11 digits.
    std::function<bool(double)> may_round = [](double) {
        return false;
    };
    std::size_t batch_points = 5'000;  ///< that it takes well at once
    /// Makes what points need to be written: a table. Called first, and once.
    std::function<storage::reply<std::monostate>(storage::deadline)> prepare =
        [](storage::deadline) {
            return std::monostate{};
        };
    /// Waits until what was taken can be read and is on the store's disk; `unsupported`
    /// where the store cannot say that it is.
    std::function<storage::reply<std::monostate>(storage::deadline)> settle =
        [](storage::deadline) {
            return std::monostate{};
        };
};

/// Connects to no server. Throws failure (usage) for what is no such URL or line, and
/// (environment) for a file that cannot be read or a database that cannot be opened.
[[nodiscard]] target open_target(const target_request& asked);

}  // namespace chronopack::tool
