// DELTA_BINARY_PACKED: integers by their differences.
//
//   header   varint values of a block | varint miniblocks of a block | varint n | zigzag first
//   block    zigzag least difference | a width (u8) for each miniblock | miniblock ...
//   miniblock   fields of its width, least significant bit first: difference - least
//
//   7 5 3 1 2 3:   differences -2 -2 -2 1 1, least -2, fields 0 0 0 3 3 of 2 bits
//
// A block has 128 values in 4 miniblocks here, and any legal number when it is read. Widths may be
// rounded up to whole bytes: a compressor then finds equal differences at equal places, where it
// sees noise in fields that begin within bytes. Arithmetic is modulo 2^64. Miniblocks that the last block does not need have widths that mean nothing, and no
// fields; the last one that it needs is filled up with fields that mean nothing.
#pragma once

#include <adapters/parquet/compact.hpp>

#include <chronopack/bits/lsb.hpp>
#include <chronopack/core/result.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace chronopack::parquet {

/// The widths of fields: as few bits as the values need, or whole bytes.
enum class field_widths : std::uint8_t { least, whole_bytes };

class delta_packed {
public:
    static void write(std::string& out, std::span<const std::int64_t> values,
                      field_widths widths = field_widths::least) {
        append_varint(out, block_values);
        append_varint(out, miniblocks);
        append_varint(out, values.size());
        append_varint(out, zigzag(values.empty() ? 0 : values[0]));
        for (std::size_t i = 1; i < values.size(); i += block_values)
            write_block(out,
                        values.subspan(i - 1, std::min(block_values + 1, values.size() - i + 1)),
                        widths);
    }

    /// Reads the count at the start of `in`, without its values; or corrupt or truncated.
    [[nodiscard]] static result<std::size_t> count(borrowed_bytes in) noexcept {
        byte_reader from(in);
        const auto head = read_header(from);
        if (!head) return head.error();
        return head->values;
    }

    /// Reads exactly out.size() values and moves `in` past them. Returns count_mismatch where
    /// there is another number of them, truncated, or corrupt.
    [[nodiscard]] static result<void> read(byte_reader& in, std::span<std::int64_t> out) noexcept {
        const auto head = read_header(in);
        if (!head) return head.error();
        if (head->values != out.size()) return errc::count_mismatch;
        if (out.empty()) return {};
        auto last = static_cast<std::uint64_t>(head->first);
        out[0] = head->first;
        for (std::size_t at = 1; at < out.size();) {
            const auto least = read_signed_varint(in);
            if (!least) return least.error();
            const cbytes widths = in.take(head->miniblocks);
            if (in.failed()) return errc::truncated;
            for (std::size_t m = 0; m < widths.size() && at < out.size(); ++m) {
                const std::size_t n = std::min(head->miniblock_values, out.size() - at);
                const auto read =
                    read_miniblock(in, std::to_integer<unsigned>(widths[m]), head->miniblock_values,
                                   static_cast<std::uint64_t>(*least), last, out.subspan(at, n));
                if (!read) return read.error();
                at += n;
            }
        }
        return {};
    }

private:
    static constexpr std::size_t block_values = 128;
    static constexpr std::size_t miniblocks = 4;
    static constexpr std::size_t miniblock_values = block_values / miniblocks;
    static constexpr std::size_t most_block_values = std::size_t{1} << 20;

    struct header {
        std::size_t miniblocks, miniblock_values, values;
        std::int64_t first;
    };

    // `values` are those of the block, and the one before it.
    static void write_block(std::string& out, std::span<const std::int64_t> values,
                            field_widths widths) {
        const std::size_t n = values.size() - 1;
        std::array<std::uint64_t, block_values> fields{};
        std::int64_t least = INT64_MAX;
        for (std::size_t i = 0; i < n; ++i) {
            fields[i] =
                static_cast<std::uint64_t>(values[i + 1]) - static_cast<std::uint64_t>(values[i]);
            least = std::min(least, static_cast<std::int64_t>(fields[i]));
        }
        std::array<std::uint64_t, miniblocks> bits{};  // that any field of it has
        for (std::size_t i = 0; i < n; ++i) {
            fields[i] -= static_cast<std::uint64_t>(least);
            bits[i / miniblock_values] |= fields[i];
        }
        std::array<unsigned, miniblocks> width_of;
        for (std::size_t m = 0; m < miniblocks; ++m) {
            width_of[m] = bit_width(bits[m]);
            if (widths == field_widths::whole_bytes) width_of[m] = (width_of[m] + 7) / 8 * 8;
        }
        append_varint(out, zigzag(least));
        const std::size_t used = (n + miniblock_values - 1) / miniblock_values;
        std::size_t total = 0;
        for (const unsigned width : width_of) {
            out += static_cast<char>(width);
            total += field_bytes(miniblock_values, width);
        }
        std::size_t at = out.size();
        out.resize(at + total);
        for (std::size_t m = 0; m < used; ++m) {
            const unsigned width = width_of[m];
            const std::size_t size = field_bytes(miniblock_values, width);
            field_writer to(bytes(reinterpret_cast<std::byte*>(out.data()) + at, size), width);
            for (std::size_t i = 0; i < miniblock_values; ++i)
                to.write(fields[m * miniblock_values + i]);
            to.finish();
            at += size;
        }
    }

    [[nodiscard]] static result<header> read_header(byte_reader& in) noexcept {
        const std::uint64_t block = take_varint(in), parts = take_varint(in);
        const std::uint64_t values = take_varint(in);
        const std::int64_t first = take_signed_varint(in);
        if (in.failed()) return errc::truncated;
        if (block == 0 || block > most_block_values || block % 128 != 0 || parts == 0 ||
            block % parts != 0 || block / parts % 32 != 0 || values > INT32_MAX)
            return errc::corrupt;
        return header{static_cast<std::size_t>(parts), static_cast<std::size_t>(block / parts),
                      static_cast<std::size_t>(values), first};
    }

    [[nodiscard]] static result<void> read_miniblock(byte_reader& in, unsigned width,
                                                     std::size_t fields, std::uint64_t least,
                                                     std::uint64_t& last,
                                                     std::span<std::int64_t> out) noexcept {
        if (width > 64) return errc::corrupt;
        // The fields that fill it up may be missing at the end, with some writers.
        const std::size_t size = field_bytes(fields, width);
        const cbytes from = in.take(std::min(size, in.remaining()));
        if (from.size() < field_bytes(out.size(), width)) return errc::truncated;
        std::uint64_t sum = last;
        std::array<std::uint64_t, 128> x;
        for (std::size_t at = 0; at < out.size(); at += x.size()) {
            const std::size_t n = std::min(x.size(), out.size() - at);
            if (width == 0)
                std::fill_n(x.begin(), n, std::uint64_t{0});
            else
                load_fields(from.subspan(at / 8 * width), width, std::span(x).first(n));
            for (std::size_t i = 0; i < n; ++i) {
                sum += least + x[i];
                out[at + i] = static_cast<std::int64_t>(sum);
            }
        }
        last = sum;
        return {};
    }
};

}  // namespace chronopack::parquet
