#include <adapters/clickhouse/native_reader.hpp>
#include <adapters/clickhouse/query.hpp>
#include <adapters/clickhouse/statements.hpp>

#include <chronopack/core/bit.hpp>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace chronopack::clickhouse {

using storage::bucket;
using storage::failure;
using storage::point;
using storage::reply;
using storage::verdict;

namespace {

constexpr std::int64_t day = 86'400'000'000'000;

std::string limit(std::size_t most) {
    return std::to_string(std::min<std::uint64_t>(most, INT64_MAX - 1) + 1);
}

/// A column of an answer that must be of such a type.
bool is(const native_column& column, type_kind kind, std::size_t width = 0) noexcept {
    return column.type.kind == kind && column.type.width == width;
}
bool is_array(const native_column& column, type_kind of, std::size_t width = 0) noexcept {
    return column.type.kind == type_kind::array && column.type.of[0].kind == of &&
           column.type.of[0].width == width;
}

/// Columns 0 to 2 of both answers.
bool has_series(const native_block& block, std::size_t columns) noexcept {
    return block.columns.size() == columns && is(block.columns[0], type_kind::string) &&
           is_array(block.columns[1], type_kind::string) &&
           is_array(block.columns[2], type_kind::string);
}

/// The tags of a row; nothing where they are no labels.
result<labels> tags_of(const native_block& block, std::size_t row) {
    const native_column& names = block.columns[1];
    const native_column& values = block.columns[2];
    if (names.ends[row] - names.begin_of(row) != values.ends[row] - values.begin_of(row))
        return errc::corrupt;
    std::vector<label> pairs;
    for (std::uint64_t i = names.begin_of(row), k = values.begin_of(row); i < names.ends[row];
         ++i, ++k)
        pairs.push_back(
            {std::string(names.parts[0].strings[i]), std::string(values.parts[0].strings[k])});
    return labels::from(std::move(pairs));
}

failure damaged(std::string_view why) {
    return {verdict::retry, std::nullopt, "the answer is damaged: " + std::string(why)};
}

/// Calls `take` with each row of each block, which may refuse it.
template <class IsRight, class Take>
reply<std::monostate> each_row(cbytes answer, IsRight is_right, Take take) {
    native_reader reader(answer);
    for (;;) {
        const auto block = reader.next();
        if (!block) return damaged(message(block.error()));
        if (!*block) return std::monostate{};
        if (!is_right(**block))
            return failure{verdict::refused, std::nullopt,
                           "the answer has other columns than were asked for"};
        for (std::size_t row = 0; row < (*block)->rows; ++row) {
            auto taken = take(**block, row);
            if (!taken) return taken.error();
        }
    }
}

double of_order_key(std::uint64_t key) noexcept {
    const auto sign = std::uint64_t{1} << 63;
    return bit_cast<double>((key & sign) == 0 ? key : key ^ (sign - 1));
}

}  // namespace

selection select_rows(dialect of, std::optional<std::string_view> metric, std::string_view service,
                      std::int64_t start, std::int64_t end) {
    selection out;
    const auto add = [&](const std::string& term) {
        out.where += (out.where.empty() ? "" : " AND ") + term;
    };
    const bool modern = of == dialect::modern;
    const auto equal = [&](const char* column, std::string_view text) {
        if (modern) {
            out.parameters += parameter_text({column, std::string(text)});
            add(std::string(column) + " = {" + column + ":String}");
        } else {
            add(std::string(column) + " = " + literal(text));
        }
    };
    const auto bound = [&](const char* name, const char* sign, std::int64_t time) {
        const std::string number = std::to_string(time);
        if (modern) {
            out.parameters += parameter_text({name, number});
            add(std::string("time ") + sign + " fromUnixTimestamp64Nano({" + name + ":Int64})");
        } else {
            add(std::string("time ") + sign + " toInt64(" + literal(number) + ")");
            // Partitions are by the day, of which there are 16 bits.
            const std::int64_t days = time < 0 ? 0 : std::min<std::int64_t>(time / day, UINT16_MAX);
            add(std::string("date ") + sign + " toDate(" + std::to_string(days) + ")");
        }
    };
    if (metric) equal("metric", *metric);
    if (!service.empty()) equal("service", service);
    if (start != INT64_MIN) bound("start", ">=", start);
    if (end != INT64_MAX) bound("end", "<=", end);
    if (out.where.empty()) out.where = "1";
    return out;
}

