#include "verify.hpp"

#include "command.hpp"
#include "input/words.hpp"

#include <chronopack/frame/recompute.hpp>

#include <fmt/core.h>

#include <optional>

namespace chronopack::tool {

namespace {

using input::counted;

/// Returns in what a frame's entry in the index differs from its samples.
std::vector<std::string_view> index_differences(const frame::info& samples,
                                                const archived_series& series,
                                                const archived_frame& entry) {
    std::vector<std::string_view> fields;
    const auto compare = [&](std::string_view name, bool same) {
        if (!same) fields.push_back(name);
    };
    compare("samples", samples.samples == entry.samples);
    compare("least timestamp", samples.min_timestamp == entry.min_timestamp);
    compare("greatest timestamp", samples.max_timestamp == entry.max_timestamp);
    compare("type of values",
            std::holds_alternative<statistics<std::int64_t>>(samples.values) == series.integers);
    return fields;
}

/// Checks the frames of a series one after the other.
class frame_checker {
public:
    frame_checker(const archive_reader& archive, const archived_series& series, verdict& found)
        : archive_(archive), series_(series), found_(found) {}

    void check(std::size_t number) {
        const cbytes wire = archive_.frame_bytes(series_.frames[number]);
        const auto samples = frame::recompute(wire);
        if (!samples) return wrong(number, std::string(message(samples.error())));
        const auto header = *frame::inspect(wire);
        const auto lies = frame::differences(header, *samples);
        if (!lies.empty())
            return wrong(number, "its header differs from its samples in " + input::listed(lies));
        const auto misplaced = index_differences(*samples, series_, series_.frames[number]);
        if (!misplaced.empty())
            return wrong(number, "the index differs from it in " + input::listed(misplaced));
        if (unit_.value_or(header.unit) != header.unit)
            return wrong(number, "it counts time in another unit than the frames before");
        unit_ = header.unit;
        ++found_.frames;
        found_.samples += header.samples;
    }

private:
    void wrong(std::size_t number, const std::string& what) {
        found_.wrong.push_back(frame_place(series_, number) + ": " + what);
    }

    const archive_reader& archive_;
    const archived_series& series_;
    verdict& found_;
    std::optional<time_unit> unit_;
};

void check_frames(const archive_reader& archive, verdict& found) {
    for (const archived_series& s : archive.series()) {
        const std::size_t before = found.wrong.size();
        frame_checker checker(archive, s, found);
        for (std::size_t i = 0; i < s.frames.size(); ++i) checker.check(i);
        found.series += found.wrong.size() == before;
    }
}

}  // namespace

verdict verify_archive(const archive_bytes& bytes) {
    const auto opened = archive_reader::open(bytes.data());
    const auto scanned = archive_reader::scan(bytes.data());
    if (!scanned) refuse_archive(bytes.name(), scanned.error());
    verdict found;
    if (!opened)
        found.wrong.push_back("the index, or the file's header, is damaged, missing or wrong: " +
                              std::string(message(opened.error())));
    else if (opened->series() != scanned->series())
        found.wrong.push_back("the index and the records differ");
    else if (opened->marks() != scanned->marks())
        found.wrong.push_back("the index and the records differ in the archive's marks");
    if (const archive_losses& lost = scanned->losses(); lost.bytes != 0)
        found.wrong.push_back(counted(lost.bytes, "byte") + " that belong to no record");
    const archive_reader& archive = opened ? *opened : *scanned;
    found.marks = archive.marks();
    check_frames(archive, found);
    return found;
}

namespace {

struct request {
    std::vector<std::string> files;
    store_request store;
};

/// Counts what is read.
class counting_sink final : public input::sample_sink {
public:
    std::size_t add(std::vector<label>, input::value_type, input::tick) override {
        return series_++;
    }
    void append(std::size_t, std::int64_t, double) override {}
    void append(std::size_t, std::int64_t, std::int64_t) override {}

    [[nodiscard]] std::size_t series() const noexcept { return series_; }

private:
    std::size_t series_ = 0;
};

/// Reads everything: what the store cannot give, such as a damaged frame, ends it with a failure.
void verify_store(store_request store, const std::string& url) {
    store.url = url;
    counting_sink all;
    const std::uint64_t samples = read_store(store, {}, std::nullopt, all, true);
    fmt::print("{}: readable; {} and {} read\n", text::printable(url),
               counted(all.series(), "series"), counted(samples, "sample"));
}

int verify(const request& asked) {
    int status = 0;
    for (const std::string& file : asked.files) {
        if (is_store(file)) {
            verify_store(asked.store, file);
            continue;
        }
        const archive_bytes archive(file);
        const verdict found = verify_archive(archive);
        for (const std::string& wrong : found.wrong)
            fmt::print(stderr, "{}: {}\n", archive.name(), wrong);
        fmt::print("{}: {}; {}, {} and {} intact{}{}\n", archive.name(),
                   found.wrong.empty() ? "whole" : "DAMAGED", counted(found.series, "series"),
                   counted(found.frames, "frame"), counted(found.samples, "sample"),
                   found.marks.row_numbers ? "; times are row numbers" : "",
                   found.marks.recovered ? "; recovered from a damaged archive" : "");
        if (!found.wrong.empty()) status = static_cast<int>(fault::data);
    }
    return status;
}

}  // namespace

void add_verify(CLI::App& app, action& todo) {
    auto asked = std::make_shared<request>();
    CLI::App* const command = add_command(
        app, "verify",
        "Checks every checksum of archives, decodes every block, and compares the index and\n"
        "the frames' headers with the samples. Reports damage by series, frame and byte. Of a\n"
        "store it reads every point, and reports the first that the store does not give.",
        "  chronopack verify load.cpk\n"
        "  chronopack verify - <load.cpk");
    command
        ->add_option("ARCHIVE", asked->files,
                     "archives; - is standard input; or URLs of stores, as in ship")
        ->required();
    add_store_options(*command, asked->store);
    command->callback([asked, &todo] {
        todo = [asked] {
            return verify(*asked);
        };
    });
}

}  // namespace chronopack::tool
