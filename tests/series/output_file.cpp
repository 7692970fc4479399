#include "support/scratch.hpp"

#include <chronopack/series/archive_reader.hpp>
#include <chronopack/series/archive_writer.hpp>
#include <chronopack/series/output_file.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <cstring>

#include <sys/resource.h>

using namespace chronopack;
using namespace chronopack::test;

namespace {

cbytes as_bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string text_of(const std::string& path) {
    const auto bytes = read_file(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::string> names_in(const scratch_directory& dir) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path()))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

mode_t mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("a file appears under its name whole, and nothing else stays", "[output_file]") {
    const scratch_directory dir;
    write_file(dir / "x", as_bytes_of("old"));
    {
        auto file = output_file::create(dir / "x");
        REQUIRE(file);
        REQUIRE(file->write(as_bytes_of("new")));
        CHECK(text_of(dir / "x") == "old");
        CHECK(file->partial_path().starts_with(dir / "x."));
        CHECK(file->partial_path().ends_with(".partial"));
        REQUIRE(file->publish());
        CHECK(file->partial_path().empty());
        CHECK_FALSE(file->write(as_bytes_of("more")));
        CHECK_FALSE(file->publish());
    }
    CHECK(text_of(dir / "x") == "new");
    CHECK(names_in(dir) == names{"x"});
}

TEST_CASE("an unpublished file is removed with the object that owns it", "[output_file]") {
    const scratch_directory dir;
    {
        auto first = output_file::create(dir / "x");
        auto second = output_file::create(dir / "x");
        REQUIRE((first && second));
        REQUIRE(first->partial_path() != second->partial_path());
        REQUIRE(second->write(as_bytes_of("second")));
        {
            const output_file gone = std::move(*first);
            CHECK(names_in(dir).size() == 2);
        }
        CHECK(names_in(dir).size() == 1);
        REQUIRE(second->publish());
    }
    CHECK(names_in(dir) == names{"x"});
    CHECK(text_of(dir / "x") == "second");
    {
        auto kept = output_file::create(dir / "y");
        kept->keep();
        auto dropped = output_file::create(dir / "y");
        dropped->keep();
        dropped->discard();
    }
    CHECK(names_in(dir).size() == 2);
}

TEST_CASE("a file that is moved over another removes the other's", "[output_file]") {
    const scratch_directory dir;
    auto file = output_file::create(dir / "x");
    *file = std::move(*output_file::create(dir / "y"));
    CHECK(names_in(dir).size() == 1);
    REQUIRE(file->publish());
    CHECK(names_in(dir) == names{"y"});
}

TEST_CASE("the file that is opened is new, and is closed in programs that are started",
          "[output_file]") {
    const scratch_directory dir;
    write_file(dir / "there", as_bytes_of("theirs"));
    REQUIRE(::symlink((dir / "elsewhere").c_str(), (dir / "link").c_str()) == 0);
    CHECK(detail::open_new(dir / "there", 0600) == -1);
    CHECK(detail::open_new(dir / "link", 0600) == -1);
    CHECK(text_of(dir / "there") == "theirs");
    CHECK_FALSE(std::filesystem::exists(dir / "elsewhere"));
    const int fd = detail::open_new(dir / "new", 0600);
    REQUIRE(fd >= 0);
    CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    ::close(fd);
}

TEST_CASE("a new file has the mode that the umask leaves, a replaced file keeps its own",
          "[output_file]") {
    const scratch_directory dir;
    const mode_t before = ::umask(027);
    REQUIRE(output_file::create(dir / "new")->publish());
    ::umask(before);
    CHECK(mode_of(dir / "new") == 0640);
    for (const mode_t mode : {0600, 0644, 0666, 0440}) {
        write_file(dir / "x", {});
        REQUIRE(::chmod((dir / "x").c_str(), mode) == 0);
        auto file = output_file::create(dir / "x");
        REQUIRE(file);
        CHECK(mode_of(file->partial_path()) == mode);
        REQUIRE(file->publish());
        CHECK(mode_of(dir / "x") == mode);
        std::filesystem::remove(dir / "x");
    }
}

TEST_CASE("a symbolic link stays, and leads to the new file", "[output_file]") {
    const scratch_directory dir;
    std::filesystem::create_directory(dir / "data");
    write_file(dir / "data/x", as_bytes_of("old"));
    REQUIRE(::symlink("data/x", (dir / "relative").c_str()) == 0);
    REQUIRE(::symlink((dir / "relative").c_str(), (dir / "absolute").c_str()) == 0);
    REQUIRE(::symlink("data/y", (dir / "dangling").c_str()) == 0);
    REQUIRE(::symlink("loop", (dir / "loop").c_str()) == 0);
    for (const auto& [link, target] : {std::pair{"absolute", "data/x"}, {"dangling", "data/y"}}) {
        auto file = output_file::create(dir / link);
        REQUIRE(file);
        CHECK(file->partial_path().starts_with(dir / target));
        REQUIRE(file->write(as_bytes_of(link)));
        REQUIRE(file->publish());
        CHECK(std::filesystem::is_symlink(dir / link));
        CHECK(text_of(dir / target) == link);
    }
    CHECK(output_file::create(dir / "loop").error() == errc::io_error);
}

TEST_CASE("only a regular file is replaced", "[output_file]") {
    const scratch_directory dir;
    REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
    for (const std::string& path :
         {dir / "fifo", dir.path(), dir.path() + "/", std::string("/dev/null"), std::string(),
          dir / "no/such/directory"}) {
        CAPTURE(path);
        CHECK(output_file::create(path).error() == errc::io_error);
    }
    CHECK(names_in(dir) == names{"fifo"});
}

TEST_CASE("the longest legal name still has a partial name", "[output_file]") {
    const scratch_directory dir;
    std::string euros;
    while (euros.size() < 255) euros += "\xe2\x82\xac";
    for (const std::string& name : {std::string(255, 'x'), euros}) {
        auto file = output_file::create(dir.path() + '/' + name);
        REQUIRE(file);
        const auto partial = std::filesystem::path(file->partial_path()).filename().string();
        CHECK(partial.size() <= 255);
        // The name is cut between characters.
        CHECK((partial[partial.find('.') - 1] == 'x' ||
               partial.substr(partial.find('.') - 3, 3) == "\xe2\x82\xac"));
        REQUIRE(file->publish());
    }
    CHECK(names_in(dir) == names{std::string(255, 'x'), euros});
}

TEST_CASE("a full disk is an error of the write or of publish, and the old file stays",
          "[output_file]") {
    const scratch_directory dir;
    write_file(dir / "x", as_bytes_of("old"));
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit full{4096, before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    for (const std::size_t size : {std::size_t{5000}, std::size_t{1} << 20}) {
        auto file = output_file::create(dir / "x");
        REQUIRE(file);
        const std::vector<std::byte> much(size);
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
        const bool written = bool(file->write(much));
        const bool published = bool(file->publish());
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
        CHECK_FALSE((written && published));
        CHECK_FALSE(published);
    }
    (void)std::signal(SIGXFSZ, handler);
    CHECK(text_of(dir / "x") == "old");
    CHECK(names_in(dir) == names{"x"});
}

namespace {

archive_writer writer_of(const std::string& path) {
    auto made = archive_writer::create(path, {.frame_samples = 512});
    REQUIRE(made);
    return std::move(*made);
}

void fill(archive_writer& to, const char* name, int samples) {
    const auto series = to.add<double>({{"__name__", name}});
    REQUIRE(series);
    for (int i = 0; i < samples; ++i) REQUIRE(to.append(*series, 1000 * i, i * 0.5));
}

/// The archive's series and samples, which must all be there.
std::map<std::string, std::size_t> samples_in(const std::string& path) {
    const auto archive = archive_reader::open(path);
    REQUIRE(archive);
    std::map<std::string, std::size_t> found;
    for (std::size_t i = 0; i < archive->series().size(); ++i) {
        const auto reader = archive->read<double>(i);
        REQUIRE(reader);
        auto cursor = reader->samples();
        std::size_t n = 0;
        while (cursor.next()) ++n;
        REQUIRE(cursor.status());
        found[std::string(archive->series()[i].labels["__name__"])] = n;
    }
    return found;
}

}  // namespace

TEST_CASE("writers of one path at the same time each publish a whole archive",
          "[output_file][archive]") {
    const scratch_directory dir;
    auto a = writer_of(dir / "x.cpk");
    fill(a, "A", 6000);
    auto b = writer_of(dir / "x.cpk");
    fill(b, "B", 2000);
    REQUIRE(a.finish());
    CHECK(samples_in(dir / "x.cpk") == std::map<std::string, std::size_t>{{"A", 6000}});
    fill(b, "B2", 4000);
    {
        auto c = writer_of(dir / "x.cpk");
        fill(c, "C", 1000);
        c.discard();
    }
    REQUIRE(b.finish());
    CHECK(samples_in(dir / "x.cpk") ==
          std::map<std::string, std::size_t>{{"B", 2000}, {"B2", 4000}});
    CHECK(names_in(dir) == names{"x.cpk"});
}
