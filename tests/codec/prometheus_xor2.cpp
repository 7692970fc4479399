// The Prometheus XOR2 chunk, compared with bytes that Prometheus itself wrote; start times, stale
// markers, and codes that the tests of all codecs do not reach.
// Vectors: tests/golden/prometheus_xor2.txt.

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/prometheus_vectors.hpp"
#include "support/property.hpp"
#include "support/wire.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace chronopack;
using namespace chronopack::test;

namespace {

constexpr std::uint64_t one = 0x3ff0000000000000;
constexpr std::uint64_t stale = 0x7ff0000000000002;

using started = started_samples;

std::vector<prometheus_vector> read_vectors() {
    return read_prometheus_vectors("prometheus_xor2.txt", start_times::all);
}

std::vector<std::byte> encode_started(const started& in) {
    std::vector<std::byte> out(prometheus_xor2::max_bytes(in.samples.size()));
    const auto written = prometheus_xor2::encode(in.samples, in.start_times, out);
    if (!written) throw std::runtime_error(std::string(message(written.error())));
    out.resize(*written);
    return {out.begin(), out.end()};
}

std::vector<std::byte> append_started(const started& in) {
    std::vector<std::byte> out(prometheus_xor2::max_bytes(in.samples.size()));
    prometheus_xor2::appender appender(out);
    for (std::size_t i = 0; i < in.samples.size(); ++i)
        if (!appender.append(in.samples[i], in.start_times[i])) throw std::runtime_error("append");
    out.resize(appender.size_bytes());
    return out;
}

// Returns whether decode, between guard pages, and the iterator both give `in` for `chunk`.
bool decodes_to(cbytes chunk, const started& in) {
    const std::size_t n = in.samples.size();
    guarded_bytes memory(chunk.size());
    const bytes wire = memory.at_end(chunk.size());
    copy_bits(chunk, wire);
    started back{std::vector<sample>(n), std::vector<std::int64_t>(n, -1)};
    const auto read = prometheus_xor2::decode(wire, back.samples, back.start_times);
    if (!read || *read != chunk.size()) return false;
    if (!same_bits(back.samples, in.samples) || back.start_times != in.start_times) return false;

    prometheus_xor2::iterator iterator(wire, n);
    if (iterator.size_bytes() != 0) return false;
    for (std::size_t i = 0; i < n; ++i) {
        const auto next = iterator.next();
        if (!next || !(*next == in.samples[i])) return false;
        if (iterator.start_time() != in.start_times[i]) return false;
    }
    return iterator.next().error() == errc::not_found;
}

// Returns start times of a random kind: none, one for all samples, one that changes seldom, or
// one that changes with every sample, by few bits or many.
started draw_started() {
    started out{draw_series<sample>(), {}};
    prng random(draw_bits());
    const std::uint64_t kind = random.below(7);
    const std::uint64_t from = random.below(140);
    std::int64_t start = random.one_in(2) ? 0 : random.between(-1000, 1000);
    for (std::size_t i = 0; i < out.samples.size(); ++i) {
        const std::int64_t t = out.samples[i].timestamp;
        const auto before = [&](std::uint64_t less) {
            return static_cast<std::int64_t>(static_cast<std::uint64_t>(t) - less);
        };
        if (i >= from || kind == 6) {
            if (kind == 1 && random.one_in(20)) start = before(random.below(100));
            if (kind == 2) start = before(random.below(8));
            if (kind == 3) start = before(random() >> random.below(64));
            if (kind == 4) start = static_cast<std::int64_t>(random());
            if (kind == 5) start = random.one_in(3) ? 0 : start;
            if (kind == 6 && i == 0) start = before(random());
        }
        out.start_times.push_back(start);
    }
    return out;
}

// Returns a chunk of a count, a start byte, and bits.
std::vector<std::byte> chunk_of(std::size_t count, unsigned start_byte, const std::string& text) {
    return wire().u16_big(count).u8(start_byte).put(msb_bits(text)).bytes;
}

result<std::vector<sample>> samples_of(const std::vector<std::byte>& chunk, std::size_t n) {
    guarded_bytes memory(chunk.size());
    const bytes in = memory.at_end(chunk.size());
    copy_bits(chunk, in);
    std::vector<sample> out(n);
    const auto read = prometheus_xor2::decode(in, out);
    if (!read) return read.error();
    return out;
}

std::string new_window(unsigned leading, unsigned length) {
    return binary(leading, 5) + binary(length, 6);
}

const std::string zero_varint = "00000000";
// Two samples at 0 ms of value 1.0; the samples after them have joint prefixes.
const std::string two_samples = zero_varint + binary(one, 64) + zero_varint + "0";

sample at(std::int64_t t, std::uint64_t bits) {
    return {t, std::bit_cast<double>(bits)};
}

}  // namespace

