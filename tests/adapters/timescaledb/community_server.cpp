// What the Community edition does, on a server that the user names:
//
//   export CHRONOPACK_TIMESCALEDB="host=db.example port=5432 database=scratch user=me password=..."
//   tests/run timescaledb-community
//
// The other fields are ca_file, and tls=off for plain text.
// It makes schemas of its own there, own_1 and on, and removes them.
#include "servers.hpp"

#include "support/buckets.hpp"

#include <adapters/timescaledb/hypertable.hpp>
#include <adapters/timescaledb/rollups.hpp>

#include <sstream>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::timescaledb;
using namespace std::chrono_literals;
using storage::in;
using storage::verdict;

namespace {

connection_options named_server() {
    const char* const text = std::getenv("CHRONOPACK_TIMESCALEDB");
    if (text == nullptr) throw std::runtime_error("CHRONOPACK_TIMESCALEDB names no server");
    connection_options where{.application_name = "chronopack-tests"};
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const std::size_t is = word.find('=');
        const std::string name = word.substr(0, is),
                          value = word.substr(std::min(is, word.size() - 1) + 1);
        if (name == "host")
            where.host = value;
        else if (name == "port")
            where.port = static_cast<std::uint16_t>(std::stoi(value));
        else if (name == "database")
            where.database = value;
        else if (name == "user")
            where.user = value;
        else if (name == "password")
            where.password = http::secret(value);
        else if (name == "ca_file")
            where.ca_file = value;
        else if (name == "tls")
            where.tls = value == "off" ? tls::off : tls::verify_full;
        else
            throw std::runtime_error("CHRONOPACK_TIMESCALEDB has an unknown field: " + name);
    }
    return where;
}

/// A schema of its own on that server, with tables; removed at the end.
struct own_schema {
    explicit own_schema(precision kept = precision::microseconds) {
        how = own_tables_of(named_server());
        how.schema.precision = kept;
        line = connected(how.where);
        drop();
        store = with_tables(how);
        const auto state = store->state(in(30s));
        REQUIRE(state);
        REQUIRE(state->has.edition == edition::community);
        auto found = hypertable::of(*line, how.schema, in(30s));
        if (!found) FAIL(found.error().message);
        table = std::make_unique<hypertable>(std::move(*found));
    }
    ~own_schema() { drop(); }

    void drop() const {
        (void)line->run("DROP SCHEMA IF EXISTS " + identifier(how.schema.names.schema) + " CASCADE",
                        {}, in(60s));
    }
    [[nodiscard]] std::int64_t number(const std::string& sql) const {
        return run(*line, sql).integer(0, 0);
    }
    [[nodiscard]] std::string view(const std::string& name) const {
        return identifier(how.schema.names.schema) + '.' + identifier(name);
    }

    options how;
    std::unique_ptr<connection> line;
    std::unique_ptr<backend> store;
    std::unique_ptr<hypertable> table;
};

void done(const storage::reply<std::monostate>& is) {
    if (!is) FAIL(is.error().message);
}

/// Yesterday's and older points: `n` of each of some series, a second apart.
std::vector<point> readings(int series, int n, std::int64_t first) {
    std::vector<point> out;
    for (int s = 0; s < series; ++s)
        for (int i = 0; i < n; ++i)
            out.push_back(make_point("m", first + i * one_second, i % 97 / 8.0,
                                     {{"n", std::to_string(s)}, {"shape", "exact"}}));
    return out;
}

std::int64_t midnight_before(int days) {
    return this_second() / day * day - days * day;
}

}  // namespace

TEST_CASE("policies on a real Community edition", "[.community]") {
    own_schema own;
    done(own.table->keep_for(30 * 24h, in(30s)));
    done(own.table->keep_for(31 * 24h, in(30s)));
    done(own.table->keep_for(31 * 24h, in(30s)));
    done(own.table->compress_after(7 * 24h, in(30s)));
    done(own.table->compress_after(8 * 24h, in(30s)));
    const auto there = own.table->policies(in(30s));
    REQUIRE(there);
    CHECK(there->keep_for == 31 * 24h);
    CHECK(there->compress_after == 8 * 24h);
    CHECK(own.store->state(in(30s))->compression);
    done(own.table->compress_after(std::nullopt, in(30s)));
    done(own.table->keep_for(std::nullopt, in(30s)));
    done(own.table->set_chunk_interval(1h, in(30s)));
    CHECK_FALSE(own.table->policies(in(30s))->keep_for);
}