std::string points_statement(dialect of, const std::string& table, const selection& which,
                             std::size_t most) {
    const bool modern = of == dialect::modern;
    const std::string columns = modern ? "service, series, tags, time, value"
                                       : "service, series, tags.name, tags.value, time, value";
    return std::string("SELECT ") +
           (modern ? "CAST(service, 'String'), CAST(mapKeys(any(tags)), 'Array(String)'), "
                     "mapValues(any(tags)), groupArray(toUnixTimestamp64Nano(time))"
                   : "service, any(tags.name), any(tags.value), groupArray(time)") +
           ", groupArray(value) FROM (SELECT " + columns + " FROM " + table + " FINAL WHERE " +
           which.where + " LIMIT " + limit(most) + ") GROUP BY service, series FORMAT Native";
}

std::string buckets_statement(dialect of, const std::string& table, const selection& which,
                              std::int64_t width, std::size_t most) {
    const bool modern = of == dialect::modern;
    const std::string series =
        modern ? "service, series, tags" : "service, series, tags.name, tags.value";
    // Each row gives its time and its value's bits, as integers;
    const std::string rows =
        "SELECT " + series + ", value, " +
        (modern ? "toUnixTimestamp64Nano(time) AS at, reinterpretAsInt64(value) AS bits"
                : "time AS at, reinterpretAsInt64(reinterpretAsString(value)) AS bits") +
        " FROM " + table + " FINAL WHERE " + which.where;
    // how far it is into its bucket, and an integer that is ordered as the value is, so that
    // -0.0 is below 0.0;
    const std::string w = "toInt64(" + std::to_string(width) + ")";
    const std::string places = "SELECT " + series + ", value, at, modulo(modulo(at, " + w + ") + " +
                               w + ", " + w +
                               ") AS into, if(bits < 0, bitXor(bits, "
                               "toInt64('9223372036854775807')), bits) AS key FROM (" +
                               rows + ")";
    // and its bucket, which begins with the first nanosecond that there is at the earliest.
    const std::string least = "toInt64('-9223372036854775808')";
    const std::string all = "SELECT " + series + ", value, at, key, if(at < 0 AND at - " + least +
                            " < into, " + least + ", at - into) AS bucket FROM (" + places + ")";
    const std::string number = ", NOT isNaN(value))";
    return std::string("SELECT ") +
           (modern ? "CAST(service, 'String'), CAST(mapKeys(any(tags)), 'Array(String)'), "
                     "mapValues(any(tags))"
                   : "service, any(tags.name), any(tags.value)") +
           ", bucket, count(), countIf(NOT isNaN(value)), sumIf(value" + number + ", minIf(key" +
           number + ", maxIf(key" + number + ", argMinIf(value, at" + number +
           ", argMaxIf(value, at" + number + " FROM (" + all +
           ") GROUP BY service, series, bucket LIMIT " + limit(most) + " FORMAT Native";
}

