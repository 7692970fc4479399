// Binned: codes integers by the entropy of the bins that they lie in. Smaller than `packed` and
// slower, for columns that are kept long.
//
//   v          1000 1010 1019 1031 ...     values
//   x                 10    9   12 ...     values, differences or second differences
//   number             1    0    3 ...     (x - reference) / scale
//   bin, offset   [0..1] 1 ...             binning/bins.hpp
//
//   n = 5000   | count | page, 2,048 values | page, 2,048 values | page, 904 values |
//
// A page (binning/page.hpp) has its own bins, or reuses those of the previous page. Encoding takes
// 110 KiB of stack and decoding 45 KiB, whatever the count.
#pragma once

#include <chronopack/binning/page.hpp>
#include <chronopack/codec/concept.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Codes integers of any kind. They get small where some differences are much likelier than others.
struct binned {
    using value_type = std::int64_t;
    static constexpr codec_id id = codec_id::binned;
    static constexpr std::string_view name = "binned";

    /// Returns an upper bound of the bytes of `n` values, n <= 2^57.
    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept {
        if (n == 0) return 0;
        const std::size_t rest = n % binning::page_values;
        return varint_bytes(n) +
               n / binning::page_values * binning::max_page_bytes(binning::page_values) +
               (rest == 0 ? 0 : binning::max_page_bytes(rest));
    }

    /// Returns the bytes written, or no_space with `out` unspecified.
    [[nodiscard]] static result<std::size_t> encode(std::span<const value_type> in,
                                                    bytes out) noexcept {
        return encode(in, out, std::nullopt);
    }

    /// Encodes likewise, with the estimate of all of `in` where it is known.
    [[nodiscard]] static result<std::size_t> encode(
        std::span<const value_type> in, bytes out,
        const std::optional<binning::page_estimate>& known) noexcept {
        if (in.empty()) return std::size_t{0};
        byte_writer writer(out);
        write_varint(writer, in.size());
        binning::page_encoder pages(in, known);
        for (std::size_t at = 0; at < in.size() && !writer.failed(); at += binning::page_values)
            pages.write(at, std::min(in.size(), at + binning::page_values), writer);
        if (writer.failed()) return errc::no_space;
        return writer.position();
    }

    /// Returns the bytes read, or truncated, corrupt or count_mismatch with `out` unspecified.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<value_type> out) noexcept {
        return decode(in, out, {});
    }

    /// Decodes likewise, each value v as map.offset + map.scale * v.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<value_type> out,
                                                    packing::affine map) noexcept {
        byte_reader reader(in);
        const auto read = for_each_page(
            reader, out.size(), map,
            [&](std::size_t from, std::size_t n) { return out.subspan(from, n); },
            [](std::size_t, std::span<const value_type>) -> result<void> { return {}; });
        if (!read) return read.error();
        return reader.position();
    }

    /// Decodes n values page by page, each page into the span that `room(from, n)` returns, and
    /// passes it on to `sink(from, values)` -> result<void>. Returns truncated, corrupt or
    /// count_mismatch, or the sink's error.
    template <class Room, class Sink>
    [[nodiscard]] static result<void> for_each_page(byte_reader& in, std::size_t n,
                                                    packing::affine map, Room room,
                                                    Sink sink) noexcept {
        if (n == 0) return {};
        const auto count = read_varint(in);
        if (!count) return count.error();
        if (*count != n) return errc::count_mismatch;
        binning::page_decoder pages(map);
        for (std::size_t at = 0; at < n; at += binning::page_values) {
            const auto page = room(at, std::min(n - at, binning::page_values));
            // int64_t and uint64_t may alias each other.
            const std::span words(reinterpret_cast<std::uint64_t*>(page.data()), page.size());
            if (const auto read = pages.read(in, words); !read) return read;
            if (const auto ok = sink(at, std::span<const value_type>(page)); !ok) return ok;
        }
        return {};
    }
};

static_assert(block_codec<binned>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
