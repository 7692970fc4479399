// Statistics in a header come back to the bit, whatever their form.

#include "support/frames.hpp"
#include "support/generators.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <cmath>

using namespace chronopack;
using namespace chronopack::test;
using frame::detail::max_statistics_bytes;
using frame::detail::statistics_code;

namespace {

template <class V>
std::vector<std::byte> written(const statistics<V>& s, std::size_t samples) {
    std::vector<std::byte> out(max_statistics_bytes);
    byte_writer writer(out);
    statistics_code<V>::write(writer, s, samples);
    if (writer.failed()) throw std::runtime_error("max_statistics_bytes is too small");
    out.resize(writer.position());
    return {out.begin(), out.end()};
}

template <class V>
result<statistics<V>> read(cbytes in, std::size_t samples) {
    byte_reader reader(in);
    const auto s = statistics_code<V>::read(reader, samples);
    if (s && reader.remaining() != 0) return errc::count_mismatch;
    return s;
}

template <class V>
bool same(const statistics<V>& a, const statistics<V>& b) {
    const auto fields = [](const statistics<V>& s) {
        return std::array{s.min, s.max, s.sum, s.first, s.last, s.increase};
    };
    return same_bits(fields(a), fields(b)) && a.resets == b.resets && a.nans == b.nans &&
           a.exact == b.exact;
}

template <class V>
statistics<V> gathered(const std::vector<V>& values) {
    statistics_builder<V> builder;
    builder.add(values);
    return builder.finish();
}

template <class V>
void survives(const std::vector<V>& values) {
    const auto s = gathered(values);
    const auto wire = written(s, values.size());
    const auto back = read<V>(wire, values.size());
    REQUIRE(back);
    REQUIRE(same(*back, s));
    for (std::size_t n = 0; n < wire.size(); ++n)
        REQUIRE(read<V>(cbytes(wire).first(n), values.size()).error() == errc::corrupt);
}

}  // namespace

TEMPLATE_TEST_CASE("the statistics of any series come back to the bit", "[frame][statistics]",
                   double, std::int64_t) {
    using V = TestType;
    for_each_series<V>(std::array<std::size_t, 7>{1, 2, 3, 100, 1024, 1025, 3000},
                       [](std::string_view shape, const std::vector<V>& in) {
                           INFO(shape << ' ' << in.size());
                           survives(in);
                       });
    rc::prop("of any series", [] {
        const auto in = *any_series<V>();
        RC_PRE(!in.empty());
        const auto s = gathered(in);
        const auto back = read<V>(written(s, in.size()), in.size());
        RC_ASSERT(back);
        RC_ASSERT(same(*back, s));
    });
}

TEST_CASE("statistics of every form come back, whatever the sign and the size",
          "[frame][statistics]") {
    for (const auto& values : statistics_of_every_form())
        for (const double by : {1.0, -1.0, 1e-3, 1e6, 1e15, 1e-300, 1e300}) {
            auto in = values;
            for (double& v : in) v *= by;
            survives(in);
        }
}

TEST_CASE("integers at the limits of doubles come back", "[frame][statistics]") {
    constexpr double limit = 9007199254740992;  // 2^53
    for (const double v : {limit, limit - 1, limit - 2, limit + 2, limit / 2, limit / 100})
        for (const double w : {0.0, -v, v, 1.0}) {
            survives<double>({v, w});
            survives<double>({-v, w, v});
        }
}

TEST_CASE("any doubles come back as statistics, related to each other or not",
          "[frame][statistics]") {
    // Each field is drawn from a pool, so that most are the statistics of no series.
    prng random(11);
    const double pool[] = {0.0,    -0.0,  1.0,          2.5,
                           -2.5,   21.37, 1e15,         1e300,
                           -1e300, 0.1,   1e-9,         1.0 / 3,
                           123456, 0.25F, 0.1F,         1e22,
                           5e-324, 99.99, std::nan(""), std::numeric_limits<double>::infinity()};
    const auto any = [&] {
        return pool[random.below(std::size(pool))];
    };
    for (int i = 0; i < 200'000; ++i) {
        const std::size_t samples = 1 + random.below(2000);
        statistics<double> s{any(), any(), any(), any(), any(), any()};
        if (s.min > s.max) std::swap(s.min, s.max);
        s.nans = random.one_in(2) ? 0 : random.below(samples + 1);
        s.resets = random.one_in(2) || s.nans == samples ? 0 : random.below(samples - s.nans);
        const auto back = read<double>(written(s, samples), samples);
        REQUIRE(back);
        REQUIRE(same(*back, s));
    }
}

