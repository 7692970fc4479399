#include "options.hpp"

#include "near_miss.hpp"

#include <adapters/text/printable.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace chronopack::report {

const face bench_run{"bench/run",
                     R"(How small and how fast each codec makes each series, verified bit for bit.

With files, each numeric column of a CSV is a series and the first column of
times (ISO 8601, or a count of s, ms, us or ns since 1970) its timestamps.
Without, public series are fetched and measured; then, unless series or codecs
were picked, the kernels and every codec on made-up shapes, for half a minute.)",
                     R"(Examples:
  bench/run                                      all public series, about two minutes,
                                                 and the micro-benchmarks, briefly
  bench/run load.csv disks.csv                   your own
  bench/run --codec packed --codec zstd-3 a.csv  two codecs
  bench/run --series sp500 --seconds 1           some series, timed longer
  bench/run --brief --json figures.json          the summary, and all figures as JSON
  bench/run --micro                              only the micro-benchmarks

Sizes are bits per value, in frames (timestamp and value together) bits per
sample. Speeds are 10^9 uncompressed bytes a second: the best repetition and the
median; memcpy of the same bytes was timed in turns with each codec.

Exit status: 0, 1 if anything was not lossless, 2 for wrong usage or input, 3
if something this needs could not be had.)",
                     true};

namespace {

bool is_known(const std::string& codec, const std::vector<contender>& known) {
    return std::any_of(known.begin(), known.end(), [&](const contender& one) {
        return one.codec == codec || one.label == codec;
    });
}

std::string codec_list(const std::vector<contender>& known) {
    std::vector<std::string> seen;
    std::string list;
    for (const contender& one : known) {
        if (std::find(seen.begin(), seen.end(), one.codec) != seen.end()) continue;
        seen.push_back(one.codec);
        list += (list.empty() ? "" : ", ") + one.codec;
    }
    return list;
}

/// Turns blanks into line ends, so that no line is wider than a terminal.
std::string wrapped(std::string text) {
    constexpr std::size_t most = 80;
    std::size_t line = 0, blank = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ' ') blank = i;
        if (i - line < most || blank <= line) continue;
        text[blank] = '\n';
        line = blank + 1;
    }
    return text;
}

}  // namespace

std::string options::to_do() const {
    const bool all = files.empty() && codecs.empty() && series.empty();
    const std::string which = micro_only ? "none" : files.empty() ? "default" : "files";
    return which + (micro_only || (all && !no_micro) ? "\nmicro\n" : "\n-\n") + json + '\n';
}

bool options::wants(const contender& one) const {
    return codecs.empty() || std::any_of(codecs.begin(), codecs.end(), [&](const auto& codec) {
               return codec == one.codec || codec == one.label;
           });
}

bool options::wants(const report::series& one) const {
    return series.empty() || std::any_of(series.begin(), series.end(), [&](const auto& part) {
               return one.name.find(part) != std::string::npos;
           });
}

std::variant<options, int> read_options(int argc, const char* const* argv, const face& shown,
                                        const std::vector<contender>& known) {
    options read;
    CLI::App app(shown.about, shown.program);
    app.footer(shown.examples + "\n\n" + wrapped("Codecs: " + codec_list(known) + '.'));
    app.get_formatter()->column_width(28);
    app.add_option("FILE.csv", read.files, "CSV files: RFC 4180, header optional")
        ->required(!shown.with_defaults);
    app.add_option("--codec", read.codecs, "only this codec; may be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false);
    app.add_option("--series", read.series, "only series with TEXT in their name; may be repeated")
        ->type_name("TEXT")
        ->allow_extra_args(false);
    app.add_option("--seconds", read.seconds, "time for each series and codec")
        ->type_name("S")
        ->check(CLI::Range(1e-6, 3600.0).description(""))
        ->capture_default_str();
    app.add_flag("--brief", read.brief, "print the summary only");
    for (const auto& [flag, to, what] :
         {std::tuple{"--json", &read.json, "write all figures as a JSON array"},
          std::tuple{"--html", &read.html, "write the report as one HTML page"},
          std::tuple{"--markdown", &read.markdown, "write the summary as Markdown tables"},
          std::tuple{"--groups", &read.groups,
                     "write sizes of values by group of series, as Markdown"}})
        app.add_option(flag, *to, what)
            ->type_name("FILE")
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    add_reading_options(app, read.reading);
    app.add_flag("--force", read.force, "replace any file; without this only text is replaced");
    if (shown.with_defaults) {
        app.add_flag("--no-micro", read.no_micro, "leave out the micro-benchmarks");
        app.add_flag("--micro", read.micro_only,
                     "only the micro-benchmarks; alone, or with --json");
        app.add_flag("--plan", read.plan)->group("");
        app.add_option("--default-file", read.default_files)->allow_extra_args(false)->group("");
        app.add_option("--default-folder", read.default_folder)->group("");
        app.add_option("--leave-out", read.leave_out)->allow_extra_args(false)->group("");
    }

    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return 0;
    } catch (const CLI::ParseError& wrong) {
        std::cerr << shown.program << ": " << text::printable(wrong.what())
                  << near_miss(app, argc, argv) << "\nTry " << shown.program << " --help.\n";
        return 2;
    }
    if (read.micro_only &&
        (read.no_micro || !read.files.empty() || !read.codecs.empty() || !read.series.empty() ||
         !read.html.empty() || !read.markdown.empty() || !read.groups.empty())) {
        std::cerr << shown.program << ": --micro measures no series; only --json goes with it.\n";
        return 2;
    }
    for (const std::string& codec : read.codecs) {
        if (is_known(codec, known)) continue;
        std::cerr << shown.program << ": no codec is named \"" << text::printable(codec)
                  << "\". There are " << codec_list(known) << ".\n";
        return 2;
    }
    return read;
}

}  // namespace chronopack::report
