// Restart points: places in a long Gorilla stream where decoding can start, kept in an index beside
// the stream.
//
//   stream    |value 0 . . . . . .|value every . . . . .|value 2 every . .|end
//              ^ point 0           ^ point 1             ^ point 2
//
//   0        4     5    6        8        16       24      32
//   +--------+-----+----+--------+--------+--------+-------+-------+-----+-----+
//   | "CPKI" |  1  | id |  0:u16 | values | every  | end   | point | ... | CRC |
//   +--------+-----+----+--------+--------+--------+-------+-------+-----+-----+
//                                  u64      u64      u64 bits             u32
//   point    bit: u64 | CRC of the stream from there to the next: u32 | state: 2 x u64
//
// The stream itself does not change: any stream can get an index later, and an index can follow a
// stream that grows. A wrong state, or another stream, would decode to wrong values without an
// error. So checksums cover the index, and all of the stream that a read goes through.
// Little-endian.
#pragma once

#include <chronopack/codec/gorilla_timestamps.hpp>
#include <chronopack/codec/gorilla_values.hpp>
#include <chronopack/core/cursor.hpp>
#include <chronopack/kernel/crc32c.hpp>

#include <array>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

template <class T, class Coder>
Coder coder_of(const bit_codec<T, Coder>&);

/// Fills `out` with the next values; or truncated or corrupt. The reader ends after the last of
/// them, which may be past its end.
template <class Coder, class T>
[[nodiscard]] result<void> read_values(Coder& coder, msb_reader& in, std::span<T> out) noexcept {
    for (std::size_t i = 0; i < out.size();) {
        i += coder.read_ahead(in, out.subspan(i));
        if (i == out.size()) break;
        const result<T> value = coder.read(in);
        if (in.overrun()) return errc::truncated;
        if (!value) return value.error();
        out[i++] = *value;
    }
    return {};
}

/// Returns the CRC-32C of the bits of `stream` from the byte of `from` up to `to`. Zeros fill up
/// the last byte, so that the CRC stays the same when the stream grows.
[[nodiscard]] inline std::uint32_t crc_of_bits(cbytes stream, std::size_t from,
                                               std::size_t to) noexcept {
    const std::uint32_t crc = kernel::crc32c(stream.subspan(from / 8, to / 8 - from / 8));
    if (to % 8 == 0) return crc;
    const std::byte last = stream[to / 8] & static_cast<std::byte>(0xff00 >> (to % 8));
    return kernel::crc32c({&last, 1}, crc);
}

}  // namespace detail

/// A view of the restart points of a stream of C, gorilla_timestamps or gorilla_values. The index
/// outlives it.
template <class C>
class restart_index {
    using coder = decltype(detail::coder_of(std::declval<C>()));
    using state_words = typename coder::state_words;

public:
    using value_type = typename C::value_type;

    /// Returns the bytes of the index of `n` values, n <= 2^56, with a point every `every` >= 1
    /// values.
    [[nodiscard]] static constexpr std::size_t size_bytes(std::size_t n,
                                                          std::size_t every) noexcept {
        return header_bytes + points_of(n, every) * point_bytes + crc_bytes;
    }

    /// Indexes the first `n` values of `stream`, which it decodes once. Returns the bytes written;
    /// or truncated or corrupt where decoding fails, no_space, or out_of_range for `every` = 0,
    /// with `out` unspecified.
    [[nodiscard]] static result<std::size_t> build(cbytes stream, std::size_t n, std::size_t every,
                                                   bytes out) noexcept {
        if (every == 0) return errc::out_of_range;
        if (!fits(n, every, out)) return errc::no_space;
        builder index(out, every);
        const auto extended = index.extend(stream, n);
        if (!extended) return extended.error();
        return index.size_bytes();
    }

    /// Indexes a stream while it is appended to: after each extend() the output
    /// holds a whole index. Not thread-safe.
    class builder {
    public:
        /// Writes an index of no values; `out` must have size_bytes(0, every).
        builder(bytes out, std::size_t every) noexcept : out_(out), every_(every) {
            assert(every > 0);
            finish();
        }

