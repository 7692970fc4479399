// The store that a URL names (ship_target.hpp).
#pragma once

#include "ship_target.hpp"

#include <adapters/storage/backend.hpp>

#include <memory>

namespace chronopack::tool {

/// Connects to no server. failure (usage) for what is no such URL or line, and
/// (environment) for a file that cannot be read or a database that cannot be opened.
[[nodiscard]] std::unique_ptr<storage::storage_backend> open_target(const target_request& asked);

}  // namespace chronopack::tool
