// chronopack compresses, inspects and queries time series from a shell.

#include "command.hpp"
#include "report/near_miss.hpp"

#include <adapters/text/printable.hpp>

#include <fmt/core.h>

#include <cstdio>
#include <exception>
#include <new>

namespace {

using namespace chronopack::tool;
namespace text = chronopack::text;

constexpr auto about =
    R"(Compresses time series from CSV, line protocol or raw columns into one archive, and
gives back every bit.)";

constexpr auto examples = R"(Examples:
  chronopack compress load.csv -o load.cpk
  chronopack inspect load.cpk
  chronopack query load.cpk 'load{host=~"web.*"}' --from 2024-01-01

chronopack COMMAND --help says more. Exit status: 0, 1 for bad data or a failed
check, 2 for wrong usage, 3 when the system refuses.)";

int read_command_line(CLI::App& app, int argc, char** argv, action& todo) {
    try {
        app.parse(argc, argv);
        return 0;
    } catch (const CLI::CallForHelp&) {
        const auto chosen = app.get_subcommands();
        fmt::print("{}", chosen.empty() ? app.help() : chosen.front()->help("chronopack"));
        todo = [] {
            return 0;
        };
    } catch (const CLI::CallForVersion& version) {
        fmt::print("{}\n", version.what());
        todo = [] {
            return 0;
        };
    } catch (const CLI::ParseError& wrong) {
        const auto chosen = app.get_subcommands();
        const std::string name =
            chosen.empty() ? "chronopack" : "chronopack " + chosen.front()->get_name();
        fmt::print(stderr, "{}: {}{}\nTry {} --help.\n", name, text::printable(wrong.what()),
                   chronopack::report::near_miss(app, argc, argv), name);
    }
    return static_cast<int>(fault::usage);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(about, "chronopack");
    app.footer(examples);
    app.set_version_flag("--version", "chronopack " CHRONOPACK_VERSION);
    app.require_subcommand(1);
    action todo;
    std::vector adders{add_compress, add_decompress, add_inspect, add_query,
                       add_rollup,   add_verify,     add_advise,  add_bench};
#if CHRONOPACK_HAVE_SHIP
    adders.push_back(add_ship);
#endif
    for (const auto add : adders) add(app, todo);
    if (const int status = read_command_line(app, argc, argv, todo); !todo) return status;
    try {
        const int status = todo();
        if (std::fflush(stdout) == 0) return status;
        fmt::print(stderr, "(standard output): cannot be written\n");
    } catch (const failure& wrong) {
        std::fflush(stdout);
        fmt::print(stderr, "chronopack: {}\n", text::printable(wrong.what()));
        return static_cast<int>(wrong.whose());
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "chronopack: out of memory\n");
        // From the system, such as: no directory for temporary files.
    } catch (const std::exception& wrong) {
        std::fflush(stdout);
        fmt::print(stderr, "chronopack: {}\n", text::printable(wrong.what()));
    }
    return static_cast<int>(fault::environment);
}