        /// Indexes the values from count() up to `n`, for the time of decoding these and of a
        /// checksum over the index. `stream` begins with the stream of all calls before. Or
        /// truncated, corrupt, no_space, or out_of_range for fewer values than before; the
        /// index is then as it was.
        result<void> extend(cbytes stream, std::size_t n) noexcept {
            if (n < count_) return errc::out_of_range;
            if (!fits(n, every_, out_)) return errc::no_space;
            const builder before = *this;
            const auto taken = take(stream, n);
            if (!taken) *this = before;
            finish();
            return taken;
        }

        [[nodiscard]] std::size_t count() const noexcept { return count_; }
        [[nodiscard]] std::size_t size_bytes() const noexcept {
            return restart_index::size_bytes(count_, every_);
        }

    private:
        result<void> take(cbytes stream, std::size_t n) noexcept {
            msb_reader in(stream);
            in.seek(bit_);
            std::array<value_type, scratch_values> scratch;
            while (count_ < n) {
                const std::size_t in_segment = count_ % every_;
                if (in_segment == 0) start_point(stream, in.position());
                const std::size_t some =
                    std::min({scratch.size(), n - count_, every_ - in_segment});
                const auto ok = detail::read_values(coder_, in, std::span(scratch).first(some));
                if (!ok) return ok;
                count_ += some;
            }
            bit_ = in.position();
            if (count_ != 0) crc_ = detail::crc_of_bits(stream, point_bit_, bit_);
            return {};
        }

        // Ends the previous segment, if there is one, and starts a new one.
        void start_point(cbytes stream, std::size_t bit) noexcept {
            if (count_ != 0) {
                crc_ = detail::crc_of_bits(stream, point_bit_, bit);
                put_crc();
            }
            point_bit_ = bit;
            byte_writer point(out_.subspan(at_of(count_ / every_), point_bytes));
            point.u64(bit);
            point.u32(0);  // its CRC, which is known when the segment ends
            for (const std::uint64_t word : coder_.state()) point.u64(word);
        }

        void put_crc() noexcept { store_le(out_.data() + at_of((count_ - 1) / every_) + 8, crc_); }

        void finish() noexcept {
            if (count_ != 0) put_crc();
            byte_writer header(out_);
            header.u32(magic);
            header.u8(version);
            header.u8(static_cast<std::uint8_t>(C::id));
            header.u16(0);
            header.u64(count_);
            header.u64(every_);
            header.u64(bit_);
            const std::size_t covered = size_bytes() - crc_bytes;
            store_le(out_.data() + covered, kernel::crc32c(out_.first(covered)));
        }

        bytes out_;
        std::size_t every_;
        std::size_t count_ = 0;
        std::size_t bit_ = 0;        // of the next value
        std::size_t point_bit_ = 0;  // of the last point
        std::uint32_t crc_ = 0;      // of the stream between the two
        coder coder_;
    };

    /// Opens an index, and checks all of it in time linear in its size. Or truncated, corrupt,
    /// checksum_mismatch, unsupported for another version, or wrong_type for another codec.
    [[nodiscard]] static result<restart_index> open(borrowed_bytes index) noexcept {
        if (index.size() < header_bytes + crc_bytes) return errc::truncated;
        byte_reader in(index);
        if (in.u32() != magic) return errc::corrupt;
        const std::size_t covered = index.size() - crc_bytes;
        if (kernel::crc32c(index.first(covered)) != load_le<std::uint32_t>(index.data() + covered))
            return errc::checksum_mismatch;
        if (in.u8() != version) return errc::unsupported;
        if (in.u8() != static_cast<std::uint8_t>(C::id)) return errc::wrong_type;
        if (in.u16() != 0) return errc::corrupt;
        restart_index opened;
        opened.count_ = in.u64();
        opened.every_ = in.u64();
        opened.end_ = in.u64();
        opened.points_ = index.subspan(header_bytes, covered - header_bytes);
        if (!opened.legal()) return errc::corrupt;
        return opened;
    }

