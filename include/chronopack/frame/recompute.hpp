// Computes from a frame's samples what its header should say.
//
//   const auto header = frame::inspect(wire);
//   const auto samples = frame::recompute(wire);
//   if (samples) for (const auto field : frame::differences(*header, *samples)) ...
//
// Checksums find damage. This finds lies: headers whose checksum holds although their times
// or statistics are not those of the samples, so that rollups and reads of a range of time
// would give wrong answers.
#pragma once

#include <chronopack/frame/frame.hpp>

#include <string_view>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame {

namespace detail {

template <class V>
[[nodiscard]] result<info> recompute_as(cbytes in) {
    const auto opened = reader<V>::open(in);
    if (!opened) return opened.error();
    const std::size_t most = std::min(opened->size(), opened->info().block_samples);
    block_room<std::int64_t> timestamps(most);
    block_room<V> values(most);
    info found = opened->info();
    found.ordered = true;
    statistics_builder<V> builder;
    const auto decoded = opened->each_block([&](const block& b) -> result<void> {
        const auto t = timestamps.first(b.samples);
        const auto v = values.first(b.samples);
        if (const auto ok = opened->read(b, t, v); !ok) return ok;
        if (b.first_sample == 0)
            found.first_timestamp = found.last_timestamp = found.min_timestamp =
                found.max_timestamp = t.front();
        for (const std::int64_t at : t) {
            found.ordered &= at >= found.last_timestamp;
            found.last_timestamp = at;
            found.min_timestamp = std::min(found.min_timestamp, at);
            found.max_timestamp = std::max(found.max_timestamp, at);
        }
        builder.add(v);
        return {};
    });
    if (!decoded) return decoded.error();
    found.values = builder.finish();
    return found;
}

template <class V>
[[nodiscard]] bool same_bits(V a, V b) noexcept {
    return bit_cast<std::uint64_t>(a) == bit_cast<std::uint64_t>(b);
}

}  // namespace detail

/// Returns the header's info with order, times and statistics computed from the samples.
/// Decodes, checks and allocates as verify() does, and returns its errors.
[[nodiscard]] inline result<info> recompute(cbytes in) {
    const auto header = inspect(in);
    if (!header) return header.error();
    return std::holds_alternative<statistics<double>>(header->values)
               ? detail::recompute_as<double>(in)
               : detail::recompute_as<std::int64_t>(in);
}

/// Returns the names of the fields in which two infos of one frame differ. Doubles are
/// compared by their bits.
[[nodiscard]] inline std::vector<std::string_view> differences(const info& a, const info& b) {
    std::vector<std::string_view> fields;
    const auto compare = [&](std::string_view name, bool same) {
        if (!same) fields.push_back(name);
    };
    compare("order", a.ordered == b.ordered);
    compare("first timestamp", a.first_timestamp == b.first_timestamp);
    compare("last timestamp", a.last_timestamp == b.last_timestamp);
    compare("least timestamp", a.min_timestamp == b.min_timestamp);
    compare("greatest timestamp", a.max_timestamp == b.max_timestamp);
    const auto compare_values = [&]<class V>(const statistics<V>& x, const statistics<V>& y) {
        using detail::same_bits;
        compare("min", same_bits(x.min, y.min));
        compare("max", same_bits(x.max, y.max));
        compare("sum", same_bits(x.sum, y.sum));
        compare("first", same_bits(x.first, y.first));
        compare("last", same_bits(x.last, y.last));
        compare("increase", same_bits(x.increase, y.increase));
        compare("resets", x.resets == y.resets);
        compare("NaNs", x.nans == y.nans);
        compare("exactness of sums", x.exact == y.exact);
    };
    compare("type of values", a.values.index() == b.values.index());
    if (a.values.index() != b.values.index()) return fields;
    if (const auto* x = std::get_if<statistics<double>>(&a.values))
        compare_values(*x, std::get<statistics<double>>(b.values));
    else
        compare_values(std::get<statistics<std::int64_t>>(a.values),
                       std::get<statistics<std::int64_t>>(b.values));
    return fields;
}

}  // namespace frame
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
