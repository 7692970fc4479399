// Chooses the codec of a column (frame/column.hpp), and decodes a column with the codec that
// it names.
//
// A codec is chosen for each block. A sample of the block says which codecs to try, and the
// smallest result is taken, unless it saves little and would decode much slower. At
// preset::smallest, where trying takes longest, the form with the smallest estimate is
// encoded, and others only where that came out larger than their estimates. No column is
// larger than its raw form and the id.
#pragma once

#include <chronopack/codec/registry.hpp>
#include <chronopack/frame/block_choice.hpp>
#include <chronopack/frame/form_estimates.hpp>

#include <optional>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame {

namespace detail {

/// Returns an upper bound of the bytes that any codec for T writes for `n` values.
template <class T>
[[nodiscard]] constexpr std::size_t max_encoded_bytes(std::size_t n) noexcept {
    std::size_t most = 0;
    const auto see = [&]<class C>(C) {
        if constexpr (std::is_same_v<typename C::value_type, T>)
            most = std::max(most, C::max_bytes(n));
    };
    for_each_codec(all_codecs{}, see);
    return most;
}

/// Returns whether all steps from one value to the next are equal, as those of an even clock
/// or a constant are.
[[nodiscard]] inline bool is_even(std::span<const std::int64_t> in) noexcept {
    const auto step = [&](std::size_t i) {
        return static_cast<std::uint64_t>(in[i]) - static_cast<std::uint64_t>(in[i - 1]);
    };
    for (std::size_t i = 2; i < in.size(); ++i)
        if (step(i) != step(1)) return false;
    return true;
}

/// Returns the bytes of room in which column_encoder tries codecs on columns of up to n
/// values of either type.
[[nodiscard]] constexpr std::size_t column_room_bytes(std::size_t n) noexcept {
    return 2 * (1 + std::max(max_encoded_bytes<std::int64_t>(n), max_encoded_bytes<double>(n)));
}

/// Encodes columns by trying codecs in a room of two halves: one holds the smallest result so
/// far, the other takes the next.
template <class T>
class column_encoder {
public:
    /// Takes a `room` of column_room_bytes of the longest column, which must outlive this.
    explicit column_encoder(bytes room) noexcept : room_(room) {}

    /// Writes a column as encode_column() does (frame/column.hpp).
    [[nodiscard]] result<std::size_t> encode(std::span<const T> in, std::optional<codec_id> wanted,
                                             preset level, bytes out) noexcept {
        size_ = SIZE_MAX;
        if (wanted) {
            const auto ok = with_codec<T, bool>(*wanted, [&](auto codec) -> result<bool> {
                try_codec(codec, in, level);
                return true;
            });
            if (!ok) return ok.error();
        } else {
            try_codecs(in, level);
        }
        if (size_ > 1 + raw<T>::max_bytes(in.size())) try_codec(raw<T>{}, in, level);
        if (size_ > out.size()) return errc::no_space;
        std::copy_n(best().begin(), size_, out.begin());
        return size_;
    }

private:
    [[nodiscard]] bytes half(bool second) noexcept {
        return room_.subspan(second ? room_.size() / 2 : 0, room_.size() / 2);
    }
    [[nodiscard]] bytes best() noexcept { return half(best_is_second_); }

    // Encodes the values with C, and keeps the result if it is smaller than the smallest so
    // far, by at least one part in `margin`. `known` are choices that C has made already.
    template <class C, class... Known>
    void try_codec(C, std::span<const T> in, preset level, std::size_t margin = SIZE_MAX,
                   const Known&... known) noexcept {
        const bytes room = half(!best_is_second_);
        const auto written = [&] {
            if constexpr (leveled_codec<C>)
                return C::encode(in, room.subspan(1), level, known...);
            else
                return C::encode(in, room.subspan(1));
        }();
        if (!written || 1 + *written >= size_ - (size_ == SIZE_MAX ? 0 : size_ / margin)) return;
        room[0] = static_cast<std::byte>(C::id);
        best_is_second_ = !best_is_second_;
        size_ = 1 + *written;
    }

    // A dictionary takes a look-up, and runs a branch, for each value that is decoded, so they
    // must save a 32nd.
    static constexpr std::size_t lookup_margin = 32;

    void try_plain(std::span<const T> in, const form_estimates& estimated) noexcept {
        constexpr preset level = preset::smallest;
        if constexpr (std::is_same_v<T, double>) {
            if (estimated.decimals == codec_id::alp)
                try_codec(alp{}, in, level);
            else if (estimated.decimals == codec_id::near_decimal)
                try_codec(near_decimal{}, in, level);
            else
                try_codec(ordered{}, in, level);
        } else if (estimated.plain < size_) {
            try_codec(binned{}, in, level, chronopack::detail::least_saving);
        }
    }

