// Answers to remote read, good and hostile.
#include "support/points.hpp"

#include <adapters/prometheus/remote_read.hpp>

#include <chronopack/codec/prometheus_xor.hpp>
#include <chronopack/kernel/crc32c.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::prometheus;
using namespace chronopack::test;

namespace {

// A writer of protobuf that shares nothing with the reader.
std::string varint(std::uint64_t v) {
    std::string out;
    for (; v >= 0x80; v >>= 7) out += static_cast<char>(v | 0x80);
    return out += static_cast<char>(v);
}
std::string text(unsigned field, std::string_view value) {
    return varint(field * 8 + 2) + varint(value.size()) + std::string(value);
}
std::string number(unsigned field, std::uint64_t value) {
    return varint(field * 8) + varint(value);
}
std::string label_of(std::string_view name, std::string_view value) {
    return text(1, text(1, name) + text(2, value));
}
std::string xor_chunk(std::span<const sample> samples) {
    std::string out(prometheus_xor::max_bytes(samples.size()), '\0');
    out.resize(*prometheus_xor::encode(samples, std::as_writable_bytes(std::span(out))));
    return out;
}
std::string chunk(std::string_view data, std::uint64_t encoding = 1) {
    return text(2, number(3, encoding) + text(4, data));
}
std::string frame(std::string_view message) {
    std::string sum(4, '\0');
    store_be(std::as_writable_bytes(std::span(sum)).data(),
             kernel::crc32c(std::as_bytes(std::span(message))));
    return varint(message.size()) + sum + std::string(message);
}
std::string frame_of(std::string_view name, std::string_view chunks) {
    return frame(text(1, label_of("__name__", name) + std::string(chunks)));
}

result<void> read(std::string_view body, std::map<labels, std::vector<sample>>* out = nullptr,
                  read_span over = {}, std::size_t most = 1000) {
    // An exact copy: a read past its end is one past an allocation.
    const std::vector<char> exact(body.begin(), body.end());
    read_answer answer(over, most);
    const auto done = answer.add_frames(std::as_bytes(std::span(exact)));
    if (done && out != nullptr) *out = answer.take();
    return done;
}

std::vector<sample> ticks(std::int64_t from, std::size_t n) {
    std::vector<sample> out;
    for (std::size_t i = 0; i < n; ++i)
        out.push_back({from + static_cast<std::int64_t>(i) * 10, 0.5 * static_cast<double>(i)});
    return out;
}

}  // namespace

TEST_CASE("frames give series, from parts and overlapping chunks", "[prometheus]") {
    const auto early = ticks(0, 5), late = ticks(25, 5), more = ticks(100, 3);
    std::map<labels, std::vector<sample>> all;
    REQUIRE(read(frame_of("a", chunk(xor_chunk(late)) + chunk(xor_chunk(early))) +
                     frame_of("a", chunk(xor_chunk(more)) + chunk(xor_chunk(early))) +
                     frame_of("b", chunk(xor_chunk(early))) + frame_of("none", ""),
                 &all));
    REQUIRE(all.size() == 2);
    const auto& a = all[*labels::from({{"__name__", "a"}})];
    CHECK(a.size() == 13);
    CHECK(std::is_sorted(a.begin(), a.end(), [](const sample& x, const sample& y) {
        return x.timestamp < y.timestamp;
    }));
    CHECK(all[*labels::from({{"__name__", "b"}})] == early);

    REQUIRE(read(frame_of("a", chunk(xor_chunk(early))), &all, {10, 30}));
    CHECK(all.begin()->second == std::vector(early.begin() + 1, early.begin() + 4));
    CHECK(read("", &all));
    CHECK(all.empty());
}

TEST_CASE("more samples than asked for are refused", "[prometheus]") {
    const std::string body = frame_of("a", chunk(xor_chunk(ticks(0, 100))));
    CHECK(read(body, nullptr, {}, 100));
    CHECK(read(body, nullptr, {}, 99).error() == errc::out_of_range);
    CHECK(read(body, nullptr, {0, 90}, 10));
}