    /// Returns how many values of the stream can be read.
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    /// Returns how many values there are from one point to the next.
    [[nodiscard]] std::size_t every() const noexcept { return every_; }

    /// Fills `out` with the values from number `from` on, and decodes fewer than every() values
    /// before them. `stream` is the stream that was indexed, and may have grown. Or out_of_range
    /// beyond count(), truncated, or checksum_mismatch where it is another stream or damaged,
    /// with `out` unspecified.
    [[nodiscard]] result<void> decode(cbytes stream, std::size_t from,
                                      std::span<value_type> out) const noexcept {
        if (from > count_ || out.size() > count_ - from) return errc::out_of_range;
        if (stream.size() < end_ / 8 + (end_ % 8 != 0)) return errc::truncated;
        if (out.empty()) return {};
        const std::size_t first = from / every_;
        const std::size_t last = (from + out.size() - 1) / every_;
        for (std::size_t k = first; k <= last; ++k)
            if (detail::crc_of_bits(stream, bit(k), bit(k + 1)) != crc(k))
                return errc::checksum_mismatch;

        msb_reader in(stream, bit(last + 1));
        in.seek(bit(first));
        coder values;
        if (first > 0) (void)values.restore(state(first), first * every_);
        std::array<value_type, scratch_values> scratch;
        for (std::size_t past = from % every_; past > 0;) {
            const std::size_t some = std::min(past, scratch.size());
            const auto ok = detail::read_values(values, in, std::span(scratch).first(some));
            if (!ok) return errc::corrupt;
            past -= some;
        }
        const auto ok = detail::read_values(values, in, out);
        if (!ok || in.overrun()) return errc::corrupt;
        return {};
    }

private:
    static constexpr std::uint32_t magic = 0x494b5043;  // "CPKI"
    static constexpr std::uint8_t version = 1;
    static constexpr std::size_t header_bytes = 32;
    static constexpr std::size_t crc_bytes = 4;
    static constexpr std::size_t point_bytes = 8 + 4 + sizeof(state_words);
    static constexpr std::size_t scratch_values = 64;

    restart_index() noexcept = default;

    static constexpr std::size_t points_of(std::size_t n, std::size_t every) noexcept {
        return n / every + (n % every != 0);
    }
    static constexpr bool fits(std::size_t n, std::size_t every, bytes out) noexcept {
        return out.size() >= size_bytes(0, every) &&
               points_of(n, every) <= (out.size() - size_bytes(0, every)) / point_bytes;
    }
    static constexpr std::size_t at_of(std::size_t point) noexcept {
        return header_bytes + point * point_bytes;
    }

    // Returns whether the index is as a builder writes it, as far as that shows without the
    // stream.
    [[nodiscard]] bool legal() const noexcept {
        if (every_ == 0 || points_.size() % point_bytes != 0) return false;
        if (points_of(count_, every_) != points()) return false;
        if (count_ == 0) return end_ == 0;
        if (bit(0) != 0 || state(0) != state_words{}) return false;
        for (std::size_t k = 0; k < points(); ++k) {
            if (bit(k) >= bit(k + 1)) return false;
            if (k > 0 && !coder().restore(state(k), k * every_)) return false;
        }
        return true;
    }

    [[nodiscard]] std::size_t points() const noexcept { return points_.size() / point_bytes; }

    [[nodiscard]] std::size_t bit(std::size_t k) const noexcept {
        return k == points() ? end_ : load_le<std::uint64_t>(&points_[k * point_bytes]);
    }
    [[nodiscard]] std::uint32_t crc(std::size_t k) const noexcept {
        return load_le<std::uint32_t>(&points_[k * point_bytes + 8]);
    }
    [[nodiscard]] state_words state(std::size_t k) const noexcept {
        state_words words;
        for (std::size_t i = 0; i < words.size(); ++i)
            words[i] = load_le<std::uint64_t>(&points_[k * point_bytes + 12 + 8 * i]);
        return words;
    }

    cbytes points_;
    std::size_t count_ = 0;
    std::size_t every_ = 0;
    std::size_t end_ = 0;  // the bit after the last value
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
