#include "support/frames.hpp"
#include "support/scratch.hpp"

#include <chronopack/series/archive_reader.hpp>
#include <chronopack/series/archive_writer.hpp>

#include <catch2/catch.hpp>

#include <map>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using contents = std::map<labels, columns<double>>;

// Two series of doubles and one of integers, frames interleaved.
void write_example(const std::string& path) {
    auto w = archive_writer::create(path, {.frame_samples = 50});
    REQUIRE(w);
    const auto a = w->add<double>({{"__name__", "cpu"}, {"host", "a"}});
    const auto b = w->add<double>({{"host", "b"}, {"__name__", "cpu"}});
    const auto c = w->add<std::int64_t>({{"__name__", "bytes"}});
    REQUIRE((a && b && c));
    for (int i = 0; i < 120; ++i) {
        REQUIRE(w->append(*a, 1000 * i, i * 0.5));
        REQUIRE(w->append(*b, 1000 * i + 7, i * 0.25));
        REQUIRE(w->append(*c, 500 * i, std::int64_t{i} * i));
    }
    REQUIRE(w->finish());
}

// Every sample of the double series that can be read, frame by frame, and how
// many frames were refused.
struct salvaged {
    contents series;
    std::size_t samples = 0;
    std::size_t refused_frames = 0;
};

salvaged read_doubles(const archive_reader& archive) {
    salvaged out;
    for (const archived_series& s : archive.series()) {
        if (s.integers) continue;
        columns<double>& found = out.series[s.labels];
        for (const archived_frame& f : s.frames) {
            const auto part = decode_frame<double>(archive.frame_bytes(f));
            if (!part) {
                ++out.refused_frames;
                continue;
            }
            out.samples += part->size();
            found.timestamps.insert(found.timestamps.end(), part->timestamps.begin(),
                                    part->timestamps.end());
            found.values.insert(found.values.end(), part->values.begin(), part->values.end());
        }
    }
    return out;
}

// Whether `part` holds only samples that `all` has for that series.
bool within(const contents& part, const contents& all) {
    for (const auto& found : part) {
        const labels& names = found.first;
        const columns<double>& c = found.second;
        for (std::size_t i = 0; i < c.size(); ++i) {
            const auto has = [&](const columns<double>& whole) {
                const auto at =
                    std::find(whole.timestamps.begin(), whole.timestamps.end(), c.timestamps[i]);
                return at != whole.timestamps.end() &&
                       whole.values[static_cast<std::size_t>(at - whole.timestamps.begin())] ==
                           c.values[i];
            };
            const auto known = all.find(names);
            if (known != all.end() && has(known->second)) continue;
            // A series whose labels are lost comes back without any.
            if (!names.pairs().empty()) return false;
            if (std::none_of(all.begin(), all.end(), [&](const auto& s) { return has(s.second); }))
                return false;
        }
    }
    return true;
}

}  // namespace

