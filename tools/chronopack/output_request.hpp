// What a command line says of where the output goes.
#pragma once

#include "output/destination.hpp"

#include <CLI/CLI.hpp>

namespace chronopack::tool {

struct output_request {
    std::string path = "-";
    bool force = false;

    /// failure (usage) for what must not be written to: destination.hpp.
    [[nodiscard]] destination checked(content what, const std::vector<std::string>& inputs) const {
        return {path, what, inputs, force};
    }
};

/// -o and --force, of text that otherwise goes to standard output.
void add_text_output(CLI::App& app, output_request& asked);

/// --force alone. `what` says what may be replaced without it.
void add_force(CLI::App& app, output_request& asked, const std::string& what);

}  // namespace chronopack::tool
