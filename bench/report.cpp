// chronopack-report: every codec on every series, measured and verified.

#include "contenders.hpp"
#include "datasets.hpp"
#include "html.hpp"
#include "json.hpp"
#include "options.hpp"
#include "table.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include <unistd.h>

namespace {

using namespace chronopack::bench;

enum exit_status { success = 0, not_lossless = 1, wrong_input = 2, not_to_be_had = 3 };

int refuse(exit_status status, std::string_view why) {
    fmt::print(stderr, "{}\n", why);
    return status;
}

/// Adds what one source gave; false, with a word on stderr, when it is broken.
bool add(loaded<series_set> source, series_set& all) {
    if (const auto* bad = std::get_if<load_error>(&source)) {
        refuse(wrong_input, bad->message);
        return false;
    }
    for (series& one : std::get<series_set>(source).all) all.all.push_back(std::move(one));
    for (std::string& note : std::get<series_set>(source).notes)
        all.notes.push_back(std::move(note));
    return true;
}

bool load(const options& asked, series_set& all) {
    const auto& files = asked.files.empty() ? asked.default_files : asked.files;
    for (const std::string& file : files)
        if (!add(load_csv(file), all)) return false;
    if (asked.files.empty() && !asked.default_folder.empty())
        if (!add(load_folder(asked.default_folder, asked.leave_out), all)) return false;
    std::erase_if(all.all, [](const series& one) { return one.values.empty(); });
    make_names_unique(all.all);
    std::erase_if(all.all, [&](const series& one) { return !asked.wants(one); });
    return true;
}

/// One line on a terminal's stderr that is written over and over.
class progress {
public:
    explicit progress(std::size_t steps) : shown_(isatty(STDERR_FILENO) != 0), steps_(steps) {}

    void step(std::string_view what) {
        ++step_;
        if (shown_) fmt::print(stderr, "\r\033[K[{}/{}] {:.60}", step_, steps_, what);
    }
    void clear() const {
        if (shown_) fmt::print(stderr, "\r\033[K");
    }

private:
    bool shown_;
    std::size_t steps_;
    std::size_t step_ = 0;
};

std::vector<row> measure(const std::vector<series>& all, const std::vector<contender>& contenders,
                         const options& asked) {
    std::vector<row> rows;
    progress shown(all.size());
    for (const series& one : all) {
        shown.step(one.name);
        const prepared_series prepared(one);
        std::vector<row> of_one;
        for (const contender& codec : contenders) {
            if (codec.integers_only && prepared.integers().empty()) continue;
            row measured = codec.run(prepared, asked.seconds);
            measured.series = one.name;
            measured.codec = codec.label;
            measured.what = codec.what;
            measured.reference = codec.reference;
            measured.integers = codec.integers_only;
            measured.made_up = one.unit == tick::row;
            measured.count = one.values.size();
            of_one.push_back(std::move(measured));
        }
        shown.clear();
        if (!asked.brief) {
            fmt::print("{}: {} samples, time in {}\n{}\n", one.name, grouped(one.values.size()),
                       name(one.unit), series_tables(of_one));
            std::fflush(stdout);
        }
        std::move(of_one.begin(), of_one.end(), std::back_inserter(rows));
    }
    return rows;
}

/// Before the long work, not after it.
bool can_write(const options& asked) {
    for (const std::string* file : {&asked.json, &asked.markdown, &asked.html}) {
        if (file->empty() || std::ofstream(*file, std::ios::app)) continue;
        fmt::print(stderr, "{}: cannot be written\n", *file);
        return false;
    }
    return true;
}

bool write_file(const std::string& file, const std::string& text) {
    if (file.empty()) return true;
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (out) return true;
    fmt::print(stderr, "{}: cannot be written\n", file);
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<contender> known = all_contenders();
    const auto read = read_options(argc, argv, known);
    if (const int* status = std::get_if<int>(&read)) return *status;
    const options& asked = std::get<options>(read);
    if (asked.plan) {
        fmt::print("{}", asked.to_do());
        return success;
    }

    series_set all;
    if (!can_write(asked) || !load(asked, all)) return wrong_input;
    for (const std::string& note : all.notes) fmt::print("note: {}\n", note);
    if (!all.notes.empty()) fmt::print("\n");
    if (all.all.empty())
        return refuse(wrong_input, asked.series.empty() ? "bench/run: no series to measure"
                                                        : "bench/run: no series has such a name");

    std::vector<contender> chosen;
    for (const contender& one : known)
        if (asked.wants(one)) chosen.push_back(one);
    pin_to_one_core();
    const std::vector<row> rows = measure(all.all, chosen, asked);
    if (rows.empty())
        return refuse(wrong_input, "bench/run: none of these codecs fits these series");
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
    bool written = write_file(asked.json, to_json(rows));
    written &= write_file(asked.markdown, summary_markdown(summaries));
    written &= write_file(asked.html, to_html(rows, summaries));
    if (!asked.html.empty() && written) fmt::print("The report is in {}\n", asked.html);
    if (!written) return not_to_be_had;
    return lost == 0 ? success : not_lossless;
}
