#include "archive_file.hpp"

#include "archive_sink.hpp"
#include "cut_short.hpp"
#include "parquet_import.hpp"
#include "input/series_text.hpp"
#include "input/source.hpp"
#include "output/system.hpp"
#include "output/temporary_file.hpp"
#include "value_text.hpp"
#include "input/words.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

namespace chronopack::tool {

using input::counted;
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

std::string title(const archived_series& series) {
    constexpr std::size_t most = 120;
    return input::printable(input::series_text(series.labels, most), most);
}

/// Returns a list of the parts that are known to be missing.
std::string missing(const archive_losses& lost) {
    std::vector<std::string> parts;
    const std::size_t known = lost.frames - lost.uncounted;
    if (known != 0)
        parts.push_back(counted(known, "frame") + " of " + counted(lost.samples, "sample"));
    if (lost.uncounted != 0)
        parts.push_back(counted(lost.uncounted, "frame") + " of an unknown number of samples");
    if (lost.nameless != 0) parts.push_back("the labels of " + counted(lost.nameless, "series"));
    if (lost.bytes != 0) parts.push_back(counted(lost.bytes, "byte") + " that belong to no record");
    if (lost.index) parts.push_back("whatever was cut off or never written");
    std::string all;
    for (std::size_t i = 0; i < parts.size(); ++i)
        all += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
    return all;
}

/// Returns a text that says what is left of a damaged archive and what is missing.
std::string losses_text(const archive_reader& archive) {
    std::size_t frames = 0, samples = 0;
    for (const archived_series& s : archive.series()) {
        frames += s.frames.size();
        samples += s.samples();
    }
    return fmt::format(
        "{}; {}, {} and {} are left; missing: {}",
        archive.losses().index ? "the index is damaged or missing" : "frames are damaged",
        counted(archive.series().size(), "series"), counted(frames, "frame"),
        counted(samples, "sample"), missing(archive.losses()));
}

/// Returns whether an input has to be copied into an archive before it is read as one.
bool is_copied(const std::string& file) {
    return is_store(file) || is_parquet(file);
}

/// Returns the bytes of a temporary archive with the part of a store, or all of a Parquet file. The
/// file has no name any more when this returns.
archive_bytes copied(const archive_request& asked, const store_part& part) {
    if (asked.recover)
        throw failure(fault::usage, "--recover: only an archive is recovered, and this is none");
    const temporary_file file((std::filesystem::temp_directory_path() / "chronopack").string(),
                              ".cpk");
    archive_plan plan{.path = file.path()};
    plan.frames.frame.level = preset::fastest;
    archive_sink to(std::move(plan));
    store_request from = asked.store;
    from.url = asked.file;
    if (is_parquet(asked.file))
        import_parquet(asked.file, {}, to, {});
    else
        read_store(from, part, std::nullopt, to, true);
    to.finish();
    return {file.path(), asked.file};
}

archive_reader open(const archive_bytes& bytes, bool recover) {
    auto opened =
        recover ? archive_reader::recover(bytes.data()) : archive_reader::open(bytes.data());
    if (opened) return std::move(*opened);
    const auto left = recover || opened.error() == errc::unsupported
                          ? std::move(opened)
                          : archive_reader::recover(bytes.data());
    if (!left) refuse_archive(bytes.name(), left.error());
    throw failure(fault::data, {bytes.name()},
                  losses_text(*left) + "; --recover reads what is left");
}

}  // namespace

void refuse_archive(const std::string& name, errc error) {
    throw failure(fault::data, {name},
                  error == errc::unsupported ? "an archive of a version this program does not know"
                                             : "not an archive");
}

archive_bytes::archive_bytes(const std::string& path) : archive_bytes(path, path) {}

archive_bytes::archive_bytes(const std::string& path, const std::string& name)
    : path_(name), name_(text::printable(name)) {
    if (path == "-") {
        input::file_source from(path);
        path_ = name_ = from.name();
        piped_ = read_all(from);
        data_ = std::as_bytes(std::span(piped_));
        return;
    }
    errno = 0;
    auto mapped = mapped_file::open(path);
    if (!mapped && errno == 0)
        throw failure(fault::environment, {name_},
                      "not a regular file; an archive can also be read from standard input, -");
    if (!mapped) throw failure_of(name_, mapped.error());
    file_ = std::move(*mapped);
    data_ = file_.data();
    watched_ = std::make_unique<watched_map>(data_, name_);
}

archive_bytes::~archive_bytes() = default;

void add_recover_option(CLI::App& app, bool& recover) {
    app.add_flag("--recover", recover,
                 "read what is left of a damaged archive and report what is missing;\n"
                 "without this a damaged archive is refused");
}

void add_archive_options(CLI::App& app, archive_request& asked) {
    app.add_option(
           "ARCHIVE", asked.file,
           "an archive or a Parquet file; - is standard input; or the URL of a\nstore, as in ship")
        ->required();
    add_recover_option(app, asked.recover);
    add_store_options(app, asked.store);
}

archive_file::archive_file(const archive_request& asked, const store_part& part)
    : of_store_(is_copied(asked.file)),
      bytes_(of_store_ ? copied(asked, part) : archive_bytes(asked.file)),
      reader_(open(bytes_, asked.recover)) {
    if (reader_->losses().any())
        fmt::print(stderr, "{}: warning: recovered: {}\n", name(), losses_text(*reader_));
    if (reader_->marks().recovered)
        fmt::print(stderr,
                   "{}: warning: recovered from a damaged archive: samples are "
                   "missing\n",
                   name());
}

bool archive_file::recovered() const noexcept {
    return reader_->losses().any() || reader_->marks().recovered;
}

time_unit archive_file::unit(std::size_t series) const {
    for (const archived_frame& f : reader_->series()[series].frames)
        if (const auto info = frame::inspect(reader_->frame_bytes(f))) return info->unit;
    return time_unit::milliseconds;
}

input::tick archive_file::tick(std::size_t series) const {
    return has_rows() ? input::tick::row : input::tick_of(unit(series));
}

void archive_file::check_units(std::size_t number, std::span<const cbytes> frames) const {
    const time_unit expected = unit(number);
    for (const cbytes wire : frames)
        if (const auto info = frame::inspect(wire); info && info->unit != expected)
            throw failure(
                fault::data, {name()},
                fmt::format("{}: its frames count time in {} and in {}", title(series()[number]),
                            unit_name(expected), unit_name(info->unit)));
}

void archive_file::fail(std::size_t number, errc error) const {
    const archived_series& s = series()[number];
    for (std::size_t i = 0; i < s.frames.size(); ++i)
        if (const auto ok = frame::verify(reader_->frame_bytes(s.frames[i])); !ok)
            throw failure(fault::data, {name()},
                          frame_place(s, i) + ": " + std::string(message(ok.error())) +
                              "; --recover leaves it out");
    throw failure(fault::data, {name()}, title(s) + ": " + std::string(message(error)));
}

std::string frame_place(const archived_series& series, std::size_t frame) {
    return fmt::format("frame {} of {} of {}, at byte {}", frame + 1, series.frames.size(),
                       title(series), input::grouped(series.frames[frame].offset));
}

}  // namespace chronopack::tool
