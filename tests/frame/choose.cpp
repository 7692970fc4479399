// The codecs that frames choose; and no choice is larger than the raw values.

#include <chronopack/frame/frame.hpp>

#include "support/codec.hpp"
#include "support/property.hpp"
#include "support/random.hpp"
#include "support/series.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace chronopack;
using namespace chronopack::test;

namespace {

constexpr std::array levels{preset::fastest, preset::balanced, preset::smallest};

template <class T>
std::vector<std::byte> column(const std::vector<T>& in, preset level,
                              std::optional<codec_id> wanted = {}) {
    std::vector<std::byte> room(frame::column_room_bytes(in.size()));
    std::vector<std::byte> out(frame::max_column_bytes<T>(in.size()));
    const auto size = frame::encode_column<T>(in, wanted, level, room, out);
    if (!size) throw std::runtime_error(std::string(message(size.error())));
    out.resize(*size);
    return out;
}

codec_id chosen(const std::vector<double>& in, preset level) {
    return static_cast<codec_id>(column(in, level).front());
}

std::vector<double> of(std::string_view shape, std::size_t n) {
    return make_series<double>(shape, n);
}

}  // namespace

TEMPLATE_TEST_CASE("columns", "[frame][choose]", std::int64_t, double) {
    property("of every level come back, and are never larger than raw", [] {
        const auto in = draw_series<TestType>();
        given(!in.empty());
        for (const preset level : levels) {
            const auto wire = column(in, level);
            HOLDS(wire.size() <= 1 + 8 * in.size());
            std::vector<TestType> back(in.size());
            HOLDS(frame::decode_column<TestType>(wire, back).has_value());
            HOLDS(same_bits(back, in));
            HOLDS(wire == column(in, level));
        }
    });
}

TEST_CASE("series of 100 to 2,000 values are never larger than raw", "[frame][choose]") {
    for (const std::size_t n : {100u, 300u, 999u, 1000u, 1024u, 2000u})
        for_each_series<double>(std::array<std::size_t, 1>{n},
                                [&](std::string_view name, const auto& in) {
                                    for (const preset level : levels) {
                                        INFO(name << " x " << n);
                                        CHECK(column(in, level).size() <= 1 + 8 * n);
                                    }
                                });
}

TEST_CASE("a codec that is asked for is used, unless raw is smaller", "[frame][choose]") {
    const auto in = of("decimals", 1000);
    for (const codec_id id : {codec_id::alp, codec_id::ordered, codec_id::gorilla_values})
        CHECK(column(in, preset::balanced, id).front() == static_cast<std::byte>(id));
    const auto bits = of("random_bits", 1000);
    CHECK(column(bits, preset::balanced, codec_id::dictionary).front() ==
          static_cast<std::byte>(codec_id::raw));
}

TEST_CASE("each kind of data gets the codec made for it", "[frame][choose]") {
    CHECK(chosen(of("decimals", 1024), preset::balanced) == codec_id::alp);
    CHECK(chosen(of("counter", 1024), preset::balanced) == codec_id::alp);
    CHECK(chosen(of("random_bits", 1024), preset::balanced) == codec_id::raw);
    for (const std::string_view name : {"averages", "floats", "printed_floats", "group_averages"})
        for (const preset level : levels) {
            INFO(name);
            CHECK(chosen(of(name, 1024), level) == codec_id::near_decimal);
        }

    prng random(3);
    std::vector<double> levels_of_noise(1024);
    std::array<double, 5> few;
    for (double& v : few) v = static_cast<double>(random()) * 0x1p-64;
    for (double& v : levels_of_noise) v = few[random.below(5)];
    CHECK(chosen(levels_of_noise, preset::balanced) == codec_id::dictionary);
    for (std::size_t i = 0; i < 1024; ++i) levels_of_noise[i] = few[i / 25 % 5];
    CHECK(chosen(levels_of_noise, preset::balanced) == codec_id::run_length);
    for (double& v : levels_of_noise) v = 1 + static_cast<double>(random()) * 0x1p-70;
    CHECK(chosen(levels_of_noise, preset::balanced) == codec_id::ordered);
}

TEST_CASE("preset smallest is never larger than balanced", "[frame][choose]") {
    for_each_series<double>(std::array<std::size_t, 2>{1024, 500},
                            [&](std::string_view name, const auto& in) {
                                INFO(name << " x " << in.size());
                                const std::size_t balanced = column(in, preset::balanced).size();
                                CHECK(column(in, preset::smallest).size() <= balanced);
                            });
}

TEST_CASE("at the smallest level an even clock takes a byte for 2,048 ticks", "[frame][choose]") {
    const auto in = make_series<std::int64_t>("regular", 32768);
    CHECK(column(in, preset::smallest).size() <= 40);
    CHECK(column(in, preset::balanced).size() > 200);
}

TEST_CASE("at the smallest level integers are binned where that saves a sixteenth",
          "[frame][choose]") {
    prng random(5);
    std::vector<std::int64_t> in(8192);
    for (auto& v : in) v = random.between(-40, 40) * random.between(0, 40);
    const auto wire = column(in, preset::smallest);
    CHECK(wire.front() == static_cast<std::byte>(codec_id::binned));
    CHECK(16 * wire.size() <= 15 * column(in, preset::balanced, codec_id::packed).size());
    // Fields of one width have nothing left to save.
    for (auto& v : in) v = random.between(0, 1023);
    CHECK(column(in, preset::smallest).front() == static_cast<std::byte>(codec_id::packed));
}

TEST_CASE("at the smallest level decimals have binned columns", "[frame][choose]") {
    prng random(6);
    std::vector<double> in(4096);
    double v = 20;
    for (double& one : in)
        one = std::round(v += static_cast<double>(random.between(-9, 9) * random.between(0, 9))) /
              100;
    CHECK(16 * column(in, preset::smallest).size() <= 15 * column(in, preset::balanced).size());
}
