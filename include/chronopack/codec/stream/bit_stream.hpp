// Makes codecs of an encoder and a decoder of single values: for one value at a time, and for
// spans. Both ways use the same code, so they always agree.
//
//   Encoder   void write(msb_writer&, T)             writes a value
//   Decoder   result<T> read(msb_reader&)            reads it
//             size_t read_ahead(msb_reader&, Out)    reads as many values, perhaps none, as is safe
//                                                    without a look for the end after each
//
// How read_ahead is fast: the place of the next code must not wait until this one is loaded. So it
// reads streaks of codes of one kind, whose length is in a register: adding that is all that has
// to wait. Zero bits, which say "as before", are counted, and written as whole vectors of copies.
// A code of another kind costs one mispredicted branch.
#pragma once

#include <chronopack/bits/msb.hpp>
#include <chronopack/core/result.hpp>

#include <array>
#include <optional>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

/// Appends values to a caller's bytes. Not thread-safe.
template <class T, class Encoder>
class bit_appender {
public:
    explicit bit_appender(bytes out) noexcept : out_(out) {}

    /// Appends a value in constant time; or no_space, and the stream is as it was.
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

    /// Returns the bytes in use; they decode to count() values at any time.
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
    /// Reads the first `count` values of `in`.
    bit_iterator(borrowed_bytes in, std::size_t count) noexcept : in_(in), remaining_(count) {}

    /// Returns the next value; truncated or corrupt, after which the iterator must not be used; or
    /// not_found after the last.
    [[nodiscard]] result<T> next() noexcept {
        if (remaining_ == 0) return errc::not_found;
        const result<T> value = decoder_.read(in_);
        if (in_.overrun()) return errc::truncated;
        --remaining_;
        return value;
    }

    [[nodiscard]] std::size_t remaining() const noexcept { return remaining_; }

    /// Returns the bytes read so far, with a partial last byte.
    [[nodiscard]] std::size_t size_bytes() const noexcept { return in_.size_bytes(); }

private:
    msb_reader in_;
    Decoder decoder_;
    std::size_t remaining_;
};

/// Writes all values. Returns the bytes written, or no_space with `out` unspecified.
template <class T, class Encoder>
[[nodiscard]] result<std::size_t> encode_bits(std::span<const T> in, bytes out) noexcept {
    msb_writer writer(out);
    Encoder encoder;
    for (const T& value : in) encoder.write(writer, value);
    writer.sync();
    if (writer.failed()) return errc::no_space;
    return writer.size_bytes();
}

/// A copy of the last bytes of an input, followed by zeros, so that reading ahead can go to the
/// very last bit.
class padded_tail {
public:
    static constexpr std::size_t most = 64;

    explicit padded_tail(cbytes in) noexcept : size_(std::min(in.size(), most)) {
        if (size_ == most)  // of constant size, so that it takes no call
            std::memcpy(bytes_.data(), in.data() + (in.size() - most), most);
        else if (size_ != 0)
            std::memcpy(bytes_.data(), in.data(), size_);
        std::memset(bytes_.data() + size_, 0, zeros);
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] msb_reader reader() const noexcept {
        return {cbytes(bytes_).first(size_ + zeros), 8 * size_};
    }

private:
    static constexpr std::size_t zeros = 40;
    static_assert(8 * (zeros - 8) >= msb_reader::reach);

    std::array<std::byte, most + zeros> bytes_;
    std::size_t size_;
};

/// Fills `out`, a span, or columns that can be assigned at an index. Returns the bytes read, or
/// truncated or corrupt.
template <class T, class Decoder, class Out>
[[nodiscard, gnu::always_inline]] inline result<std::size_t> decode_bits(cbytes in,
                                                                         Out out) noexcept {
    constexpr std::size_t values_alone = 2;  // the first two values are codes in no stream
    msb_reader reader(in);
    Decoder decoder;
    std::optional<padded_tail> tail;  // once the reader is there
    for (std::size_t i = 0; i < out.size();) {
        if (i >= values_alone) {
            if (!tail && in.size() - reader.position() / 8 <= padded_tail::most) {
                tail.emplace(in);
                const std::size_t bit = reader.position() - 8 * (in.size() - tail->size());
                reader = tail->reader();
                reader.seek(bit);
            }
            const std::size_t ahead = decoder.read_ahead(reader, out.subspan(i));
            i += ahead;
            if (i == out.size()) break;
            if (!tail && ahead != 0) continue;
        }
        const result<T> value = decoder.read(reader);
        if (reader.overrun()) return errc::truncated;
        if (!value) return value.error();
        out[i++] = *value;
    }
    if (reader.overrun()) return errc::truncated;
    return reader.size_bytes() + (tail ? in.size() - tail->size() : 0);
}

/// Stores `value` n times, or as often as there is room, and returns how often. Values after those
/// may be overwritten: blocks of eight spare a short run its branches.
[[gnu::always_inline]] inline std::size_t put_same(std::span<double> out, std::size_t n,
                                                   double value) noexcept {
    n = std::min(n, out.size());
    std::size_t k = 0;
    for (; k < n && out.size() - k >= 8; k += 8)
        for (std::size_t j = 0; j < 8; ++j) out[k + j] = value;
    for (; k < n; ++k) out[k] = value;
    return n;
}

/// Stores timestamps likewise, `delta` apart, the first of them `delta` after `from`.
[[gnu::always_inline]] inline std::size_t put_ticks(std::span<std::int64_t> out, std::size_t n,
                                                    std::uint64_t from,
                                                    std::uint64_t delta) noexcept {
    using two [[gnu::vector_size(16)]] = std::uint64_t;  // every processor has such vectors
    const two start = two{delta, 2 * delta};
    const two ahead = two{} + 2 * delta;
    n = std::min(n, out.size());
    std::size_t k = 0;
    two next = from + start;
    for (; k < n && out.size() - k >= 8; k += 8, from += 8 * delta)
        for (std::size_t j = 0; j < 8; j += 2, next += ahead)
            std::memcpy(out.data() + k + j, &next, sizeof next);
    for (; k < n; ++k) out[k] = static_cast<std::int64_t>(from += delta);
    return n;
}

/// A codec whose bytes are one such stream. Coder, which is encoder and decoder, has max_bits as
/// well, the most bits of a value.
template <class T, class Coder>
struct bit_codec {
    using value_type = T;
    using appender = bit_appender<T, Coder>;
    using iterator = bit_iterator<T, Coder>;

    /// Returns an upper bound of the bytes of `n` values, n <= 2^56.
    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept {
        return (n * Coder::max_bits + 7) / 8;
    }

    /// Returns the bytes written, or no_space with `out` unspecified.
    [[nodiscard]] static result<std::size_t> encode(std::span<const T> in, bytes out) noexcept {
        return encode_bits<T, Coder>(in, out);
    }

    /// Returns the bytes read, or truncated or corrupt with `out` unspecified.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<T> out) noexcept {
        return decode_bits<T, Coder>(in, out);
    }
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
