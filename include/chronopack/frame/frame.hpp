// Frames: encode (frame/encode.hpp), inspect, and read whole or block by block.
//
//   std::vector<std::byte> wire(frame::max_bytes(n));
//   const auto size = frame::encode(timestamps, values, {}, wire);
//
//   const auto info = frame::inspect(wire);          // nothing is decoded
//   const auto ok = frame::decode(wire, timestamps, values);
#pragma once

#include <chronopack/frame/block_room.hpp>
#include <chronopack/frame/encode.hpp>
#include <chronopack/frame/read_header.hpp>

#include <vector>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame {

/// What the frame at the start of `in` says of itself, from its header alone:
/// the time this takes does not depend on the frame's length, and `in` need
/// not hold the body. truncated, corrupt, checksum_mismatch or unsupported
/// when there is no such header.
[[nodiscard]] inline result<info> inspect(cbytes in) noexcept {
    detail::header header;
    if (const auto ok = detail::read_header(in, header); !ok) return ok.error();
    return header.info;
}

/// The codecs of a block's columns.
struct block_codecs {
    codec_id timestamps{};
    codec_id values{};
};

/// Reads a frame of values V. Keeps a view of the frame's bytes, which must
/// outlive it; copies the body only under a second stage. Not thread-safe;
/// several readers may share one frame.
template <class V = double>
class reader {
    static_assert(chronopack::detail::is_value_type<V>());

public:
    /// Checks the header of a frame that is exactly `in`. truncated when bytes
    /// are missing, corrupt when there are too many, wrong_type when the values
    /// are not V, and what inspect returns. A second stage is undone here, once
    /// its checksum holds; without one, blocks are checked as they are read.
    [[nodiscard]] static result<reader> open(borrowed_bytes in) {
        reader r;
        const detail::header& header = r.header_;
        if (const auto ok = detail::read_header(in, r.header_); !ok) return ok.error();
        if (in.size() < header.info.bytes) return errc::truncated;
        if (in.size() > header.info.bytes) return errc::corrupt;
        if (!std::holds_alternative<statistics<V>>(header.info.values)) return errc::wrong_type;

        r.body_ = in.subspan(header.header_bytes);
        if (header.info.second_stage == stage::none) return r;
        if (!stage_available(header.info.second_stage)) return errc::unsupported;
        if (kernel::crc32c(r.body_) != header.checksum(0)) return errc::checksum_mismatch;
        r.unpacked_.resize(header.raw_body_bytes);
        const auto ok = decompress(header.info.second_stage, r.body_, r.unpacked_);
        if (!ok) return ok.error();
        return r;
    }

    [[nodiscard]] const frame::info& info() const noexcept { return header_.info; }
    [[nodiscard]] std::size_t size() const noexcept { return header_.info.samples; }
    [[nodiscard]] const statistics<V>& values() const noexcept {
        return *std::get_if<statistics<V>>(&header_.info.values);
    }

    /// The blocks, in order; next() cannot fail.
    [[nodiscard]] block_cursor blocks() const noexcept { return block_cursor(header_); }

    /// What a block's two columns are encoded with; ids as stored, which this
    /// build need not know. checksum_mismatch, or truncated for a column of no bytes.
    [[nodiscard]] result<block_codecs> codecs(const block& b) const noexcept {
        const auto stored = checked(b);
        if (!stored) return stored.error();
        if (b.timestamp_bytes == 0 || b.value_bytes == 0) return errc::truncated;
        return block_codecs{static_cast<codec_id>(stored->front()),
                            static_cast<codec_id>((*stored)[b.timestamp_bytes])};
    }

    /// Decodes one block into spans of exactly its samples. checksum_mismatch,
    /// corrupt when it does not start where the index says, or what a codec
    /// returns; with the spans unspecified.
    [[nodiscard]] result<void> read(const block& b, std::span<std::int64_t> timestamps,
                                    std::span<V> values) const noexcept {
        const auto columns = checked(b);
        if (!columns) return columns.error();
        if (const auto ok = decode_times(b, *columns, timestamps); !ok) return ok;
        return decode_values(b, *columns, values);
    }

    /// One column of a block. Its checksum covers both, and is checked.
    [[nodiscard]] result<void> read_timestamps(const block& b,
                                               std::span<std::int64_t> timestamps) const noexcept {
        const auto columns = checked(b);
        if (!columns) return columns.error();
        return decode_times(b, *columns, timestamps);
    }
    [[nodiscard]] result<void> read_values(const block& b, std::span<V> values) const noexcept {
        const auto columns = checked(b);
        if (!columns) return columns.error();
        return decode_values(b, *columns, values);
    }

