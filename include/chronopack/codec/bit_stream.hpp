// What the bit-stream codecs share: one value at a time or a span at once,
// out of one encoder and one decoder each, so that the two always agree.
//
//   Encoder   void write(msb_writer&, T)                  after `count` writes
//   Decoder   result<T> read(msb_reader&)                 the mirror of it
//             size_t read_ahead(msb_reader&, Out)         as many as are safe to
//                read without looking for the end after each; perhaps none
#pragma once

#include <chronopack/bits/msb.hpp>
#include <chronopack/core/result.hpp>

#include <array>

namespace chronopack::inline CHRONOPACK_ABI::detail {

/// Appends values to a caller's bytes. Not thread-safe.
template <class T, class Encoder>
class bit_appender {
public:
    explicit bit_appender(bytes out) noexcept : out_(out) {}

    /// O(1). On no_space the stream is as it was before.
    result<void> append(T value) noexcept {
        const bit_appender before = *this;
        encoder_.write(out_, value);
        out_.sync();
        if (out_.failed()) {
            *this = before;
            out_.sync();
            return errc::no_space;
        }
        ++count_;
        return {};
    }

    [[nodiscard]] std::size_t count() const noexcept { return count_; }

    /// Bytes of the output in use; they decode to count() values at any time.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return out_.size_bytes(); }

private:
    msb_writer out_;
    Encoder encoder_;
    std::size_t count_ = 0;
};

/// Reads values from bytes that outlive it. Not thread-safe.
template <class T, class Decoder>
class bit_iterator {
public:
    /// Over the first `count` values of `in`.
    bit_iterator(cbytes in, std::size_t count) noexcept : in_(in), remaining_(count) {}

    /// The next value; truncated or corrupt, after which the iterator must not
    /// be used; or not_found past the last.
    [[nodiscard]] result<T> next() noexcept {
        if (remaining_ == 0) return errc::not_found;
        const result<T> value = decoder_.read(in_);
        if (in_.overrun()) return errc::truncated;
        --remaining_;
        return value;
    }

    [[nodiscard]] std::size_t remaining() const noexcept { return remaining_; }

    /// Bytes read so far, a partial last byte included.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return in_.size_bytes(); }

private:
    msb_reader in_;
    Decoder decoder_;
    std::size_t remaining_;
};

/// Bytes written, or no_space with `out` unspecified.
template <class T, class Encoder>
[[nodiscard]] result<std::size_t> encode_bits(std::span<const T> in, bytes out) noexcept {
    msb_writer writer(out);
    Encoder encoder;
    for (const T& value : in) encoder.write(writer, value);
    writer.sync();
    if (writer.failed()) return errc::no_space;
    return writer.size_bytes();
}

/// Fills `out`, a span or columns that can be assigned at an index.
/// Bytes read, or truncated / corrupt.
template <class T, class Decoder, class Out>
[[nodiscard]] result<std::size_t> decode_bits(cbytes in, Out out) noexcept {
    // Near the end the reader moves to a copy with zeros behind it, where
    // reading ahead is safe to the last bit.
    std::array<std::byte, 96> padded;
    constexpr std::size_t most_left = 64;
    std::size_t bytes_before = 0;
    bool moved = false;

    msb_reader reader(in);
    Decoder decoder;
    for (std::size_t i = 0; i < out.size(); ++i) {
        i += decoder.read_ahead(reader, out.subspan(i));
        if (i == out.size()) break;
        if (!moved && in.size() - reader.position() / 8 <= most_left) {
            bytes_before = reader.position() / 8;
            const cbytes left = in.subspan(bytes_before);
            padded.fill(std::byte{0});
            std::copy(left.begin(), left.end(), padded.begin());
            const std::size_t bit = reader.position() % 8;
            reader = msb_reader(padded, 8 * left.size());
            reader.seek(bit);
            moved = true;
            i += decoder.read_ahead(reader, out.subspan(i));
            if (i == out.size()) break;
        }
        const result<T> value = decoder.read(reader);
        if (reader.overrun()) return errc::truncated;
        if (!value) return value.error();
        out[i] = *value;
    }
    if (reader.overrun()) return errc::truncated;
    return bytes_before + reader.size_bytes();
}

/// A codec that is one such stream. The coder also states max_bits, the bits of
/// a value at most.
template <class T, class Coder>
struct bit_codec {
    using value_type = T;
    using appender = bit_appender<T, Coder>;
    using iterator = bit_iterator<T, Coder>;

    /// Upper bound of the bytes of `n` values, n <= 2^56.
    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept {
        return (n * Coder::max_bits + 7) / 8;
    }

    /// Bytes written, or no_space with `out` unspecified.
    [[nodiscard]] static result<std::size_t> encode(std::span<const T> in, bytes out) noexcept {
        return encode_bits<T, Coder>(in, out);
    }

    /// Bytes read, or truncated / corrupt with `out` unspecified.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<T> out) noexcept {
        return decode_bits<T, Coder>(in, out);
    }
};

}  // namespace chronopack::detail
