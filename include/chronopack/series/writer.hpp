// Writes the samples of a series as frames.
//
//   std::vector<std::byte> file;
//   series_writer writer(append_to(file));      // of doubles, or <std::int64_t>
//   writer.append(1700000000000, 21.5);
//   writer.flush();
//
// The writer holds up to frame_samples samples, 16 bytes each, and passes every full frame to
// its sink, a callable that takes the bytes of a frame and returns result<void>. Each frame can
// be decoded on its own, and frames one after the other are a series for series/reader.hpp.
//
// The memory for encoding is kept from one frame to the next: 115 KiB for frames of 4,096
// samples. Many writers can share it:
//
//   frame_scratch shared;
//   series_writer<double> a(append_to(file_a), {}, shared);
//   series_writer<double> b(append_to(file_b), {}, shared);
#pragma once

#include <chronopack/core/time_point.hpp>
#include <chronopack/frame/encode.hpp>
#include <chronopack/series/held_samples.hpp>

#include <concepts>
#include <functional>
#include <vector>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

struct series_options {
    frame::options frame = {};
    std::size_t frame_samples = 4096;  ///< set to the nearest of 1 to frame::max_samples
};

using frame_sink = std::function<result<void>(cbytes)>;

/// Returns a sink that appends frames to `out`, which must outlive it.
template <class C>
    requires(writable_byte_range<C&>)
[[nodiscard]] frame_sink append_to(C& out) {
    return [&out](cbytes frame) -> result<void> {
        const auto* const from = reinterpret_cast<const typename C::value_type*>(frame.data());
        out.insert(out.end(), from, from + frame.size());
        return {};
    };
}

/// The memory in which frames are encoded, and that of the frame. It serves any number of series
/// of both types, one at a time. Not thread-safe.
struct frame_scratch {
    frame::scratch encoding;
    frame::detail::kept<std::byte> wire;

    void release() noexcept {
        encoding.release();
        wire.release();
    }
};

/// Writes a series. The destructor drops samples that are still held: call flush() before. Not
/// thread-safe.
template <class V = double>
class series_writer {
    static_assert(detail::is_value_type<V>());

public:
    explicit series_writer(frame_sink sink, series_options how = {})
        : state_(state::make(std::move(sink), how, nullptr)) {}

    /// Makes a writer that encodes in `shared`, which must outlive it. Others may use `shared`
    /// between the writer's calls.
    series_writer(frame_sink sink, series_options how, frame_scratch& shared)
        : state_(state::make(std::move(sink), how, &shared)) {}

    /// Takes a sample; samples may be in any order of time. If it is the first sample of a new
    /// frame, the full frame goes to the sink. If that fails, its error is returned, the sample
    /// is not taken, and the samples taken before are still held.
    result<void> append(std::int64_t timestamp, V value) {
        if (open_.full()) [[unlikely]]
            return adopt(state_->make_room_and_push(open_, timestamp, value));
        open_.push(timestamp, value);
        return {};
    }

    /// Takes a sample at a time point. Returns out_of_range where it is no whole number of ticks
    /// of series_options::frame.unit.
    template <system_time T>
    result<void> append(const T& time, V value) {
        const auto timestamp = to_ticks(time, state_->how.frame.unit);
        if (!timestamp) return timestamp.error();
        return append(*timestamp, value);
    }

    /// Takes two columns of one size. Returns count_mismatch for different sizes, and takes
    /// nothing. After an error of the sink taken() says how many samples were taken.
    result<void> append(std::span<const std::int64_t> timestamps, std::span<const V> values) {
        if (timestamps.size() != values.size()) return errc::count_mismatch;
        while (!timestamps.empty()) {
            if (open_.full())
                if (const auto made = adopt(state_->make_room(open_, timestamps.size())); !made)
                    return made;
            const std::size_t n = open_.push(timestamps, values);
            timestamps = timestamps.subspan(n);
            values = values.subspan(n);
        }
        return {};
    }

    /// Passes a frame of all held samples, if there are any, to the sink.
    result<void> flush() { return adopt(state_->flush(open_)); }

    /// Flushes, and frees the memory of held samples and, unless it is shared, of encoding.
    result<void> release() { return adopt(state_->release(open_)); }

    /// Return the number of samples taken so far, and of those that are still held.
    [[nodiscard]] std::size_t taken() const noexcept { return state_->sunk + held(); }
    [[nodiscard]] std::size_t held() const noexcept { return open_.size(); }

private:
    struct settled {
        open_samples<V> open;
        result<void> done;
    };

    // Everything but the view. Its functions take the view and return it, so that no call takes
    // the address of the writer, and the view can stay in registers.
    struct state {
        frame_sink sink;
        series_options how;
        std::unique_ptr<frame_scratch> own;  // empty if the scratch is shared
        frame_scratch* scratch;
        held_samples<V> samples = {};
        std::size_t sunk = 0;

        struct destroy {
            [[gnu::noinline]] void operator()(state* s) const noexcept { delete s; }
        };
        using owner = std::unique_ptr<state, destroy>;

        // Returns a pointer that owner takes: an owner would be written through the address of
        // the writer's member.
        [[gnu::noinline]] static state* make(frame_sink sink, series_options how,
                                             frame_scratch* shared) {
            how.frame_samples = std::clamp<std::size_t>(how.frame_samples, 1, frame::max_samples);
            auto own = shared ? nullptr : std::make_unique<frame_scratch>();
            frame_scratch* const scratch = shared ? shared : own.get();
            return new state{std::move(sink), how, std::move(own), scratch};
        }

        // Makes room for at least one of `coming` samples, by cutting a frame if need be.
        [[gnu::noinline]] settled make_room(open_samples<V> open, std::size_t coming) {
            samples.close(open);
            if (samples.size() == how.frame_samples)
                if (const auto done = cut(); !done) return {samples.open(), done};
            const std::size_t most = how.frame_samples;
            samples.reserve(samples.size() + std::min(coming, most - samples.size()), most);
            return {samples.open(), {}};
        }
        // The sample comes along so that it need not outlive the call in append(), where
        // compilers would store it for every sample.
        [[gnu::noinline]] settled make_room_and_push(open_samples<V> open, std::int64_t timestamp,
                                                     V value) {
            settled after = make_room(open, 1);
            if (after.done) after.open.push(timestamp, value);
            return after;
        }
        [[gnu::noinline]] settled flush(open_samples<V> open) {
            samples.close(open);
            const auto done = cut();
            return {samples.open(), done};
        }
        [[gnu::noinline]] settled release(open_samples<V> open) {
            samples.close(open);
            const auto done = cut();
            if (done) {
                samples.release();
                if (own) own->release();
            }
            return {samples.open(), done};
        }

        // Passes a frame of the held samples, if there are any, to the sink.
        result<void> cut() {
            if (samples.size() == 0) return {};
            const bytes wire = scratch->wire.first(frame::max_bytes<V>(samples.size()));
            const auto size = frame::encode<V>(samples.timestamps(), samples.values(), how.frame,
                                               wire, scratch->encoding);
            if (!size) return size.error();
            if (const auto sunk_now = sink(wire.first(*size)); !sunk_now) return sunk_now;
            sunk += samples.size();
            samples.clear();
            return {};
        }
    };

    result<void> adopt(settled after) noexcept {
        open_ = after.open;
        return after.done;
    }

    open_samples<V> open_;
    typename state::owner state_;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
