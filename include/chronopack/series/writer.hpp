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

namespace chronopack::inline CHRONOPACK_ABI {

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
        : sink_(std::move(sink)),
          how_(how),
          own_(std::make_unique<frame_scratch>()),
          scratch_(own_.get()) {
        how_.frame_samples = std::clamp<std::size_t>(how_.frame_samples, 1, frame::max_samples);
    }

    /// Encodes in `shared`, which must outlive the writer, and which others may use between
    /// its calls.
    series_writer(frame_sink sink, series_options how, frame_scratch& shared)
        : sink_(std::move(sink)), how_(how), scratch_(&shared) {
        how_.frame_samples = std::clamp<std::size_t>(how_.frame_samples, 1, frame::max_samples);
    }

    /// Takes a sample, in any order of time. When it is the first of a new
    /// frame, the full one goes to the sink; if that fails, its error is
    /// returned, the sample is not taken, and all that was taken is still held.
    result<void> append(std::int64_t timestamp, V value) {
        return held_.add(timestamp, value, how_.frame_samples, [&] { return flush(); });
    }

    /// The same at a time point; out_of_range when series_options::frame.unit has no
    /// timestamp that is equal to it.
    template <system_time T>
    result<void> append(const T& time, V value) {
        const auto timestamp = to_ticks(time, how_.frame.unit);
        if (!timestamp) return timestamp.error();
        return append(*timestamp, value);
    }

    /// Takes two columns of one size; count_mismatch otherwise. On any other
    /// error taken() says how many samples went in.
    result<void> append(std::span<const std::int64_t> timestamps, std::span<const V> values) {
        if (timestamps.size() != values.size()) return errc::count_mismatch;
        return held_.add(timestamps, values, how_.frame_samples, [&] { return flush(); });
    }

    /// Gives the sink a frame of all samples held; nothing when there are none.
    result<void> flush() {
        if (held_.size() == 0) return {};
        const bytes wire = scratch_->wire.first(frame::max_bytes<V>(held_.size()));
        const auto size = frame::encode<V>(held_.timestamps(), held_.values(), how_.frame, wire,
                                           scratch_->encoding);
        if (!size) return size.error();
        if (const auto sunk = sink_(wire.first(*size)); !sunk) return sunk;
        sunk_ += held_.size();
        held_.clear();
        return {};
    }

    /// flush(), and frees the memory that frames are gathered and, unless it is shared,
    /// encoded in.
    result<void> release() {
        if (const auto cut = flush(); !cut) return cut;
        held_.release();
        if (own_) own_->release();
        return {};
    }

    /// Samples taken so far, and how many of them no sink has seen.
    [[nodiscard]] std::size_t taken() const noexcept { return sunk_ + held(); }
    [[nodiscard]] std::size_t held() const noexcept { return held_.size(); }

private:
    frame_sink sink_;
    series_options how_;
    held_samples<V> held_;
    std::size_t sunk_ = 0;
    std::unique_ptr<frame_scratch> own_;  // none where it is shared
    frame_scratch* scratch_;
};

}  // namespace chronopack
