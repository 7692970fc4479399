// A series writer: samples in, frames out.
//
//   std::vector<std::byte> file;
//   series_writer writer(append_to(file));      // of doubles; <std::int64_t> for these
//   writer.append(1700000000000, 21.5);
//   writer.flush();
//
// It holds up to frame_samples samples, 16 bytes each, and hands every full
// frame to its sink: a callable taking a frame's bytes and returning
// result<void>. What a sink is given is decodable on its own, and frames put
// one after the other are a series that series/reader.hpp reads.
//
// What frames are encoded in is kept from one to the next: 115 KiB for frames of
// 4,096 samples. Many writers can share it:
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
    std::size_t frame_samples = 4096;  ///< 1 to frame::max_samples; outside, the nearest of these
};

using frame_sink = std::function<result<void>(cbytes)>;

/// A sink that puts frames one after the other into `out`, which must outlive it: a vector
/// of bytes of any kind, or a std::string.
template <class C>
    requires(writable_byte_range<C&>)
[[nodiscard]] frame_sink append_to(C& out) {
    return [&out](cbytes frame) -> result<void> {
        const auto* const from = reinterpret_cast<const typename C::value_type*>(frame.data());
        out.insert(out.end(), from, from + frame.size());
        return {};
    };
}

/// What series are cut into frames with: memory to encode in and for the frame. Serves
/// any number of series, of both types, one at a time: not thread-safe.
struct frame_scratch {
    frame::scratch encoding;
    frame::detail::kept<std::byte> wire;

    void release() noexcept {
        encoding.release();
        wire.release();
    }
};

/// Not thread-safe. Samples held are lost unless flush() was called last.
template <class V = double>
class series_writer {
    static_assert(detail::is_value_type<V>());

public:
    explicit series_writer(frame_sink sink, series_options how = {})
        : state_(state::make(std::move(sink), how, nullptr)) {}

    /// Encodes in `shared`, which must outlive the writer, and which others may use between
    /// its calls.
    series_writer(frame_sink sink, series_options how, frame_scratch& shared)
        : state_(state::make(std::move(sink), how, &shared)) {}

    /// Takes a sample, in any order of time. When it is the first of a new
    /// frame, the full one goes to the sink; if that fails, its error is
    /// returned, the sample is not taken, and all that was taken is still held.
    result<void> append(std::int64_t timestamp, V value) {
        if (open_.full()) [[unlikely]]
            if (const auto made = adopt(state_->make_room(open_, 1)); !made) return made;
        open_.push(timestamp, value);
        return {};
    }

    /// The same at a time point; out_of_range when series_options::frame.unit has no
    /// timestamp that is equal to it.
    template <system_time T>
    result<void> append(const T& time, V value) {
        const auto timestamp = to_ticks(time, state_->how.frame.unit);
        if (!timestamp) return timestamp.error();
        return append(*timestamp, value);
    }

    /// Takes two columns of one size; count_mismatch otherwise. On any other
    /// error taken() says how many samples went in.
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

    /// Gives the sink a frame of all samples held; nothing when there are none.
    result<void> flush() { return adopt(state_->flush(open_)); }

    /// flush(), and frees the memory that frames are gathered and, unless it is shared,
    /// encoded in.
    result<void> release() { return adopt(state_->release(open_)); }

    /// Samples taken so far, and how many of them no sink has seen.
    [[nodiscard]] std::size_t taken() const noexcept { return state_->sunk + held(); }
    [[nodiscard]] std::size_t held() const noexcept { return open_.size(); }

private:
    struct settled {
        open_samples<V> open;
        result<void> done;
    };

    // All but the view. Its functions take the view and return it, for a writer that no
    // call knows the address of is one whose view needs no memory.
    struct state {
        frame_sink sink;
        series_options how;
        std::unique_ptr<frame_scratch> own;  // none where it is shared
        frame_scratch* scratch;
        held_samples<V> samples = {};
        std::size_t sunk = 0;

        struct destroy {
            [[gnu::noinline]] void operator()(state* s) const noexcept { delete s; }
        };
        using owner = std::unique_ptr<state, destroy>;

        [[gnu::noinline]] static owner make(frame_sink sink, series_options how,
                                            frame_scratch* shared) {
            how.frame_samples = std::clamp<std::size_t>(how.frame_samples, 1, frame::max_samples);
            auto own = shared ? nullptr : std::make_unique<frame_scratch>();
            frame_scratch* const scratch = shared ? shared : own.get();
            return owner(new state{std::move(sink), how, std::move(own), scratch});
        }

        // Room for at least one of `coming` samples.
        [[gnu::noinline]] settled make_room(open_samples<V> open, std::size_t coming) {
            samples.close(open);
            if (samples.size() == how.frame_samples)
                if (const auto done = cut(); !done) return {samples.open(), done};
            const std::size_t most = how.frame_samples;
            samples.reserve(samples.size() + std::min(coming, most - samples.size()), most);
            return {samples.open(), {}};
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

        // Gives the sink a frame of what is held, if anything is.
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
