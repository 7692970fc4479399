// An embedded store that must open, and what a query of it finds.
#pragma once

#include "support/points.hpp"

#include <adapters/embedded/embedded_backend.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>

namespace chronopack::test {

inline std::unique_ptr<embedded::embedded_backend> opened(const std::string& path,
                                                          embedded::options how = {}) {
    auto store = embedded::embedded_backend::open(path, how);
    if (!store) throw std::runtime_error(store.error().message);
    return std::move(*store);
}

inline std::vector<storage::point> read(embedded::embedded_backend& store,
                                        const storage::range_query& what) {
    auto found = store.query_range(what, storage::in(std::chrono::seconds(60)));
    if (!found) throw std::runtime_error(found.error().message);
    return std::move(*found);
}

}  // namespace chronopack::test
