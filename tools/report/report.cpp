#include "report.hpp"

#include "datasets.hpp"
#include "html.hpp"
#include "json.hpp"
#include "output/output_writer.hpp"
#include "input/progress.hpp"
#include "table.hpp"
#include "input/words.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <span>

namespace chronopack::report {

namespace {

using input::grouped;

int refuse(report_status status, const face& shown, std::string_view why) {
    fmt::print(stderr, "{}: {}\n", shown.program, why);
    return status;
}

void add(series_set source, series_set& all) {
    for (series& one : source.all) all.all.push_back(std::move(one));
    for (std::string& note : source.notes) all.notes.push_back(std::move(note));
}

series_set load(const options& asked) {
    series_set all;
    for (const std::string& file : asked.default_files)
        if (asked.files.empty()) add(load_csv(file), all);
    for (const std::string& file : asked.files) add(load_csv(file, asked.reading), all);
    if (asked.files.empty() && !asked.default_folder.empty())
        add(load_folder(asked.default_folder, asked.leave_out), all);
    std::erase_if(all.all, [](const series& one) { return one.size() == 0; });
    make_names_unique(all.all);
    std::erase_if(all.all, [&](const series& one) { return !asked.wants(one); });
    return all;
}

std::vector<row> measure(const std::vector<series>& all, const std::vector<contender>& contenders,
                         const options& asked) {
    std::vector<row> rows;
    input::progress_line shown;
    std::size_t step = 0;
    for (const series& one : all) {
        shown.show(fmt::format("[{}/{}] {}", ++step, all.size(), one.name));
        std::vector<row> of_one = measure_series(one, contenders, asked.seconds);
        shown.clear();
        if (!asked.brief) {
            fmt::print("{}: {} samples, time in {}\n{}\n", one.name, grouped(one.size()),
                       name(one.unit), series_tables(of_one));
            std::fflush(stdout);
        }
        std::move(of_one.begin(), of_one.end(), std::back_inserter(rows));
    }
    return rows;
}

/// The files to write. They are opened before the measurement, so that a file that cannot be
/// written is known early.
class report_files {
public:
    /// Throws failure when one cannot be opened, is also read, or is asked for twice.
    explicit report_files(const options& asked) {
        std::vector<std::string> inputs = asked.files;
        inputs.insert(inputs.end(), asked.default_files.begin(), asked.default_files.end());
        std::vector<tool::destination> all;
        for (const std::string* file : {&asked.json, &asked.markdown, &asked.groups, &asked.html}) {
            if (file->empty()) continue;
            all.emplace_back(*file, tool::content::text, inputs, asked.force);
            for (const tool::destination& other : std::span(all).first(all.size() - 1))
                if (other.same_file(all.back()))
                    throw input::failure(input::fault::usage, {*file},
                                         "one file cannot be two outputs");
        }
        for (const tool::destination& one : all) writers_.try_emplace(one.path(), one);
    }

    /// Writes `text` to `file` if that is not empty. Throws failure when the system refuses.
    void write(const std::string& file, const std::string& text) {
        if (file.empty()) return;
        writers_.at(file).write(text);
        writers_.at(file).finish();
    }

private:
    std::map<std::string, tool::output_writer> writers_;  // by path
};

}  // namespace

int run(int argc, const char* const* argv, const face& shown) {
    const std::vector<contender> known = all_contenders();
    const auto read = read_options(argc, argv, shown, known);
    if (const int* status = std::get_if<int>(&read)) return *status;
    const options& asked = std::get<options>(read);
    if (asked.plan) {
        fmt::print("{}", asked.to_do());
        return success;
    }

    report_files files(asked);
    const series_set all = load(asked);
    for (const std::string& note : all.notes) fmt::print("note: {}\n", text::printable(note));
    if (!all.notes.empty()) fmt::print("\n");
    if (all.all.empty())
        return refuse(wrong_input, shown,
                      asked.series.empty() ? "no series to measure" : "no series has such a name");

    std::vector<contender> chosen;
    for (const contender& one : known)
        if (asked.wants(one)) chosen.push_back(one);
    pin_to_one_core();
    const std::vector<row> rows = measure(all.all, chosen, asked);
    if (rows.empty()) return refuse(wrong_input, shown, "none of these codecs fits these series");
    const auto summaries = summarize(rows);
    const auto lost =
        std::count_if(rows.begin(), rows.end(), [](auto& one) { return !one.lossless; });

    fmt::print(
        "Summary of {} series: mean and median size, geometric mean of the best speeds\n\n{}\n",
        all.all.size(), summary_tables(summaries));
    for (const std::string& note : caveats(rows)) fmt::print("{}\n", note);
    fmt::print("{}\n",
               lost == 0
                   ? fmt::format("All {} round trips were lossless, bit for bit.", rows.size())
                   : fmt::format("{} of {} round trips were NOT lossless.", lost, rows.size()));
    files.write(asked.json, to_json(rows));
    files.write(asked.markdown, summary_markdown(summaries));
    files.write(asked.groups, group_markdown(rows));
    files.write(asked.html, to_html(rows, summaries));
    if (!asked.html.empty()) fmt::print("The report is in {}\n", text::printable(asked.html));
    return lost == 0 ? success : not_lossless;
}

}  // namespace chronopack::report
