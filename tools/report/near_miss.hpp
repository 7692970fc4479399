// Finds the option or the command that was probably meant.
//
//   --tiem time        "; --time is near" (two letters are exchanged)
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace chronopack::report {

/// Returns the word of `there` that differs from `word` in the fewest letters, or an empty text
/// where all differ in more than two, or in half of the word.
[[nodiscard]] std::string nearest(const std::string& word, const std::vector<std::string>& there);

/// Returns a hint for the first of the arguments that is no option of the command, or of the
/// subcommand that is chosen, and no command where one is expected. It is empty where nothing is
/// near.
[[nodiscard]] std::string near_miss(const CLI::App& app, int argc, const char* const* argv);

}  // namespace chronopack::report
