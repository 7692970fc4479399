// Statistics of doubles in a frame's header. Where all of them are integers over one factor,
// these integers are stored as frame/header_statistics.hpp stores those of int64.
//
//   min 19.98   max 22.25   first 20.00   last 21.50          all times 10^2
//     1998       +227          +2           +152
//   sum   21504.129999999997 = (1024 * 1998 + 104461) / 10^2, and 1 place down
//
//   +---------+----------------+----------------------------------------------------+
//   | form u8 | min, max - min | bits: resets, [NaNs], first, last, sum, increase,  |
//   +---------+----------------+       zeros to a byte                              |
//                              +----------------------------------------------------+
//
// Each of first, last, sum and increase starts with a bit. It is 1 where the statistic is no
// such integer; its own 64 bits follow then. Where min or max is no such integer, these two
// are stored as 64 bits each, or once if they are equal, and stand for the integers 0 and 1.
// Even then the sum of equal values, and an increase without resets, need no 64 bits: they
// are stored as a number of places (frame/scaled.hpp) from the double that follows from min,
// first and last.
#pragma once

#include <chronopack/frame/header_statistics.hpp>
#include <chronopack/frame/scaled.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

/// A double that a stored total is near to, if one is known. A std::optional<double> would bring
/// functions of std:: that hold the instructions of one file's flags into every file.
struct near_double {
    double value = 0;
    bool known = false;
};

/// The fields that the others are stored relative to. Without a scale, min stands for the
/// integer 0 and max for 1.
struct scaled_reference : reference {
    static constexpr unsigned one_word = max_scale + 1;  ///< no scale, and min equals max
    static constexpr unsigned two_words = max_scale + 2;

    unsigned scale = 0;
    std::uint64_t words[2] = {};  ///< min and max, without a scale

    [[nodiscard]] bool has_scale() const noexcept { return scale <= max_scale; }

    /// Returns the integer that stands for v, if there is one.
    [[nodiscard]] std::optional<std::uint64_t> integer(double v) const noexcept {
        if (has_scale()) return scaled(v, scale);
        for (std::uint64_t i = 0; i < 2; ++i)
            if (bit_cast<std::uint64_t>(v) == words[i]) return i;
        return std::nullopt;
    }
    /// Returns the double that an integer stands for, which is min or max without a scale.
    [[nodiscard]] double value(std::uint64_t integer) const noexcept {
        return has_scale() ? unscale(integer, scale) : bit_cast<double>(words[integer]);
    }

    /// Returns a double near the sum where all numbers are equal, else nothing.
    [[nodiscard]] near_double near_sum() const noexcept {
        if (range > 0) return {};
        return {static_cast<double>(numbers) * value(min), true};
    }
    /// Returns a double near the increase where there are no resets, else nothing.
    [[nodiscard]] near_double near_increase(double first, double last) const noexcept {
        if (resets > 0) return {};
        return {last - first, true};
    }

    /// Returns the bits of a number of places, which is from -4 to 3, or always 0 where sums
    /// are not rounded. It is stored plus least_places().
    [[nodiscard]] unsigned place_bits() const noexcept { return rounds() ? 3 : 0; }
    [[nodiscard]] std::uint64_t least_places() const noexcept { return rounds() ? 4 : 0; }

private:
    [[nodiscard]] bool rounds() const noexcept {
        return scale > 0 && (scale <= max_decimal_scale || scale > max_scale);
    }
};