namespace {

using bits = std::vector<std::pair<std::uint64_t, unsigned>>;

// Reads the statistics of ten samples from `front` and fields.
template <class V>
std::optional<errc> refusal(wire front, const bits& fields) {
    std::vector<std::byte> tail(100);
    lsb_writer writer(tail);
    for (const auto& [value, width] : fields) writer.write(value, width);
    tail.resize(writer.size_bytes());
    const auto s = read<V>(front.put(tail).bytes, 10);
    return s ? std::optional<errc>() : s.error();
}

wire scaled(unsigned form, std::int64_t min, std::uint64_t range) {
    return wire().u8(form).signed_varint(min).varint(range);
}

wire words(unsigned form, std::initializer_list<double> of) {
    wire w;
    w.u8(form);
    for (const double v : of)
        for (unsigned i = 0; i < 64; i += 8) w.u8(std::bit_cast<std::uint64_t>(v) >> i & 0xff);
    return w;
}

}  // namespace

TEST_CASE("statistics of int64 out of their ranges are corrupt", "[frame][statistics][damage]") {
    const auto of = refusal<std::int64_t>;
    // Four bits of resets; first, last, sum and increase have none where range is 0.
    const bits plain{{0, 4}};
    REQUIRE(of(scaled(0, 5, 0), plain) == std::nullopt);
    REQUIRE(of(scaled(0x40, 5, 0), plain) == std::nullopt);
    for (const unsigned form : {0x01, 0x20, 0x80}) REQUIRE(of(scaled(form, 5, 0), plain));
    REQUIRE(of(scaled(0, 5, 0), {{9, 4}}) == std::nullopt);
    REQUIRE(of(scaled(0, 5, 0), {{10, 4}}) == errc::corrupt);
    REQUIRE(of(scaled(0, 5, 0), {{0, 4}, {1, 1}}) == errc::corrupt);  // left over
    REQUIRE(of(scaled(0, 5, 2), {{0, 4}, {2, 2}, {1, 2}, {7, 5}}) == std::nullopt);
    REQUIRE(of(scaled(0, 5, 2), {{0, 4}, {3, 2}, {1, 2}, {7, 5}}) == errc::corrupt);
    REQUIRE(of(scaled(0, 5, 2), {{0, 4}, {2, 2}, {3, 2}, {7, 5}}) == errc::corrupt);
    const bits wide{{0, 4}, {0, 64}, {0, 64}, {0, 64}};
    REQUIRE(of(scaled(0, INT64_MIN, ~std::uint64_t{0}), wide) == std::nullopt);
    REQUIRE(of(scaled(0, INT64_MIN + 1, ~std::uint64_t{0}), wide) == errc::corrupt);
    REQUIRE(of(scaled(0, INT64_MAX, 1), {{0, 4}, {0, 1}, {0, 1}, {0, 4}}) == errc::corrupt);
}

