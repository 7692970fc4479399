// Pages: codecs whose encoders look at many values before they write one cut a column into
// runs of 4,096 values, and decode each without the others.
//
//   n = 9000   | n 4096 | page ... | 0 | n 4096 | 4,096 values | n 808 | page ... |
//                varint
//
// A page that would take more than its values is stored: a 0, then the values as they are.
//
// So scratch is bounded, whatever n is, and on the stack, within the limits of
// codec/concept.hpp.
#pragma once

#include <chronopack/bits/varint.hpp>
#include <chronopack/codec/concept.hpp>

#include <algorithm>
#include <cassert>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

inline constexpr std::size_t page_values = 4096;

/// Advances `out` past the bytes that a codec wrote into out.rest(), or fails it where the
/// codec had no room.
inline void keep(byte_writer& out, const result<std::size_t>& written) noexcept {
    (void)out.reserve(written ? *written : out.rest().size() + 1);
}

/// Makes a block codec of a Page, whose static functions code 1 to page_values values:
///
///   write(in, level, out)    writes a page; it may leave a failed writer to this class
///   read(in, out)            reads a page
template <class T, class Page>
struct paged {
    using value_type = T;
    static constexpr std::size_t page_size = page_values;

    /// Returns an upper bound of the bytes of `n` values: 3 bytes a page more than raw.
    [[nodiscard]] static constexpr std::size_t max_bytes(std::size_t n) noexcept {
        const std::size_t rest = n % page_values;
        return n / page_values * stored_bytes(page_values) + (rest == 0 ? 0 : stored_bytes(rest));
    }

    /// Returns the bytes written, or no_space with `out` unspecified. `known` is what the
    /// caller knows of `in` from a sample, as Page::write takes it last: `in` is then no longer
    /// than a page.
    template <class... Known>
    [[nodiscard]] static result<std::size_t> encode(std::span<const T> in, bytes out,
                                                    preset level = preset::balanced,
                                                    const Known&... known) noexcept {
        assert(sizeof...(known) == 0 || in.size() <= page_values);
        byte_writer writer(out);
        while (!in.empty()) {
            const auto page = in.first(std::min(in.size(), page_values));
            // No larger than the page as it would be stored.
            byte_writer there(
                writer.rest().first(std::min(writer.rest().size(), stored_bytes(page.size()))));
            write_varint(there, page.size());
            if (const auto ok = Page::write(page, level, there, known...); !ok) return ok.error();
            if (there.failed())
                store(page, writer);
            else
                (void)writer.reserve(there.position());
            if (writer.failed()) return errc::no_space;
            in = in.subspan(page.size());
        }
        return writer.position();
    }

    /// Returns the bytes read, or truncated, corrupt or count_mismatch with `out` unspecified.
    [[nodiscard]] static result<std::size_t> decode(cbytes in, std::span<T> out) noexcept {
        byte_reader reader(in);
        while (!out.empty()) {
            const auto page = out.first(std::min(out.size(), page_values));
            auto count = read_varint(reader);
            if (!count) return count.error();
            const bool stored = *count == 0;
            if (stored) count = read_varint(reader);
            if (!count) return count.error();
            if (*count == 0 || *count > page_values) return errc::corrupt;
            if (*count != page.size()) return errc::count_mismatch;
            if (const auto ok = stored ? load(reader, page) : Page::read(reader, page); !ok)
                return ok.error();
            if (reader.failed()) return errc::truncated;
            out = out.subspan(page.size());
        }
        return reader.position();
    }

private:
    [[nodiscard]] static constexpr std::size_t stored_bytes(std::size_t n) noexcept {
        return 1 + varint_bytes(n) + 8 * n;
    }
    static void store(std::span<const T> page, byte_writer& out) noexcept {
        out.u8(0);
        write_varint(out, page.size());
        for (const T v : page) out.u64(bit_cast<std::uint64_t>(v));
    }
    [[nodiscard]] static result<void> load(byte_reader& in, std::span<T> page) noexcept {
        const cbytes values = in.take(8 * page.size());
        if (in.failed()) return errc::truncated;
        for (std::size_t i = 0; i < page.size(); ++i)
            page[i] = bit_cast<T>(load_le<std::uint64_t>(values.data() + 8 * i));
        return {};
    }
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
