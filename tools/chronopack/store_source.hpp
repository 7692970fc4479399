// Reads samples of a store into a sink, as other inputs are read: which part, how, and by which
// options.
#pragma once

#include "selector.hpp"
#include "store_request.hpp"
#include "time_bounds.hpp"
#include "input/sink.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <vector>

namespace chronopack::tool {

struct store_part {
    std::vector<selector> selectors{};  ///< none: all series
    time_bounds bounds{};
};

inline constexpr const char* source_group = "Stores that are read";

/// Adds the options that say how stores are reached: --credentials, or with a prefix
/// --source-credentials, and so on. The help shows them in a group.
void add_store_options(CLI::App& app, store_request& asked, const std::string& prefix = {},
                       const std::string& group = source_group);

/// Reads the part of a store into `to`, series by series, in order of time within a series, until
/// the sink is full. Times are kept in `unit`, or in the store's own steps of 1 ms or 1 ns. Values
/// are doubles. Shows progress on a terminal. Throws failure: usage for a URL that is no store's,
/// or where the store cannot list its metrics and no selector names one; data for samples that the
/// store does not give or that `unit` cannot hold; environment when it gives no answer. Returns the
/// number of samples.
std::uint64_t read_store(const store_request& from, const store_part& part,
                         std::optional<input::tick> unit, input::sample_sink& to, bool progress);

}  // namespace chronopack::tool
