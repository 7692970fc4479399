// A series writer: samples in, frames out.
//
//   std::vector<std::byte> file;
//   series_writer<double> writer(append_to(file));
//   writer.append(1700000000000, 21.5);
//   writer.flush();
//
// It holds up to frame_samples samples, 16 bytes each, and hands every full
// frame to its sink: a callable taking a frame's bytes and returning
// result<void>. What a sink is given is decodable on its own, and frames put
// one after the other are a series that series/reader.hpp reads.
#pragma once

#include <chronopack/frame/encode.hpp>

#include <concepts>
#include <functional>

namespace chronopack::inline CHRONOPACK_ABI {

struct series_options {
    frame::options frame = {};
    std::size_t frame_samples = 4096;  ///< 1 to frame::max_samples; outside, the nearest of these
};

using frame_sink = std::function<result<void>(cbytes)>;

/// A sink that puts frames one after the other into `out`, which must outlive it.
[[nodiscard]] inline frame_sink append_to(std::vector<std::byte>& out) {
    return [&out](cbytes frame) -> result<void> {
        out.insert(out.end(), frame.begin(), frame.end());
        return {};
    };
}

/// Not thread-safe. Samples held are lost unless flush() was called last.
template <class V>
class series_writer {
public:
    explicit series_writer(frame_sink sink, series_options how = {})
        : sink_(std::move(sink)), how_(how) {
        how_.frame_samples = std::clamp<std::size_t>(how_.frame_samples, 1, frame::max_samples);
    }

    /// Takes a sample, in any order of time. When it is the first of a new
    /// frame, the full one goes to the sink; if that fails, its error is
    /// returned, the sample is not taken, and all that was taken is still held.
    result<void> append(std::int64_t timestamp, V value) {
        if (timestamps_.size() == how_.frame_samples)
            if (const auto cut = flush(); !cut) return cut;
        timestamps_.push_back(timestamp);
        values_.push_back(value);
        return {};
    }

    /// Takes two columns of one size; count_mismatch otherwise. On any other
    /// error taken() says how many samples went in.
    result<void> append(std::span<const std::int64_t> timestamps, std::span<const V> values) {
        if (timestamps.size() != values.size()) return errc::count_mismatch;
        while (!timestamps.empty()) {
            if (timestamps_.size() == how_.frame_samples)
                if (const auto cut = flush(); !cut) return cut;
            const std::size_t n =
                std::min(timestamps.size(), how_.frame_samples - timestamps_.size());
            timestamps_.insert(timestamps_.end(), timestamps.begin(), timestamps.begin() + n);
            values_.insert(values_.end(), values.begin(), values.begin() + n);
            timestamps = timestamps.subspan(n);
            values = values.subspan(n);
        }
        return {};
    }

    /// Gives the sink a frame of all samples held; nothing when there are none.
    result<void> flush() {
        if (timestamps_.empty()) return {};
        std::vector<std::byte> wire(frame::max_bytes<V>(timestamps_.size()));
        const auto size = frame::encode<V>(timestamps_, values_, how_.frame, wire);
        if (!size) return size.error();
        if (const auto sunk = sink_(cbytes(wire).first(*size)); !sunk) return sunk;
        sunk_ += timestamps_.size();
        timestamps_.clear();
        values_.clear();
        return {};
    }

    /// flush(), and gives back the memory that full frames are gathered in.
    result<void> release() {
        if (const auto cut = flush(); !cut) return cut;
        timestamps_.shrink_to_fit();
        values_.shrink_to_fit();
        return {};
    }

    /// Samples taken so far, and how many of them no sink has seen.
    [[nodiscard]] std::size_t taken() const noexcept { return sunk_ + held(); }
    [[nodiscard]] std::size_t held() const noexcept { return timestamps_.size(); }

private:
    frame_sink sink_;
    series_options how_;
    std::vector<std::int64_t> timestamps_;
    std::vector<V> values_;
    std::size_t sunk_ = 0;
};

}  // namespace chronopack