TEST_CASE("compressed chunks give back all bits, take points, and lose what is deleted",
          "[.community]") {
    for (const precision kept : {precision::microseconds, precision::nanoseconds}) {
        own_schema own(kept);
        const std::int64_t first = midnight_before(3);
        std::vector<point> points;
        std::int64_t t = first;
        for (const std::uint64_t bits : double_shape::special_bits)
            points.push_back(make_point("bits", t += one_second, double_shape::of_bits(bits)));
        write_all(*own.store, points);
        auto many = readings(200, 1'000, first);
        CHECK(own.store->load(many, in(120s)).delivered == many.size());
        done(own.table->compress_after(24h, in(30s)));
        REQUIRE(own.table->compress_chunks(this_second(), in(120s)));
        check_same(read_all(*own.store, "bits"), points);
        check_same(read_all(*own.store, "m"), in_order(many));
        // Far more than the 100,000 rows that a transaction may open.
        for (point& p : many) p.value += 1;
        const auto again = own.store->write_batch(many, in(600s));
        INFO(again.message);
        CHECK(again.delivered == many.size());
        check_same(read_all(*own.store, "m"), in_order(many));
        REQUIRE(own.table->compress_chunks(this_second(), in(120s)));
        const std::int64_t cutoff = first + 500 * one_second + 1;
        CHECK(own.store->delete_before("m", cutoff, in(120s))->points == 200 * 501);
        std::erase_if(many, [&](const point& p) { return p.timestamp < cutoff; });
        check_same(read_all(*own.store, "m"), in_order(many));
        CHECK(own.store->delete_before("", first + 600 * one_second, in(120s)));
        std::erase_if(many, [&](const point& p) { return p.timestamp < first + 600 * one_second; });
        check_same(read_all(*own.store, "m"), in_order(many));
    }
}

TEST_CASE("continuous aggregates are the downsampler's rollups", "[.community]") {
    own_schema own;
    rollups all(*own.line, own.how.schema);
    const std::int64_t first = midnight_before(2);
    auto points = readings(3, 7'200, first);
    points.push_back(make_point("m", first + 3 * one_second, std::nan(""), {{"n", "nan"}}));
    write_all(*own.store, points);
    const rollup hours{.name = "samples_1h", .every = 1h, .refresh = {{72h, 1h, 1h}}};
    done(all.make(hours, in(60s)));
    done(all.make(hours, in(60s)));
    done(all.make({.name = "samples_1d", .every = 24h, .from = "samples_1h"}, in(60s)));
    done(all.refresh("samples_1h", first, this_second(), in(120s)));
    done(all.refresh("samples_1d", first, midnight_before(0), in(120s)));
    const auto expected = own.store->query_buckets(
        {.metric = "m", .start = first, .width = 3'600 * one_second}, in(60s));
    REQUIRE(expected);
    const auto found =
        run(*own.line, "SELECT count, numbers, sum, min, max, first, last FROM " +
                           own.view("samples_1h") + " JOIN " + own.how.schema.names.of_series() +
                           " s ON s.id = series_id ORDER BY s.tags->>'n', bucket");
    REQUIRE(found.rows() == expected->size());
    for (std::size_t row = 0; row < found.rows(); ++row) {
        const storage::bucket& one = (*expected)[row];
        CHECK(found.integer(row, 0) == static_cast<std::int64_t>(one.count));
        CHECK(found.integer(row, 1) == static_cast<std::int64_t>(one.numbers));
        CHECK(found.is_null(row, 2) == (one.numbers == 0));
        if (one.numbers == 0) continue;
        const double is[] = {one.sum, one.min, one.max, one.first, one.last};
        for (std::size_t i = 0; i < std::size(is); ++i) CHECK(found.real(row, i + 2) == is[i]);
    }
    CHECK(own.number("SELECT sum(count)::bigint FROM " + own.view("samples_1d")) ==
          static_cast<std::int64_t>(points.size()));
    // In real time new points are seen at once.
    rollup live = hours;
    live.real_time = true;
    live.refresh->start_offset = 96h;
    done(all.make(live, in(60s)));
    write_all(*own.store, {make_point("m", this_second(), 1, {{"n", "new"}})});
    CHECK(own.number("SELECT sum(count)::bigint FROM " + own.view("samples_1h")) ==
          static_cast<std::int64_t>(points.size() + 1));
    CHECK(own.table->keep_for(96h, in(30s)).error().what == verdict::refused);
    done(own.table->keep_for(97h, in(30s)));
    live.refresh->start_offset = 97h;
    CHECK(all.make(live, in(30s)).error().what == verdict::refused);
    run(*own.line, "BEGIN");
    done(all.make({.name = "in_transaction", .every = 1h}, in(60s)));
    CHECK(all.refresh("in_transaction", first, this_second(), in(60s)).error().what ==
          verdict::refused);
    run(*own.line, "COMMIT");
    for (const char* name : {"in_transaction", "samples_1d", "samples_1h", "samples_1h"})
        done(all.remove(name, in(60s)));
}
