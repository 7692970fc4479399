#include <chronopack/series/archive_reader.hpp>
#include <chronopack/series/archive_writer.hpp>

#include "support/archives.hpp"
#include "support/frames.hpp"
#include "support/scratch.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("an archive gives back every series it was given", "[archive]") {
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    const auto archive = archive_reader::open(dir / "x.cpk");
    REQUIRE(archive);
    REQUIRE_FALSE(archive->losses().any());
    REQUIRE(archive->marks() == archive_marks());
    REQUIRE(archive->series().size() == 3);

    const auto b = archive->find({{"__name__", "cpu"}, {"host", "b"}});
    REQUIRE(b);
    REQUIRE(archive->series()[*b].labels["host"] == "b");
    REQUIRE(archive->series()[*b].samples() == 120);
    REQUIRE(archive->series()[*b].frames.size() == 3);
    const auto reader = archive->read<double>(*b);
    REQUIRE(reader);
    auto cursor = reader->range(10'007, 12'007);
    REQUIRE(cursor.next() == sample{10'007, 2.5});
    REQUIRE(cursor.next() == sample{11'007, 2.75});
    REQUIRE(cursor.next() == sample{12'007, 3.0});
    REQUIRE_FALSE(cursor.next());

    const auto c = archive->find({{"__name__", "bytes"}});
    REQUIRE(c);
    REQUIRE(archive->read<double>(*c).error() == errc::wrong_type);
    const auto integers = archive->read<std::int64_t>(*c);
    REQUIRE(integers);
    REQUIRE(integers->size() == 120);
    REQUIRE(integers->seek(59'500).next()->value == 119 * 119);

    REQUIRE(archive->find({{"__name__", "cpu"}}).error() == errc::not_found);
    REQUIRE(archive->read<double>(3).error() == errc::not_found);
}

TEST_CASE("reading a range of time opens only frames that overlap it", "[archive]") {
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    const auto archive = archive_reader::open(dir / "x.cpk");
    REQUIRE(archive->read<double>(0, {0, 10'000})->frames().size() == 1);
    REQUIRE(archive->read<double>(0, {49'000, 50'000})->frames().size() == 2);
    REQUIRE(archive->read<double>(0, {500'000, INT64_MAX})->frames().empty());
}

TEST_CASE("a flush cuts a frame of every series, and samples can be appended after it",
          "[archive]") {
    const scratch_directory dir;
    auto w = archive_writer::create(dir / "x.cpk", {.frame_samples = 100});
    const auto a = *w->add<double>({{"n", "a"}});
    const auto b = *w->add<std::int64_t>({{"n", "b"}});
    for (int i = 0; i < 30; ++i) {
        if (i == 10) REQUIRE(w->flush());
        if (i == 20) REQUIRE((w->flush() && w->flush()));
        REQUIRE(w->append(a, i, i * 0.5));
        if (i < 10) REQUIRE(w->append(b, i, i));
    }
    REQUIRE(w->finish());
    const auto archive = archive_reader::open(dir / "x.cpk");
    REQUIRE(archive->series()[0].frames.size() == 3);
    REQUIRE(archive->series()[1].frames.size() == 1);
    const auto reader = archive->read<double>(0);
    std::int64_t expected = 0;
    for (const auto s : reader->range(INT64_MIN, INT64_MAX)) {
        REQUIRE(s);
        REQUIRE(*s == sample{expected, static_cast<double>(expected) * 0.5});
        ++expected;
    }
    REQUIRE(expected == 30);
}

TEST_CASE("labels are sorted, found again in any order, and refused where a name repeats",
          "[archive]") {
    const scratch_directory dir;
    auto w = archive_writer::create(dir / "x.cpk");
    const auto first = w->add<double>({{"b", "2"}, {"a", "1"}});
    const auto again = w->add<double>({{"a", "1"}, {"b", "2"}});
    REQUIRE(first->number == again->number);
    REQUIRE(w->add<std::int64_t>({{"a", "1"}, {"b", "2"}}).error() == errc::wrong_type);
    REQUIRE(w->add<double>({{"a", "1"}, {"a", "2"}}).error() == errc::out_of_range);
    REQUIRE(w->add<double>({{"a", std::string(labels::max_bytes, 'x')}}).error() ==
            errc::out_of_range);
    REQUIRE(w->add<double>({{"name with \"quotes\"\n", std::string("nul\0inside", 10)}}));
    REQUIRE(w->finish());
    const auto archive = archive_reader::open(dir / "x.cpk");
    REQUIRE(archive->series().size() == 2);
    REQUIRE(archive->find({{"name with \"quotes\"\n", std::string("nul\0inside", 10)}}));
}

TEST_CASE("an archive that is not finished leaves its frames to recover()", "[archive]") {
    const scratch_directory dir;
    std::string partial;
    {
        auto w = archive_writer::create(dir / "x.cpk", {.frame_samples = 10});
        const auto s = w->add<double>({{"a", "b"}});
        for (int i = 0; i < 25; ++i) REQUIRE(w->append(*s, i, i));
        partial = w->partial_path();
        REQUIRE(archive_reader::open(dir / "x.cpk").error() == errc::not_found);
    }
    REQUIRE(archive_reader::open(dir / "x.cpk").error() == errc::not_found);
    REQUIRE(std::filesystem::path(partial).parent_path() == dir.path());
    // The frames that were cut are in the partial file.
    REQUIRE_FALSE(archive_reader::open(partial));
    const auto left = archive_reader::recover(partial);
    REQUIRE(left);
    REQUIRE(left->losses().index);
    REQUIRE(left->series().size() == 1);
    REQUIRE(left->series()[0].samples() == 20);
}

TEST_CASE("an archive that is discarded, or has no frame, leaves nothing", "[archive]") {
    const scratch_directory dir;
    {
        auto w = archive_writer::create(dir / "x.cpk", {.frame_samples = 10});
        const auto s = w->add<double>({{"a", "b"}});
        for (int i = 0; i < 25; ++i) REQUIRE(w->append(*s, i, i));
        w->discard();
        REQUIRE(w->partial_path().empty());
        REQUIRE(w->finish().error() == errc::io_error);

        auto without = archive_writer::create(dir / "x.cpk", {.frame_samples = 10});
        REQUIRE(without->append(*without->add<double>({{"a", "b"}}), 0, 0));
    }
    REQUIRE(std::filesystem::is_empty(dir.path()));
}

TEST_CASE("an archive's marks are in its index, and in its records where that is lost",
          "[archive][marks]") {
    const scratch_directory dir;
    for (const archive_marks marks :
         {archive_marks{}, archive_marks{.row_numbers = true}, archive_marks{.recovered = true},
          archive_marks{.row_numbers = true, .recovered = true}}) {
        auto w = archive_writer::create(dir / "x.cpk");
        const auto s = w->add<double>({{"n", "a"}});
        if (marks.row_numbers) REQUIRE(w->mark({.row_numbers = true}));
        REQUIRE(w->append(*s, 1, 1.5));
        if (marks.recovered) REQUIRE(w->mark({.recovered = true}));
        REQUIRE(w->finish());
        auto file = read_file(dir / "x.cpk");
        REQUIRE(archive_reader::open(file)->marks() == marks);
        REQUIRE(archive_reader::scan(file)->marks() == marks);
        REQUIRE(archive_reader::scan(file)->losses().bytes == 0);
        file.resize(file.size() - 1);
        REQUIRE(archive_reader::recover(file)->marks() == marks);
        REQUIRE(archive_reader::recover(file)->series()[0].samples() == 1);
    }
}

TEST_CASE("an archive without marks has the same bytes as before there were marks",
          "[archive][marks]") {
    using namespace chronopack::detail::archive;
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    const auto file = read_file(dir / "x.cpk");
    const auto at = *read_footer(cbytes(file).last(footer_bytes));
    REQUIRE(read_record(cbytes(file).subspan(at))->series == 0);
    REQUIRE(read_record(cbytes(file).subspan(file_header_bytes))->kind == kind::series);
}

TEST_CASE("an archive with a mark of a later version is refused", "[archive][marks]") {
    using namespace chronopack::detail::archive;
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    auto file = read_file(dir / "x.cpk");
    const auto at = *read_footer(cbytes(file).last(footer_bytes));
    record head = *read_record(cbytes(file).subspan(at));
    head.series = 4;
    const auto forged = record_header(head);
    std::copy(forged.begin(), forged.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
    REQUIRE(archive_reader::open(file).error() == errc::unsupported);
    REQUIRE(archive_reader::recover(file).error() == errc::unsupported);
    REQUIRE(archive_reader::scan(file).error() == errc::unsupported);
}

TEST_CASE("an archive that was copied is read whole even if its file is cut short meanwhile",
          "[archive]") {
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    const auto archive = archive_reader::open(dir / "x.cpk", file_access::copied);
    REQUIRE(archive);
    std::filesystem::resize_file(dir / "x.cpk", 0);
    for (const std::size_t i : {0, 1}) {
        const auto reader = archive->read<double>(i);
        REQUIRE(reader);
        columns<double> all{std::vector<std::int64_t>(120), std::vector<double>(120)};
        REQUIRE(reader->read(all.timestamps, all.values));
        REQUIRE(all.values[119] == (i == 0 ? 59.5 : 29.75));
    }
    REQUIRE(archive_reader::open(dir / "none", file_access::copied).error() == errc::not_found);
    REQUIRE(archive_reader::open(dir.path(), file_access::copied).error() == errc::io_error);
    REQUIRE(archive_reader::open(dir / "x.cpk", file_access::copied).error() == errc::truncated);
}