template <>
class statistics_code<double> {
public:
    static void write(byte_writer& out, const statistics<double>& s, std::size_t samples) noexcept {
        const scaled_reference r = find_reference(s, samples);
        out.u8(static_cast<std::uint8_t>(r.scale | (s.nans > 0 ? noted : 0)));
        if (r.has_scale()) {
            write_signed_varint(out, static_cast<std::int64_t>(r.min));
            write_varint(out, r.range);
        } else {
            for (std::uint64_t i = 0; i <= r.range; ++i) out.u64(r.words[i]);
        }
        lsb_writer bits(out.rest());
        bits.write(s.resets, bit_width(samples - 1));
        if (s.nans > 0) bits.write(s.nans, bit_width(samples));
        put(bits, s.first, point_of(s.first, r), r.point_bits(), 0);
        put(bits, s.last, point_of(s.last, r), r.point_bits(), 0);
        put(bits, s.sum, sum_of(s, r), r.sum_bits(), r.place_bits());
        put(bits, s.increase, increase_of(s, r), r.increase_bits(), r.place_bits());
        (void)out.reserve(bits.size_bytes());
    }

    /// Returns the statistics, or corrupt with the reader at an unspecified place.
    [[nodiscard]] static result<statistics<double>> read(byte_reader& in,
                                                         std::size_t samples) noexcept {
        const unsigned form = in.u8();
        if ((form & ~(scale_mask | noted)) != 0) return errc::corrupt;
        scaled_reference r;
        r.scale = form & scale_mask;
        if (r.has_scale()) {
            r.min = static_cast<std::uint64_t>(take_signed_varint(in));
            r.range = take_varint(in);
            constexpr auto most = static_cast<std::uint64_t>(integer_limit - 1);
            if (!within_limit(r.min) || r.range > most - r.min) return errc::corrupt;
        } else {
            r.range = r.scale == scaled_reference::two_words ? 1 : 0;
            for (std::uint64_t i = 0; i <= r.range; ++i) r.words[i] = in.u64();
        }
        statistics<double> s;
        s.min = r.value(r.min);
        s.max = r.value(r.min + r.range);
        lsb_reader bits(in.rest());
        s.resets = r.resets = bits.read(bit_width(samples - 1));
        if ((form & noted) != 0) {
            s.nans = bits.read(bit_width(samples));
            if (s.nans == 0 || s.nans > samples) return errc::corrupt;
        }
        r.numbers = samples - s.nans;
        if (s.resets > 0 && s.resets >= r.numbers) return errc::corrupt;
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        if (!take_point(bits, r, first, s.first) || !take_point(bits, r, last, s.last) ||
            !take_total(bits, r, r.near_sum(), r.sum_origin(), r.sum_bits(), s.sum) ||
            !take_total(bits, r, r.near_increase(s.first, s.last), r.increase_origin(first, last),
                        r.increase_bits(), s.increase))
            return errc::corrupt;
        in.skip(bits.size_bytes());
        if (in.failed() || bits.left_over() != 0) return errc::corrupt;
        return s;
    }

private:
    static constexpr unsigned scale_mask = 0x3f;
    static_assert(scaled_reference::two_words == scale_mask);

    // A statistic as it is stored: an integer less its origin, and a number of places.
    struct stored {
        std::uint64_t integer = 0;
        std::uint64_t places = 0;
    };

    [[nodiscard]] static std::optional<stored> point_of(double v,
                                                        const scaled_reference& r) noexcept {
        const auto integer = r.integer(v);
        if (!integer || *integer - r.min > r.range) return std::nullopt;
        return stored{*integer - r.min, 0};
    }
    [[nodiscard]] static std::optional<stored> sum_of(const statistics<double>& s,
                                                      const scaled_reference& r) noexcept {
        return total_of(s.sum, r.near_sum(), r.sum_origin(), r.sum_bits(), r);
    }
    [[nodiscard]] static std::optional<stored> increase_of(const statistics<double>& s,
                                                           const scaled_reference& r) noexcept {
        const auto first = point_of(s.first, r).value_or(stored{});
        const auto last = point_of(s.last, r).value_or(stored{});
        return total_of(s.increase, r.near_increase(s.first, s.last),
                        r.increase_origin(first.integer, last.integer), r.increase_bits(), r);
    }
    [[nodiscard]] static std::optional<stored> total_of(double v, near_double near,
                                                        std::uint64_t origin, unsigned bits,
                                                        const scaled_reference& r) noexcept {
        stored t;
        const auto fits = [&](std::uint64_t integer, double d) {
            t = {integer, places_between(d, v) + r.least_places()};
            return t.integer <= low_mask(bits) && t.places <= low_mask(r.place_bits());
        };
        const bool found = near.known
                               ? fits(0, near.value) && !is_nan(near.value)
                               : r.has_scale() && near_integer(v, r.scale, [&](std::uint64_t i) {
                                     return fits(i - origin, unscale(i, r.scale));
                                 });
        return found ? std::optional(t) : std::nullopt;
    }

