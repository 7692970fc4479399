#include "archive_sink.hpp"

#include "input/series_text.hpp"
#include "output/system.hpp"
#include "input/words.hpp"

namespace chronopack::tool {

using input::failure;
using input::fault;
using input::value_type;

archive_sink::archive_sink(archive_plan plan)
    : plan_(std::move(plan)), label_bytes_(plan_.most_label_bytes) {}

archive_sink::~archive_sink() {
    if (writer_) writer_->discard();
}

void archive_sink::refuse(errc error) const {
    throw failure_of(plan_.path, error);
}

// Opens the archive once the unit is known. All series of an archive share it here.
void archive_sink::open(input::tick unit) {
    plan_.frames.frame.unit = input::unit_in_frames(unit);
    errno = 0;
    const signals_held held;
    auto created = archive_writer::create(plan_.path, plan_.frames);
    if (!created) refuse(created.error());
    writer_ = std::move(*created);
    leftover_.emplace(writer_->partial_path());
    mark();
}

void archive_sink::mark() {
    if (!writer_ || marks_ == archive_marks()) return;
    if (const auto ok = writer_->mark(marks_); !ok) refuse(ok.error());
}

void archive_sink::note_recovered() {
    marks_.recovered = true;
    mark();
}

std::size_t archive_sink::add(std::vector<label> names, value_type type, input::tick unit) {
    marks_.row_numbers |= unit == input::tick::row;
    if (!writer_) open(unit);
    names.insert(names.end(), plan_.labels.begin(), plan_.labels.end());
    const bool integers = type == value_type::integers;
    std::uint32_t number = 0;
    const auto added = [&]() -> result<void> {
        if (integers) {
            const auto handle = writer_->add<std::int64_t>(names);
            if (!handle) return handle.error();
            number = handle->number;
        } else {
            const auto handle = writer_->add<double>(names);
            if (!handle) return handle.error();
            number = handle->number;
        }
        return {};
    }();
    if (!added) {
        if (added.error() == errc::io_error) refuse(added.error());
        const auto made = labels::from(std::move(names));
        if (!made)
            throw failure(fault::data, "a label occurs twice, or there are more than " +
                                           input::grouped(labels::max_bytes) + " bytes of labels");
        throw failure(fault::data, "series " + input::printable(input::series_text(*made), 120) +
                                       " had values of another type before");
    }
    if (number < open_.size()) return number;
    if (open_.size() == plan_.most_series)
        throw input::too_many(
            "more than " + input::grouped(plan_.most_series) +
            " series; perhaps a column is wrongly taken for a label: --labels and "
            "--values name the columns, --max-series raises the limit");
    label_bytes_.charge(names);
    open_.push_back({number});
    return number;
}

template <class V>
void archive_sink::take(std::size_t series, std::int64_t timestamp, V value) {
    open_series& s = open_[series];
    if (s.started && timestamp <= s.last && !plan_.any_order) {
        if (timestamp < s.last)
            throw input::unordered(
                "a sample older than the last of its series; --sort takes "
                "samples in any order");
        ++repeated_;
    }
    s.started = true;
    s.last = timestamp;
    const auto ok = writer_->append(series_handle<V>{s.number}, timestamp, value);
    if (!ok) refuse(ok.error());
    ++samples_;
    account(s);
}

void archive_sink::append(std::size_t series, std::int64_t timestamp, double value) {
    take(series, timestamp, value);
}

void archive_sink::append(std::size_t series, std::int64_t timestamp, std::int64_t value) {
    take(series, timestamp, value);
}

// A series' memory grows by doubling, and is kept when a frame is cut.
void archive_sink::account(open_series& s) {
    if (s.held == plan_.frames.frame_samples) s.held = 0;
    ++s.held;
    if (s.held <= s.charged) return;
    const std::size_t room = s.charged == 0 ? 1 : 2 * s.charged;
    charged_ += room - s.charged;
    s.charged = room;
    if (charged_ > plan_.most_held) cut();
}

void archive_sink::cut() {
    if (!writer_) return;
    if (const auto ok = writer_->flush(); !ok) refuse(ok.error());
    for (open_series& one : open_) one.held = one.charged = 0;
    charged_ = 0;
}

void archive_sink::finish() {
    if (!writer_) open(input::tick::row);
    errno = 0;
    if (const auto ok = writer_->finish(); !ok) refuse(ok.error());
}

}  // namespace chronopack::tool
