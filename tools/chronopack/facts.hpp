// Facts about an archive's series that need no value decoded: sizes, times, codecs, statistics.
#pragma once

#include "archive_file.hpp"

#include <map>
#include <string>
#include <vector>

namespace chronopack::tool {

/// The combined statistics of a series' frames.
template <class V>
struct total {
    statistics<V> all;        ///< first, last, min, max, nans, resets; the others are unset
    double sum = 0;           ///< NaN if a sum of int64 overflowed
    std::size_t numbers = 0;  ///< values that are not NaN
};

struct series_facts {
    std::size_t samples = 0;
    std::size_t frames = 0;
    std::size_t bytes = 0;
    time_unit unit = time_unit::milliseconds;
    std::int64_t from = 0;
    std::int64_t to = 0;
    /// Counts of blocks; of frames for stages.
    std::map<std::string, std::size_t> time_codecs, value_codecs, stages;
    /// Counts of blocks by what numbers they hold, in words; of doubles alone.
    std::map<std::string, std::size_t> forms;
    std::variant<total<double>, total<std::int64_t>> values;
    std::vector<std::string> damaged;  ///< frames that could not be opened, and why
};

[[nodiscard]] series_facts look_at(const archive_file& archive, std::size_t series);

}  // namespace chronopack::tool
