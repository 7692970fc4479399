// Writes samples that come in any order to an archive in order of time. They are sorted in runs and
// then merged, so memory is bounded for any order.
//
//   arriving   9 7 8 3 | 1 2 5 4 | 6 ...
//   runs       3 7 8 9 | 1 2 4 5 | 6 ...      frames of PATH.RANDOM.runs, an archive
//   merged     1 2 3 4 5 6 7 8 9              frames that overlap are read at once
//
// Samples with the same time keep the order in which they came. The runs take as much disk space as
// the archive. Memory: 16 bytes for each sample of the runs being gathered, up to a budget; later
// 24 KiB for each frame that is open at once, of which there are at most as many as runs of one
// series.
#pragma once

#include "archive_sink.hpp"
#include "output/temporary_file.hpp"

namespace chronopack::tool {

class sorting_sink final : public input::sample_sink {
public:
    explicit sorting_sink(archive_sink& to);

    [[nodiscard]] std::size_t add(std::vector<label> names, input::value_type type,
                                  input::tick unit) override;
    void append(std::size_t series, std::int64_t timestamp, double value) override;
    void append(std::size_t series, std::int64_t timestamp, std::int64_t value) override;
    void note_recovered() override { to_.note_recovered(); }

    /// Gives all samples to the sink below, series by series. Throws failure when they cannot be
    /// read back.
    void finish();

    /// Returns how many samples came after a later one of their series.
    [[nodiscard]] std::size_t late() const noexcept { return late_; }

private:
    struct entry {
        std::int64_t timestamp;
        std::uint64_t bits;
    };
    struct gathered {
        bool integers;
        std::vector<entry> samples = {};
        bool started = false;
        std::int64_t latest = 0;
    };

    void take(std::size_t series, entry sample);
    void write_runs();

    archive_sink& to_;
    input::tick unit_ = input::tick::row;
    temporary_file file_;
    archive_sink runs_;
    std::vector<gathered> gathered_;
    std::size_t charged_ = 0;
    std::size_t late_ = 0;
};

}  // namespace chronopack::tool
