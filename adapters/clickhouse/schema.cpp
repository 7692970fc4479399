#include <adapters/clickhouse/schema.hpp>

#include <algorithm>
#include <cstdint>

namespace chronopack::clickhouse {

namespace {

constexpr column_definition modern_columns[] = {
    {"metric", "LowCardinality(String)"},
    {"service", "LowCardinality(String)"},
    {"series", "UInt64"},
    {"tags", "Map(LowCardinality(String), String)"},
    {"time", "DateTime64(9, 'UTC')"},
    {"value", "Float64"},
};
constexpr column_definition classic_columns[] = {
    {"metric", "String"},
    {"service", "String"},
    {"series", "UInt64"},
    {"tags.name", "Array(String)"},
    {"tags.value", "Array(String)"},
    {"date", "Date"},
    {"time", "Int64"},
    {"value", "Float64"},
};

/// The type as it is compared: strings of a small dictionary are strings, and the zone in
/// which times are shown is the user's to choose.
std::string plain(std::string_view type) {
    std::string out(type);
    constexpr std::string_view wrapped = "LowCardinality(String)";
    for (std::size_t at = out.find(wrapped); at != out.npos; at = out.find(wrapped))
        out.replace(at, wrapped.size(), "String");
    if (out.starts_with("DateTime64(9,")) out = "DateTime64(9)";
    return out;
}

}  // namespace

std::string identifier(std::string_view name) {
    std::string out = "`";
    for (const char c : name) {
        if (c == '`' || c == '\\') out += '\\';
        out += c;
    }
    return out += '`';
}

std::string identifier(const table_name& name) {
    return identifier(name.database) + '.' + identifier(name.table);
}

std::span<const column_definition> columns_of(dialect of) noexcept {
    if (of == dialect::classic) return classic_columns;
    return modern_columns;
}

std::string column_list(dialect of) {
    std::string out;
    for (const column_definition& column : columns_of(of)) {
        if (!out.empty()) out += ", ";
        out += column.name;
    }
    return out;
}

std::string ttl_expression(std::chrono::seconds keep_for) {
    // The last second for which the sum is a DateTime.
    const std::int64_t last = std::int64_t{UINT32_MAX} - keep_for.count();
    return "toDateTime(least(greatest(time, toDateTime64(0, 9, 'UTC')), toDateTime64(" +
           std::to_string(last) + ", 9, 'UTC'))) + INTERVAL " + std::to_string(keep_for.count()) +
           " SECOND";
}

std::string create_statement(dialect of, const table_name& name,
                             std::optional<std::chrono::seconds> keep_for, bool gcd) {
    std::string out = "CREATE TABLE IF NOT EXISTS " + identifier(name);
    if (of == dialect::classic) {
        out +=
            " (metric String, service String, series UInt64, tags Nested(name String, value "
            "String), date Date, time Int64, value Float64) ENGINE = ReplacingMergeTree PARTITION "
            "BY toYYYYMM(date)";
    } else {
        const std::string time_codec = gcd ? "GCD, Delta(8), ZSTD(1)" : "Delta(8), ZSTD(1)";
        out +=
            " (metric LowCardinality(String), service LowCardinality(String), series UInt64 "
            "CODEC(Delta(8), ZSTD(1)), tags Map(LowCardinality(String), String), time "
            "DateTime64(9, 'UTC') CODEC(" +
            time_codec +
            "), value Float64 CODEC(ZSTD(1))) ENGINE = ReplacingMergeTree PARTITION BY "
            "toYYYYMM(time)";
    }
    out += " ORDER BY (metric, service, series, time)";
    if (keep_for) out += " TTL " + ttl_expression(*keep_for) + " SETTINGS ttl_only_drop_parts = 1";
    return out;
}

std::string why_not_ours(dialect of, std::span<const described_column> table) {
    const auto ours = columns_of(of);
    for (const column_definition& want : ours) {
        const auto at = std::find_if(table.begin(), table.end(),
                                     [&](const auto& column) { return column.name == want.name; });
        const std::string column = "the column " + std::string(want.name);
        if (at == table.end()) return column + " is missing";
        if (plain(at->type) != plain(want.type))
            return column + " is of type " + at->type + " instead of " + std::string(want.type);
        if (at->default_kind == "MATERIALIZED" || at->default_kind == "ALIAS")
            return column + " cannot be written: it is " + at->default_kind;
    }
    for (const described_column& column : table) {
        const bool known = std::any_of(ours.begin(), ours.end(),
                                       [&](const auto& one) { return one.name == column.name; });
        if (!known && column.default_kind.empty())
            return "the column " + column.name + " is one more than points have";
    }
    return {};
}

}  // namespace chronopack::clickhouse