TEST_CASE("statistics of doubles out of their ranges are corrupt", "[frame][statistics][damage]") {
    const auto of = refusal<double>;
    // Four bits of resets; a bit of 0 each before first, last, sum and increase.
    const bits plain{{0, 4}, {0, 4}};
    REQUIRE(of(scaled(0, 5, 0), plain) == std::nullopt);
    REQUIRE(of(scaled(0x80, 5, 0), plain) == errc::corrupt);
    REQUIRE(of(scaled(0, 5, 0), {{9, 4}, {0, 4}}) == std::nullopt);
    REQUIRE(of(scaled(0, 5, 0), {{10, 4}, {0, 4}}) == errc::corrupt);
    REQUIRE(of(scaled(0x40, 5, 0), {{0, 4}, {1, 4}, {0, 4}}) == std::nullopt);
    REQUIRE(of(scaled(0x40, 5, 0), {{0, 4}, {10, 4}, {0, 4}}) == std::nullopt);
    REQUIRE(of(scaled(0x40, 5, 0), {{0, 4}, {0, 4}, {0, 4}}) == errc::corrupt);
    REQUIRE(of(scaled(0x40, 5, 0), {{0, 4}, {11, 4}, {0, 4}}) == errc::corrupt);
    REQUIRE(of(scaled(0x40, 5, 0), {{9, 4}, {1, 4}, {0, 4}}) == errc::corrupt);
    const auto points = [](std::uint64_t first, std::uint64_t last) {
        return bits{{0, 4}, {0, 1}, {first, 2}, {0, 1}, {last, 2}, {0, 1}, {7, 5}, {0, 1}};
    };
    REQUIRE(of(scaled(0, 5, 2), points(2, 1)) == std::nullopt);
    REQUIRE(of(scaled(0, 5, 2), points(3, 1)) == errc::corrupt);
    REQUIRE(of(scaled(0, 5, 2), points(2, 3)) == errc::corrupt);

    // Integers that are doubles as well: below 2^53.
    constexpr std::int64_t most = (std::int64_t{1} << 53) - 1;
    REQUIRE(of(scaled(0, most, 0), plain) == std::nullopt);
    REQUIRE(of(scaled(0, most + 1, 0), plain) == errc::corrupt);
    REQUIRE(of(scaled(0, -most, 0), plain) == std::nullopt);
    REQUIRE(of(scaled(0, -most - 1, 0), plain) == errc::corrupt);
    const auto sum_of_two_points = [](std::uint64_t sum) {
        return bits{{0, 4}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {sum, 4}, {0, 1}};
    };
    REQUIRE(of(scaled(0, most / 10, 1), sum_of_two_points(0)) == std::nullopt);
    REQUIRE(of(scaled(0, most / 10 + 1, 1), sum_of_two_points(9)) == errc::corrupt);
    REQUIRE(of(scaled(0, most - 1, 1), {{0, 4}, {0, 4}, {1, 1}, {0, 64}, {0, 1}}) == std::nullopt);
    REQUIRE(of(scaled(0, most, 1), {{0, 4}, {0, 4}, {1, 1}, {0, 64}, {0, 1}}) == errc::corrupt);
    REQUIRE(of(scaled(0, 5, ~std::uint64_t{0} - 4), {{0, 64}, {0, 64}, {0, 64}}) == errc::corrupt);

    // Without a scale, totals that are near to no known double are stored as they are.
    const double nan = std::nan("");
    const bits near{{0, 4}, {0, 1}, {0, 1}, {0, 1}, {4, 3}, {0, 1}, {4, 3}};
    REQUIRE(of(words(62, {2.5}), near) == std::nullopt);
    REQUIRE(of(words(62, {nan}), near) == errc::corrupt);
    REQUIRE(of(words(62, {nan}), {{0, 4}, {0, 2}, {1, 1}, {0, 64}, {0, 1}, {4, 3}}) ==
            errc::corrupt);
    REQUIRE(of(words(62, {nan}), {{0, 4}, {0, 2}, {1, 1}, {0, 64}, {1, 1}, {0, 64}}) ==
            std::nullopt);
    const auto two = [](std::uint64_t resets, bits sums) {
        bits all{{resets, 4}, {0, 1}, {0, 1}, {0, 1}, {1, 1}};
        all.insert(all.end(), sums.begin(), sums.end());
        return all;
    };
    REQUIRE(of(words(63, {1, 2}), two(0, {{1, 1}, {0, 64}, {0, 1}, {4, 3}})) == std::nullopt);
    REQUIRE(of(words(63, {1, 2}), two(0, {{0, 1}, {0, 4}, {4, 3}, {0, 1}, {4, 3}})) ==
            errc::corrupt);
    REQUIRE(of(words(63, {1, 2}), two(1, {{1, 1}, {0, 64}, {0, 1}, {0, 1}, {4, 3}})) ==
            errc::corrupt);
}

TEST_CASE("the padding after the last bit must be zeros", "[frame][statistics][damage]") {
    for (const auto& values : statistics_of_every_form()) {
        auto wire = written(gathered(values), values.size());
        std::size_t accepted = 0;
        for (unsigned bit = 0; bit < 8; ++bit) {
            wire.back() ^= std::byte{1} << bit;
            const auto back = read<double>(wire, values.size());
            accepted += back && same(*back, gathered(values));
            wire.back() ^= std::byte{1} << bit;
        }
        REQUIRE(accepted == 0);
    }
}
