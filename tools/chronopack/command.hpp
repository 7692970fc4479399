// The parts of the command line. Each subcommand adds itself, and the action to run once all
// options are read.
//
// Exit status: 0; 1 for bad data or a failed check; 2 for wrong usage; 3 when the system refuses.
// Errors are input::failure, which main() prints on stderr. Results go to stdout, remarks to
// stderr.
#pragma once

#include "input/failure.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace chronopack::tool {

using input::failure;
using input::fault;

/// Does what a command line asks for, and returns the exit status.
using action = std::function<int()>;

void add_advise(CLI::App& app, action& todo);
void add_bench(CLI::App& app, action& todo);
void add_compress(CLI::App& app, action& todo);
void add_decompress(CLI::App& app, action& todo);
void add_inspect(CLI::App& app, action& todo);
void add_query(CLI::App& app, action& todo);
void add_rollup(CLI::App& app, action& todo);
#if CHRONOPACK_HAVE_SHIP
void add_ship(CLI::App& app, action& todo);
#endif
void add_verify(CLI::App& app, action& todo);

/// Adds a subcommand with its help: what it does, and examples that run.
inline CLI::App* add_command(CLI::App& app, const std::string& name, const std::string& about,
                             const std::string& examples) {
    CLI::App* const added = app.add_subcommand(name, about);
    added->footer("Examples:\n" + examples +
                  "\n\nExit status: 0, 1 for bad data or a failed check, 2 for wrong usage, 3 when "
                  "the\nsystem refuses.");
    return added;
}

}  // namespace chronopack::tool
