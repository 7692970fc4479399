// Walks the index in a frame's header, which both versions have: for each block the step
// to its first timestamp and the bytes of its two columns.
//
//   version 1   step, bytes of timestamps, bytes of values            as they are
//   version 2   each less that of the block before                    as signed varints
#pragma once

#include <chronopack/frame/header.hpp>

#include <cassert>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame {

/// Walks the blocks of a frame in order. It views the header's bytes, which must outlive it.
class block_cursor {
public:
    explicit block_cursor(const detail::header& h) noexcept
        : index_(h.index),
          differences_(h.info.version > 1),
          samples_(h.info.samples),
          block_samples_(h.info.block_samples),
          body_bytes_(h.raw_body_bytes),
          origin_(static_cast<std::uint64_t>(h.info.first_timestamp)),
          scale_(h.scale()) {}

    [[nodiscard]] bool done() const noexcept { return next_.first_sample == samples_; }

    /// Returns the next block, or truncated or corrupt where the index is damaged, which
    /// it is not in the header of an open frame. Must not be called when done().
    [[nodiscard]] result<block> next() noexcept {
        assert(!done());
        if (next_.first_sample > 0) {
            const auto step = read_signed_varint(index_);
            if (!step) return step.error();
            step_ = static_cast<std::uint64_t>(*step) + (differences_ ? step_ : 0);
            q_ += step_;
        }
        const auto timestamp_bytes = read_size(next_.timestamp_bytes);
        if (!timestamp_bytes) return timestamp_bytes.error();
        const auto value_bytes = read_size(next_.value_bytes);
        if (!value_bytes) return value_bytes.error();
        const std::size_t left = body_bytes_ - next_.offset;
        if (*timestamp_bytes > left || *value_bytes > left - *timestamp_bytes) return errc::corrupt;

        next_.samples = std::min(block_samples_, samples_ - next_.first_sample);
        next_.first_timestamp = static_cast<std::int64_t>(origin_ + q_ * scale_);
        next_.timestamp_bytes = *timestamp_bytes;
        next_.value_bytes = *value_bytes;
        const block b = next_;
        next_.first_sample += b.samples;
        next_.offset += b.timestamp_bytes + b.value_bytes;
        return b;
    }

    /// Returns the bytes of the index that were read so far.
    [[nodiscard]] std::size_t index_bytes() const noexcept { return index_.position(); }
    /// Returns the bytes of the body that the blocks so far take.
    [[nodiscard]] std::size_t body_bytes() const noexcept { return next_.offset; }

private:
    // Reads the size of a column, where `before` is its size in the block before.
    [[nodiscard]] result<std::uint64_t> read_size(std::size_t before) noexcept {
        if (!differences_) return read_varint(index_);
        const auto difference = read_signed_varint(index_);
        if (!difference) return difference.error();
        return before + static_cast<std::uint64_t>(*difference);
    }

    byte_reader index_;
    bool differences_;  // version 2: each number less that of the block before
    std::size_t samples_;
    std::size_t block_samples_;
    std::size_t body_bytes_;
    std::uint64_t origin_;
    std::uint64_t scale_;
    block next_;  // its sizes are those of the block before until next() reads them
    std::uint64_t q_ = 0;
    std::uint64_t step_ = 0;
};

}  // namespace frame
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
