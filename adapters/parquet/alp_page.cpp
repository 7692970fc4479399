#include <adapters/parquet/alp_page.hpp>

#include <chronopack/bits/lsb.hpp>
#include <chronopack/core/bit.hpp>
#include <chronopack/core/cursor.hpp>
#include <chronopack/core/rounded.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace chronopack::parquet {

namespace {

constexpr unsigned vector_log = 10;
constexpr std::size_t vector_values = std::size_t{1} << vector_log;
constexpr unsigned most_exponent = 18;

// Each is the double of its literal: a power that is computed may not be.
constexpr double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                            1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
constexpr double inverse[] = {1e-0,  1e-1,  1e-2,  1e-3,  1e-4,  1e-5,  1e-6,  1e-7,  1e-8, 1e-9,
                              1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15, 1e-16, 1e-17, 1e-18};
constexpr float float_power[] = {1e0F, 1e1F, 1e2F, 1e3F, 1e4F, 1e5F, 1e6F, 1e7F, 1e8F, 1e9F, 1e10F};
constexpr float float_inverse[] = {1e-0F, 1e-1F, 1e-2F, 1e-3F, 1e-4F, 1e-5F,
                                   1e-6F, 1e-7F, 1e-8F, 1e-9F, 1e-10F};

struct scale {
    unsigned e = 0, f = 0;
};

double decoded(std::int64_t i, scale by) noexcept {
    return rounded_product(rounded_product(static_cast<double>(i), power[by.f]), inverse[by.e]);
}

// Sets `i` to the integer of v, and returns whether it stands for all of its bits.
bool encoded(double v, scale by, std::int64_t& i) noexcept {
    constexpr double shift = 0x1.8p52;  // rounds to an integer
    constexpr double most = 0x1p51;
    const double scaled = rounded_product(rounded_product(v, power[by.e]), inverse[by.f]);
    if (!(scaled > -most && scaled < most)) return false;  // nor a NaN
    const double rounded = kept(scaled + shift) - shift;
    i = static_cast<std::int64_t>(rounded);
    return bit_cast<std::uint64_t>(decoded(i, by)) == bit_cast<std::uint64_t>(v);
}

// The bits that values take with a scale.
std::size_t cost(std::span<const double> values, scale by) noexcept {
    constexpr std::size_t exception_bits = 16 + 64;
    std::size_t exceptions = 0;
    std::int64_t least = INT64_MAX, most = INT64_MIN;
    for (const double v : values) {
        std::int64_t i = 0;
        if (!encoded(v, by, i)) {
            ++exceptions;
            continue;
        }
        least = std::min(least, i);
        most = std::max(most, i);
    }
    const unsigned width =
        most < least
            ? 0
            : bit_width(static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least));
    return exceptions * exception_bits + values.size() * width;
}

std::vector<double> sample_of(std::span<const double> values, std::size_t most) {
    std::vector<double> some;
    const std::size_t step = std::max<std::size_t>(1, values.size() / most);
    for (std::size_t i = 0; i < values.size() && some.size() < most; i += step)
        some.push_back(values[i]);
    return some;
}

// The scales that cost least for a sample of a page, the best first.
std::vector<scale> candidates(std::span<const double> values) {
    constexpr std::size_t sampled = 48, kept_scales = 4;
    const std::vector<double> some = sample_of(values, sampled);
    std::vector<std::pair<std::size_t, scale>> all;
    for (unsigned e = 0; e <= most_exponent; ++e)
        for (unsigned f = 0; f <= e; ++f) all.push_back({cost(some, {e, f}), {e, f}});
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<scale> best;
    for (std::size_t i = 0; i < kept_scales; ++i) best.push_back(all[i].second);
    return best;
}

scale best_of(std::span<const double> values, std::span<const scale> some) {
    constexpr std::size_t sampled = 32;
    const std::vector<double> sample = sample_of(values, sampled);
    scale best = some[0];
    std::size_t least = cost(sample, best);
    for (const scale by : some.subspan(1)) {
        if (least == 0) break;
        const std::size_t bits = cost(sample, by);
        if (bits < least) best = by, least = bits;
    }
    return best;
}

template <class T>
void append(std::string& out, T value) {
    const std::size_t at = out.size();
    out.resize(at + sizeof value);
    store_le(reinterpret_cast<std::byte*>(out.data()) + at, value);
}

void write_vector(std::string& out, std::span<const double> values, scale by) {
    std::array<std::int64_t, vector_values> integers;
    std::array<std::uint16_t, vector_values> wrong;
    std::size_t exceptions = 0;
    std::int64_t stand_in = 0;
    bool any = false;
    for (std::size_t k = 0; k < values.size(); ++k) {
        if (!encoded(values[k], by, integers[k])) {
            wrong[exceptions++] = static_cast<std::uint16_t>(k);
        } else if (!any) {
            stand_in = integers[k];
            any = true;
        }
    }
    for (std::size_t x = 0; x < exceptions; ++x) integers[wrong[x]] = stand_in;
    const auto [least, most] =
        std::minmax_element(integers.begin(), integers.begin() + values.size());
    const auto from = static_cast<std::uint64_t>(*least);
    const unsigned width = bit_width(static_cast<std::uint64_t>(*most) - from);
    append(out, static_cast<std::uint8_t>(by.e));
    append(out, static_cast<std::uint8_t>(by.f));
    append(out, static_cast<std::uint16_t>(exceptions));
    append(out, from);
    append(out, static_cast<std::uint8_t>(width));
    const std::size_t at = out.size(), size = field_bytes(values.size(), width);
    out.resize(at + size);
    field_writer fields(bytes(reinterpret_cast<std::byte*>(out.data()) + at, size), width);
    for (std::size_t k = 0; k < values.size(); ++k)
        fields.write(static_cast<std::uint64_t>(integers[k]) - from);
    fields.finish();
    for (std::size_t x = 0; x < exceptions; ++x) append(out, wrong[x]);
    for (std::size_t x = 0; x < exceptions; ++x)
        append(out, bit_cast<std::uint64_t>(values[wrong[x]]));
}

