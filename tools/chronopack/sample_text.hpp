// Prints samples of an archive as text.
//
//   csv, wide      time,load,requests              a row for each time
//                  2024-01-01T00:00:00Z,0.25,100
//   csv, long      time,__name__,host,value        a row for each sample
//                  2024-01-01T00:00:00Z,load,web1,0.25
//   jsonl          {"time":"2024-01-01T00:00:00Z","labels":{"__name__":"load"},"value":0.25}
//
// Every value and time reads back to the same bits: value_text.hpp. `compress` reads all of this
// CSV. JSON has no number for NaN and infinities, so they are text.
#pragma once

#include "archive_file.hpp"
#include "output_request.hpp"
#include "time_bounds.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace chronopack::tool {

struct text_request {
    std::string format = "csv";
    std::string shape = "auto";  ///< wide if all series have a name and no other label
    std::string time = "auto";   ///< dates if all lie in the years 0000 to 9999
    output_request output = {};
};

/// Adds the options that choose these.
void add_text_options(CLI::App& app, text_request& asked);

/// Prints the samples of some series, by number, that lie within `bounds`. Throws failure for
/// damaged frames, and where the requested shape cannot hold the samples.
void print_samples(const archive_file& archive, const std::vector<std::size_t>& numbers,
                   const time_bounds& bounds, const text_request& asked, const destination& to);

}  // namespace chronopack::tool
