// Run length: stores each value of a run once, with the length of the run. It suits states, and
// metrics that change now and then.
//
//   5 5 5 5 7 7 5        values 5 7 5     lengths 4 2 1
//
//   a page of n values
//   +-----------+----------------+----------------------------------------+
//   | runs r    | values:        | r lengths, each less 1: a column of    |
//   |  varint   | nested_values  | integers (none for a single run)       |
//   +-----------+----------------+----------------------------------------+
//
// 1 <= r <= n, and the lengths add up to n.
#pragma once

#include <chronopack/codec/page/nested_values.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

template <class T>
class run_length_page {
public:
    [[nodiscard]] static result<void> write(std::span<const T> in, preset level,
                                            byte_writer& out) noexcept {
        std::array<T, page_values> values;
        std::array<std::int64_t, page_values> lengths;
        std::size_t runs = 0;
        for (std::size_t from = 0; from < in.size();) {
            std::size_t to = from + 1;
            while (to < in.size() && same(in[to], in[from])) ++to;
            values[runs] = in[from];
            lengths[runs++] = static_cast<std::int64_t>(to - from - 1);
            from = to;
        }
        write_varint(out, runs);
        nested_values<T>::write(std::span(values).first(runs), level, out);
        if (runs > 1) write_integers(std::span(lengths).first(runs), level, out);
        return {};
    }

    [[nodiscard]] static result<void> read(byte_reader& in, std::span<T> out) noexcept {
        const auto runs = read_varint(in);
        if (!runs) return runs.error();
        if (*runs == 0 || *runs > out.size()) return errc::corrupt;
        // The values wait at the end of the output. Every run is one value or longer, so the
        // filled part never reaches the value that comes next.
        const std::span<T> values = out.last(*runs);
        if (const auto read = nested_values<T>::read(in, values); !read) return read;
        if (*runs == 1) {
            fill(out, T{values[0]});
            return {};
        }
        std::size_t at = 0;
        const auto expanded = read_integers(
            in, *runs, {},
            [&](std::size_t from, std::span<const std::int64_t> lengths) -> result<void> {
                for (std::size_t i = 0; i < lengths.size(); ++i) {
                    const std::size_t after = *runs - 1 - (from + i);  // runs to come
                    const std::size_t room = out.size() - after - at;
                    const auto more = static_cast<std::uint64_t>(lengths[i]);
                    if (more >= room) return errc::corrupt;
                    write_run(out.subspan(at, room), values[from + i], more + 1);
                    at += more + 1;
                }
                return {};
            });
        if (!expanded) return expanded;
        if (at != out.size()) return errc::corrupt;
        return {};
    }

private:
    // A short run takes one store, and no branch on its length: up to seven values after it are
    // overwritten, where later runs will be written anyway.
    static void write_run(std::span<T> room, T value, std::size_t length) noexcept {
        constexpr std::size_t at_once = 8;
        if (room.size() < length + at_once - 1) return fill(room.first(length), value);
        for (std::size_t i = 0; i < length; i += at_once)
            for (std::size_t k = 0; k < at_once; ++k) room[i + k] = value;
    }
    static bool same(T a, T b) noexcept {
        return bit_cast<std::uint64_t>(a) == bit_cast<std::uint64_t>(b);
    }
};

}  // namespace detail

/// Codes int64, or doubles of any bits.
template <class T>
struct run_length : detail::paged<T, detail::run_length_page<T>> {
    static constexpr codec_id id = codec_id::run_length;
    static constexpr std::string_view name = "run_length";
};

static_assert(block_codec<run_length<std::int64_t>> && block_codec<run_length<double>>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
