#include "archive_file.hpp"

#include "series_text.hpp"
#include "source.hpp"
#include "system.hpp"
#include "words.hpp"

#include <fmt/core.h>

#include <cstdio>

namespace chronopack::tool {

using input::failure;
using input::fault;

namespace {

std::vector<char> read_all(input::source& from) {
    std::vector<char> all;
    constexpr std::size_t piece = std::size_t{1} << 20;
    for (;;) {
        const std::size_t held = all.size();
        all.resize(held + piece);
        const std::size_t n = from.read(std::span(all).subspan(held));
        all.resize(held + n);
        if (n == 0) return all;
    }
}

}  // namespace

archive_file::archive_file(const std::string& path, bool warn)
    : path_(path), name_(text::printable(path)) {
    if (path == "-") {
        input::file_source from(path);
        path_ = name_ = from.name();
        piped_ = read_all(from);
        data_ = std::as_bytes(std::span(piped_));
    } else {
        errno = 0;
        auto mapped = mapped_file::open(path);
        if (!mapped && errno == 0)
            throw failure(fault::environment, {name_},
                          "not a regular file; an archive can also be read from standard input, -");
        if (!mapped) throw failure_of(name_, mapped.error());
        file_ = std::move(*mapped);
        data_ = file_.data();
    }
    auto opened = archive_reader::open(data_);
    if (!opened)
        throw failure(fault::data, {name_},
                      opened.error() == errc::unsupported
                          ? "an archive of a version this program does not know"
                          : "not an archive");
    reader_ = std::make_unique<archive_reader>(std::move(*opened));
    if (warn && reader_->rebuilt())
        fmt::print(stderr,
                   "{}: warning: the index is damaged or missing and was made anew; {} belong to "
                   "no record\n",
                   name_, input::counted(reader_->skipped_bytes(), "byte"));
}

time_unit archive_file::unit(std::size_t series) const {
    for (const archived_frame& f : reader_->series()[series].frames)
        if (const auto info = frame::inspect(reader_->frame_bytes(f))) return info->unit;
    return time_unit::milliseconds;
}

void archive_file::fail(std::size_t number, errc error) const {
    const archived_series& s = reader_->series()[number];
    for (std::size_t i = 0; i < s.frames.size(); ++i)
        if (const auto ok = frame::verify(reader_->frame_bytes(s.frames[i])); !ok)
            throw failure(fault::data, {name_},
                          frame_place(s, i) + ": " + std::string(message(ok.error())));
    throw failure(
        fault::data, {name_},
        input::printable(input::series_text(s.labels), 120) + ": " + std::string(message(error)));
}

std::string frame_place(const archived_series& series, std::size_t frame) {
    return fmt::format("frame {} of {} of {}, at byte {}", frame + 1, series.frames.size(),
                       input::printable(input::series_text(series.labels), 120),
                       input::grouped(series.frames[frame].offset));
}

}  // namespace chronopack::tool
