#include <adapters/clickhouse/dialect.hpp>

#include <algorithm>
#include <charconv>

namespace chronopack::clickhouse {

std::optional<dialect> dialect_of(std::string_view version) noexcept {
    unsigned parts[2]{};
    const char* at = version.data();
    const char* const end = at + version.size();
    for (unsigned& part : parts) {
        const auto [after, error] = std::from_chars(at, end, part);
        if (error != std::errc{}) return std::nullopt;
        if (&part == &parts[0] && (after == end || *after != '.')) return std::nullopt;
        at = after + (&part == &parts[0]);
    }
    if (at != end && *at != '.' && *at != '-') return std::nullopt;
    return parts[0] > 22 || (parts[0] == 22 && parts[1] >= 8) ? dialect::modern : dialect::classic;
}

std::string insert_settings(dialect of, std::size_t rows) {
    const std::string most = std::to_string(rows);
    // A server collects what it parses until one of these is reached, and writes it then.
    std::string out = "&max_insert_block_size=" + most + "&min_insert_block_size_rows=" + most +
                      "&min_insert_block_size_bytes=0";
    if (of == dialect::modern) out += "&async_insert=0&max_partitions_per_insert_block=0";
    return out;
}

std::string query_settings(dialect of, storage::deadline until) {
    using namespace std::chrono;
    const auto left =
        std::max<milliseconds>(ceil<milliseconds>(until - storage::clock::now()), milliseconds(1));
    std::string out;
    // 0 would be no limit, and a classic server takes a fraction for 0.
    if (of == dialect::classic)
        return out + "&max_execution_time=" + std::to_string(ceil<seconds>(left).count());
    std::string thousandths = std::to_string(1000 + left.count() % 1000).substr(1);
    return out + "&max_execution_time=" + std::to_string(left.count() / 1000) + '.' + thousandths +
           "&cancel_http_readonly_queries_on_client_close=1";
}

}  // namespace chronopack::clickhouse
