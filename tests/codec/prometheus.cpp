// The Prometheus XOR chunk, compared with bytes that Prometheus itself wrote; and the limits of
// its header. Vectors: tests/golden/prometheus_xor.txt.

#include "support/codec.hpp"
#include "support/prometheus_vectors.hpp"
#include "support/series.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

std::vector<prometheus_vector> read_vectors() {
    return read_prometheus_vectors("prometheus_xor.txt", start_times::none);
}

}  // namespace

TEST_CASE("chunks are Prometheus' own, byte for byte", "[codec][prometheus]") {
    const auto vectors = read_vectors();
    REQUIRE(vectors.size() == 26);
    for (const auto& v : vectors) {
        INFO(v.name);
        CHECK(encode_to_vector<prometheus_xor>(v.samples) == v.chunk);

        std::vector<std::byte> appended(v.chunk.size());
        prometheus_xor::appender appender(appended);
        for (const sample& s : v.samples) REQUIRE(appender.append(s));
        CHECK(appender.size_bytes() == v.chunk.size());
        CHECK(appended == v.chunk);
    }
}

TEST_CASE("Prometheus' own chunks decode bit for bit", "[codec][prometheus]") {
    for (const auto& v : read_vectors()) {
        INFO(v.name);
        const auto count = prometheus_xor::count(v.chunk);
        REQUIRE(count);
        REQUIRE(*count == v.samples.size());

        std::vector<sample> back(*count);
        const auto read = prometheus_xor::decode(v.chunk, back);
        REQUIRE(read);
        CHECK(*read == v.chunk.size());
        CHECK(same_bits(back, v.samples));

        std::vector<std::int64_t> timestamps(*count);
        std::vector<double> values(*count);
        REQUIRE(prometheus_xor::decode(v.chunk, timestamps, values));
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < *count; ++i)
            wrong += !(sample{timestamps[i], values[i]} == v.samples[i]);
        CHECK(wrong == 0);

        prometheus_xor::iterator iterator(v.chunk, *count);
        for (const sample& s : v.samples) {
            const auto next = iterator.next();
            REQUIRE(next);
            REQUIRE(*next == s);
        }
        CHECK(iterator.next().error() == errc::not_found);
    }
}

TEST_CASE("a chunk holds 65,535 samples and not one more", "[codec][prometheus]") {
    auto in = make_series<sample>("regular", prometheus_xor::max_count);
    const auto chunk = encode_to_vector<prometheus_xor>(in);
    CHECK(*prometheus_xor::count(chunk) == 65535);
    std::vector<sample> back(in.size());
    REQUIRE(prometheus_xor::decode(chunk, back));
    CHECK(same_bits(back, in));

    std::vector<std::byte> out(prometheus_xor::max_bytes(in.size()));
    prometheus_xor::appender appender(out);
    bool all = true;
    for (const sample& s : in) all = all && appender.append(s).has_value();
    REQUIRE(all);
    CHECK(appender.append(in[0]).error() == errc::out_of_range);
    CHECK(appender.count() == 65535);
    CHECK(same_bits(std::span(out).first(appender.size_bytes()), chunk));

    in.push_back(in[0]);
    std::vector<std::byte> room(2 * out.size());
    CHECK(prometheus_xor::encode(in, room).error() == errc::out_of_range);
    back.resize(in.size());
    CHECK(prometheus_xor::decode(chunk, back).error() == errc::count_mismatch);
}

TEST_CASE("a chunk's header is checked before its samples", "[codec][prometheus]") {
    std::array<sample, 1> out{};
    CHECK(prometheus_xor::count({}).error() == errc::truncated);
    CHECK(prometheus_xor::count(wire().u8(0).bytes).error() == errc::truncated);
    CHECK(*prometheus_xor::count(wire().u16_big(65535).bytes) == 65535);
    CHECK(prometheus_xor::decode(wire().u8(0).bytes, out).error() == errc::truncated);
    CHECK(prometheus_xor::decode(wire().u16_big(0).bytes, out).error() == errc::count_mismatch);
    CHECK(prometheus_xor::decode(wire().u16_big(2).bytes, out).error() == errc::count_mismatch);
    CHECK(prometheus_xor::decode(wire().u16_big(1).bytes, out).error() == errc::truncated);
}

TEST_CASE("an iterator over less than a header has nothing", "[codec][prometheus]") {
    const auto half = wire().u8(0).bytes;
    CHECK(prometheus_xor::iterator(half, 1).next().error() == errc::truncated);
    CHECK(prometheus_xor::iterator({}, 1).next().error() == errc::truncated);
    CHECK(prometheus_xor::iterator({}, 0).next().error() == errc::not_found);
}

TEST_CASE("reuse of a window before there was one is corrupt in any sample",
          "[codec][prometheus]") {
    // Two samples of 1.0 at 0, then one on time, or 64 ms off, in "the last window".
    const std::string two = "00000000" + binary(0x3ff0000000000000, 64) + "000000000";
    const std::string payload(64, '1');
    for (const std::string& dod : {std::string("0"), "10" + binary(64, 14)}) {
        for (const std::size_t before : {std::size_t{0}, std::size_t{1}, std::size_t{50}}) {
            const std::string text = two + std::string(2 * before, '0') + dod + "10" + payload;
            const auto chunk = wire().u16_big(3 + before).put(msb_bits(text)).bytes;
            std::vector<sample> out(3 + before);
            CHECK(prometheus_xor::decode(chunk, out).error() == errc::corrupt);
        }
    }
}
