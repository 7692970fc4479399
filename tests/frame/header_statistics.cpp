// Statistics in a header: every bit of them comes back, whatever their form.

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

TEST_CASE("any doubles may be called statistics, and come back", "[frame][statistics]") {
    // What no series has: each field any of a pool, related or not.
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

TEST_CASE("statistics out of their ranges are corrupt", "[frame][statistics][damage]") {
    // form, min, range; then bits: 4 of resets for ten samples, and so on.
    const auto doubles = [](unsigned form, std::int64_t min, std::uint64_t range,
                            std::initializer_list<std::pair<std::uint64_t, unsigned>> fields) {
        wire w;
        w.u8(form).signed_varint(min).varint(range);
        std::vector<std::byte> tail(100);
        byte_writer out(tail);
        lsb_writer bits(out);
        for (const auto& [value, width] : fields) bits.put(value, width);
        bits.finish();
        tail.resize(out.position());
        w.put(tail);
        return read<double>(w.bytes, 10);
    };
    // Resets 0; first, last, sum, increase each told by one bit of zero and integers.
    REQUIRE(doubles(0, 5, 0, {{0, 4}, {0, 4}}));
    REQUIRE(doubles(0, 5, 2, {{0, 4}, {0, 1}, {2, 2}, {0, 1}, {1, 2}, {0, 1}, {7, 5}, {0, 1}}));
    const std::int64_t limit = (std::int64_t{1} << 53) - 1;
    REQUIRE(doubles(0, limit, 0, {{0, 4}, {0, 2}, {1, 1}, {0, 64}, {0, 1}}));

    const auto refused = [&](auto... of) {
        REQUIRE(doubles(of...).error() == errc::corrupt);
    };
    using bits = std::initializer_list<std::pair<std::uint64_t, unsigned>>;
    refused(0x80, 5, 0, bits{{0, 4}, {0, 4}});       // a bit of the form that has no meaning
    refused(0, limit + 1, 0, bits{{0, 4}, {0, 4}});  // no double of its own
    refused(0, -limit - 1, 0, bits{{0, 4}, {0, 4}});
    refused(0, limit, 1, bits{{0, 4}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {1, 1}, {0, 64}, {0, 1}});
    refused(0, 5, ~std::uint64_t{0}, bits{{0, 64}, {0, 64}, {0, 64}, {0, 64}, {0, 64}});
    refused(0, 5, 0, bits{{10, 4}, {0, 4}});            // as many resets as samples
    refused(0x40, 5, 0, bits{{0, 4}, {0, 4}, {0, 4}});  // NaNs are noted, and none
    refused(0x40, 5, 0, bits{{0, 4}, {11, 4}, {0, 4}});
    refused(0x40, 5, 0, bits{{9, 4}, {1, 4}, {0, 4}});  // as many resets as numbers
    refused(0, 5, 2, bits{{0, 4}, {0, 1}, {3, 2}, {0, 1}, {1, 2}, {0, 1}, {7, 5}, {0, 1}});
    refused(0, 5, 2, bits{{0, 4}, {0, 1}, {2, 2}, {0, 1}, {3, 2}, {0, 1}, {7, 5}, {0, 1}});
}

TEST_CASE("the zeros behind the last bit are zeros", "[frame][statistics][damage]") {
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
