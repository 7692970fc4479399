#include "command.hpp"
#include "report/report.hpp"

namespace chronopack::tool {

namespace {

const report::face of_the_command{
    "chronopack bench",
    R"(How small and how fast each codec makes each series, verified bit for bit: the
report of bench/run. Each numeric column of a CSV is a series and its column of
times the timestamps.)",
    R"(Examples:
  chronopack bench load.csv
  chronopack bench --codec packed --codec zstd-3 --seconds 0.01 load.csv
  chronopack bench --brief --json figures.json --html report.html load.csv

Sizes are bits per value, in frames (timestamp and value together) bits per
sample. Speeds are 10^9 uncompressed bytes a second: the best repetition and the
median; memcpy of the same bytes was timed in turns with each codec.

Exit status: 0, 1 for bad data or if anything was not lossless, 2 for wrong usage,
3 when the system refuses.)",
    false};

}  // namespace

// Its command line and its help are those of the report.
void add_bench(CLI::App& app, action& todo) {
    CLI::App* const command = app.add_subcommand(
        "bench", "Compares the size and speed of all codecs on each series: text, HTML, JSON.");
    command->prefix_command();
    command->set_help_flag();
    command->callback([command, &todo] {
        todo = [command] {
            std::vector<std::string> words{"bench"};
            for (const std::string& word : command->remaining()) words.push_back(word);
            std::vector<const char*> arguments;
            for (const std::string& word : words) arguments.push_back(word.c_str());
            return report::run(static_cast<int>(arguments.size()), arguments.data(),
                               of_the_command);
        };
    });
}

}  // namespace chronopack::tool
