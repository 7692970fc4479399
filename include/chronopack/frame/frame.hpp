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

/// Returns the contents of the header of the frame at the start of `in`, which need not
/// hold the frame's body. Returns truncated, corrupt, checksum_mismatch or unsupported
/// where there is no sound header. The time this takes depends on the number of blocks,
/// not of samples.
[[nodiscard]] inline result<info> inspect(cbytes in) noexcept {
    detail::header header;
    if (const auto ok = detail::read_header(in, header); !ok) return ok.error();
    return header.info;
}

/// The codecs that a block's columns are encoded with.
struct block_codecs {
    codec_id timestamps{};
    codec_id values{};
};

/// Reads a frame of values V. It views the frame's bytes, which must outlive it; only a
/// body under a second stage is copied. Not thread-safe; several readers may share a frame.
template <class V = double>
class reader {
    static_assert(chronopack::detail::is_value_type<V>());

public:
    /// Opens the frame that is exactly `in`. Returns truncated where bytes are missing,
    /// corrupt where there are too many, wrong_type where the values are not V, and the
    /// errors of inspect(). Decompresses a second stage after checking its checksum;
    /// without one each block is checked when it is read.
    [[nodiscard]] static result<reader> open(borrowed_bytes in) {
        reader r;
        if (const auto ok = detail::read_frame_header<V>(in, r.header_); !ok) return ok.error();
        if (const auto ok = r.take_body(in); !ok) return ok.error();
        return r;
    }

    /// Opens a frame whose header detail::read_frame_header<V> has read.
    [[nodiscard]] static result<reader> open(cbytes in, const detail::header& header) {
        reader r;
        r.header_ = header;
        if (const auto ok = r.take_body(in); !ok) return ok.error();
        return r;
    }

    [[nodiscard]] const frame::info& info() const noexcept { return header_.info; }
    [[nodiscard]] std::size_t size() const noexcept { return header_.info.samples; }
    [[nodiscard]] const statistics<V>& values() const noexcept {
        return *std::get_if<statistics<V>>(&header_.info.values);
    }

    /// Returns a cursor over the blocks in order, whose next() cannot fail.
    [[nodiscard]] block_cursor blocks() const noexcept { return block_cursor(header_); }

    /// Returns the ids of the codecs of a block's two columns as they are stored; this
    /// build need not have these codecs. Returns checksum_mismatch, or truncated where a
    /// column has no bytes.
    [[nodiscard]] result<block_codecs> codecs(const block& b) const noexcept {
        const auto stored = checked(b);
        if (!stored) return stored.error();
        if (b.timestamp_bytes == 0 || b.value_bytes == 0) return errc::truncated;
        return block_codecs{static_cast<codec_id>(stored->front()),
                            static_cast<codec_id>((*stored)[b.timestamp_bytes])};
    }

    /// Returns the values column of a block as it is stored: the id of its codec and that
    /// codec's bytes. Returns checksum_mismatch.
    [[nodiscard]] result<cbytes> stored_values(const block& b) const noexcept {
        const auto stored = checked(b);
        if (!stored) return stored.error();
        return stored->subspan(b.timestamp_bytes);
    }

    /// Decodes one block into two spans of exactly b.samples. Returns checksum_mismatch,
    /// corrupt where the first timestamp is not that of the index, or the codec's error;
    /// the spans are then unspecified.
    [[nodiscard]] result<void> read(const block& b, std::span<std::int64_t> timestamps,
                                    std::span<V> values) const noexcept {
        const auto columns = checked(b);
        if (!columns) return columns.error();
        if (const auto ok = decode_times(b, *columns, timestamps); !ok) return ok;
        return decode_values(b, *columns, values);
    }

    /// Decodes one column of a block. The block's checksum, which covers both columns, is
    /// checked.
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

    /// Decodes all size() samples. Returns count_mismatch for spans of another size.
    [[nodiscard]] result<void> read(std::span<std::int64_t> timestamps,
                                    std::span<V> values) const noexcept {
        if (timestamps.size() != size() || values.size() != size()) return errc::count_mismatch;
        return each_block([&](const block& b) {
            return read(b, timestamps.subspan(b.first_sample, b.samples),
                        values.subspan(b.first_sample, b.samples));
        });
    }

    /// Decodes one column of all size() samples. Returns count_mismatch for a span of
    /// another size.
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

    /// Calls `use` with each block in order until it returns an error, and returns that.
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

    // Views the body, or checks and decompresses it if it is under a second stage.
    [[nodiscard]] result<void> take_body(cbytes in) {
        body_ = in.subspan(header_.header_bytes);
        if (info().second_stage == stage::none) return {};
        if (!stage_available(info().second_stage)) return errc::unsupported;
        if (kernel::crc32c(body_) != header_.checksum(0)) return errc::checksum_mismatch;
        unpacked_.resize(header_.raw_body_bytes);
        return decompress(info().second_stage, body_, unpacked_);
    }

    // Returns the two columns of a block after checking its checksum. A body under a second
    // stage was checked as a whole when the frame was opened.
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
    std::vector<std::byte> unpacked_;  // the decompressed body; empty without a second stage
};

/// Decodes a whole frame into two spans of exactly as many samples as it has. Errors are
/// those of reader::open and reader::read.
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

/// Checks every checksum of a frame and decodes every block, keeping no samples. After
/// checking the header's checksum, it allocates the decompressed body of a second stage
/// and, where blocks have more than 1,024 samples, 16 bytes for each sample of one block.
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
