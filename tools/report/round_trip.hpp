// Encodes and decodes one column or two, measures the time, and compares the result bit for bit.
//
//   samples   |  chunk  |  chunk  | ch |       each encoded on its own
//   wire      |------|----|---|                one after the other
#pragma once

#include "apart.hpp"
#include "row.hpp"

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#include <cstring>
#include <vector>

namespace chronopack::report {

/// Holds where chunks begin in the samples and on the wire.
class chunked_wire {
public:
    /// bound(n) returns the greatest encoded size of a chunk of n samples.
    template <class Bound>
    chunked_wire(std::size_t count, std::size_t chunk, Bound bound)
        : count_(count), chunk_(std::min(chunk, count)), sizes_((count + chunk_ - 1) / chunk_) {
        std::size_t most = 0;
        for (std::size_t i = 0; i < sizes_.size(); ++i) most += bound(length(i));
        wire_.resize(most);
    }

    /// Calls encode(first, length, out) -> result<size_t> for chunk after chunk.
    template <class Encode>
    result<std::size_t> encode(Encode encode_one) {
        std::size_t at = 0;
        for (std::size_t i = 0; i < sizes_.size(); ++i) {
            const auto size = encode_one(i * chunk_, length(i), bytes(wire_).subspan(at));
            if (!size) return size.error();
            sizes_[i] = *size;
            at += *size;
        }
        return at;
    }

    /// Calls decode(wire of one chunk, first, length) -> result<...> for chunk after chunk.
    template <class Decode>
    result<void> decode(Decode decode_one) const {
        std::size_t at = 0;
        for (std::size_t i = 0; i < sizes_.size(); ++i) {
            const auto ok = decode_one(cbytes(wire_).subspan(at, sizes_[i]), i * chunk_, length(i));
            if (!ok) return ok.error();
            at += sizes_[i];
        }
        return {};
    }

private:
    [[nodiscard]] std::size_t length(std::size_t i) const noexcept {
        return std::min(chunk_, count_ - i * chunk_);
    }

    std::size_t count_;
    std::size_t chunk_;
    std::vector<std::size_t> sizes_;
    std::vector<std::byte> wire_;
};

/// `encode` and `decode` return results, `copy` copies the raw bytes to where decode writes,
/// `spoil` overwrites that memory, and `same` compares it with the input. The result of the last
/// timed call is compared, and then that of one more call over spoiled memory.
template <class Encode, class Decode, class Copy, class Spoil, class Same>
[[nodiscard]] row measure_round_trip(double seconds, Encode encode, Decode decode, Copy copy,
                                     Spoil spoil, Same same) {
    row measured;
    const auto fail = [&](std::string_view where, errc why) {
        measured.failure = std::string(where) + ": " + std::string(message(why));
        return measured;
    };
    const auto first = encode();
    if (!first) return fail("encode", first.error());
    measured.bytes = *first;
    spoil();
    if (const auto ok = decode(); !ok) return fail("decode", ok.error());
    measured.lossless = same();

    const auto times = measure_in_turns(
        seconds, copy, [&] { static_cast<void>(encode()); }, [&] { static_cast<void>(decode()); });
    measured.copy = times[0];
    measured.encode = times[1];
    measured.decode = times[2];

    spoil();
    const auto again = decode();
    measured.lossless = measured.lossless && again && same();
    if (!measured.lossless) measured.failure = "what was decoded differs from what was encoded";
    return measured;
}

/// Measures one column of T. A coder has max_bytes, encode and decode, static or not.
template <class T, class Coder>
[[nodiscard]] row measure_column(Coder& coder, std::span<const T> in, std::size_t chunk,
                                 double seconds) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0);
    chunked_wire wire(in.size(), chunk, [&](std::size_t n) { return coder.max_bytes(n); });
    room_apart<T> back(in);
    const std::span<T> out = back.get();
    return measure_round_trip(
        seconds,
        [&] {
            return wire.encode([&](std::size_t first, std::size_t n, bytes to) {
                return coder.encode(in.subspan(first, n), to);
            });
        },
        [&] {
            return wire.decode([&](cbytes from, std::size_t first, std::size_t n) {
                const result<std::size_t> read = coder.decode(from, out.subspan(first, n));
                return read && *read != from.size() ? result<std::size_t>(errc::corrupt) : read;
            });
        },
        [&] { std::memcpy(out.data(), in.data(), in.size_bytes()); },
        [&] { std::memset(static_cast<void*>(out.data()), 0xa5, out.size_bytes()); },
        [&] { return std::memcmp(out.data(), in.data(), in.size_bytes()) == 0; });
}

}  // namespace chronopack::report
