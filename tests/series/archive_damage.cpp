// Archives that are damaged, cut short, or lie: open() refuses them, and recover() reads the
// rest.

#include <chronopack/series/archive_reader.hpp>

#include "support/archives.hpp"
#include "support/frames.hpp"
#include "support/scratch.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using contents = std::map<labels, columns<double>>;

// The samples of the double series that can be read, frame by frame, and the number of frames
// that were refused.
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

// Returns whether `part` has only samples that `all` has for the same series.
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

TEST_CASE("scanning the records gives the same as the index", "[archive]") {
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    auto file = read_file(dir / "x.cpk");
    const auto scanned = archive_reader::scan(file);
    REQUIRE(scanned);
    REQUIRE(scanned->losses().index);
    REQUIRE(scanned->losses().bytes == 0);
    REQUIRE(scanned->series() == archive_reader::open(file)->series());
    // Only the scan notices a damaged record.
    const std::uint64_t at = scanned->series()[1].frames[1].offset;
    file[at - 10] ^= std::byte{1};
    REQUIRE(archive_reader::open(file));
    REQUIRE(archive_reader::scan(file)->series()[1].frames.size() == 2);
    REQUIRE(archive_reader::scan(file)->losses().bytes > 0);
    REQUIRE(archive_reader::scan({}).error() == errc::truncated);
}

TEST_CASE("an archive cut short at any byte gives back every whole record before the cut",
          "[archive][damage]") {
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    const auto file = read_file(dir / "x.cpk");
    const auto whole = archive_reader::open(dir / "x.cpk");
    const auto all = read_doubles(*whole).series;

    // The end of each frame of a series, from the index of the whole archive.
    const auto expected = [&](std::size_t cut) {
        std::map<labels, std::size_t> samples;
        for (const archived_series& s : whole->series()) {
            for (const archived_frame& f : s.frames)
                if (f.offset + f.bytes <= cut) samples[s.labels] += f.samples;
        }
        return samples;
    };
    for (std::size_t cut = 0; cut < file.size(); ++cut) {
        const auto part = cbytes(file).first(cut);
        REQUIRE_FALSE(archive_reader::open(part));  // half an archive is no archive
        const auto archive = archive_reader::recover(part);
        if (cut < 12) {
            REQUIRE(archive.error() == errc::truncated);
            continue;
        }
        REQUIRE(archive);
        REQUIRE(archive->losses().index);
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
        const auto archive = archive_reader::recover(damaged);
        if (at < 4) {
            REQUIRE(archive.error() == errc::corrupt);  // by its magic this is no longer an archive
            continue;
        }
        REQUIRE(archive);
        const auto found = read_doubles(*archive);
        REQUIRE(within(found.series, all.series));
        REQUIRE(found.refused_frames == 0);  // recover() leaves them out
        REQUIRE(archive->losses().frames <= 1);
        REQUIRE(found.samples + 50 >= all.samples);
        // Where open() does not refuse the file, losses() reports the missing frame.
        if (found.samples < all.samples) {
            REQUIRE(archive->losses().any());
            REQUIRE(archive->losses().frames == 1);
        }
        if (!archive_reader::open(damaged)) REQUIRE(archive->losses().any());
    }
}

TEST_CASE("a file that is no archive is refused", "[archive][damage]") {
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

TEST_CASE("an index that points outside of the records is refused", "[archive][damage]") {
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
    REQUIRE(with_index(good->series()));
    const auto lied = [&](auto change) {
        auto lie = good->series();
        change(lie[0].frames.back());
        REQUIRE(with_index(lie).error() == errc::corrupt);
        const auto archive = archive_reader::recover(kept);  // the records are undamaged
        REQUIRE(archive);
        REQUIRE(archive->losses().index);
        REQUIRE(archive->series() == good->series());
    };
    lied([&](archived_frame& f) { f.offset = file.size(); });
    lied([&](archived_frame& f) { f.offset = UINT64_MAX - 3; });
    lied([&](archived_frame& f) { f.bytes = static_cast<std::uint32_t>(file.size()); });
    lied([&](archived_frame& f) { f.samples = 0; });
    lied([&](archived_frame& f) { f.samples = frame::max_samples + 1; });
    lied([&](archived_frame& f) { f.min_timestamp = f.max_timestamp + 1; });
    // A frame overlaps a frame of another series, the header of the next record, and the
    // header of the file.
    lied([&](archived_frame& f) {
        f.offset = good->series()[1].frames.back().offset;
        f.bytes = good->series()[1].frames.back().bytes;
    });
    lied([&](archived_frame& f) { ++f.bytes; });
    auto lie = good->series();
    lie[0].frames.front().offset = file_header_bytes + record_header_bytes - 1;
    lie[0].frames.front().bytes = 1;
    REQUIRE(with_index(lie).error() == errc::corrupt);
}

TEST_CASE("losses that are known are counted", "[archive][damage]") {
    const scratch_directory dir;
    write_example(dir / "x.cpk");
    const auto file = read_file(dir / "x.cpk");
    const auto good = archive_reader::open(dir / "x.cpk");
    const archived_frame hit = good->series()[0].frames[1];
    const auto damaged = [&](std::uint64_t at, bool without_index) {
        auto changed = file;
        changed[at] ^= std::byte{1};
        if (without_index) changed.pop_back();
        return changed;
    };
    // Damage in the body of a frame: its header counts the samples, with or without an index.
    for (const bool without_index : {false, true}) {
        const auto bytes = damaged(hit.offset + hit.bytes - 1, without_index);
        REQUIRE(archive_reader::open(bytes).has_value() == !without_index);
        const auto archive = archive_reader::recover(bytes);
        REQUIRE(archive->losses().index == without_index);
        REQUIRE(archive->losses().frames == 1);
        REQUIRE(archive->losses().samples == 50);
        REQUIRE(archive->losses().uncounted == 0);
        REQUIRE(archive->series()[0].samples() == 70);
    }
    // Damage in the header of a frame: only the index counts the samples.
    const auto indexed = damaged(hit.offset + 10, false);
    REQUIRE(archive_reader::recover(indexed)->losses().samples == 50);
    const auto alone = damaged(hit.offset + 10, true);
    const auto archive = archive_reader::recover(alone);
    REQUIRE(archive->losses().frames == 1);
    REQUIRE(archive->losses().uncounted == 1);
    REQUIRE(archive->losses().samples == 0);
    REQUIRE(archive->losses().bytes >= hit.bytes);
    // Damage in the record of a series: its labels are lost.
    const auto nameless = damaged(12 + 20 + 5, true);
    const auto found = archive_reader::recover(nameless);
    REQUIRE(found->losses().nameless == 1);
    REQUIRE(found->series()[0].labels.pairs().empty());
    REQUIRE(found->series()[0].samples() == 120);
    // A whole archive has no losses.
    REQUIRE_FALSE(archive_reader::recover(file)->losses().any());
    REQUIRE(archive_reader::recover(file)->series() == good->series());
}
