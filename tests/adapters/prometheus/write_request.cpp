// The bytes of remote write, read by a parser that shares nothing with the writer.
#include "support/points.hpp"

#include <adapters/prometheus_protocol/promql.hpp>
#include <adapters/prometheus_protocol/write_request.hpp>

#include <chronopack/bits/varint.hpp>

#include <catch2/catch.hpp>

#include <map>

using namespace chronopack;
using namespace chronopack::prometheus;
using namespace chronopack::test;
using storage::drop_reason;

namespace {

/// Fields of a protobuf message, by number, in order; varints and fixed64 as 8 bytes.
std::vector<std::pair<unsigned, std::string>> fields(std::string_view message) {
    std::vector<std::pair<unsigned, std::string>> out;
    byte_reader in(std::as_bytes(std::span(message)));
    while (in.remaining() > 0) {
        const auto key = read_varint(in);
        REQUIRE(key);
        cbytes value;
        std::byte number[8];
        if (*key % 8 == 2) {
            const auto n = read_varint(in);
            REQUIRE(n);
            value = in.take(*n);
        } else if (*key % 8 == 1) {
            value = in.take(8);
        } else {
            REQUIRE(*key % 8 == 0);
            store_le(number, *read_varint(in));
            value = number;
        }
        REQUIRE_FALSE(in.failed());
        out.emplace_back(*key / 8,
                         std::string(reinterpret_cast<const char*>(value.data()), value.size()));
    }
    return out;
}

sample read_sample(std::string_view message) {
    sample s{};
    for (const auto& [n, value] : fields(message)) {
        const auto word = load_le<std::uint64_t>(std::as_bytes(std::span(value)).data());
        if (n == 1) s.value = std::bit_cast<double>(word);
        if (n == 2) s.timestamp = static_cast<std::int64_t>(word);
    }
    return s;
}

struct read_series {
    std::vector<std::pair<std::string, std::string>> labels;
    std::vector<sample> samples;
};

std::vector<read_series> read_1(std::string_view message) {
    std::vector<read_series> out;
    for (const auto& [n, one] : fields(message)) {
        REQUIRE(n == 1);
        read_series& s = out.emplace_back();
        for (const auto& [k, part] : fields(one)) {
            if (k == 2) {
                s.samples.push_back(read_sample(part));
                continue;
            }
            REQUIRE(k == 1);
            const auto pair = fields(part);
            REQUIRE((pair.size() == 2 && pair[0].first == 1 && pair[1].first == 2));
            s.labels.emplace_back(pair[0].second, pair[1].second);
        }
    }
    return out;
}

std::vector<read_series> read_2(std::string_view message) {
    std::vector<std::string> symbols;
    std::vector<read_series> out;
    for (const auto& [n, one] : fields(message)) {
        if (n == 4) {
            REQUIRE(out.empty());
            symbols.push_back(one);
            continue;
        }
        REQUIRE(n == 5);
        read_series& s = out.emplace_back();
        for (const auto& [k, part] : fields(one)) {
            if (k == 2) {
                s.samples.push_back(read_sample(part));
                continue;
            }
            REQUIRE(k == 1);
            byte_reader in(std::as_bytes(std::span(part)));
            while (in.remaining() > 0) {
                const auto name = take_varint(in);
                const auto value = take_varint(in);
                REQUIRE_FALSE(in.failed());
                s.labels.emplace_back(symbols.at(name), symbols.at(value));
            }
        }
    }
    REQUIRE(symbols.at(0).empty());
    return out;
}

std::vector<point> points_of(const std::vector<read_series>& all) {
    std::vector<point> out;
    for (const read_series& s : all) {
        std::vector<label> pairs;
        for (const auto& [name, value] : s.labels) {
            REQUIRE_FALSE(value.empty());
            if (!pairs.empty()) REQUIRE(pairs.back().name < name);  // sorted, each once
            pairs.push_back({name, value});
        }
        point p = point_of(*labels::from(pairs), {});
        REQUIRE_FALSE(s.samples.empty());
        for (std::size_t i = 0; i < s.samples.size(); ++i) {
            if (i > 0) REQUIRE(s.samples[i - 1].timestamp < s.samples[i].timestamp);
            p.timestamp = s.samples[i].timestamp * 1'000'000;
            p.value = s.samples[i].value;
            out.push_back(p);
        }
    }
    return in_order(out);
}

}  // namespace

