#include "output_request.hpp"

namespace chronopack::tool {

void add_text_output(CLI::App& app, output_request& asked) {
    app.add_option("-o,--output", asked.path, "write FILE instead of standard output")
        ->type_name("FILE");
    add_force(app, asked, "text");
}

void add_force(CLI::App& app, output_request& asked, const std::string& what) {
    app.add_flag("--force", asked.force,
                 "replace any file; without this only " + what + " is replaced");
}

}  // namespace chronopack::tool
