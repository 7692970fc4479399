// Headers of version 2, in which frames are written.
//
//   magic "CPKF" | version u8 = 2 | varint: bytes of the header after this |
//   properties u16:
//     bits 0-4    divisor, an exponent, 0..18        11-12  0 no second stage
//          5-8    block size 2^(10 + k), 0..10              1 zstd 2 snappy
//          9-10   time unit 0 s 1 ms 2 us 3 ns       13     values are int64
//          14     ordered                            15     first timestamp divided
//   varints: samples, first timestamp (less its zeros if divided), last,
//            [least, greatest: unless ordered] |
//   statistics (frame/header_statistics.hpp) | varint [body bytes as stored] |
//   for each block three signed varints, each less that of the block before:
//     [its first timestamp less that of the block before; not for the first block],
//     bytes of the timestamps column, bytes of the values column |
//   CRC-32C of each block (of the body under a second stage), u32 each |
//   CRC-32C of the header so far, u32
//
// Timestamps are stored as their q (frame/header.hpp). The body bytes are present only under
// a second stage. For a clock that ticks evenly the first varint is 0 from the third block on.
// A frame of 1,024 values of few decimals on such a clock has a header of about 44 bytes.
#pragma once

#include <chronopack/frame/header.hpp>
#include <chronopack/frame/header_statistics_double.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail::v2 {

inline constexpr std::size_t max_size = UINT16_MAX;  // after the length, which has 3 bytes then
inline constexpr std::size_t front_bytes = 4 + 1 + 3;

/// The fields of a header that are not in frame::info; timestamps as their q.
struct extent {
    std::int64_t last = 0;
    std::int64_t min = 0;
    std::int64_t max = 0;
    std::size_t body_bytes = 0;  ///< as stored
};

/// The entry of a block in a header's index.
struct written_block {
    std::int64_t q = 0;  ///< of its first timestamp
    std::size_t timestamp_bytes = 0;
    std::size_t value_bytes = 0;
};

/// Returns an upper bound of the bytes of a header with `blocks` blocks. Column sizes with
/// their sign are below 2^27, which takes four varint bytes.
[[nodiscard]] constexpr std::size_t max_header_bytes(std::size_t blocks) noexcept {
    return front_bytes + 2 + 6 * max_varint_bytes + max_statistics_bytes +
           blocks * (max_varint_bytes + 2 * 4 + crc_bytes) + crc_bytes;
}
static_assert(max_header_bytes(block_count(max_samples)) <= max_size);
static_assert(max_body_bytes(max_samples) < std::size_t{1} << 26);

[[nodiscard]] constexpr bool divides(std::uint64_t power, std::int64_t t) noexcept {
    return t % static_cast<std::int64_t>(power) == 0;
}

[[nodiscard]] inline std::uint16_t properties(const info& i, bool divided) noexcept {
    const auto block_exponent = countr_zero(i.block_samples / block_samples);
    const bool integers = std::holds_alternative<statistics<std::int64_t>>(i.values);
    return static_cast<std::uint16_t>(
        i.divisor | block_exponent << 5 | static_cast<unsigned>(i.unit) << 9 |
        static_cast<unsigned>(i.second_stage) << 11 | unsigned{integers} << 13 |
        unsigned{i.ordered} << 14 | unsigned{divided} << 15);
}

inline void write_index(byte_writer& out, std::span<const written_block> blocks) noexcept {
    const auto less = [](auto a, auto b) {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) -
                                         static_cast<std::uint64_t>(b));
    };
    written_block before;
    std::int64_t step_before = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const written_block& b = blocks[i];
        if (i > 0) {
            const std::int64_t step = less(b.q, before.q);
            write_signed_varint(out, less(step, step_before));
            step_before = step;
        }
        write_signed_varint(out, less(b.timestamp_bytes, before.timestamp_bytes));
        write_signed_varint(out, less(b.value_bytes, before.value_bytes));
        before = b;
    }
}

