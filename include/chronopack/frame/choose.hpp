// Chooses the codec of a column (frame/column.hpp), and reads a column with the one it names.
//
// The choice is made block by block: a sample says which codecs are worth trying,
// and of those that were the smallest is taken, unless it would decode much slower
// for little. At preset::smallest, where trying takes longest, a forecast says which one
// to take, and another is tried where that was wrong. No column is larger than its raw
// form and the id.
#pragma once

#include <chronopack/codec/registry.hpp>
#include <chronopack/frame/forecast.hpp>

#include <optional>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame {

namespace detail {

/// Upper bound of what any codec for T makes of `n` values.
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

/// What a sample tells of a block: about how many of its values differ from the one
/// before, and how many different ones there are.
struct repetition {
    std::size_t changes = 0;
    std::size_t distinct = 0;
};

template <class T>
[[nodiscard]] repetition repetition_of(std::span<const T> in) noexcept {
    constexpr std::size_t most_sampled = 64;
    const std::size_t n = std::min(in.size(), most_sampled);
    if (n < 2) return {n, n};
    std::array<std::uint64_t, 4 * most_sampled> table{};  // by hash; 0 is no value yet
    std::size_t changes = 0;
    std::size_t pairs = 0;
    std::uint32_t place = 0;  // steps of the golden ratio, in step with no period
    for (std::size_t s = 0; s < n; ++s, place += 0x9e3779b9) {
        const std::size_t at = 1 + (std::uint64_t{place} * (in.size() - 1) >> 32);
        const auto bits = bit_cast<std::uint64_t>(in[at]);
        changes += bits != bit_cast<std::uint64_t>(in[at - 1]);
        std::size_t slot = bits * 0x9e37'79b9'7f4a'7c15u >> 56;
        while (table[slot] != 0 && table[slot] != bits + 1) slot = (slot + 1) % table.size();
        pairs += table[slot] != 0;
        table[slot] = bits + 1;
    }
    // Of d values all equally frequent, n drawn ones meet n^2 / 2d times.
    const std::size_t distinct = pairs == 0 ? in.size() : n - pairs + (n - pairs) * n / (2 * pairs);
    return {changes * in.size() / n, std::min(distinct, in.size())};
}

/// Whether all differ from the one before by the same: an even clock, or a constant.
[[nodiscard]] inline bool is_even(std::span<const std::int64_t> in) noexcept {
    const auto step = [&](std::size_t i) {
        return static_cast<std::uint64_t>(in[i]) - static_cast<std::uint64_t>(in[i - 1]);
    };
    for (std::size_t i = 2; i < in.size(); ++i)
        if (step(i) != step(1)) return false;
    return true;
}

/// Bytes in which column_encoder tries codecs on columns of up to n values, of either type.
[[nodiscard]] constexpr std::size_t column_room_bytes(std::size_t n) noexcept {
    return 2 * (1 + std::max(max_encoded_bytes<std::int64_t>(n), max_encoded_bytes<double>(n)));
}

/// Encodes columns, trying one codec after the other in the room that it is given.
template <class T>
class column_encoder {
public:
    /// `room` has column_room_bytes for the largest of the columns, and outlives this.
    explicit column_encoder(bytes room) noexcept : room_(room) {}

    /// Writes a column with `wanted`, or with the codec that is best at `level`; raw,
    /// where that is smaller. Bytes written; or no_space, or unsupported when
    /// `wanted` is no codec for T.
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

    /// Takes what `C` makes of the values if that is smaller than what there is by
    /// one part in `margin`, or at all.
    template <class C>
    void try_codec(C, std::span<const T> in, preset level, std::size_t margin = SIZE_MAX) noexcept {
        const bytes room = half(!best_is_second_);
        const auto written = [&] {
            if constexpr (leveled_codec<C>)
                return C::encode(in, room.subspan(1), level);
            else
                return C::encode(in, room.subspan(1));
        }();
        if (!written || 1 + *written >= size_ - (size_ == SIZE_MAX ? 0 : size_ / margin)) return;
        room[0] = static_cast<std::byte>(C::id);
        best_is_second_ = !best_is_second_;
        size_ = 1 + *written;
    }

    // A dictionary or runs must be worth a look-up, or a branch, for each value.
    static constexpr std::size_t worth = 16;

    // The form that is forecast to be smallest; and others that still promise much less than
    // what came of it.
    void try_forecast(std::span<const T> in) noexcept {
        constexpr preset level = preset::smallest;
        if constexpr (std::is_same_v<T, std::int64_t>) {
            // Of an even clock there are headers alone, of which binned has fewer.
            if (is_even(in)) return try_codec(binned{}, in, level);
            try_codec(packed{}, in, level);
            // The like of one.
            if (size_ < 16 + in.size() / 64) return try_codec(binned{}, in, level);
        }
        const forecast f = forecast_of(in);
        const auto plain = [&] {
            if constexpr (std::is_same_v<T, double>)
                f.decimal ? try_codec(alp{}, in, level) : try_codec(ordered{}, in, level);
            else if (f.plain < size_)
                try_codec(binned{}, in, level, chronopack::detail::least_saving);
        };
        const auto runs = [&] {
            try_codec(run_length<T>{}, in, level);
        };
        const auto places = [&] {
            try_codec(dictionary<T>{}, in, level);
        };
        const std::size_t least = f.least();
        f.runs == least ? runs() : f.plain == least ? plain() : places();
        const auto promises = [&](std::size_t bytes) {
            return bytes > least && bytes < size_ - size_ / 8;
        };
        if (promises(f.plain)) plain();
        if (promises(f.runs)) runs();
        if (promises(f.places)) places();
        if constexpr (std::is_same_v<T, double>)
            if (size_ > 7 * in.size()) try_codec(alp_rd{}, in, level);
    }

    void try_codecs(std::span<const T> in, preset level) noexcept {
        if (level == preset::smallest) return try_forecast(in);
        const repetition r = repetition_of(in);
        if constexpr (std::is_same_v<T, double>) {
            const auto decimals = alp::choose(in);
            if (4 * decimals.exceptions <= decimals.sampled) {
                try_codec(alp{}, in, level);
            } else {
                try_codec(ordered{}, in, level);
                // Magnitudes that change at every value: 56 bits hold only what they share.
                if (size_ > 7 * in.size() || level != preset::balanced)
                    try_codec(alp_rd{}, in, level);
            }
        } else {
            try_codec(packed{}, in, level);
        }
        // What these come to, were their values as large as all are now on average.
        const std::size_t n = in.size();
        const std::size_t of_runs = r.changes + r.changes * (size_ - 1) / n;
        if (of_runs < size_) try_codec(run_length<T>{}, in, level, worth);
        const std::size_t of_places = n * bit_width(r.distinct) / 8 + r.distinct * (size_ - 1) / n;
        if (of_places < size_) try_codec(dictionary<T>{}, in, level, worth);
    }

    bytes room_;
    std::size_t size_ = 0;
    bool best_is_second_ = false;
};

/// As decode_column().
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
