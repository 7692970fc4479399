// The options of a command line that say where the output goes.
#pragma once

#include "output/destination.hpp"
#include "store_request.hpp"

#include <CLI/CLI.hpp>

namespace chronopack::tool {

struct output_request {
    std::string path = "-";
    bool force = false;

    /// Returns the destination. `inputs` may name stores. Throws failure (usage) where it must not be written to:
    /// destination.hpp.
    [[nodiscard]] destination checked(content what, const std::vector<std::string>& inputs) const {
        return {path, what, files_among(inputs), force};
    }
};

/// Adds -o and --force, for text that goes to standard output by default.
void add_text_output(CLI::App& app, output_request& asked);

/// Adds only --force. `what` says what may be replaced with it.
void add_force(CLI::App& app, output_request& asked, const std::string& what);

}  // namespace chronopack::tool