TEST_CASE("XOR2 chunks are Prometheus' own, byte for byte", "[codec][prometheus_xor2]") {
    const auto vectors = read_vectors();
    REQUIRE(vectors.size() == 29);
    for (const auto& v : vectors) {
        INFO(v.name);
        CHECK(encode_started(v) == v.chunk);
        CHECK(append_started(v) == v.chunk);
        if (v.start_times == std::vector<std::int64_t>(v.samples.size()))
            CHECK(encode_to_vector<prometheus_xor2>(v.samples) == v.chunk);
    }
}

TEST_CASE("Prometheus' own XOR2 chunks decode bit for bit", "[codec][prometheus_xor2]") {
    for (const auto& v : read_vectors()) {
        INFO(v.name);
        REQUIRE(*prometheus_xor2::count(v.chunk) == v.samples.size());
        CHECK(decodes_to(v.chunk, v));
        std::vector<sample> back(v.samples.size());
        CHECK(*prometheus_xor2::decode(v.chunk, back) == v.chunk.size());
        CHECK(same_bits(back, v.samples));
    }
}

TEST_CASE("start times", "[codec][prometheus_xor2]") {
    property("survive bit for bit, at once and one by one", [] {
        const auto in = draw_started();
        const auto chunk = encode_started(in);
        HOLDS(decodes_to(chunk, in));
        HOLDS(append_started(in) == chunk);
    });

    property("of 0 are the same as none", [] {
        const auto in = draw_series<sample>();
        HOLDS(encode_started({in, std::vector<std::int64_t>(in.size())}) ==
              encode_to_vector<prometheus_xor2>(in));
    });

    property("cut anywhere are truncated", [] {
        const auto in = draw_started();
        given(!in.samples.empty());
        const auto chunk = encode_started(in);
        const auto cut = draw_below(chunk.size());
        auto back = in;
        const auto read =
            prometheus_xor2::decode(std::span(chunk).first(cut), back.samples, back.start_times);
        HOLDS(!read);
        HOLDS(read.error() == errc::truncated);
    });

    property("damaged are refused or decode to values that survive", [] {
        auto in = draw_started();
        auto chunk = encode_started(in);
        prng random(draw_bits());
        for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes)
            chunk[2 + random.below(chunk.size() - 2)] ^= std::byte{1} << random.below(8);
        const auto read = prometheus_xor2::decode(chunk, in.samples, in.start_times);
        if (read) {
            HOLDS(*read <= chunk.size());
            HOLDS(decodes_to(std::span(chunk).first(*read), in));
            HOLDS(decodes_to(encode_started(in), in));
        } else {
            HOLDS(read.error() == errc::truncated || read.error() == errc::corrupt);
        }
    });

    property("are kept when an append has no room", [] {
        const auto in = draw_started();
        const auto chunk = encode_started(in);
        const std::size_t capacity = prometheus_xor2::header_bytes +
                                     draw_below(chunk.size() - prometheus_xor2::header_bytes + 1);
        std::vector<std::byte> out(capacity);
        prometheus_xor2::appender appender(out);
        started kept;
        for (std::size_t i = 0; i < in.samples.size(); ++i) {
            const auto appended = appender.append(in.samples[i], in.start_times[i]);
            if (!appended) {
                HOLDS(appended.error() == errc::no_space);
                break;
            }
            kept.samples.push_back(in.samples[i]);
            kept.start_times.push_back(in.start_times[i]);
        }
        HOLDS(appender.count() == kept.samples.size());
        out.resize(appender.size_bytes());
        HOLDS(out == encode_started(kept));
    });
}

TEST_CASE("codes of the greatest length are read to the last bit and no further",
          "[codec][prometheus_xor2][bounds]") {
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        prng random(seed);
        started in;
        for (std::size_t i = 0; i < 12; ++i) {
            in.samples.push_back(at(static_cast<std::int64_t>(random()), random()));
            in.start_times.push_back(static_cast<std::int64_t>(random()));
        }
        CHECK(decodes_to(encode_started(in), in));
    }
}

