#include "verify.hpp"

#include "archive_file.hpp"
#include "command.hpp"
#include "words.hpp"

#include <fmt/core.h>

namespace chronopack::tool {

namespace {

using input::counted;

/// What is wrong with a frame of the index, besides what frame::verify finds.
bool agrees(const frame::info& info, const archived_series& series, const archived_frame& frame) {
    return info.samples == frame.samples && info.min_timestamp == frame.min_timestamp &&
           info.max_timestamp == frame.max_timestamp &&
           std::holds_alternative<statistics<std::int64_t>>(info.values) == series.integers;
}

void check_frames(const archive_reader& archive, verdict& found) {
    for (const archived_series& s : archive.series()) {
        const std::size_t before = found.wrong.size();
        for (std::size_t i = 0; i < s.frames.size(); ++i) {
            const cbytes wire = archive.frame_bytes(s.frames[i]);
            if (const auto ok = frame::verify(wire); !ok)
                found.wrong.push_back(frame_place(s, i) + ": " + std::string(message(ok.error())));
            else if (!agrees(*frame::inspect(wire), s, s.frames[i]))
                found.wrong.push_back(frame_place(s, i) + ": is not what the index says");
            else
                ++found.frames, found.samples += s.frames[i].samples;
        }
        found.series += found.wrong.size() == before;
    }
}

}  // namespace

verdict verify_archive(cbytes data) {
    const auto opened = archive_reader::open(data);
    const auto scanned = archive_reader::scan(data);
    if (!opened || !scanned)
        throw failure(fault::data, std::string("not an archive: ") +
                                       std::string(message((opened ? scanned : opened).error())));
    verdict found;
    if (opened->rebuilt())
        found.wrong.push_back("the index, or the file's header, is damaged or missing");
    else if (opened->series() != scanned->series())
        found.wrong.push_back("the index and the records differ: a record is damaged");
    if (scanned->skipped_bytes() != 0)
        found.wrong.push_back(counted(scanned->skipped_bytes(), "byte") +
                              " that belong to no record");
    check_frames(*opened, found);
    return found;
}

namespace {

int verify(const std::vector<std::string>& files) {
    int status = 0;
    for (const std::string& file : files) {
        const archive_file archive(file, false);
        const verdict found = verify_archive(archive.data());
        for (const std::string& wrong : found.wrong)
            fmt::print(stderr, "{}: {}\n", archive.name(), wrong);
        fmt::print("{}: {}; {}, {} and {} hold\n", archive.name(),
                   found.wrong.empty() ? "whole" : "DAMAGED", counted(found.series, "series"),
                   counted(found.frames, "frame"), counted(found.samples, "sample"));
        if (!found.wrong.empty()) status = static_cast<int>(fault::data);
    }
    return status;
}

}  // namespace

void add_verify(CLI::App& app, action& todo) {
    auto files = std::make_shared<std::vector<std::string>>();
    CLI::App* const command =
        add_command(app, "verify",
                    "Checks every checksum of archives, decodes every block, and holds the index\n"
                    "against the records. Damage is named: series, frame, byte.",
                    "  chronopack verify load.cpk\n"
                    "  chronopack verify - <load.cpk");
    command->add_option("ARCHIVE", *files, "archives; - is standard input")->required();
    command->callback([files, &todo] {
        todo = [files] {
            return verify(*files);
        };
    });
}

}  // namespace chronopack::tool