TEST_CASE("every proper prefix of a frame is refused", "[prometheus]") {
    const std::string body = frame_of("a", chunk(xor_chunk(ticks(0, 50))));
    for (std::size_t n = 1; n < body.size(); ++n) {
        CAPTURE(n);
        CHECK(read(body.substr(0, n)).error() == errc::truncated);
    }
}

TEST_CASE("every flipped bit is noticed", "[prometheus]") {
    const std::string body = frame_of("a", chunk(xor_chunk(ticks(0, 50))));
    for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
        std::string bad = body;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
        CAPTURE(bit);
        CHECK_FALSE(read(bad));
    }
}

TEST_CASE("frames with a good checksum and lies inside are refused", "[prometheus]") {
    using namespace std::string_literals;
    const std::string good = xor_chunk(ticks(0, 50));
    std::string many = good;
    many[0] = many[1] = '\xff';
    const std::pair<std::string, errc> rows[] = {
        {frame_of("a", chunk(many)), errc::truncated},
        {frame_of("a", chunk("")), errc::truncated},
        {frame_of("a", chunk("\0"s)), errc::truncated},
        {frame_of("a", chunk(good, 2)), errc::unsupported},
        {frame_of("a", chunk(good, 0)), errc::unsupported},
        {frame_of("a", text(2, text(4, good))), errc::unsupported},
        {frame(text(1, label_of("a", "1") + label_of("a", "2") + chunk(good))), errc::corrupt},
        {frame("\x0a\x7f"s), errc::truncated},
        {frame("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s), errc::corrupt},
        {frame("\x07"s), errc::corrupt},
        {varint(UINT64_MAX) + "abcd", errc::truncated},
        {varint(UINT64_MAX - 3) + "abcd", errc::truncated},
        {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"s, errc::corrupt},
    };
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        CAPTURE(i);
        const auto got = read(rows[i].first);
        REQUIRE_FALSE(got);
        CHECK(got.error() == rows[i].second);
    }
}

TEST_CASE("any bytes with a good checksum are read or refused", "[prometheus]") {
    prng random(11);
    const std::string message = text(1, label_of("__name__", "a") + chunk(xor_chunk(ticks(0, 50))));
    for (int i = 0; i < 20'000; ++i) {
        std::string bad = message;
        for (auto n = 1 + random.below(6); n > 0; --n)
            bad[random.below(bad.size())] = static_cast<char>(random());
        (void)read(frame(bad), nullptr, {}, 100'000);
    }
}

TEST_CASE("samples that come unstreamed are the same", "[prometheus]") {
    std::string series = label_of("__name__", "a");
    std::vector<sample> samples;
    for (const std::uint64_t bits : double_shape::special_bits) {
        samples.push_back(
            {-5 + static_cast<std::int64_t>(samples.size()), double_shape::of_bits(bits)});
        std::string value(8, '\0');
        store_le(std::as_writable_bytes(std::span(value)).data(), bits);
        series += text(2, varint(1 * 8 + 1) + value +
                              number(2, static_cast<std::uint64_t>(samples.back().timestamp)));
    }
    const std::string body = text(1, text(1, series));
    read_answer answer({}, 1000);
    REQUIRE(answer.add_samples(std::as_bytes(std::span(body))));
    CHECK(answer.take().begin()->second == samples);
    for (std::size_t n = 1; n < body.size(); ++n) {
        read_answer cut({}, 1000);
        CHECK_FALSE(cut.add_samples(std::as_bytes(std::span(body).first(n))));
    }
    read_answer histograms({}, 1000);
    const std::string with = text(1, text(1, series + text(4, "")));
    CHECK(histograms.add_samples(std::as_bytes(std::span(with))).error() == errc::unsupported);
}
