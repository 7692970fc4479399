#include "archive_sink.hpp"
#include "command.hpp"
#include "ingest.hpp"
#include "words.hpp"

#include <fmt/core.h>

#include <filesystem>

namespace chronopack::tool {

namespace {

using input::counted;

struct request {
    ingest_request in;
    std::string output;
    std::string preset = "balanced";
    std::string second_stage;  ///< empty: as the preset has it
    std::size_t frame_samples = 4096;
    std::size_t most_series = 1'000'000;
};

std::string output_of(const request& asked) {
    if (!asked.output.empty()) return asked.output;
    const std::string& first = asked.in.files.front();
    if (first == "-") throw failure(fault::usage, "compress: -o says where the archive goes");
    return std::filesystem::path(first).replace_extension(".cpk").string();
}

archive_plan plan_of(const request& asked) {
    archive_plan plan;
    plan.path = output_of(asked);
    plan.most_series = asked.most_series;
    plan.frames.frame_samples = asked.frame_samples;
    frame::options& how = plan.frames.frame;
    if (asked.preset == "fastest") how.level = preset::fastest;
    if (asked.preset == "smallest") how.level = preset::smallest;
    if (asked.second_stage == "none") how.second_stage = stage::none;
    if (asked.second_stage == "zstd") how.second_stage = stage::zstd;
    if (asked.second_stage == "snappy") how.second_stage = stage::snappy;
    if (how.second_stage && !frame::stage_available(*how.second_stage))
        throw failure(fault::usage, "this program was built without " + asked.second_stage);
    return plan;
}

void report(const archive_sink& to, const ingested& in) {
    const auto samples = static_cast<double>(to.samples());
    const auto bytes = static_cast<double>(to.bytes());
    fmt::print(stderr, "{}: {}, {}, {} from {}", to.plan().path, counted(to.series(), "series"),
               counted(to.samples(), "sample"), counted(to.bytes(), "byte"),
               counted(in.bytes, "byte"));
    if (to.samples() != 0)
        fmt::print(stderr, " ({:.1f} to 1, {:.2f} bits a sample)",
                   static_cast<double>(in.bytes) / bytes, 8 * bytes / samples);
    fmt::print(stderr, "\n");
    if (to.repeated() != 0)
        fmt::print(stderr, "{}: {} at the time of the sample before\n", to.plan().path,
                   counted(to.repeated(), "sample"));
}

int compress(const request& asked) {
    archive_sink to(plan_of(asked));
    const ingested in = ingest(asked.in, to);
    to.finish();
    if (!asked.in.quiet) report(to, in);
    return 0;
}

}  // namespace

void add_compress(CLI::App& app, action& todo) {
    auto asked = std::make_shared<request>();
    CLI::App* const command = add_command(
        app, "compress",
        "CSV to an archive. Which column is the time, a label or a value is told from the\n"
        "first records, and said; options say otherwise. Memory does not grow with the file.",
        "  chronopack compress load.csv -o load.cpk\n"
        "  chronopack compress - -o load.cpk --time time --values load <load.csv");
    add_ingest_options(*command, asked->in);
    command
        ->add_option("-o,--output", asked->output,
                     "the archive, written aside and renamed; FILE.cpk otherwise")
        ->type_name("ARCHIVE");
    command->add_option("--preset", asked->preset, "fastest to read, balanced, or smallest")
        ->type_name("NAME")
        ->check(CLI::IsMember({"fastest", "balanced", "smallest"}).description(""))
        ->capture_default_str();
    command
        ->add_option("--second-stage", asked->second_stage,
                     "none, zstd or snappy over each frame: smaller, slower to read; otherwise "
                     "as the preset has it")
        ->type_name("STAGE")
        ->check(CLI::IsMember({"none", "zstd", "snappy"}).description(""));
    command->add_option("--frame-samples", asked->frame_samples, "samples of a series to a frame")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, frame::max_samples).description(""))
        ->capture_default_str();
    command->add_option("--max-series", asked->most_series, "more are taken for a mistake")
        ->type_name("N")
        ->capture_default_str();
    command->callback([asked, &todo] {
        todo = [asked] {
            return compress(*asked);
        };
    });
}

}  // namespace chronopack::tool
