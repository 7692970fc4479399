// Blocks of Native: what servers took and gave, and what an attacker would send.
#include "support/hex.hpp"
#include "support/random.hpp"

#include <adapters/clickhouse/native_reader.hpp>
#include <adapters/clickhouse/native_writer.hpp>
#include <adapters/clickhouse/query.hpp>
#include <adapters/clickhouse/statements.hpp>

#include <chronopack/core/bit.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::clickhouse;
using namespace chronopack::test;
using storage::verdict;

namespace {

// Three points as ClickHouse 26.7 took them, of plain types.
constexpr std::string_view plain_types =
    "0603066d657472696306537472696e67016d016d026d32077365727669636506537472696e67017300017306"
    "7365726965730655496e7436340100000000000000020000000000000003000000000000000474616773134d"
    "617028537472696e672c20537472696e67290200000000000000020000000000000003000000000000000168"
    "017a0168036109620001780474696d65144461746554696d65363428392c202755544327290000f323845bd7"
    "180100f323845bd7180200f323845bd7180576616c756507466c6f6174363400000000000000800000000000"
    "00f83f000000000000f87f";
// The same, of dictionaries.
constexpr std::string_view dictionaries =
    "0603066d6574726963164c6f7743617264696e616c69747928537472696e6729010000000000000000060000"
    "00000000030000000000000000016d026d3203000000000000000101020773657276696365164c6f77436172"
    "64696e616c69747928537472696e672901000000000000000006000000000000020000000000000000017303"
    "00000000000000010001067365726965730655496e7436340100000000000000020000000000000003000000"
    "000000000474616773134d617028537472696e672c20537472696e6729020000000000000002000000000000"
    "0003000000000000000168017a0168036109620001780474696d65144461746554696d65363428392c202755"
    "544327290000f323845bd7180100f323845bd7180200f323845bd7180576616c756507466c6f617436340000"
    "000000000080000000000000f83f000000000000f87f";
// The same, as ClickHouse 18.16 took them.
constexpr std::string_view classic =
    "0803066d657472696306537472696e67016d016d026d32077365727669636506537472696e67017300017306"
    "7365726965730655496e74363401000000000000000200000000000000030000000000000009746167732e6e"
    "616d650d417272617928537472696e6729020000000000000002000000000000000300000000000000016801"
    "7a01680a746167732e76616c75650d417272617928537472696e672902000000000000000200000000000000"
    "03000000000000000361096200017804646174650444617465ed50ed50ed500474696d6505496e7436340000"
    "f323845bd7180100f323845bd7180200f323845bd7180576616c756507466c6f617436340000000000000080"
    "000000000000f83f000000000000f87f";
// Two points as ClickHouse 26.7 answered with them.
constexpr std::string_view answered =
    "0602066d6574726963164c6f7743617264696e616c69747928537472696e6729010000000000000000060000"
    "00000000020000000000000000016d020000000000000001010773657276696365164c6f7743617264696e61"
    "6c69747928537472696e67290100000000000000000600000000000002000000000000000001730200000000"
    "0000000001067365726965730655496e743634020000000000000001000000000000000474616773234d6170"
    "284c6f7743617264696e616c69747928537472696e67292c20537472696e6729010000000000000000000000"
    "0000000001000000000000000006000000000000020000000000000000016801000000000000000103610962"
    "0474696d65144461746554696d65363428392c202755544327290100f323845bd7180000f323845bd7180576"
    "616c756507466c6f61743634000000000000f83f0000000000000080";

constexpr std::int64_t at = 1'790'000'000'000'000'000;

cbytes bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

query_table table_of(std::string_view hex) {
    const auto table = read_table(from_hex(hex), SIZE_MAX);
    if (!table) FAIL(table.error().message);
    return *table;
}

cell text(std::string chars) {
    return {std::move(chars)};
}

cell pair(std::string name, std::string value) {
    return {std::vector<cell>{text(std::move(name)), text(std::move(value))}};
}

std::uint64_t number(const cell& of) {
    if (const auto* const i = std::get_if<std::int64_t>(&of.value))
        return static_cast<std::uint64_t>(*i);
    if (const auto* const d = std::get_if<double>(&of.value)) return bit_cast<std::uint64_t>(*d);
    return std::get<std::uint64_t>(of.value);
}

/// A block of one column.
std::string block_of(std::string_view type, std::size_t rows, std::string_view data) {
    native_writer out(1, rows, 0);
    out.column("c", type);
    out.repeat(data, 1);
    return std::move(out).take();
}

template <class T>
std::string le(std::initializer_list<T> values) {
    native_writer out;
    for (const T v : values) out.number(v);
    return std::move(out).take();
}

result<std::vector<native_block>> blocks_of(std::string_view answer) {
    native_reader reader(bytes_of(answer));
    std::vector<native_block> out;
    for (;;) {
        auto block = reader.next();
        if (!block) return block.error();
        if (!*block) return out;
        out.push_back(**std::move(block));
    }
}

std::vector<cell> cells_of(std::string_view type, std::size_t rows, std::string_view data) {
    const std::string answer = block_of(type, rows, data);
    const auto table = read_table(bytes_of(answer), SIZE_MAX);
    if (!table) FAIL(table.error().message);
    std::vector<cell> out;
    for (const auto& row : table->rows) out.push_back(row.at(0));
    return out;
}

}  // namespace

