#include "sorting_sink.hpp"

#include "archive_file.hpp"
#include "merge.hpp"
#include "output/system.hpp"

#include <chronopack/core/bit.hpp>

#include <algorithm>

namespace chronopack::tool {

using input::value_type;

namespace {

// Memory doubles while it grows. This gives 64 MiB, and sorting takes half of the largest run more.
constexpr std::size_t most_gathered = std::size_t{4} << 20;
constexpr std::size_t longest_run = std::size_t{1} << 20;

archive_plan runs_of(const archive_plan& plan, const std::string& path) {
    archive_plan runs;
    runs.path = path;
    runs.most_series = plan.most_series;
    runs.most_label_bytes = plan.most_label_bytes;
    runs.most_held = most_gathered / 2;
    runs.any_order = true;
    return runs;
}

}  // namespace

sorting_sink::sorting_sink(archive_sink& to)
    : to_(to), file_(to.plan().path, ".runs"), runs_(runs_of(to.plan(), file_.path())) {}

std::size_t sorting_sink::add(std::vector<label> names, value_type type, input::tick unit) {
    unit_ = unit;
    const std::size_t number = runs_.add(std::move(names), type, unit);
    if (number == gathered_.size()) gathered_.push_back({type == value_type::integers});
    return number;
}

void sorting_sink::append(std::size_t series, std::int64_t timestamp, double value) {
    take(series, {timestamp, bit_cast<std::uint64_t>(value)});
}

void sorting_sink::append(std::size_t series, std::int64_t timestamp, std::int64_t value) {
    take(series, {timestamp, static_cast<std::uint64_t>(value)});
}

void sorting_sink::take(std::size_t series, entry sample) {
    gathered& g = gathered_[series];
    if (g.started && sample.timestamp < g.latest) ++late_;
    g.latest = g.started ? std::max(g.latest, sample.timestamp) : sample.timestamp;
    g.started = true;
    const std::size_t room = g.samples.capacity();
    g.samples.push_back(sample);
    charged_ += g.samples.capacity() - room;
    if (charged_ > most_gathered || g.samples.size() == longest_run) write_runs();
}

void sorting_sink::write_runs() {
    for (std::size_t i = 0; i < gathered_.size(); ++i) {
        gathered& g = gathered_[i];
        const auto earlier = [](const entry& a, const entry& b) {
            return a.timestamp < b.timestamp;
        };
        if (!std::is_sorted(g.samples.begin(), g.samples.end(), earlier))
            std::stable_sort(g.samples.begin(), g.samples.end(), earlier);
        for (const entry& one : g.samples)
            if (g.integers)
                runs_.append(i, one.timestamp, static_cast<std::int64_t>(one.bits));
            else
                runs_.append(i, one.timestamp, bit_cast<double>(one.bits));
        g.samples = std::vector<entry>();
    }
    charged_ = 0;
    // A frame with samples of two runs would not be in order.
    runs_.cut();
}

void sorting_sink::finish() {
    write_runs();
    runs_.finish();
    const archive_file archive({.file = file_.path()});
    const auto merge = [&]<class V>(std::size_t number, V) {
        const archived_series& s = archive.series()[number];
        const std::size_t series = to_.add(
            s.labels.pairs(), s.integers ? value_type::integers : value_type::doubles, unit_);
        std::vector<cbytes> frames;
        for (const archived_frame& f : s.frames) frames.push_back(archive.reader().frame_bytes(f));
        const auto ok = merge_frames<V>(
            frames, [&](std::int64_t at, V value) { to_.append(series, at, value); });
        if (!ok) archive.fail(number, ok.error());
    };
    for (std::size_t i = 0; i < archive.series().size(); ++i)
        if (archive.series()[i].integers)
            merge(i, std::int64_t{});
        else
            merge(i, double{});
}

}  // namespace chronopack::tool