TEST_CASE("the first change of a start time is at sample 127 at the latest",
          "[codec][prometheus_xor2]") {
    started in;
    for (std::int64_t i = 0; i < 300; ++i) {
        in.samples.push_back({1000 * i, 0.0});
        in.start_times.push_back(0);
    }
    const auto start_byte = [&] {
        return std::to_integer<unsigned>(encode_started(in)[2]);
    };
    for (const std::size_t change : {1u, 2u, 126u, 127u, 128u, 299u}) {
        in.start_times.assign(300, 0);
        in.start_times[change] = 5;
        CHECK(start_byte() == std::min<unsigned>(static_cast<unsigned>(change), 127));
        CHECK(decodes_to(encode_started(in), in));
    }
    in.start_times.assign(300, 7);
    CHECK(start_byte() == (0x80 | 127));
    in.samples.resize(127);
    in.start_times.resize(127);
    CHECK(start_byte() == 0x80);
    in.start_times.assign(127, 0);
    CHECK(start_byte() == 0);
}

TEST_CASE("differences of start times lie in asymmetric ranges", "[codec][prometheus_xor2]") {
    // The first sample at 0 has none; the second's lies `difference` before it.
    static constexpr std::array<unsigned, 7> widths{3, 6, 9, 12, 18, 25, 56};
    const auto chunk = [](std::int64_t difference) {
        return encode_started({{at(0, one), at(0, one)}, {0, -difference}});
    };
    const auto coded = [](std::int64_t difference, unsigned ones) {
        const unsigned width = ones == 8 ? 64 : widths[ones - 1];
        const auto field = binary(static_cast<std::uint64_t>(difference), width);
        return chunk_of(2, 1,
                        two_samples + std::string(ones, '1') + (ones == 8 ? "" : "0") + field);
    };
    for (unsigned ones = 1; ones < 8; ++ones) {
        const std::int64_t half = std::int64_t{1} << (widths[ones - 1] - 1);
        CHECK(chunk(half) == coded(half, ones));
        CHECK(chunk(half + 1) == coded(half + 1, ones + 1));
        CHECK(chunk(1 - half) == coded(1 - half, ones));
        CHECK(chunk(-half) == coded(-half, ones + 1));
        for (const std::int64_t d : {half, half + 1, 1 - half, -half})
            CHECK(decodes_to(chunk(d), {{at(0, one), at(0, one)}, {0, -d}}));
    }
}

TEST_CASE("second differences of timestamps are two's complement", "[codec][prometheus_xor2]") {
    const auto chunk = [](std::int64_t dod) {
        return encode_to_vector<prometheus_xor2>({at(0, one), at(0, one), at(dod, one)});
    };
    const auto coded = [](const std::string& prefix, std::int64_t dod, unsigned width) {
        return chunk_of(
            3, 0, two_samples + prefix + binary(static_cast<std::uint64_t>(dod), width) + "0");
    };
    for (const std::int64_t dod : {-4096, 4095, -1, 1}) CHECK(chunk(dod) == coded("110", dod, 13));
    for (const std::int64_t dod : {-524288, -4097, 4096, 524287})
        CHECK(chunk(dod) == coded("1110", dod, 20));
    for (const std::int64_t dod :
         {std::int64_t{-524289}, std::int64_t{524288}, std::numeric_limits<std::int64_t>::min(),
          std::numeric_limits<std::int64_t>::max()})
        CHECK(chunk(dod) == coded("11110", dod, 64));
}

TEST_CASE("the value after a stale marker refers to the value before it",
          "[codec][prometheus_xor2]") {
    // After the stale sample comes the value from before it, which takes one bit.
    const std::vector<sample> in{at(0, one), at(0, one),   at(0, stale),
                                 at(0, one), at(9, stale), at(18, one)};
    const auto chunk = encode_to_vector<prometheus_xor2>(in);
    CHECK(chunk ==
          chunk_of(6, 0, two_samples + "11111" + "0" + "110" + binary(9, 13) + "111" + "0"));
    CHECK(same_bits(*samples_of(chunk, 6), in));

    // Before any other value the predecessor is +0.0.
    const std::vector<sample> first{at(0, stale), at(0, 0), at(0, stale)};
    const auto zeros = encode_to_vector<prometheus_xor2>(first);
    CHECK(zeros == chunk_of(3, 0, zero_varint + binary(stale, 64) + zero_varint + "0" + "11111"));
    CHECK(same_bits(*samples_of(zeros, 3), first));
}

TEST_CASE("a stale marker that was xored is a predecessor, as for Prometheus",
          "[codec][prometheus_xor2]") {
    const auto chunk =
        chunk_of(4, 0, two_samples + "101" + new_window(0, 0) + binary(one ^ stale, 64) + "0");
    const auto back = samples_of(chunk, 4);
    REQUIRE(back);
    CHECK(same_bits(*back, std::vector{at(0, one), at(0, one), at(0, stale), at(0, stale)}));
}