TEST_CASE("blocks that servers took and gave are read", "[clickhouse]") {
    for (const std::string_view block : {plain_types, dictionaries}) {
        const auto got = table_of(block);
        REQUIRE(got.rows.size() == 3);
        REQUIRE(got.columns.size() == 6);
        CHECK(got.columns[4].type == "DateTime64(9, 'UTC')");
        CHECK(got.rows[0][0] == text("m"));
        CHECK(got.rows[2][0] == text("m2"));
        CHECK(got.rows[1][1] == text(""));
        CHECK(got.rows[0][3] == cell{std::vector<cell>{pair("h", "a\tb"), pair("z", "")}});
        CHECK(got.rows[1][3] == cell{std::vector<cell>{}});
        CHECK(number(got.rows[2][4]) == at + 2);
        CHECK(number(got.rows[0][5]) == 0x8000'0000'0000'0000);
        CHECK(number(got.rows[2][5]) == 0x7ff8'0000'0000'0000);
    }
    const auto old = table_of(classic);
    REQUIRE(old.rows.size() == 3);
    CHECK(old.columns[6].type == "Int64");
    CHECK(old.rows[0][3] == cell{std::vector<cell>{text("h"), text("z")}});
    CHECK(number(old.rows[0][5]) == 20'717);  // the day

    const auto answer = table_of(answered);
    REQUIRE(answer.rows.size() == 2);
    CHECK(answer.rows[0][1] == text(""));
    CHECK(answer.rows[1][3] == cell{std::vector<cell>{pair("h", "a\tb")}});
    CHECK(number(answer.rows[0][4]) == at + 1);
}

TEST_CASE("every proper prefix of a block is refused as truncated", "[clickhouse]") {
    for (const std::string_view hex : {plain_types, dictionaries, classic, answered}) {
        const auto all = from_hex(hex);
        for (std::size_t n = 1; n < all.size(); ++n) {
            native_reader reader(cbytes(all).first(n));
            const auto block = reader.next();
            if (block || block.error() != errc::truncated) FAIL(n);
        }
    }
}

TEST_CASE("values of every type that is read are what stands for them", "[clickhouse]") {
    using namespace std::string_view_literals;
    CHECK(cells_of("UInt8", 2, "\x00\xff"sv) ==
          std::vector<cell>{{std::uint64_t{0}}, {std::uint64_t{255}}});
    CHECK(cells_of("Int8", 2, "\x7f\x80"sv) ==
          std::vector<cell>{{std::int64_t{127}}, {std::int64_t{-128}}});
    CHECK(cells_of("Int32", 1, le({0xffff'fffeu})) == std::vector<cell>{{std::int64_t{-2}}});
    CHECK(cells_of("Enum8('a, (' = 1, 'it\\'s' = 2)", 1, "\x02") ==
          std::vector<cell>{{std::int64_t{2}}});
    CHECK(cells_of("Date", 1, le({std::uint16_t{20'717}})) ==
          std::vector<cell>{{std::uint64_t{20'717}}});
    CHECK(cells_of("DateTime('Europe/Berlin')", 1, le({7u})) ==
          std::vector<cell>{{std::uint64_t{7}}});
    CHECK(cells_of("DateTime64(3)", 1, le({~std::uint64_t{0}})) ==
          std::vector<cell>{{std::int64_t{-1}}});
    CHECK(cells_of("Decimal(9, 2)", 1, le({150u})) == std::vector<cell>{{std::int64_t{150}}});
    CHECK(cells_of("Decimal(18, 2)", 1, le({std::uint64_t{150}})) ==
          std::vector<cell>{{std::int64_t{150}}});
    CHECK(cells_of("Float32", 1, le({0x3fc0'0000u})) == std::vector<cell>{{1.5}});
    CHECK(cells_of("FixedString(3)", 2, "abcde\0"sv) ==
          std::vector<cell>{text("abc"), text(std::string("de\0", 3))});
    CHECK(cells_of("Nullable(UInt8)", 2, "\0\1\7\0"sv) ==
          std::vector<cell>{{std::uint64_t{7}}, {}});
    CHECK(cells_of("Tuple(a UInt8, `b c` String)", 1, "\7\1x"sv) ==
          std::vector<cell>{{std::vector<cell>{{std::uint64_t{7}}, text("x")}}});
    CHECK(cells_of("Array(Array(UInt8))", 2,
                   le({std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{2}, std::uint64_t{3}}) +
                       "\1\2\3") ==
          std::vector<cell>{
              {std::vector<cell>{{std::vector<cell>{{std::uint64_t{1}}, {std::uint64_t{2}}}}}},
              {std::vector<cell>{{std::vector<cell>{{std::uint64_t{3}}}}}}});
    // The first key of one that may be null stands for that.
    CHECK(cells_of("LowCardinality(Nullable(String))", 2,
                   le({std::uint64_t{1}, std::uint64_t{0x600}, std::uint64_t{2}}) +
                       std::string("\0\1x", 3) + le({std::uint64_t{2}}) + std::string("\1\0", 2)) ==
          std::vector<cell>{text("x"), {}});
    // Of no rows nothing follows the column's type.
    const std::string none = block_of("Map(LowCardinality(String), String)", 0, "");
    CHECK(read_table(bytes_of(none), SIZE_MAX)->rows.empty());
}

TEST_CASE("types that are not read are refused by name", "[clickhouse]") {
    for (const char* type : {"UUID", "Int128", "UInt256", "Decimal(19, 2)", "Variant(String)",
                             "Dynamic", "JSON", "Tuple()", "FixedString(0)", "Array()",
                             "AggregateFunction(sum, UInt8)", "Nested(a UInt8)", "", "x"}) {
        const std::string answer = block_of(type, 1, "0000000000000000");
        const auto table = read_table(bytes_of(answer), SIZE_MAX);
        REQUIRE_FALSE(table);
        CHECK(table.error().what == verdict::unsupported);
        CHECK(table.error().message.find("c of type " + std::string(type)) != std::string::npos);
    }
    for (const char* type : {"Array(UInt8", "Array)UInt8(", "Array(UInt8))", "Map(String, 'x)",
                             "FixedString(x)", "FixedString", "Decimal()"}) {
        CAPTURE(type);
        CHECK(parse_type(type).error() == errc::corrupt);
    }
    std::string deep = "UInt8";
    for (int i = 0; i < 100; ++i) deep = "Array(" + deep + ")";
    CHECK(parse_type(deep).error() == errc::unsupported);
    CHECK(parse_type(std::string(100'000, '(')).error() == errc::unsupported);
}

TEST_CASE("an answer that lies is refused, whatever it claims", "[clickhouse]") {
    const auto error_of = [](std::string_view answer) {
        return blocks_of(answer).error();
    };
    const std::uint64_t many = std::uint64_t{1} << 40;
    for (const char* type :
         {"UInt8", "UInt64", "String", "FixedString(3)", "Array(UInt8)", "Nullable(UInt8)",
          "Map(String, String)", "Tuple(UInt8, String)", "LowCardinality(String)"}) {
        CAPTURE(type);
        CHECK_FALSE(blocks_of(block_of(type, many, std::string(100, '\1'))));
        CHECK_FALSE(blocks_of(block_of(type, SIZE_MAX, std::string(100, '\1'))));
        CHECK_FALSE(blocks_of(block_of(type, SIZE_MAX / 8 + 2, std::string(100, '\1'))));
    }
    const auto ends = [](std::uint64_t a, std::uint64_t b) {
        return block_of("Array(UInt8)", 2, le({a, b}) + "\1\2\3");
    };
    CHECK(blocks_of(ends(1, 3)));
    CHECK(error_of(ends(2, 1)) == errc::corrupt);
    CHECK(error_of(ends(1, 4)) == errc::truncated);
    CHECK(error_of(ends(many, many)) == errc::truncated);
    CHECK(error_of(ends(SIZE_MAX, SIZE_MAX)) == errc::truncated);

    const auto keys = [](std::uint64_t head, std::uint64_t word, std::uint64_t count,
                         std::uint64_t rows, const std::string& indices) {
        return block_of("LowCardinality(String)", 2,
                        le({head, word, count}) + "\1a\1b" + le({rows}) + indices);
    };
    const std::string right("\0\1", 2);
    CHECK(blocks_of(keys(1, 0x600, 2, 2, right)));
    CHECK(error_of(keys(2, 0x600, 2, 2, right)) == errc::unsupported);
    CHECK(error_of(keys(1, 0x700, 2, 2, right)) == errc::unsupported);
    CHECK(error_of(keys(1, 0x400, 2, 2, right)) == errc::unsupported);
    CHECK(error_of(keys(1, 0x604, 2, 2, right)) == errc::unsupported);
    CHECK(error_of(keys(1, 0x1600, 2, 2, right)) == errc::unsupported);
    CHECK(error_of(keys(1, 0x600, 2, 3, right)) == errc::corrupt);
    CHECK(error_of(keys(1, 0x600, 2, 2, std::string("\0\2", 2))) == errc::corrupt);
    CHECK(error_of(keys(1, 0x600, many, 2, right)) == errc::truncated);
    CHECK(error_of(keys(1, 0x603, 2, 2, right)) == errc::truncated);
    CHECK(error_of(std::string("\0\1", 2)) == errc::corrupt);
    CHECK(error_of("\xff\xff\xff\x7f\1") == errc::corrupt);
    CHECK(blocks_of("")->empty());
}

TEST_CASE("rows may take no more than was allowed, whatever makes them long", "[clickhouse]") {
    // 100 rows of one long key: a long answer out of a short one.
    key_column keys;
    const std::string key(10'000, 'x');
    keys.add(key, 100);
    native_writer out(1, 100, 0);
    out.column("c", "LowCardinality(String)");
    out.head();
    out.keys(keys);
    const std::string answer = std::move(out).take();
    CHECK(answer.size() < 11'000);
    const auto bytes = bytes_of(answer);
    CHECK(read_table(bytes, 2'000'000)->rows.size() == 100);
    const auto refused = read_table(bytes, 500'000);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == verdict::refused);
    // The blocks of an answer have the same columns.
    const std::string mixed = block_of("UInt8", 1, "\1") + block_of("Int8", 1, "\1");
    CHECK_FALSE(read_table(bytes_of(mixed), SIZE_MAX));
}

TEST_CASE("an answer with points is read by series, and refused where it is none", "[clickhouse]") {
    const auto series = [](native_writer& out, std::uint64_t times, std::uint64_t values,
                           std::string_view second_tag) {
        out.column("s", "String");
        out.string("shop");
        out.column("n", "Array(String)");
        out.number<std::uint64_t>(2);
        out.string("a");
        out.string(second_tag);
        out.column("t", "Array(String)");
        out.number<std::uint64_t>(2);
        out.string("1");
        out.string("2");
        out.column("times", "Array(Int64)");
        out.number(times);
        for (std::uint64_t i = 0; i < times; ++i) out.number(times - i);
        out.column("values", "Array(Float64)");
        out.number(values);
        for (std::uint64_t i = 0; i < values; ++i) out.number(bit_cast<std::uint64_t>(double(i)));
    };
    const auto read = [&](std::uint64_t times, std::uint64_t values, std::string_view tag,
                          std::size_t most) {
        native_writer out(5, 1, 0);
        series(out, times, values, tag);
        const std::string answer = std::move(out).take();
        return read_points(bytes_of(answer), "cpu", most);
    };
    const auto good = read(3, 3, "b", 3);
    REQUIRE(good);
    REQUIRE(good->size() == 3);
    CHECK((*good)[0].timestamp == 1);
    CHECK((*good)[0].value == 2);
    CHECK((*good)[0].metric == "cpu");
    CHECK((*good)[0].service == "shop");
    CHECK((*good)[0].tags["b"] == "2");
    CHECK(read(3, 3, "b", 2).error().what == verdict::refused);
    CHECK(read(3, 2, "b", 9).error().what == verdict::retry);
    CHECK(read(3, 3, "a", 9).error().what == verdict::retry);  // a name twice
    CHECK(read_points(bytes_of(block_of("UInt8", 1, "\1")), "cpu", 9).error().what ==
          verdict::refused);
    CHECK(read_points(from_hex(answered), "cpu", 9).error().what == verdict::refused);
    CHECK(read_points({}, "cpu", 9)->empty());
}
