// Times queries: a metric after the other, each of which must give all of its points.
#pragma once

#include "stages.hpp"

#include <adapters/storage/backend.hpp>

#include <algorithm>
#include <string>

namespace stages {

/// Prints a row of the table. Fails where points are missing.
inline void time_queries(std::string_view what, chronopack::storage::storage_backend& store,
                         const workload& load) {
    stopwatch query;
    double found = 0;
    for (int m = 0; m < std::min(load.series, 50); ++m)
        query.time([&] {
            const auto all = store.query_range({.metric = "metric_" + std::to_string(m)},
                                               chronopack::storage::in(std::chrono::minutes(1)));
            if (!all) fail(all.error().message);
            found += static_cast<double>(all->size());
        });
    if (found != load.points()) fail("not all points came back");
    print_row(what, found, query);
}

}  // namespace stages