// What differs between doubles and floats on the wire.
struct of_doubles {
    static constexpr unsigned most = most_exponent, most_width = 64;
    static constexpr std::size_t bytes = 8;
    static std::uint64_t word(byte_reader& in) noexcept { return in.u64(); }
    static double exception(std::uint64_t bits) noexcept { return bit_cast<double>(bits); }
    static double value(std::uint64_t i, scale by) noexcept {
        return decoded(static_cast<std::int64_t>(i), by);
    }
};
struct of_floats {
    static constexpr unsigned most = 10, most_width = 32;
    static constexpr std::size_t bytes = 4;
    static std::uint64_t word(byte_reader& in) noexcept { return in.u32(); }
    static double exception(std::uint64_t bits) noexcept {
        return static_cast<double>(bit_cast<float>(static_cast<std::uint32_t>(bits)));
    }
    static double value(std::uint64_t i, scale by) noexcept {
        const auto integer =
            static_cast<float>(static_cast<std::int32_t>(static_cast<std::uint32_t>(i)));
        return static_cast<double>(kept(kept(integer * float_power[by.f]) * float_inverse[by.e]));
    }
};

template <class Of>
result<void> read_vector(byte_reader& in, std::span<double> out) noexcept {
    const unsigned e = in.u8(), f = in.u8(), exceptions = in.u16();
    const std::uint64_t least = Of::word(in);
    const unsigned width = in.u8();
    if (in.failed()) return errc::truncated;
    if (e > Of::most || f > e || width > Of::most_width || exceptions > out.size())
        return errc::corrupt;
    const cbytes fields = in.take(field_bytes(out.size(), width));
    const cbytes positions = in.take(2 * std::size_t{exceptions});
    byte_reader values(in.take(Of::bytes * exceptions));
    if (in.failed()) return errc::truncated;
    std::array<std::uint64_t, 256> x;
    for (std::size_t at = 0; at < out.size(); at += x.size()) {
        const std::size_t n = std::min(x.size(), out.size() - at);
        if (width == 0)
            std::fill_n(x.begin(), n, std::uint64_t{0});
        else
            load_fields(fields.subspan(at / 8 * width), width, std::span(x).first(n));
        for (std::size_t k = 0; k < n; ++k) out[at + k] = Of::value(x[k] + least, {e, f});
    }
    for (std::size_t k = 0; k < exceptions; ++k) {
        const std::size_t position = load_le<std::uint16_t>(positions.data() + 2 * k);
        if (position >= out.size()) return errc::corrupt;
        out[position] = Of::exception(Of::word(values));
    }
    return {};
}

template <class Of>
result<void> read_page(cbytes in, std::span<double> out) noexcept {
    byte_reader head(in);
    const unsigned mode = head.u8(), integers = head.u8(), log = head.u8();
    const std::uint32_t count = head.u32();
    if (head.failed()) return errc::truncated;
    if (mode != 0 || integers != 0) return errc::unsupported;
    if (log < 3 || log > 15) return errc::corrupt;
    if (count != out.size()) return errc::count_mismatch;
    const std::size_t vector = std::size_t{1} << log;
    const std::size_t vectors = (out.size() + vector - 1) / vector;
    byte_reader offsets(head.rest());
    std::size_t expected = 4 * vectors;
    byte_reader body(head.rest());
    body.skip(expected);
    if (body.failed()) return errc::truncated;
    for (std::size_t v = 0; v < vectors; ++v) {
        if (offsets.u32() != expected) return errc::corrupt;
        const auto read = read_vector<Of>(
            body, out.subspan(v * vector, std::min(vector, out.size() - v * vector)));
        if (!read) return read.error();
        expected = body.position();
    }
    if (body.remaining() != 0) return errc::corrupt;
    return {};
}

}  // namespace

void write_alp(std::string& out, std::span<const double> values) {
    append(out, std::uint8_t{0});
    append(out, std::uint8_t{0});
    append(out, static_cast<std::uint8_t>(vector_log));
    append(out, static_cast<std::uint32_t>(values.size()));
    if (values.empty()) return;
    const std::size_t vectors = (values.size() + vector_values - 1) / vector_values;
    const std::size_t offsets = out.size();
    out.resize(offsets + 4 * vectors);
    const std::vector<scale> some = candidates(values);
    for (std::size_t v = 0; v < vectors; ++v) {
        const auto part = values.subspan(
            v * vector_values, std::min(vector_values, values.size() - v * vector_values));
        store_le(reinterpret_cast<std::byte*>(out.data()) + offsets + 4 * v,
                 static_cast<std::uint32_t>(out.size() - offsets));
        write_vector(out, part, best_of(part, some));
    }
}

result<void> read_alp(cbytes in, std::span<double> out) noexcept {
    return read_page<of_doubles>(in, out);
}

result<void> read_alp_floats(cbytes in, std::span<double> out) noexcept {
    return read_page<of_floats>(in, out);
}

}  // namespace chronopack::parquet