/// Writes a header to `out`, which has max_header_bytes, and returns its bytes. `checksums`
/// are those of the blocks, or the one of the body.
[[nodiscard]] inline std::size_t write(bytes out, const info& i, const extent& e,
                                       std::span<const written_block> blocks,
                                       std::span<const std::uint32_t> checksums) noexcept {
    byte_writer rest(out.subspan(front_bytes));
    const std::uint64_t power = power_of_ten(i.divisor);
    const bool divided = i.divisor > 0 && divides(power, i.first_timestamp);
    rest.u16(properties(i, divided));
    write_varint(rest, i.samples);
    write_signed_varint(
        rest, divided ? i.first_timestamp / static_cast<std::int64_t>(power) : i.first_timestamp);
    if (i.ordered) {
        write_varint(rest, static_cast<std::uint64_t>(e.last));
    } else {
        for (const std::int64_t q : {e.last, e.min, e.max}) write_signed_varint(rest, q);
    }
    std::visit(
        [&]<class V>(const statistics<V>& s) { statistics_code<V>::write(rest, s, i.samples); },
        i.values);
    if (i.second_stage != stage::none) write_varint(rest, e.body_bytes);
    write_index(rest, blocks);
    for (const std::uint32_t crc : checksums) rest.u32(crc);

    // The fields before the length are written last, when the length is known.
    byte_writer front(out.first(front_bytes));
    front.u32(magic);
    front.u8(format_version);
    write_varint(front, rest.position() + crc_bytes);
    std::memmove(out.data() + front.position(), out.data() + front_bytes, rest.position());
    const std::size_t covered = front.position() + rest.position();
    store_le(out.data() + covered, kernel::crc32c(out.first(covered)));
    return covered + crc_bytes;
}

/// Reads the bytes of a header from its length field, where `in` stands after the version.
/// Returns truncated or corrupt.
[[nodiscard]] inline result<std::size_t> header_size(byte_reader& in) noexcept {
    const auto size = read_varint(in);
    if (!size) return size.error();
    if (*size < crc_bytes || *size > max_size) return errc::corrupt;
    return in.position() + *size;
}

/// Reads the first timestamp. Returns corrupt for all but its one form: divided where it can
/// be.
[[nodiscard]] inline result<std::int64_t> read_first(byte_reader& in, unsigned divisor,
                                                     bool divided) noexcept {
    const std::int64_t t = take_signed_varint(in);
    const std::uint64_t power = power_of_ten(divisor);
    if (!divided) {
        if (divisor > 0 && divides(power, t)) return errc::corrupt;
        return t;
    }
    const auto limit = INT64_MAX / static_cast<std::int64_t>(power);
    if (divisor == 0 || t > limit || t < -limit) return errc::corrupt;
    return t * static_cast<std::int64_t>(power);
}

/// Reads the fields of a header, whose bytes without the CRC are `in`, up to its index into
/// `h`, a new header. `in` is then at the index. After an error `h` is unspecified.
[[nodiscard]] inline result<void> read(byte_reader& in, header& h) noexcept {
    in.skip(5);  // magic and version
    (void)take_varint(in);
    const unsigned properties = in.u16();
    const unsigned block_exponent = properties >> 5 & 15;
    const unsigned second = properties >> 11 & 3;
    frame::info& info = h.info;
    info.divisor = properties & 31;
    if (info.divisor > max_divisor || block_exponent > max_block_exponent || second > 2)
        return errc::corrupt;
    info.block_samples = block_samples << block_exponent;
    info.unit = static_cast<time_unit>(properties >> 9 & 3);
    info.second_stage = static_cast<stage>(second);
    info.ordered = (properties >> 14 & 1) != 0;

    info.samples = take_varint(in);
    if (info.samples == 0 || info.samples > max_samples) return errc::corrupt;
    const auto first = read_first(in, info.divisor, properties >> 15 != 0);
    if (!first) return first.error();
    info.first_timestamp = *first;
    const auto next_q = [&] {
        return static_cast<std::uint64_t>(take_signed_varint(in));
    };
    info.last_timestamp = h.timestamp(info.ordered ? take_varint(in) : next_q());
    info.min_timestamp = info.ordered ? info.first_timestamp : h.timestamp(next_q());
    info.max_timestamp = info.ordered ? info.last_timestamp : h.timestamp(next_q());

    const auto read_statistics = [&]<class V>(std::type_identity<V>) -> result<void> {
        const auto s = statistics_code<V>::read(in, info.samples);
        if (!s) return s.error();
        info.values = *s;
        return {};
    };
    const auto values = (properties >> 13 & 1) != 0
                            ? read_statistics(std::type_identity<std::int64_t>{})
                            : read_statistics(std::type_identity<double>{});
    if (!values) return values;
    // An upper bound, until the columns' sizes have been added up.
    h.raw_body_bytes = max_body_bytes(info.samples, info.blocks());
    if (info.second_stage != stage::none) h.body_bytes = take_varint(in);
    return {};
}

}  // namespace frame::detail::v2
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
