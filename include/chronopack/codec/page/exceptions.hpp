// The positions of the values of a page that a codec could not take: ascending, as fields
// (bits/lsb.hpp) just wide enough for the page.
//
//   positions 3, 700 of 1,024 values     two fields of 10 bits
#pragma once

#include <chronopack/bits/lsb.hpp>
#include <chronopack/codec/page/paged.hpp>
#include <chronopack/core/bit.hpp>

#include <array>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

class exception_positions {
public:
    /// Returns the bytes of the positions of so many exceptions in a page of n values.
    [[nodiscard]] static constexpr std::size_t bytes_of(std::size_t exceptions,
                                                        std::size_t n) noexcept {
        return field_bytes(exceptions, width(n));
    }

    void add(std::size_t position) noexcept {
        positions_[count_++] = static_cast<std::uint16_t>(position);
    }
    [[nodiscard]] std::span<const std::uint16_t> all() const noexcept {
        return std::span(positions_).first(count_);
    }

    /// Lets the integer before it stand in for each exception, so that it costs little as a
    /// difference as well; or `other` if there is nothing else.
    void cover(std::span<std::int64_t> integers, std::int64_t other) const noexcept {
        std::size_t first = 0;  // the first that is no exception
        while (first < count_ && positions_[first] == first) ++first;
        const std::int64_t begin = first < integers.size() ? integers[first] : other;
        for (const std::size_t at : all()) integers[at] = at < first ? begin : integers[at - 1];
    }

    /// Adds the positions that 64 bits mark, of which the lowest is `from`.
    void add_marked(std::size_t from, std::uint64_t marks) noexcept {
        for (; marks != 0; marks &= marks - 1) add(from + countr_zero(marks));
    }

    /// Writes the positions in a page of n values. A failed writer is the caller's to notice.
    void write(std::size_t n, byte_writer& out) const noexcept {
        const bytes room = out.reserve(bytes_of(count_, n));
        if (out.failed()) return;
        field_writer fields(room, width(n));
        for (const std::uint16_t position : all()) fields.write(position);
        fields.finish();
    }

    /// Reads positions in a page of n values, and calls use(e, position) for each; or truncated,
    /// or corrupt unless they ascend below n.
    template <class Use>
    [[nodiscard]] static result<void> read(cbytes in, std::size_t exceptions, std::size_t n,
                                           Use use) noexcept {
        if (in.size() < bytes_of(exceptions, n)) return errc::truncated;
        constexpr std::size_t at_once = 64;  // these end on a byte, whatever their width
        std::array<std::uint64_t, at_once> position;
        std::uint64_t next = 0;  // the least legal position
        for (std::size_t e = 0; e < exceptions; e += at_once) {
            const std::size_t m = std::min(at_once, exceptions - e);
            load_fields(in.subspan(e * width(n) / 8), width(n), std::span(position).first(m));
            for (std::size_t i = 0; i < m; ++i) {
                if (position[i] < next || position[i] >= n) return errc::corrupt;
                next = position[i] + 1;
                use(e + i, position[i]);
            }
        }
        return {};
    }

    /// Reads the positions and then the values of exceptions, 8 bytes each, into `out`. Returns
    /// truncated, or corrupt as above.
    [[nodiscard]] static result<void> read_values(byte_reader& in, std::size_t exceptions,
                                                  std::span<double> out) noexcept {
        if (exceptions == 0) return {};
        const cbytes positions = in.take(bytes_of(exceptions, out.size()));
        const cbytes values = in.take(8 * exceptions);
        if (in.failed()) return errc::truncated;
        return read(positions, exceptions, out.size(), [&](std::size_t e, std::size_t position) {
            out[position] = bit_cast<double>(load_le<std::uint64_t>(values.data() + 8 * e));
        });
    }

private:
    static constexpr unsigned width(std::size_t n) noexcept { return n < 2 ? 0 : bit_width(n - 1); }

    std::array<std::uint16_t, page_values> positions_;
    std::size_t count_ = 0;
};

/// Lets `first` write to `scratch`, which has room for it, and `second` to `out`, and leaves the
/// smaller of the two in `out`. A failed writer is the caller's to notice.
template <class First, class Second>
void write_smaller(bytes scratch, byte_writer& out, First first, Second second) noexcept {
    byte_writer aside(scratch);
    first(aside);
    const std::size_t size = aside.position();
    byte_writer there(out.rest().first(std::min(out.rest().size(), size - 1)));
    second(there);
    if (there.failed())
        out.put(scratch.first(size));
    else
        (void)out.reserve(there.position());
}

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