    /// Decodes all size() samples; count_mismatch for spans of another size.
    [[nodiscard]] result<void> read(std::span<std::int64_t> timestamps,
                                    std::span<V> values) const noexcept {
        if (timestamps.size() != size() || values.size() != size()) return errc::count_mismatch;
        return each_block([&](const block& b) {
            return read(b, timestamps.subspan(b.first_sample, b.samples),
                        values.subspan(b.first_sample, b.samples));
        });
    }

    /// One column of all size() samples; count_mismatch for a span of another size.
    [[nodiscard]] result<void> read_timestamps(std::span<std::int64_t> timestamps) const noexcept {
        if (timestamps.size() != size()) return errc::count_mismatch;
        return each_block([&](const block& b) {
            return read_timestamps(b, timestamps.subspan(b.first_sample, b.samples));
        });
    }
    [[nodiscard]] result<void> read_values(std::span<V> values) const noexcept {
        if (values.size() != size()) return errc::count_mismatch;
        return each_block([&](const block& b) {
            return read_values(b, values.subspan(b.first_sample, b.samples));
        });
    }

    /// Calls `use` with each block in order, up to the first error it returns.
    template <class Use>
    result<void> each_block(Use use) const {
        for (block_cursor cursor = blocks(); !cursor.done();) {
            const auto b = cursor.next();
            if (!b) return b.error();
            if (const auto ok = use(*b); !ok) return ok;
        }
        return {};
    }

private:
    reader() noexcept = default;

    // The two columns of a block, once its checksum holds; a second stage was undone,
    // and the body checked, when the frame was opened.
    [[nodiscard]] result<cbytes> checked(const block& b) const noexcept {
        const bool staged = info().second_stage != stage::none;
        const cbytes body = staged ? cbytes(unpacked_) : body_;
        const cbytes stored = body.subspan(b.offset, b.timestamp_bytes + b.value_bytes);
        if (!staged &&
            kernel::crc32c(stored) != header_.checksum(b.first_sample / info().block_samples))
            return errc::checksum_mismatch;
        return stored;
    }

    [[nodiscard]] result<void> decode_times(const block& b, cbytes columns,
                                            std::span<std::int64_t> to) const noexcept {
        assert(to.size() == b.samples);
        const packing::affine to_time{static_cast<std::uint64_t>(info().first_timestamp),
                                      header_.scale()};
        const auto times = decode_column(columns.first(b.timestamp_bytes), to, to_time);
        if (!times) return times;
        if (to.front() != b.first_timestamp) return errc::corrupt;
        return {};
    }
    [[nodiscard]] static result<void> decode_values(const block& b, cbytes columns,
                                                    std::span<V> to) noexcept {
        assert(to.size() == b.samples);
        return decode_column(columns.subspan(b.timestamp_bytes), to);
    }

    detail::header header_;
    cbytes body_;                      // as stored
    std::vector<std::byte> unpacked_;  // under a second stage
};

/// Decodes a whole frame into spans of exactly its samples.
template <class V>
[[nodiscard]] result<void> decode(cbytes in, std::span<std::int64_t> timestamps,
                                  std::span<V> values) {
    const auto opened = reader<V>::open(in);
    if (!opened) return opened.error();
    return opened->read(timestamps, values);
}
template <chronopack::detail::column Values>
[[nodiscard]] result<void> decode(cbytes in, std::span<std::int64_t> timestamps, Values&& values) {
    return decode(in, timestamps, chronopack::detail::dynamic_span(values));
}

namespace detail {

template <class V>
[[nodiscard]] result<void> verify_as(cbytes in) {
    const auto opened = reader<V>::open(in);
    if (!opened) return opened.error();
    const std::size_t most = std::min(opened->size(), opened->info().block_samples);
    block_room<std::int64_t> timestamps(most);
    block_room<V> values(most);
    return opened->each_block([&](const block& b) {
        return opened->read(b, timestamps.first(b.samples), values.first(b.samples));
    });
}

}  // namespace detail

/// Checks every checksum of a frame and decodes every block, keeping nothing.
/// Allocates, once the header's checksum holds, what a second stage unpacks to,
/// and for blocks of more than 1,024 samples 16 bytes a sample of one.
[[nodiscard]] inline result<void> verify(cbytes in) {
    const auto header = inspect(in);
    if (!header) return header.error();
    return std::holds_alternative<statistics<double>>(header->values)
               ? detail::verify_as<double>(in)
               : detail::verify_as<std::int64_t>(in);
}

}  // namespace frame
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