reply<std::vector<point>> read_points(cbytes answer, const std::string& metric, std::size_t most) {
    struct series {
        std::string service;
        labels tags;
        std::vector<std::pair<std::int64_t, double>> samples;
    };
    std::vector<series> all;
    std::size_t held = 0;
    const auto is_right = [](const native_block& block) {
        return has_series(block, 5) && is_array(block.columns[3], type_kind::signed_integer, 8) &&
               is_array(block.columns[4], type_kind::floating, 8);
    };
    const auto take = [&](const native_block& block, std::size_t row) -> reply<std::monostate> {
        const native_column& times = block.columns[3];
        const native_column& values = block.columns[4];
        const std::uint64_t count = times.ends[row] - times.begin_of(row);
        if (count != values.ends[row] - values.begin_of(row))
            return damaged("a series has another number of times than of values");
        if (count > most - held)
            return failure{verdict::refused, std::nullopt, "more points than asked for"};
        held += count;
        auto tags = tags_of(block, row);
        if (!tags) return damaged("a series whose tags are no labels");
        series& one = all.emplace_back();
        one.service = block.columns[0].strings[row];
        one.tags = *std::move(tags);
        one.samples.reserve(count);
        for (std::uint64_t i = 0; i < count; ++i)
            one.samples.emplace_back(
                static_cast<std::int64_t>(times.parts[0].bits(times.begin_of(row) + i)),
                bit_cast<double>(values.parts[0].bits(values.begin_of(row) + i)));
        const auto earlier = [](const auto& a, const auto& b) {
            return a.first < b.first;
        };
        if (!std::is_sorted(one.samples.begin(), one.samples.end(), earlier))
            std::stable_sort(one.samples.begin(), one.samples.end(), earlier);
        return std::monostate{};
    };
    const auto read = each_row(answer, is_right, take);
    if (!read) return read.error();
    std::stable_sort(all.begin(), all.end(), [](const series& a, const series& b) {
        return std::tie(a.service, a.tags) < std::tie(b.service, b.tags);
    });
    std::vector<point> points;
    points.reserve(held);
    for (const series& one : all)
        for (const auto& [time, value] : one.samples)
            points.push_back({metric, one.service, one.tags, time, value});
    return points;
}

reply<std::vector<bucket>> read_buckets(cbytes answer, std::size_t most) {
    std::vector<bucket> all;
    const auto is_right = [](const native_block& block) {
        constexpr type_kind kinds[] = {type_kind::signed_integer,   type_kind::unsigned_integer,
                                       type_kind::unsigned_integer, type_kind::floating,
                                       type_kind::signed_integer,   type_kind::signed_integer,
                                       type_kind::floating,         type_kind::floating};
        if (!has_series(block, 3 + std::size(kinds))) return false;
        for (std::size_t i = 0; i < std::size(kinds); ++i)
            if (!is(block.columns[3 + i], kinds[i], 8)) return false;
        return true;
    };
    const auto take = [&](const native_block& block, std::size_t row) -> reply<std::monostate> {
        if (all.size() == most)
            return failure{verdict::refused, std::nullopt, "more buckets than asked for"};
        auto tags = tags_of(block, row);
        if (!tags) return damaged("a series whose tags are no labels");
        const auto bits = [&](std::size_t column) {
            return block.columns[column].bits(row);
        };
        bucket& one = all.emplace_back();
        one.service = block.columns[0].strings[row];
        one.tags = *std::move(tags);
        one.start = static_cast<std::int64_t>(bits(3));
        one.count = bits(4);
        one.numbers = bits(5);
        if (one.numbers == 0) return std::monostate{};
        one.sum = bit_cast<double>(bits(6));
        if (std::isnan(one.sum)) one.sum = bit_cast<double>(std::uint64_t{0x7ff8'0000'0000'0000});
        one.min = of_order_key(bits(7));
        one.max = of_order_key(bits(8));
        one.first = bit_cast<double>(bits(9));
        one.last = bit_cast<double>(bits(10));
        return std::monostate{};
    };
    const auto read = each_row(answer, is_right, take);
    if (!read) return read.error();
    std::sort(all.begin(), all.end(), [](const bucket& a, const bucket& b) {
        return std::tie(a.service, a.tags, a.start) < std::tie(b.service, b.tags, b.start);
    });
    return all;
}

}  // namespace chronopack::clickhouse