TEST_CASE("an archive gives back every series it was given", "[archive]") {
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    const auto archive = archive_reader::open(dir / "x.cpk");
    REQUIRE(archive);
    REQUIRE_FALSE(archive->rebuilt());
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

TEST_CASE("a range of time looks only at frames that overlap it", "[archive]") {
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    const auto archive = archive_reader::open(dir / "x.cpk");
    REQUIRE(archive->read<double>(0, {0, 10'000})->frames().size() == 1);
    REQUIRE(archive->read<double>(0, {49'000, 50'000})->frames().size() == 2);
    REQUIRE(archive->read<double>(0, {500'000, INT64_MAX})->frames().empty());
}

TEST_CASE("records alone say what the index says", "[archive]") {
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    auto file = read_file(dir / "x.cpk");
    const auto scanned = archive_reader::scan(file);
    REQUIRE(scanned);
    REQUIRE(scanned->rebuilt());
    REQUIRE(scanned->skipped_bytes() == 0);
    REQUIRE(scanned->series() == archive_reader::open(file)->series());
    // A damaged record is one less, which only the scan sees.
    const std::uint64_t at = scanned->series()[1].frames[1].offset;
    file[at - 10] ^= std::byte{1};
    REQUIRE_FALSE(archive_reader::open(file)->rebuilt());
    REQUIRE(archive_reader::scan(file)->series()[1].frames.size() == 2);
    REQUIRE(archive_reader::scan(file)->skipped_bytes() > 0);
    REQUIRE(archive_reader::scan({}).error() == errc::truncated);
}

TEST_CASE("a flush cuts what is held of every series, and samples go on behind it", "[archive]") {
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
    for (const sample s : reader->range(INT64_MIN, INT64_MAX)) {
        REQUIRE(s == sample{expected, static_cast<double>(expected) * 0.5});
        ++expected;
    }
    REQUIRE(expected == 30);
}

TEST_CASE("labels are sorted, known again, and refused when repeated", "[archive]") {
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

TEST_CASE("an archive that is not finished leaves the frames written, to be recovered",
          "[archive]") {
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
    const auto left = archive_reader::open(partial);
    REQUIRE(left);
    REQUIRE(left->rebuilt());
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

TEST_CASE("an archive cut short at any byte gives back every whole record before the cut",
          "[archive][damage]") {
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    const auto file = read_file(dir / "x.cpk");
    const auto whole = archive_reader::open(dir / "x.cpk");
    const auto all = read_doubles(*whole).series;

    // Where each frame of a series ends, from the index of the whole archive.
    const auto expected = [&](std::size_t cut) {
        std::map<labels, std::size_t> samples;
        for (const archived_series& s : whole->series()) {
            for (const archived_frame& f : s.frames)
                if (f.offset + f.bytes <= cut) samples[s.labels] += f.samples;
        }
        return samples;
    };
    for (std::size_t cut = 0; cut < file.size(); ++cut) {
        const auto archive = archive_reader::open(cbytes(file).first(cut));
        if (cut < 12) {
            REQUIRE(archive.error() == errc::truncated);
            continue;
        }
        REQUIRE(archive);
        REQUIRE(archive->rebuilt());
        auto want = expected(cut);
        for (const archived_series& s : archive->series()) {
            REQUIRE(s.samples() == want[s.labels]);
            want.erase(s.labels);
        }
        for (const auto& [names, samples] : want) REQUIRE(samples == 0);
        REQUIRE(within(read_doubles(*archive).series, all));
    }
}

TEST_CASE("one damaged byte costs at most one frame and never gives a wrong sample",
          "[archive][damage]") {
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    auto file = read_file(dir / "x.cpk");
    const auto all = read_doubles(*archive_reader::open(dir / "x.cpk"));
    REQUIRE(all.samples == 240);
    for (std::size_t at = 0; at < file.size(); ++at) {
        INFO("byte " << at << " of " << file.size());
        file[at] ^= std::byte{0x10};
        const auto damaged = file;
        file[at] ^= std::byte{0x10};
        const auto archive = archive_reader::open(damaged);
        if (at < 4) {
            REQUIRE(archive.error() == errc::corrupt);  // by its magic no longer an archive
            continue;
        }
        REQUIRE(archive);
        const auto found = read_doubles(*archive);
        REQUIRE(within(found.series, all.series));
        REQUIRE(found.refused_frames <= 1);
        REQUIRE(found.samples + 50 >= all.samples);
    }
}

TEST_CASE("what is no archive is refused", "[archive][damage]") {
    const scratch_directory dir;
    REQUIRE(archive_reader::open(dir / "absent").error() == errc::not_found);
    write_file(dir / "empty", {});
    REQUIRE(archive_reader::open(dir / "empty").error() == errc::truncated);
    const auto text = std::as_bytes(std::span("time,value\n1,2\n3,4\n", 19));
    write_file(dir / "text", text);
    REQUIRE(archive_reader::open(dir / "text").error() == errc::corrupt);
    REQUIRE(archive_reader::open(dir.path()).error() == errc::io_error);
    REQUIRE(archive_writer::create(dir / "no/such/directory/x").error() == errc::io_error);
}

TEST_CASE("an index that points outside of the records is not believed", "[archive][damage]") {
    using namespace chronopack::detail::archive;
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    const auto file = read_file(dir / "x.cpk");
    const auto good = archive_reader::open(dir / "x.cpk");
    const auto at = *read_footer(cbytes(file).last(footer_bytes));
    std::vector<std::byte> kept;
    const auto with_index = [&](const std::vector<archived_series>& lie) {
        auto forged = std::vector(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(at));
        const auto payload = index_payload(lie);
        const auto head =
            record_header({kind::index, 0, static_cast<std::uint32_t>(payload.size())});
        forged.insert(forged.end(), head.begin(), head.end());
        forged.insert(forged.end(), payload.begin(), payload.end());
        const auto foot = footer(at);
        forged.insert(forged.end(), foot.begin(), foot.end());
        kept = forged;
        return archive_reader::open(kept);
    };
    REQUIRE_FALSE(with_index(good->series())->rebuilt());
    const auto lied = [&](auto change) {
        auto lie = good->series();
        change(lie[0].frames.back());
        const auto archive = with_index(lie);
        REQUIRE(archive);
        REQUIRE(archive->rebuilt());  // from the records, which are as they were
        REQUIRE(archive->series()[0].samples() == 120);
    };
    lied([&](archived_frame& f) { f.offset = file.size(); });
    lied([&](archived_frame& f) { f.offset = UINT64_MAX - 3; });
    lied([&](archived_frame& f) { f.bytes = static_cast<std::uint32_t>(file.size()); });
    lied([&](archived_frame& f) { f.samples = 0; });
    lied([&](archived_frame& f) { f.samples = frame::max_samples + 1; });
    lied([&](archived_frame& f) { f.min_timestamp = f.max_timestamp + 1; });
}
