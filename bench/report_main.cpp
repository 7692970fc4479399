// chronopack-report: every codec on every series, measured and verified.

#include "report/report.hpp"

#include <fmt/core.h>

int main(int argc, char** argv) {
    using namespace chronopack::report;
    try {
        return run(argc, argv, bench_run);
    } catch (const chronopack::input::failure& bad) {
        fmt::print(stderr, "{}\n", chronopack::text::printable(bad.what()));
        return bad.whose() == chronopack::input::fault::environment ? not_to_be_had : wrong_input;
    }
}
