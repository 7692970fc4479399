// Selects the series of an archive that match any of some selectors.
#pragma once

#include "archive_file.hpp"
#include "selector.hpp"

#include <algorithm>

namespace chronopack::tool {

[[nodiscard]] inline std::vector<selector> selectors_of(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
}

/// Returns their numbers, or all numbers where there is no selector. Throws failure where none
/// matches.
[[nodiscard]] inline std::vector<std::size_t> selected(const archive_file& archive,
                                                       const std::vector<selector>& wanted) {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < archive.series().size(); ++i)
        if (wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const selector& one) {
                return one(archive.series()[i].labels);
            }))
            numbers.push_back(i);
    if (numbers.empty())
        throw input::failure(input::fault::data, {archive.name()}, "no series is selected");
    return numbers;
}

}  // namespace chronopack::tool
