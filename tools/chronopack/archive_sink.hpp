// Writes samples to an archive within a budget of memory.
//
// The archive gathers a frame's worth of samples for each series. When the budget is reached, all
// gathered samples are cut into shorter frames: with 100,000 series open at once, frames have 60
// samples; with 1,000 they are full.
#pragma once

#include "input/label_budget.hpp"
#include "output/leftover.hpp"
#include "input/sink.hpp"

#include <chronopack/series/archive_writer.hpp>

#include <optional>

namespace chronopack::tool {

struct archive_plan {
    std::string path;
    series_options frames = {};
    std::vector<label> labels = {};       ///< added to every series
    std::size_t most_series = 1'000'000;  ///< more are taken for a mistake
    /// More memory for labels is taken for a mistake.
    std::size_t most_label_bytes = input::label_budget::usual;
    std::size_t most_held = std::size_t{6} << 20;  ///< samples in memory, 16 bytes each
    bool any_order = false;                        ///< whether samples may come in any order
};

class archive_sink final : public input::sample_sink {
public:
    explicit archive_sink(archive_plan plan);
    archive_sink(const archive_sink&) = delete;
    archive_sink& operator=(const archive_sink&) = delete;
    ~archive_sink() override;

    [[nodiscard]] std::size_t add(std::vector<label> names, input::value_type type,
                                  input::tick unit) override;
    void append(std::size_t series, std::int64_t timestamp, double value) override;
    void append(std::size_t series, std::int64_t timestamp, std::int64_t value) override;
    void note_recovered() override;

    /// Ends the frames that are being gathered.
    void cut();

    /// Publishes the archive. Without this call no file stays. With no series the archive is empty.
    void finish();

    [[nodiscard]] std::size_t series() const noexcept { return open_.size(); }
    [[nodiscard]] std::size_t samples() const noexcept { return samples_; }
    /// Returns how many samples had the same time as the one before.
    [[nodiscard]] std::size_t repeated() const noexcept { return repeated_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return writer_->bytes_written(); }
    [[nodiscard]] const archive_plan& plan() const noexcept { return plan_; }

private:
    struct open_series {
        std::uint32_t number;
        bool started = false;
        std::int64_t last = 0;
        std::size_t held = 0;     // samples in the frame that is being gathered
        std::size_t charged = 0;  // samples that its memory has room for
    };

    void open(input::tick unit);
    void mark();
    template <class V>
    void take(std::size_t series, std::int64_t timestamp, V value);
    void account(open_series& s);
    [[noreturn]] void refuse(errc error) const;

    archive_plan plan_;
    std::optional<leftover> leftover_;
    std::optional<archive_writer> writer_;
    archive_marks marks_;
    std::vector<open_series> open_;
    input::label_budget label_bytes_;
    std::size_t charged_ = 0;
    std::size_t samples_ = 0;
    std::size_t repeated_ = 0;
};

}  // namespace chronopack::tool
