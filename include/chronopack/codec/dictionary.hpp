// Dictionary: stores the distinct values in ascending order, and the place of each value among
// them. It suits values that come back: prices, levels, rounded loads.
//
//   0.25 7.5 0.25 0.25 3.0     entries 0.25 3.0 7.5     places 0 2 0 0 1
//
//   a page of n values
//   +------------+------------------+--------------------------------------+
//   | entries d  | entries:         | n places: a column of integers       |
//   |  varint    | nested_values    | (none for a single entry)            |
//   +------------+------------------+--------------------------------------+
//
// 1 <= d <= n, and places are below d. Entries ascend (doubles in total order), so that their
// differences are small, and values close to each other have places close to each other.
#pragma once

#include <chronopack/codec/page/nested_values.hpp>
#include <chronopack/kernel/radix_sort.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

/// Finds the distinct values of a page by hashing, and numbers them in order of appearance.
class distinct_values {
public:
    /// Makes an empty table for a page of n values.
    explicit distinct_values(std::size_t n) noexcept
        : shift_(64 - bit_width(2 * n)), mask_((std::size_t{1} << bit_width(2 * n)) - 1) {
        for (std::size_t at = 0; at <= mask_; ++at) table_[at] = 0;
    }

    /// Returns the number of `key`, and gives it the next number if it is new.
    [[nodiscard]] std::size_t number_of(std::int64_t key) noexcept {
        std::uint64_t hash = static_cast<std::uint64_t>(key) * 0x9e37'79b9'7f4a'7c15u;
        hash ^= hash >> 32;
        for (std::size_t at = hash * 0xd6e8'feb8'6659'fd93u >> shift_;; at = (at + 1) & mask_) {
            if (table_[at] == 0) {
                keys_[count_] = key;
                table_[at] = static_cast<std::uint16_t>(++count_);
                return count_ - 1;
            }
            if (keys_[table_[at] - 1u] == key) return table_[at] - 1u;
        }
    }
    [[nodiscard]] std::span<const std::int64_t> keys() const noexcept {
        return std::span(keys_).first(count_);
    }

private:
    unsigned shift_;
    std::size_t mask_;
    std::array<std::uint16_t, 4 * page_values> table_;  // numbers, from 1 on; mask_ + 1 of them
    std::array<std::int64_t, page_values> keys_;
    std::size_t count_ = 0;
};

template <class T>
class dictionary_page {
public:
    [[nodiscard]] static result<void> write(std::span<const T> in, preset level,
                                            byte_writer& out) noexcept {
        std::array<T, page_values> entries;
        std::array<std::int64_t, page_values> places;
        const std::size_t distinct = look_up_all(in, entries, places);
        write_varint(out, distinct);
        nested_values<T>::write(std::span(entries).first(distinct), level, out);
        if (distinct > 1) write_integers(std::span(places).first(in.size()), level, out);
        return {};
    }

    [[nodiscard]] static result<void> read(byte_reader& in, std::span<T> out) noexcept {
        const auto count = read_varint(in);
        if (!count) return count.error();
        if (*count == 0 || *count > out.size()) return errc::corrupt;
        std::array<T, page_values> room;
        const auto entries = std::span(room).first(*count);
        if (const auto read = nested_values<T>::read(in, entries); !read) return read;
        if (*count == 1) {
            fill(out, entries[0]);
            return {};
        }
        return read_integers(
            in, out.size(), {},
            [&](std::size_t from, std::span<const std::int64_t> places) -> result<void> {
                const std::uint64_t last = entries.size() - 1;
                std::uint64_t wrong = 0;
                for (const std::int64_t place : places) {
                    const auto at = static_cast<std::uint64_t>(place);
                    wrong |= at | (last - at);
                }
                if (wrong >> 63 != 0) return errc::corrupt;
                look_up(entries.data(), places, out.data() + from);
                return {};
            });
    }

private:
    // Writes the distinct values in ascending order and the place of each value, and returns how
    // many are distinct. Never inlined, so that its tables are off the stack when entries and
    // places are encoded.
    [[nodiscard, gnu::noinline]] static std::size_t look_up_all(
        std::span<const T> in, std::span<T> entries, std::span<std::int64_t> places) noexcept {
        distinct_values distinct(in.size());
        for (std::size_t i = 0; i < in.size(); ++i)
            places[i] = static_cast<std::int64_t>(distinct.number_of(key_of(in[i])));

        // Turns numbers in order of appearance into places in order of value.
        const auto keys = distinct.keys();
        std::array<std::uint64_t, page_values> rising, spare;
        for (std::size_t k = 0; k < keys.size(); ++k) rising[k] = rising_of(keys[k]);
        const auto sorted =
            kernel::radix_sort(std::span(rising).first(keys.size()), spare, UINT64_MAX);
        for (std::size_t k = 0; k < keys.size(); ++k) entries[k] = value_of(from_rising(sorted[k]));
        std::array<std::uint16_t, page_values> place_of;
        for (std::size_t k = 0; k < keys.size(); ++k)
            place_of[k] = place_among(sorted, rising_of(keys[k]));
        for (std::size_t i = 0; i < in.size(); ++i)
            places[i] = place_of[static_cast<std::size_t>(places[i])];
        return keys.size();
    }

    // Two at a time: compilers would gather eight at once, which is slower than eight loads.
    static void look_up(const T* entries, std::span<const std::int64_t> places, T* out) noexcept {
        using pair [[gnu::vector_size(2 * sizeof(T))]] = T;
        std::size_t i = 0;
        for (; i + 2 <= places.size(); i += 2) {
            const pair two = {entries[places[i]], entries[places[i + 1]]};
            std::memcpy(out + i, &two, sizeof two);
        }
        if (i < places.size()) out[i] = entries[places[i]];
    }
    // Turns keys into unsigned numbers in the same order, and back.
    static std::uint64_t rising_of(std::int64_t key) noexcept {
        return static_cast<std::uint64_t>(key) ^ std::uint64_t{1} << 63;
    }
    static std::int64_t from_rising(std::uint64_t rising) noexcept {
        return static_cast<std::int64_t>(rising ^ std::uint64_t{1} << 63);
    }
    // Returns the place of a key that is there.
    static std::uint16_t place_among(std::span<const std::uint64_t> sorted,
                                     std::uint64_t key) noexcept {
        std::size_t at = 0;
        for (std::size_t left = sorted.size(); left > 1;) {
            const std::size_t half = left / 2;
            at += sorted[at + half] <= key ? half : 0;
            left -= half;
        }
        return static_cast<std::uint16_t>(at);
    }
    static std::int64_t key_of(std::int64_t v) noexcept { return v; }
    static std::int64_t key_of(double v) noexcept { return order_key(v); }
    static T value_of(std::int64_t key) noexcept {
        if constexpr (std::is_same_v<T, double>)
            return from_order_key(key);
        else
            return key;
    }
};

}  // namespace detail

/// Codes int64, or doubles of any bits.
template <class T>
struct dictionary : detail::paged<T, detail::dictionary_page<T>> {
    static constexpr codec_id id = codec_id::dictionary;
    static constexpr std::string_view name = "dictionary";
};

static_assert(block_codec<dictionary<std::int64_t>> && block_codec<dictionary<double>>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