    void try_decimals(std::span<const double> in, preset level,
                      const chronopack::detail::decimal_choice& how) noexcept {
        const bool one_page = in.size() <= alp::page_size;
        if (how.near.plain)
            one_page ? try_codec(alp{}, in, level, SIZE_MAX, how.plain)
                     : try_codec(alp{}, in, level);
        else
            one_page ? try_codec(near_decimal{}, in, level, SIZE_MAX, how.near)
                     : try_codec(near_decimal{}, in, level);
        if (how.counted.sampled != 0 && one_page)
            try_codec(near_decimal{}, in, level, SIZE_MAX, how.counted);
    }

    void try_form(form f, std::span<const T> in, const form_estimates& estimated) noexcept {
        switch (f) {
            case form::plain:
                return try_plain(in, estimated);
            case form::runs:
                return try_codec(run_length<T>{}, in, preset::smallest);
            case form::places:
                return try_codec(dictionary<T>{}, in, preset::smallest);
        }
    }

    // Tries the form with the smallest estimate, and then the others whose estimates are
    // still much smaller than the result.
    void try_estimated(std::span<const T> in) noexcept {
        constexpr preset level = preset::smallest;
        if constexpr (std::is_same_v<T, std::int64_t>) {
            // An even clock takes nothing but headers, and binned has fewer of them.
            if (is_even(in)) return try_codec(binned{}, in, level);
            try_codec(packed{}, in, level);
            // So does a clock that is even but for a few ticks.
            if (size_ < 16 + in.size() / 64) return try_codec(binned{}, in, level);
        }
        const form_estimates estimated = estimate_forms(in);
        const form smallest = estimated.smallest();
        try_form(smallest, in, estimated);
        for (const form other : {form::plain, form::runs, form::places}) {
            const std::size_t bytes = estimated.bytes(other);
            if (bytes > estimated.bytes(smallest) && bytes < size_ - size_ / 8)
                try_form(other, in, estimated);
        }
        if constexpr (std::is_same_v<T, double>)
            if (size_ > 7 * in.size()) try_codec(alp_rd{}, in, level);
    }

    void try_codecs(std::span<const T> in, preset level) noexcept {
        if (level == preset::smallest) return try_estimated(in);
        const repetition r = repetition_of(in);
        if constexpr (std::is_same_v<T, double>) {
            const auto decimals = chronopack::detail::decimal_choice::of(in, true);
            const bool found = 4 * decimals.near.exceptions <= decimals.near.sampled ||
                               decimals.counted.sampled != 0;
            if (found)
                try_decimals(in, level, decimals);
            else
                try_codec(ordered{}, in, level);
            // Where magnitudes change with every value, `ordered` takes over 56 bits.
            const bool long_values = size_ > 7 * in.size();
            if (found && long_values) try_codec(ordered{}, in, level);
            if (long_values || (!found && level == preset::fastest)) try_codec(alp_rd{}, in, level);
        } else {
            try_codec(packed{}, in, level);
        }
        // Runs have values of the average size, and lengths of a few bits. Entries are in order,
        // and take what a value takes less its place among them.
        const std::size_t n = in.size();
        const std::size_t bits = 8 * (size_ - 1) / n;
        const std::size_t runs = r.changes * (bits + 3) / 8;
        if (runs < size_) try_codec(run_length<T>{}, in, level, lookup_margin);
        const std::size_t distinct = r.distinct(n);
        const std::size_t place = bit_width(distinct - 1);
        const std::size_t entry = std::max(bits, place) - place + 2;
        if ((n * place + distinct * entry) / 8 < size_)
            try_codec(dictionary<T>{}, in, level, lookup_margin);
    }

    bytes room_;
    std::size_t size_ = 0;
    bool best_is_second_ = false;
};

/// Decodes a column as decode_column() does (frame/column.hpp).
template <class T>
[[nodiscard]] result<void> decode_column_here(cbytes in, std::span<T> out,
                                              packing::affine map) noexcept {
    if (in.empty()) return errc::truncated;
    const auto id = static_cast<codec_id>(in[0]);
    const auto read = with_codec<T, std::size_t>(id, [&]<class C>(C) -> result<std::size_t> {
        if constexpr (mapping_codec<C>) {
            return C::decode(in.subspan(1), out, map);
        } else {
            const auto plain = C::decode(in.subspan(1), out);
            if constexpr (std::is_same_v<T, std::int64_t>)
                if (plain && (map.scale != 1 || map.offset != 0))
                    for (T& v : out) v = static_cast<T>(map(static_cast<std::uint64_t>(v)));
            return plain;
        }
    });
    if (!read) return read.error();
    if (1 + *read != in.size()) return errc::corrupt;
    return {};
}

}  // namespace detail

}  // namespace frame
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
