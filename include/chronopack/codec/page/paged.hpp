// Codecs whose encoders have to look at many values before they write one work
// by pages: runs of 4,096 values, each with all that its decoding takes.
//
//   n = 9000   | n 4096 | page ... | n 4096 | page ... | n 808 | page ... |
//                varint
//
// So scratch is bounded, and on the stack, within what codec/concept.hpp says, whatever
// n is.
#pragma once

#include <chronopack/bits/varint.hpp>
#include <chronopack/codec/concept.hpp>
#include <chronopack/codec/preset.hpp>

#include <algorithm>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

inline constexpr std::size_t page_values = 4096;

/// Passes over what a codec wrote into out.rest(); where there was no room, `out` fails.
inline void keep(byte_writer& out, const result<std::size_t>& written) noexcept {
    (void)out.reserve(written ? *written : out.rest().size() + 1);
}

/// A block codec out of a Page, which has
///
///   max_bytes(n)             of a page of n values
///   write(in, level, out)    1 to page_values values; a failed writer is noticed here
///   read(in, out)            1 to page_values values
template <class T, class Page>
struct paged {
    using value_type = T;
    static constexpr std::size_t page_size = page_values;

    /// Upper bound of the bytes of `n` values.
    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept {
        const std::size_t whole = n / page_values;
        const std::size_t rest = n % page_values;
        return whole * (max_varint_bytes + Page::max_bytes(page_values)) +
               (rest == 0 ? 0 : max_varint_bytes + Page::max_bytes(rest));
    }

    /// Bytes written, or no_space with `out` unspecified.
    [[nodiscard]] static result<std::size_t> encode(std::span<const T> in, bytes out,
                                                    preset level = preset::balanced) noexcept {
        byte_writer writer(out);
        while (!in.empty()) {
            const auto page = in.first(std::min(in.size(), page_values));
            write_varint(writer, page.size());
            if (const auto ok = Page::write(page, level, writer); !ok) return ok.error();
            if (writer.failed()) return errc::no_space;
            in = in.subspan(page.size());
        }
        return writer.position();
    }

    /// Bytes read, or truncated / corrupt / count_mismatch with `out` unspecified.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<T> out) noexcept {
        byte_reader reader(in);
        while (!out.empty()) {
            const auto page = out.first(std::min(out.size(), page_values));
            const auto count = read_varint(reader);
            if (!count) return count.error();
            if (*count == 0 || *count > page_values) return errc::corrupt;
            if (*count != page.size()) return errc::count_mismatch;
            if (const auto ok = Page::read(reader, page); !ok) return ok.error();
            if (reader.failed()) return errc::truncated;
            out = out.subspan(page.size());
        }
        return reader.position();
    }
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
