#include <adapters/clickhouse/backend.hpp>
#include <adapters/clickhouse/statements.hpp>
#include <adapters/clickhouse/verdict.hpp>
#include <adapters/http/gzip.hpp>

#include <zstd.h>

#include <algorithm>

namespace chronopack::clickhouse {

using storage::failure;
using storage::reply;
using storage::verdict;

namespace {

constexpr std::size_t most_request_points = 1'000'000;
constexpr int no_dialect = -1;

std::string as_zstd(std::string_view body) {
    std::string out(ZSTD_compressBound(body.size()), '\0');
    const std::size_t n = ZSTD_compress(out.data(), out.size(), body.data(), body.size(), 1);
    if (ZSTD_isError(n)) throw std::bad_alloc();  // the only error there is room for
    out.resize(n);
    return out;
}

/// Returns whether the server received other bytes than were sent. That may be damage on the way,
/// and a second try may succeed.
bool is_damage(int code) noexcept {
    const http::judgement judged = judge({500, {}, {}}, code, {});
    return judged.what == verdict::refused && judged.why == storage::drop_reason::invalid;
}

std::vector<storage::dropped_point> by_index(std::vector<storage::dropped_point> points) {
    std::sort(points.begin(), points.end(),
              [](const auto& a, const auto& b) { return a.index < b.index; });
    return points;
}

/// Returns the failure of a request that precedes the points. The points are kept: no such
/// failure drops any.
failure held(failure why) {
    if (why.what != verdict::retry) why.what = verdict::hold;
    return why;
}

cbytes bytes_of(const http::response& got) noexcept {
    return std::as_bytes(std::span(got.body));
}

bool ok(const http::response& got) noexcept {
    return got.status >= 200 && got.status < 300;
}

}  // namespace

reply<std::unique_ptr<backend>> backend::open(options with) {
    const auto refused = [](const char* why) {
        return failure{verdict::refused, std::nullopt, why};
    };
    if (with.database.empty() || with.table.empty())
        return refused("a database and a table have names");
    if (with.max_request_points == 0 || with.max_request_points > most_request_points)
        return refused("max_request_points is none of 1 to 1,000,000");
    for (const setting& one : with.extra_settings)
        if (one.name.empty()) return refused("a setting without a name");
    auto line = http::transport::open(std::move(with.where));
    if (!line) return line.error();
    with.where = {};
    return std::unique_ptr<backend>(new backend(std::move(with), std::move(*line)));
}

backend::backend(options with, std::unique_ptr<http::transport> line)
    : options_(std::move(with)),
      line_(std::move(line)),
      table_(identifier(table_name{options_.database, options_.table})),
      dialect_(no_dialect),
      encoding_(options_.body) {
    for (const setting& one : options_.extra_settings)
        extra_ += '&' + http::percent_encoded(one.name) + '=' + http::percent_encoded(one.value);
}

failure backend::failed(verdict what, std::string_view why) const {
    return {what, std::nullopt, line_->explain(post("/", {}), why)};
}

http::request backend::post(std::string target, std::string_view body) const {
    return {.method = http::method::post,
            .target = std::move(target),
            .body = body,
            .most_bytes = options_.max_answer_bytes};
}

/// The answer to a statement, whatever it is. Settings, these and those of all queries, are
/// left away where the server does not have them, or does not let this user change them.
reply<http::response> backend::ask(std::string_view sql, const std::string& parameters,
                                   storage::deadline until, const std::string& settings) {
    const int known = dialect_;
    for (;;) {
        const bool with_settings = known != no_dialect && query_settings_;
        // wait_end_of_query: what an answer begins with is good only if all of it is.
        std::string target = "/?wait_end_of_query=1" + extra_ + parameters;
        if (with_settings) target += query_settings(static_cast<dialect>(known), until) + settings;
        auto got = line_->send(post(std::move(target), sql), until);
        if (!got || ok(*got) || !with_settings) return got;
        const int code = exception_code(*got);
        if (code != unknown_setting && code != readonly) return got;
        query_settings_ = false;
    }
}

failure backend::refusal(const http::response& got) const {
    const http::judgement judged = judge(got);
    return {judged.what, judged.retry_after, line_->explain(post("/", {}), got)};
}

/// ask(), of which nothing but success is expected.
reply<http::response> backend::command(const std::string& sql, const std::string& parameters,
                                       storage::deadline until, const std::string& settings) {
    auto got = ask(sql, parameters, until, settings);
    if (got && !ok(*got)) return refusal(*got);
    return got;
}

/// The rows of an answer to a statement of ours.
reply<query_table> backend::table_of(const std::string& sql, const std::string& parameters,
                                     storage::deadline until) {
    const auto got = command(sql + " FORMAT Native", parameters, until);
    if (!got) return got.error();
    auto table = read_table(bytes_of(*got), options_.max_answer_bytes);
    if (!table) return failed(table.error().what, table.error().message);
    return table;
}

reply<dialect> backend::server_dialect(storage::deadline until) {
    if (const int known = dialect_; known != no_dialect) return static_cast<dialect>(known);
    const auto got = command("SELECT version() FORMAT TabSeparated", {}, until);
    if (!got) return held(got.error());
    std::string_view version = got->body;
    while (version.ends_with('\n')) version.remove_suffix(1);
    const auto found = dialect_of(version);
    if (!found) return failed(verdict::hold, "what answers there is no ClickHouse");
    dialect_ = static_cast<int>(*found);
    return *found;
}

/// Looks, once, whether the table is one that holds points.
reply<dialect> backend::ready_to_write(storage::deadline until) {
    const auto of = server_dialect(until);
    if (!of || checked_) return of;
    const auto described = table_of("DESCRIBE TABLE " + table_, {}, until);
    if (!described) return held(described.error());
    std::vector<described_column> table;
    for (const auto& row : described->rows) {
        const auto text = [&](std::size_t column) {
            const auto* const found =
                column < row.size() ? std::get_if<std::string>(&row[column].value) : nullptr;
            return found == nullptr ? std::string() : *found;
        };
        table.push_back({text(0), text(1), text(2)});
    }
    const std::string why = why_not_ours(*of, table);
    if (!why.empty())
        return failed(verdict::hold, "the table " + table_ + " holds no points: " + why);
    checked_ = true;
    return of;
}

std::string backend::insert_target(dialect of) const {
    const std::string sql = "INSERT INTO " + table_ + " (" + column_list(of) + ") FORMAT Native";
    std::string target = "/?query=" + http::percent_encoded(sql) + extra_;
    if (insert_settings_) target += insert_settings(of, most_request_points);
    return target;
}

/// The answer to a block. It is sent again where the server takes neither its compression
/// nor the settings, and once where it came damaged.
reply<http::response> backend::insert(std::string_view block, dialect of, storage::deadline until) {
    for (bool again_if_damaged = true;;) {
        const compression how = encoding_;
        const bool settings = insert_settings_;
        std::string packed;
        http::request asking = post(insert_target(of), block);
        if (how != compression::none && !block.empty()) {
            packed = how == compression::zstd ? as_zstd(block) : http::gzip(block);
            asking.body = packed;
            asking.headers = {{"Content-Encoding", how == compression::zstd ? "zstd" : "gzip"}};
        }
        auto got = line_->send(asking, until);
        if (!got || ok(*got)) return got;
        const int code = exception_code(*got);
        if (code == unknown_compression && how != compression::none)
            encoding_ = how == compression::zstd ? compression::gzip : compression::none;
        else if (code == unknown_setting && settings)
            insert_settings_ = false;
        else if (is_damage(code) && again_if_damaged)
            again_if_damaged = false;
        else
            return got;
    }
}

storage::write_outcome backend::write_batch(std::span<const storage::point> points,
                                            storage::deadline until) {
    if (points.empty()) return {};
    const auto of = ready_to_write(until);
    if (!of) return http::outcome_of(of.error(), {});
    point_batch batch(points, *of, {options_.max_request_points, options_.max_request_bytes});
    storage::write_outcome done;
    done.dropped = std::move(batch.dropped());
    for (const point_batch::block& block : batch.blocks()) {
        const auto got = insert(batch.encode(block), *of, until);
        if (!got) return http::outcome_of(got.error(), by_index(std::move(done.dropped)));
        const http::judgement judged = judge(*got);
        if (judged.what == verdict::hold) {  // it may be another table by then
            checked_ = false;
            partitioning_ = partitioning::unknown;
        }
        const bool good = judged.what == verdict::delivered;
        auto part = http::outcome_of(judged, block.sent, {},
                                     good ? "" : line_->explain(post("/", {}), *got));
        if (!part.ok()) {
            part.dropped = by_index(std::move(done.dropped));
            return part;
        }
        done.delivered += part.delivered;
        done.dropped.insert(done.dropped.end(), std::make_move_iterator(part.dropped.begin()),
                            std::make_move_iterator(part.dropped.end()));
        if (!part.message.empty()) done.message = std::move(part.message);
    }
    done.dropped = by_index(std::move(done.dropped));
    return done;
}

/// Returns the settings of a query. Where partitions are months, points that replace one another
/// share a partition, so the server does not look for them across partitions.
reply<std::string> backend::reading_settings(dialect of, storage::deadline until) {
    if (of == dialect::classic || !query_settings_) return std::string();
    const auto months = partitions_are_months(of, until);
    if (!months) return months.error();
    return std::string(*months ? "&do_not_merge_across_partitions_select_final=1" : "");
}

reply<std::vector<storage::point>> backend::query_range(const storage::range_query& what,
                                                        storage::deadline until) {
    const auto of = server_dialect(until);
    if (!of) return of.error();
    const selection which = select_rows(*of, what.metric, what.service, what.start, what.end);
    const auto settings = reading_settings(*of, until);
    if (!settings) return settings.error();
    const auto got = command(points_statement(*of, table_, which, what.most), which.parameters,
                             until, *settings);
    if (!got) return got.error();
    auto points = read_points(bytes_of(*got), what.metric, what.most);
    if (!points) return failed(points.error().what, points.error().message);
    return points;
}

reply<std::vector<storage::bucket>> backend::query_buckets(const storage::bucket_query& what,
                                                           storage::deadline until) {
    if (what.width < 1) return failed(verdict::refused, "buckets of no width");
    if (what.width > INT64_MAX / 4)  // the server's arithmetic would overflow
        return failed(verdict::unsupported, "buckets of more than 70 years");
    const auto of = server_dialect(until);
    if (!of) return of.error();
    const selection which = select_rows(*of, what.metric, what.service, what.start, what.end);
    const auto settings = reading_settings(*of, until);
    if (!settings) return settings.error();
    const auto got = command(buckets_statement(*of, table_, which, what.width, what.most),
                             which.parameters, until, *settings);
    if (!got) return got.error();
    auto buckets = read_buckets(bytes_of(*got), what.most);
    if (!buckets) return failed(buckets.error().what, buckets.error().message);
    return buckets;
}

reply<std::monostate> backend::health(storage::deadline until) {
    const auto of = ready_to_write(until);
    if (!of) return of.error();
    const auto got = insert({}, *of, until);
    if (!got) return got.error();
    if (!ok(*got)) return refusal(*got);
    return std::monostate{};
}

reply<query_table> backend::query(std::string_view sql, const std::vector<parameter>& parameters,
                                  storage::deadline until) {
    const auto of = server_dialect(until);
    if (!of) return of.error();
    if (*of == dialect::classic && !parameters.empty())
        return failed(verdict::unsupported,
                      "the server is older than parameters: literal() makes text for SQL");
    std::string text =
        "&default_format=Native&database=" + http::percent_encoded(options_.database);
    for (const parameter& one : parameters) text += parameter_text(one);
    const auto got = ask(sql, text, until);
    if (!got) return got.error();
    if (!ok(*got)) return refusal(*got);
    if (const std::string_view format = (*got)["x-clickhouse-format"];
        !format.empty() && format != "Native")
        return failed(verdict::refused, "the statement has a FORMAT of its own");
    auto table = read_table(bytes_of(*got), options_.max_answer_bytes);
    if (!table) return failed(table.error().what, table.error().message);
    return table;
}

}  // namespace chronopack::clickhouse
