// The report as a command: bench/run's program, and `chronopack bench`.
#pragma once

#include "options.hpp"

namespace chronopack::report {

enum report_status { success = 0, not_lossless = 1, wrong_input = 2, not_to_be_had = 3 };

/// Measures what the command line asks for, and prints it on stdout. Returns the exit status.
/// Throws input::failure for a file that cannot be read or written.
[[nodiscard]] int run(int argc, const char* const* argv, const face& shown);

}  // namespace chronopack::report