TEST_CASE("leading and significant bits above 64 are corrupt in XOR2 too",
          "[codec][prometheus_xor2][hostile]") {
    const std::string ones(200, '1');  // far from the end, or near it
    for (unsigned leading = 0; leading < 32; ++leading) {
        for (unsigned length = 0; length < 64; ++length) {
            const bool legal = leading + (length == 0 ? 64 : length) <= 64;
            const std::string window = new_window(leading, length) + std::string(64, '1');
            for (const std::string& code :
                 {"101" + window, "110" + binary(5, 13) + "110" + window}) {
                for (const std::string& rest : {std::string(), ones}) {
                    const auto back = samples_of(chunk_of(3, 0, two_samples + code + rest), 3);
                    CHECK(back.has_value() == legal);
                    if (!back) CHECK(back.error() == errc::corrupt);
                }
            }
        }
    }
}

TEST_CASE("reuse of a window before there was one is corrupt in XOR2 too",
          "[codec][prometheus_xor2][hostile]") {
    const std::string ones(400, '1');
    const std::string first = zero_varint + binary(one, 64) + zero_varint;
    CHECK(samples_of(chunk_of(2, 0, first + "10" + ones), 2).error() == errc::corrupt);
    CHECK(samples_of(chunk_of(3, 0, two_samples + "100" + ones), 3).error() == errc::corrupt);
    CHECK(
        samples_of(chunk_of(3, 0, two_samples + "1110" + binary(9, 20) + "10" + ones), 3).error() ==
        errc::corrupt);
    // Cut short it is truncated, because the missing bits may have been legal.
    CHECK(samples_of(chunk_of(9, 0, two_samples + "000000" + "1"), 9).error() == errc::truncated);
}

TEST_CASE("varints of an XOR2 chunk have one form", "[codec][prometheus_xor2][hostile]") {
    const std::string overlong = "1000000000000000";
    const std::string unterminated(80, '1');
    const std::string value = binary(one, 64);
    for (const std::string& bad : {overlong, unterminated}) {
        CHECK(samples_of(chunk_of(1, 0, bad + value), 1).error() == errc::corrupt);
        CHECK(samples_of(chunk_of(1, 0x80, zero_varint + value + bad), 1).error() == errc::corrupt);
        CHECK(samples_of(chunk_of(2, 0, zero_varint + value + bad + value), 2).error() ==
              errc::corrupt);
    }
    CHECK(samples_of(chunk_of(1, 0x80, zero_varint + value), 1).error() == errc::truncated);
}

TEST_CASE("an XOR2 chunk holds 65,535 samples and not one more", "[codec][prometheus_xor2]") {
    auto in = make_series<sample>("regular", prometheus_xor2::max_count);
    const auto chunk = encode_to_vector<prometheus_xor2>(in);
    CHECK(*prometheus_xor2::count(chunk) == 65535);
    CHECK(same_bits(*samples_of(chunk, in.size()), in));

    std::vector<std::byte> out(prometheus_xor2::max_bytes(in.size()));
    prometheus_xor2::appender appender(out);
    bool all = true;
    for (const sample& s : in) all = all && appender.append(s).has_value();
    REQUIRE(all);
    CHECK(appender.append(in[0]).error() == errc::out_of_range);
    CHECK(same_bits(std::span(out).first(appender.size_bytes()), chunk));

    in.push_back(in[0]);
    std::vector<std::byte> room(2 * out.size());
    CHECK(prometheus_xor2::encode(in, room).error() == errc::out_of_range);
    CHECK(samples_of(chunk, in.size()).error() == errc::count_mismatch);
}

TEST_CASE("an XOR2 chunk's header is checked before its samples", "[codec][prometheus_xor2]") {
    CHECK(prometheus_xor2::count({}).error() == errc::truncated);
    CHECK(prometheus_xor2::count(wire().u16_big(0).bytes).error() == errc::truncated);
    CHECK(*prometheus_xor2::count(chunk_of(65535, 0, "")) == 65535);
    CHECK(samples_of(wire().u16_big(0).bytes, 0).error() == errc::truncated);
    CHECK(samples_of(wire().u16_big(1).bytes, 1).error() == errc::truncated);
    CHECK(samples_of(chunk_of(0, 0, ""), 1).error() == errc::count_mismatch);
    CHECK(samples_of(chunk_of(2, 0, ""), 1).error() == errc::count_mismatch);
    CHECK(samples_of(chunk_of(1, 0, ""), 1).error() == errc::truncated);

    const auto part = wire().u16_big(1).bytes;
    CHECK(prometheus_xor2::iterator(part, 1).next().error() == errc::truncated);
    CHECK(prometheus_xor2::iterator({}, 1).next().error() == errc::truncated);
    CHECK(prometheus_xor2::iterator({}, 0).next().error() == errc::not_found);
}
