// Datasets in tests: opened, and looked at from outside.
#pragma once

#include "support/points.hpp"
#include "support/random.hpp"
#include "support/scratch.hpp"

#include <adapters/parquet/backend.hpp>

#include <stdexcept>

namespace chronopack::parquet_test {

[[nodiscard]] inline std::unique_ptr<parquet::backend> opened(const std::string& directory,
                                                              parquet::options how = {}) {
    auto store = parquet::backend::open(directory, std::move(how));
    if (!store) throw std::runtime_error(store.error().message);
    return std::move(*store);
}

/// Returns what a pattern **/*.parquet finds, in order.
[[nodiscard]] inline std::vector<std::string> files_in(const std::string& directory) {
    std::vector<std::string> names;
    for (const auto& one : std::filesystem::recursive_directory_iterator(directory))
        if (one.path().extension() == ".parquet")
            names.push_back(std::filesystem::relative(one.path(), directory).string());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace chronopack::parquet_test