TEST_CASE("a request of either version has the points of its batch", "[prometheus]") {
    prng random(7);
    constexpr double zeros[] = {0.0, -0.0};
    for (int round = 0; round < 300; ++round) {
        std::vector<point> points;
        const auto n = random.below(60);
        for (std::uint64_t i = 0; i < n; ++i) {
            std::vector<label> tags;
            if (random.one_in(2)) tags.push_back({"Zone", hostile_text(random, 3)});
            if (random.one_in(2)) tags.push_back({"host", hostile_text(random, 3)});
            points.push_back(make_point(
                random.one_in(9) ? hostile_text(random, 2) : "m", random.between(-3, 3) * 700'000,
                random.one_in(3) ? zeros[random.below(2)] : double_shape::of_bits(random()), tags,
                random.one_in(2) ? "" : "s"));
        }
        series_batch batch(points, {});
        const auto one = points_of(read_1(write_request_1(batch, {})));
        CHECK(one == points_of(read_2(write_request_2(batch, {}))));

        // Every point is sent or dropped; of each millisecond of a series, the first.
        CHECK(batch.sent().size() + batch.dropped().size() == points.size());
        std::map<std::tuple<std::string, std::string, std::string, std::string, std::int64_t>,
                 std::uint64_t>
            first;
        for (const point& p : points)
            if (why_not_legal(p, {}).empty())
                first.try_emplace({p.metric, p.service, std::string(p.tags["Zone"]),
                                   std::string(p.tags["host"]), floor_milliseconds(p.timestamp)},
                                  std::bit_cast<std::uint64_t>(p.value));
        CHECK(one.size() == first.size());
        for (const point& p : one) {
            const auto at = first.find({p.metric, p.service, std::string(p.tags["Zone"]),
                                        std::string(p.tags["host"]), p.timestamp / 1'000'000});
            REQUIRE(at != first.end());
            CHECK(at->second == std::bit_cast<std::uint64_t>(p.value));
        }
    }
}

TEST_CASE("zeros take no bytes in requests, unless they are negative", "[prometheus]") {
    const auto bytes = [](double value, std::int64_t time) {
        const std::vector points{make_point("m", time, value, {}, "")};
        return write_request_1(series_batch(points, {}), {}).size();
    };
    CHECK(bytes(0.0, 1'000'000) + 9 == bytes(1.0, 1'000'000));
    CHECK(bytes(-0.0, 1'000'000) == bytes(1.0, 1'000'000));
    CHECK(bytes(1.0, 0) + 2 == bytes(1.0, 1'000'000));
}

TEST_CASE("names that would not come back are refused", "[prometheus]") {
    const auto legal = [](const point& p, legal_names names = legal_names::classic) {
        return why_not_legal(p, {.names = names}).empty();
    };
    CHECK(legal(make_point("a:b_9", 0, 0, {{"_x", "any \"text\n"}})));
    CHECK(legal(make_point("a", 0, 0, {{"x", ""}})));
    for (const char* metric : {"", "9a", "a b", "a-b", "a.b", "\xc3\xa9", "a\n"}) {
        CAPTURE(metric);
        CHECK_FALSE(legal(make_point(metric, 0, 0)));
    }
    for (const char* tag : {"", "9a", "a:b", "a b", "__name__", "job", "\xc3\xa9"}) {
        CAPTURE(tag);
        CHECK_FALSE(legal(make_point("a", 0, 0, {{tag, "v"}})));
    }
    for (const char* bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xe2\x82"}) {
        CHECK_FALSE(legal(make_point("a", 0, 0, {{"x", bad}})));
        CHECK_FALSE(legal(make_point("a", 0, 0, {}, bad)));
        CHECK_FALSE(legal(make_point(bad, 0, 0), legal_names::utf8));
    }
    CHECK(legal(make_point("a b\n\"", 0, 0, {{"x y", "v"}}), legal_names::utf8));
    CHECK_FALSE(legal(make_point("a", 0, 0, {{"", "v"}}), legal_names::utf8));
    const auto few = [](std::size_t tags) {
        std::vector<label> all;
        for (std::size_t i = 0; i < tags; ++i) all.push_back({"t" + std::to_string(i), "v"});
        return why_not_legal(make_point("a", 0, 0, all), {.max_labels = 5}).empty();
    };
    CHECK(few(3));  // with the metric and the service
    CHECK_FALSE(few(4));
}

TEST_CASE("milliseconds are cut towards the past, and back without overflow", "[prometheus]") {
    CHECK(floor_milliseconds(1'999'999) == 1);
    CHECK(floor_milliseconds(-1) == -1);
    CHECK(floor_milliseconds(-1'000'000) == -1);
    CHECK(floor_milliseconds(-1'000'001) == -2);
    CHECK(ceil_milliseconds(1) == 1);
    CHECK(ceil_milliseconds(-1) == 0);
    CHECK(ceil_milliseconds(INT64_MIN) == INT64_MIN / 1'000'000);
    CHECK(floor_milliseconds(INT64_MIN) == INT64_MIN / 1'000'000 - 1);
    CHECK(clamp_nanoseconds(INT64_MAX) == INT64_MAX);
    CHECK(clamp_nanoseconds(INT64_MIN) == INT64_MIN);
    CHECK(clamp_nanoseconds(-5) == -5'000'000);
}

TEST_CASE("text in PromQL ends where it should", "[prometheus]") {
    CHECK(in_quotes("a\"b\\c\nd") == "\"a\\\"b\\\\c\\x0ad\"");
    CHECK(in_quotes(std::string_view("\0\x7f", 2)) == "\"\\x00\\x7f\"");
    CHECK(in_quotes("\xef\xbf\xbd") == "\"\\ufffd\"");
    CHECK(in_quotes("\xe2\x82\xac'`") == "\"\xe2\x82\xac'`\"");
    CHECK(selector({{"__name__", "m"}, {"job", "", match::not_equal}}) ==
          "{__name__=\"m\",job!=\"\"}");
}
