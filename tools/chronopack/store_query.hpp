// A query for points that is repeated while the store cannot answer.
#pragma once

#include <adapters/storage/backend.hpp>

#include <chrono>
#include <optional>
#include <vector>

namespace chronopack::tool {

/// Returns the points, or nothing where the store refuses the query and `may_narrow` is set: it
/// does so where there are more than `what.most`. A store that cannot answer now is asked again
/// until `patience` is over, or not at all without `again`. Throws failure: data where the store
/// refuses, environment where it gives no answer.
[[nodiscard]] std::optional<std::vector<storage::point>> ask_points(
    storage::storage_backend& store, const storage::range_query& what, bool may_narrow,
    std::chrono::seconds patience, bool again = true);

}  // namespace chronopack::tool
