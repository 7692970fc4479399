// Opens the store that a URL names (store_request.hpp).
#pragma once

#include "store_request.hpp"

#include <adapters/storage/backend.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace chronopack::tool {

/// A store, and what it promises for the points that it has accepted.
struct opened_store {
    std::unique_ptr<storage::storage_backend> store;
    std::int64_t tick = 1'000'000;  ///< nanoseconds; the store keeps times in whole steps of this
    /// Whether the last of several values at one time stays; if not, any of them may.
    bool last_stays = false;
    /// Returns whether the value may come back rounded to 11 digits.
    std::function<bool(double)> may_round = [](double) {
        return false;
    };
    /// A label that every point of the store has without saying so: a tag's name and value.
    std::pair<std::string, std::string> implied{};
    std::size_t batch_points = 5'000;  ///< the size of batches that the store takes well
    /// Makes whatever the points need before they are written, such as a table. It is called first,
    /// and once.
    std::function<storage::reply<std::monostate>(storage::deadline)> prepare =
        [](storage::deadline) {
            return std::monostate{};
        };
    /// Waits until the accepted points can be read and are on the store's disk. Returns
    /// `unsupported` where the store cannot say whether they are.
    std::function<storage::reply<std::monostate>(storage::deadline)> settle =
        [](storage::deadline) {
            return std::monostate{};
        };
};

enum class purpose : std::uint8_t { writing, reading };

/// Does not connect. Throws failure (usage) for an invalid URL or line of credentials, and failure
/// (environment) for a file that cannot be read or a database that cannot be opened, or is not
/// there where it is to be read.
[[nodiscard]] opened_store open_store(const store_request& asked, purpose what_for);

}  // namespace chronopack::tool
