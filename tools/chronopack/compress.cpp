#include "command.hpp"
#include "ingest.hpp"
#include "output_request.hpp"
#include "output/output_writer.hpp"
#include "input/preset_text.hpp"
#include "sorting_sink.hpp"
#include "input/source.hpp"
#include "input/unpack.hpp"
#include "input/words.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace chronopack::tool {

namespace {

using input::counted;

struct request {
    ingest_request in;
    output_request output;
    std::string preset = "balanced";
    std::string second_stage;
    std::optional<std::size_t> frame_samples;
    std::size_t most_series = 1'000'000;
    std::size_t most_label_bytes = input::label_budget::usual;
    bool sort = false;
    bool as_json = false;
};

/// The place for the archive: a file, or a temporary file that is copied to a pipe or device once
/// it is complete.
class target {
public:
    explicit target(const destination& to) : path_(to.path()) {
        if (to.is_file()) return;
        copy_to_.emplace(to);
        if (copy_to_->is_terminal())
            throw failure(fault::usage, "compress: an archive cannot be written to a terminal");
        whole_.emplace((std::filesystem::temp_directory_path() / "chronopack").string(), ".cpk");
        path_ = whole_->path();
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Copies a temporary file to its destination. Call it when the file is complete.
    void deliver() {
        if (!copy_to_) return;
        input::file_source from(path_);
        std::vector<char> piece(std::size_t{1} << 16);
        while (const std::size_t n = from.read(piece)) copy_to_->write({piece.data(), n});
        copy_to_->finish();
    }

private:
    std::string path_;
    std::optional<output_writer> copy_to_;
    std::optional<temporary_file> whole_;
};

std::string output_of(const request& asked) {
    if (!asked.output.path.empty()) return asked.output.path;
    const std::string& first = asked.in.files.front();
    if (first == "-" || is_store(first))
        throw failure(fault::usage, "compress: -o FILE must say where the archive goes");
    return input::plain_name(first).replace_extension(".cpk").string();
}

archive_plan plan_of(const request& asked, const std::string& path) {
    archive_plan plan;
    plan.path = path;
    plan.most_series = asked.most_series;
    plan.most_label_bytes = asked.most_label_bytes;
    plan.frames.frame.level = *input::preset_of(asked.preset);
    plan.frames.frame_samples =
        asked.frame_samples.value_or(input::usual_frame_samples(plan.frames.frame.level));
    for (const auto& [name, second] :
         {std::pair{"none", stage::none}, std::pair{"zstd", stage::zstd},
          std::pair{"snappy", stage::snappy}})
        if (asked.second_stage == name) plan.frames.frame.second_stage = second;
    if (!frame::stage_available(plan.frames.frame.second_stage.value_or(stage::none)))
        throw failure(fault::usage, "this program was built without " + asked.second_stage);
    return plan;
}

void report(const std::string& name, const archive_sink& to, const ingested& in) {
    const auto samples = static_cast<double>(to.samples());
    const auto bytes = static_cast<double>(to.bytes());
    fmt::print(stderr, "{}: {}, {}, {}", name, counted(to.series(), "series"),
               counted(to.samples(), "sample"), counted(to.bytes(), "byte"));
    if (!in.stores) fmt::print(stderr, " from {}", counted(in.bytes, "byte"));
    if (to.samples() != 0) {
        fmt::print(stderr, " (");
        if (!in.stores) fmt::print(stderr, "{:.1f} to 1, ", static_cast<double>(in.bytes) / bytes);
        fmt::print(stderr, "{:.2f} bits a sample)", 8 * bytes / samples);
    }
    fmt::print(stderr, "\n");
    if (to.repeated() != 0)
        fmt::print(stderr, "{}: {} with the same time as the sample before\n", name,
                   counted(to.repeated(), "sample"));
}

void print_json(const std::string& name, const archive_sink& to, const ingested& in,
                std::size_t late) {
    using json = nlohmann::ordered_json;
    const json out{{"archive", name},
                   {"series", to.series()},
                   {"samples", to.samples()},
                   {"bytes", to.bytes()},
                   {"repeated", to.repeated()},
                   {"sorted", late},
                   {"text_bytes", in.bytes},
                   {"left_out", in.bad},
                   {"tables", json::parse(tables_as_json(in))}};
    fmt::print("{}\n", out.dump(1, ' ', false, json::error_handler_t::replace));
}

int compress(const request& asked) {
    if (asked.as_json && asked.output.path == "-")
        throw failure(fault::usage,
                      "compress: --json and the archive cannot both go to standard "
                      "output");
    const destination goal(output_of(asked), content::archive, files_among(inputs_of(asked.in)),
                           asked.output.force);
    target file(goal);
    archive_sink to(plan_of(asked, file.path()));
    ingested in;
    std::size_t late = 0;
    if (asked.sort) {
        sorting_sink sorted(to);
        in = ingest(asked.in, sorted);
        sorted.finish();
        late = sorted.late();
    } else {
        in = ingest(asked.in, to);
    }
    to.finish();
    file.deliver();
    if (asked.as_json) print_json(goal.name(), to, in, late);
    if (asked.in.quiet) {
        print_tables(in);
        return 0;
    }
    report(text::printable(goal.name()), to, in);
    if (late != 0) fmt::print(stderr, "{} sorted into place\n", counted(late, "late sample"));
    return 0;
}

}  // namespace

void add_compress(CLI::App& app, action& todo) {
    auto asked = std::make_shared<request>();
    asked->output.path.clear();  // the default is FILE.cpk
    CLI::App* const command = add_command(
        app, "compress",
        "Compresses CSV, line protocol, raw columns, archives or what stores hold into one\n"
        "archive. Which CSV column is the time, a label or a value is guessed from the first\n"
        "records and reported; options override it. Memory does not grow with the file.",
        "  chronopack compress load.csv -o load.cpk\n"
        "  chronopack compress - -o - --values load <load.csv >load.cpk");
    add_ingest_options(*command, asked->in);
    command
        ->add_option("-o,--output", asked->output.path,
                     "the archive; default: FILE.cpk; - is standard output. Written under\n"
                     "another name and renamed; replaces an archive of that name")
        ->type_name("ARCHIVE");
    add_force(*command, asked->output, "an archive");
    command->add_flag("--json", asked->as_json,
                      "print one JSON object: what was taken as time, labels and values, what\n"
                      "was left out, and the size of the archive");
    command->add_flag("--sort", asked->sort,
                      "take samples in any order and sort each series; needs a temporary\n"
                      "file as large as the archive, beside it");
    command
        ->add_option("--preset", asked->preset,
                     "fastest to read, smallest, or balanced between the two")
        ->type_name("PRESET")
        ->check(CLI::IsMember({"fastest", "balanced", "smallest"}).description(""))
        ->capture_default_str();
    command
        ->add_option("--second-stage", asked->second_stage,
                     "none, zstd or snappy over each frame: smaller, slower to read.\n"
                     "Default: zstd at preset smallest where it pays, else none")
        ->type_name("STAGE")
        ->check(CLI::IsMember({"none", "zstd", "snappy"}).description(""));
    command
        ->add_option("--frame-samples", asked->frame_samples,
                     "samples in a frame; default: 4,096, at preset smallest 32,768")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, frame::max_samples).description(""));
    command
        ->add_option("--max-series", asked->most_series,
                     "refuse more series than this, as a mistake")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--max-label-bytes", asked->most_label_bytes,
                     "refuse labels that need more memory, over all series")
        ->type_name("BYTES")
        ->capture_default_str();
    command->callback([asked, &todo] {
        todo = [asked] {
            return compress(*asked);
        };
    });
}

}  // namespace chronopack::tool