    static void put(lsb_writer& bits, double v, std::optional<stored> t, unsigned integer_bits,
                    unsigned place_bits) noexcept {
        bits.write(t ? 0 : 1, 1);
        bits.write(t ? t->integer : bit_cast<std::uint64_t>(v), t ? integer_bits : 64);
        if (t) bits.write(t->places, place_bits);
    }

    // Reads what put() wrote; returns false where that is corrupt.
    [[nodiscard]] static bool take_point(lsb_reader& bits, const scaled_reference& r,
                                         std::uint64_t& above_min, double& v) noexcept {
        if (bits.read(1) != 0) {
            v = bit_cast<double>(bits.read(64));
            return true;
        }
        above_min = bits.read(r.point_bits());
        if (above_min > r.range) return false;
        v = r.value(r.min + above_min);
        return true;
    }
    [[nodiscard]] static bool take_total(lsb_reader& bits, const scaled_reference& r,
                                         near_double near, std::uint64_t origin,
                                         unsigned integer_bits, double& v) noexcept {
        if (bits.read(1) != 0) {
            v = bit_cast<double>(bits.read(64));
            return true;
        }
        if (!near.known) {
            const std::uint64_t integer = origin + bits.read(integer_bits);
            if (!r.has_scale() || !within_limit(integer)) return false;
            near = {unscale(integer, r.scale), true};
        }
        v = moved(near.value, bits.read(r.place_bits()) - r.least_places());
        return !is_nan(near.value);
    }

    // Finds the smallest scale at which min, max, first and last are integers and the totals
    // are near to integers; else the smallest at which the first four are; else no scale.
    [[nodiscard]] static scaled_reference find_reference(const statistics<double>& s,
                                                         std::size_t samples) noexcept {
        scaled_reference best;
        best.words[0] = bit_cast<std::uint64_t>(s.min);
        best.words[1] = bit_cast<std::uint64_t>(s.max);
        best.range = best.words[0] == best.words[1] ? 0 : 1;
        best.scale = best.range == 0 ? scaled_reference::one_word : scaled_reference::two_words;
        best.numbers = samples - s.nans;
        best.resets = s.resets;
        const auto consider = [&](unsigned scale) {
            const auto min = scaled(s.min, scale);
            const auto max = scaled(s.max, scale);
            if (!min || !max) return false;
            for (const double v : {s.first, s.last})  // NaN and 0 fit every scale
                if (!is_nan(v) && v != 0 && !scaled(v, scale)) return false;
            scaled_reference r = best;
            r.min = *min;
            r.range = *max - *min;
            r.scale = scale;
            const bool all = sum_of(s, r) && increase_of(s, r);
            if (all || !best.has_scale()) best = r;
            return all;
        };
        for (unsigned scale = 0; scale <= max_decimal_scale; ++scale)
            if (consider(scale)) return best;
        int places = 0;
        for (const double v : {s.min, s.max, s.first, s.last})
            places = std::max(places, binary_places(v));
        if (places > 0 && places <= static_cast<int>(max_scale - max_decimal_scale))
            consider(max_decimal_scale + static_cast<unsigned>(places));
        return best;
    }
};

}  // namespace frame::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
