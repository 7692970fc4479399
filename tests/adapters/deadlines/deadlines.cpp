// No call outlasts its deadline by more than a tenth, whatever happens to what it needs: one
// list of every class that takes deadlines, in every bad situation that there is.
//
// A class is added by a scene, which is the situation and the calls, and its line in scenes().
#include "support/fake_backend.hpp"
#include "support/fake_disk.hpp"
#include "support/fault_server.hpp"
#include "support/scratch.hpp"
#include "support/scripted_postgres.hpp"
#include "support/stall.hpp"

#include <adapters/clickhouse/backend.hpp>
#include <adapters/downsampler/downsampler.hpp>
#include <adapters/embedded/embedded_backend.hpp>
#include <adapters/influxdb/backend.hpp>
#include <adapters/parquet/backend.hpp>
#include <adapters/prometheus/backend.hpp>
#include <adapters/storage/multi_backend.hpp>
#include <adapters/storage/query_cache.hpp>
#include <adapters/storage/retention.hpp>
#include <adapters/timescaledb/backend.hpp>
#include <adapters/victoriametrics/backend.hpp>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <future>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

namespace {

constexpr auto given = 300ms;
constexpr int attempts = 5;  // the machine may be slow once, a lock is so every time

/// One situation, and the calls that must end in it. Destroyed after release().
class scene {
public:
    struct call {
        std::string name;
        std::function<void(deadline)> make;
    };
    virtual ~scene() = default;
    /// Ends the situation: whoever waits goes on.
    virtual void release() {}

    std::vector<call> calls;

protected:
    template <class Make>
    void add(std::string name, Make make) {
        calls.push_back({std::move(name), [make](deadline until) {
                             (void)make(until);
                         }});
    }
    void add_all_of(storage_backend& store) {
        add("write_batch", [&](deadline d) { return store.write_batch(run_of("cpu", 3), d); });
        add("query_range", [&](deadline d) { return store.query_range({.metric = "cpu"}, d); });
        add("list_metrics", [&](deadline d) { return store.list_metrics(d); });
        add("query_buckets",
            [&](deadline d) { return store.query_buckets({.metric = "cpu", .width = 5}, d); });
        add("delete_before", [&](deadline d) { return store.delete_before("cpu", 5, d); });
        add("health", [&](deadline d) { return store.health(d); });
    }
};

/// Each of its calls hangs until its deadline.
class hung_store final : public storage_backend {
public:
    explicit hung_store(std::string name = "hung") : name_(std::move(name)) { here.begin(); }

    [[nodiscard]] std::string_view name() const noexcept override { return name_; }
    write_outcome write_batch(std::span<const point>, deadline until) override {
        here.pass_until(until);
        return fake_backend::retry("timeout");
    }
    reply<std::vector<point>> query_range(const range_query&, deadline until) override {
        here.pass_until(until);
        return failure{verdict::retry, {}, "timeout"};
    }
    reply<std::vector<std::string>> list_metrics(deadline until) override {
        here.pass_until(until);
        return failure{verdict::retry, {}, "timeout"};
    }
    reply<std::vector<bucket>> query_buckets(const bucket_query&, deadline until) override {
        here.pass_until(until);
        return failure{verdict::retry, {}, "timeout"};
    }
    reply<deletion> delete_before(std::string_view, std::int64_t, deadline until) override {
        here.pass_until(until);
        return failure{verdict::retry, {}, "timeout"};
    }
    reply<std::monostate> health(deadline until) override {
        here.pass_until(until);
        return failure{verdict::retry, {}, "timeout"};
    }

    stall here;

private:
    std::string name_;
};

batch_options quick() {
    batch_options how;
    how.batch_points = 10;
    how.linger = 1ms;
    how.call_time = 30s;  // far more than is given
    how.retries = {1ms, 4ms, 20ms};
    how.most_points = 20;
    return how;
}

/// What stalls of a disk.
enum class part { none, reads, writes, syncs };

/// A spool with a record in it, on a disk of which a part can stall.
struct on_a_disk {
    explicit on_a_disk(part which, spool_options how = {}) : which_(which) {
        auto opened = spool::open(std::make_unique<fake_files>(disk), how);
        if (!opened) throw std::runtime_error(opened.error().message);
        kept = std::move(*opened);
        if (!kept->append(run_of("cpu", 3))) throw std::runtime_error("append");
    }
    void begin() {
        if (which_ != part::none) place().begin();
    }
    void end() {
        if (which_ != part::none) place().end();
    }

    fake_disk disk;
    std::unique_ptr<spool> kept;

private:
    stall& place() {
        return which_ == part::reads    ? disk.reads
               : which_ == part::writes ? disk.writes
                                        : disk.syncs;
    }
    part which_;
};

class spool_on_a_stalled_disk final : public scene {
public:
    explicit spool_on_a_stalled_disk(part which) : on_(which) {
        reader_ = *on_.kept->attach("r");
        on_.begin();
        // Another user of the disk is in it already.
        other_ = std::thread([this] {
            (void)on_.kept->lease(reader_);
            (void)on_.kept->append(run_of("cpu", 3));
            (void)on_.kept->sync();
        });
        add("append",
            [this](deadline d) { return on_.kept->append(run_of("cpu", 3), {.until = d}); });
        add("sync", [this](deadline d) { return on_.kept->sync(d); });
        add("drop_oldest", [this](deadline d) { return on_.kept->drop_oldest(d); });
        add("counts", [this](deadline) { return on_.kept->counts(reader_); });
        add("has_next", [this](deadline) { return on_.kept->has_next(reader_); });
    }
    ~spool_on_a_stalled_disk() override { other_.join(); }
    void release() override { on_.end(); }

private:
    on_a_disk on_;
    spool::reader_id reader_ = spool::nobody;
    std::thread other_;
};

/// A writer whose queue is full, before a store that hangs.
class full_writer final : public scene {
public:
    explicit full_writer(overflow when_full, std::optional<part> stalled = {},
                         spool_options disk = {}) {
        batch_options how = quick();
        how.when_full = when_full;
        how.on_dropped = [this](const point&, const dropped_point&) {
            telling_.pass();
        };
        if (stalled) {
            on_ = std::make_unique<on_a_disk>(*stalled, disk);
            how.to_disk = on_->kept.get();
        }
        writer_ = std::make_unique<batch_writer>(store_, how);
        if (on_) on_->begin();
        (void)writer_->submit(run_of("cpu", 25), in(1ms));
        // Another waits for room; or has dropped points, and its on_dropped does not return.
        const bool drops = when_full == overflow::drop_oldest || when_full == overflow::drop_newest;
        const bool at_once = !stalled;
        if (drops && at_once) telling_.begin();
        other_ = std::thread([this] { (void)writer_->submit(run_of("cpu", 25), in(30s)); });
        if (drops && at_once) telling_.wait_until_reached();
        add("submit", [this](deadline d) { return writer_->submit(run_of("cpu", 25), d); });
        add("flush", [this](deadline d) { return writer_->flush(d); });
        add("close", [this](deadline d) { return writer_->close(d); });
        add("counters", [this](deadline) { return writer_->counters(); });
    }
    ~full_writer() override { other_.join(); }
    void release() override {
        telling_.end();
        store_.here.end();
        if (on_) on_->end();
        (void)writer_->close(in(0s));  // nor does the other wait for room
    }

private:
    stall telling_;
    hung_store store_;
    std::unique_ptr<on_a_disk> on_;
    std::unique_ptr<batch_writer> writer_;
    std::thread other_;
};

/// Several stores of which the first hangs, and another caller who has begun.
class busy_stores final : public scene {
public:
    explicit busy_stores(multi_mode mode, part stalled, spool_options disk = {})
        : on_(stalled, disk) {
        multi_options how{.mode = mode, .to_disk = on_.kept.get(), .each = quick()};
        auto made = multi_backend::make({&first_, &second_}, how);
        if (!made) throw std::runtime_error(made.error().message);
        all_ = std::move(*made);
        on_.begin();
        other_ = std::thread([this] {
            while (!over_) (void)all_->write_batch(run_of("cpu", 100), in(1s));
        });
        add_all_of(*all_);
        add("write_each", [this](deadline d) { return all_->write_each(run_of("cpu", 3), d); });
        add("delete_each", [this](deadline d) { return all_->delete_each("cpu", 5, d); });
        add("health_each", [this](deadline d) { return all_->health_each(d); });
        add("flush", [this](deadline d) { return all_->flush(d); });
        add("close", [this](deadline d) { return all_->close(d); });
        add("counters", [this](deadline) { return all_->counters(); });
    }
    ~busy_stores() override { other_.join(); }
    void release() override {
        over_ = true;
        first_.here.end();
        second_.here.end();
        on_.end();
    }

private:
    hung_store first_{"first"}, second_{"second"};
    on_a_disk on_;
    std::unique_ptr<multi_backend> all_;
    std::atomic<bool> over_ = false;
    std::thread other_;
};

class cached_store final : public scene {
public:
    cached_store() : cached_(store_) { add_all_of(cached_); }
    void release() override { store_.here.end(); }

private:
    hung_store store_;
    query_cache cached_;
};

class kept_store final : public scene {
public:
    kept_store()
        : keep_(store_, {{.metric = "a", .keep = 1h}, {.metric = "b", .keep = 1h}, {.keep = 1h}}) {
        for (const dry_run dry : {dry_run::no, dry_run::yes})
            add("cleanup",
                [this, dry](deadline d) { return keep_.cleanup(this_second(), d, dry); });
    }
    void release() override { store_.here.end(); }

private:
    hung_store store_;
    retention keep_;
};

/// Rollups of a store that hangs, or into one; or that answers at once, of more buckets than
/// there is time for.
class rolled_up final : public scene {
public:
    rolled_up(bool from_hangs, bool to_hangs)
        : rollups_(from_hangs ? pick(hung_) : pick(quick_), to_hangs ? pick(hung_) : pick(other_),
                   how()) {
        add("run", [this](deadline d) { return rollups_.run(INT64_MAX / 2, d); });
        add("watermark", [this](deadline d) { return rollups_.watermark(d); });
        add("done_with", [this](deadline d) { return rollups_.done_with(d); });
    }
    void release() override { hung_.here.end(); }

private:
    static storage_backend& pick(storage_backend& one) { return one; }
    static downsample::options how() {
        downsample::options out;
        out.metric = "cpu";
        out.every = 1ns;
        return out;
    }

    hung_store hung_;
    fake_backend quick_, other_{"other"};
    downsample::downsampler rollups_;
};

/// A database in which another writes, and does not come to an end.
class locked_database final : public scene {
public:
    locked_database() {
        auto opened = embedded::embedded_backend::open(directory_ / "x.db");
        if (!opened) throw std::runtime_error(opened.error().message);
        store_ = std::move(*opened);
        if (!store_->write_batch(run_of("cpu", 10), in(60s)).ok() ||
            sqlite3_open(std::string(directory_ / "x.db").c_str(), &other_) != SQLITE_OK ||
            sqlite3_exec(other_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK)
            throw std::runtime_error("no other user of the database");
        add_all_of(*store_);
        add("checkpoint", [this](deadline d) { return store_->checkpoint(d); });
        add("repair", [this](deadline d) { return store_->repair(d); });
    }
    void release() override { sqlite3_close(std::exchange(other_, nullptr)); }

private:
    scratch_directory directory_;
    std::unique_ptr<embedded::embedded_backend> store_;
    sqlite3* other_ = nullptr;
};

/// A dataset with files and recent points, on a disk of which a part stalls, and another caller who
/// has begun.
class dataset_on_a_stalled_disk final : public scene {
public:
    explicit dataset_on_a_stalled_disk(part which) : which_(which) {
        auto opened = parquet::backend::open(std::make_unique<fake_files>(disk_), {});
        if (!opened) throw std::runtime_error(opened.error().message);
        store_ = std::move(*opened);
        if (!store_->write_batch(run_of("cpu", 10), in(60s)).ok() || !store_->checkpoint(in(60s)) ||
            !store_->write_batch(run_of("cpu", 10, 5), in(60s)).ok())
            throw std::runtime_error("no dataset");
        place().begin();
        other_ = std::thread([this] {
            (void)store_->checkpoint(in(30s));
            (void)store_->query_range({.metric = "cpu"}, in(30s));
        });
        add_all_of(*store_);
        add("checkpoint", [this](deadline d) { return store_->checkpoint(d); });
        add("compact", [this](deadline d) { return store_->compact(d); });
        add("repair", [this](deadline d) { return store_->repair(d); });
        add("counters", [this](deadline) { return store_->counters(); });
    }
    ~dataset_on_a_stalled_disk() override { other_.join(); }
    void release() override { place().end(); }

private:
    stall& place() {
        return which_ == part::reads    ? disk_.reads
               : which_ == part::writes ? disk_.writes
                                        : disk_.syncs;
    }

    fake_disk disk_;
    part which_;
    std::unique_ptr<parquet::backend> store_;
    std::thread other_;
};

/// A store whose server takes requests and does not answer, or a byte a second.
template <class Backend, class Options>
class behind_a_server final : public scene {
public:
    explicit behind_a_server(behaviour how) : server_{{.body = std::string(100, 'x'), .how = how}} {
        Options options;
        options.where.url = server_.url();
        auto opened = Backend::open(options);
        if (!opened) throw std::runtime_error(opened.error().message);
        store_ = std::move(*opened);
        add_all_of(*store_);
    }

private:
    fault_server server_;
    std::unique_ptr<Backend> store_;
};

/// A ClickHouse that hangs at the first question, or says its version and hangs at the next;
/// its calls are more than one request.
class clickhouse_behind_a_server final : public scene {
public:
    clickhouse_behind_a_server(const std::string& version, behaviour how)
        : server_(script(version, how)) {
        auto opened = clickhouse::backend::open({.where = {.url = server_.url()}});
        if (!opened) throw std::runtime_error(opened.error().message);
        store_ = std::move(*opened);
        if (!version.empty() && store_->query("", {}, in(60s))) throw std::runtime_error("query");
        add_all_of(*store_);
        add("create_table", [this](deadline d) { return store_->create_table(d); });
        add("set_keep_for", [this](deadline d) { return store_->set_keep_for(1h, d); });
        add("query", [this](deadline d) { return store_->query("SELECT 1", {}, d); });
    }

private:
    static std::vector<scripted> script(const std::string& version, behaviour how) {
        std::vector<scripted> out;
        if (!version.empty()) out = {{.body = version}, {.status = 400}};
        out.push_back({.body = std::string(100, 'x'), .how = how});
        return out;
    }

    fault_server server_;
    std::unique_ptr<clickhouse::backend> store_;
};

/// Databases and buckets of InfluxDB are made by more than one request.
class influxdb_behind_a_server final : public scene {
public:
    influxdb_behind_a_server(influxdb::api which, behaviour how)
        : server_{{.body = std::string(100, ' '), .how = how}} {
        auto opened = influxdb::backend::open(
            {.where = {.url = server_.url()}, .api = which, .database = "d", .org = "o"});
        if (!opened) throw std::runtime_error(opened.error().message);
        store_ = std::move(*opened);
        add_all_of(*store_);
        add("query_buckets of some", [this](deadline d) {
            return store_->query_buckets({.metric = "cpu", .start = 0, .end = 9, .width = 5}, d);
        });
        auto& client = store_->client();
        const static std::vector<influxdb::point> points{{"m", {}, {{"f", 1.0}}, 1},
                                                         {"m", {}, {{"f", 2.0}}, 2}};
        add("write", [&](deadline d) { return client.write(points, d); });
        add("create", [&](deadline d) { return client.create(1h, d); });
        add("keep", [&](deadline d) { return client.keep(1h, d); });
        add("databases", [&](deadline d) { return client.databases(d); });
        add("query_influxql", [&](deadline d) { return client.query_influxql("x", d); });
        add("query_flux", [&](deadline d) { return client.query_flux("x", d); });
        add("query_sql", [&](deadline d) { return client.query_sql("x", d); });
        add("version", [&](deadline d) { return client.version(d); });
    }

private:
    fault_server server_;
    std::unique_ptr<influxdb::backend> store_;
};

/// A PostgreSQL that takes connections and lets nobody in; or hangs at a statement that has some
/// words, and answers what precedes it so that the tables seem to be there.
class timescaledb_behind_a_server final : public scene {
public:
    timescaledb_behind_a_server(std::string hangs_at, behaviour before)
        : silent_{{.how = before}}, server_([hangs_at](const std::string& sql, const auto&) {
              return answer(sql, hangs_at);
          }) {
        timescaledb::options how{.where = {.host = "127.0.0.1",
                                           .port = server_.port(),
                                           .database = "d",
                                           .user = "u",
                                           .tls = timescaledb::tls::off}};
        const std::string at = silent_.authority();
        if (hangs_at.empty())
            how.where.port = static_cast<std::uint16_t>(std::stoi(at.substr(at.find(':') + 1)));
        auto opened = timescaledb::backend::open(how);
        if (!opened) throw std::runtime_error(opened.error().message);
        store_ = std::move(*opened);
        add_all_of(*store_);
        add("query_buckets of microseconds", [this](deadline d) {
            return store_->query_buckets({.metric = "cpu", .width = 5'000}, d);
        });
        add("load", [this](deadline d) { return store_->load(run_of("cpu", 3), d); });
        add("initialize_schema", [this](deadline d) { return store_->initialize_schema(d); });
        add("state", [this](deadline d) { return store_->state(d); });
        add("query", [this](deadline d) { return store_->query("SELECT 1", {}, d); });
        add("connect", [this](deadline d) { return store_->connect(d); });
    }

private:
    static pg_answer answer(const std::string& sql, const std::string& hangs_at) {
        using namespace timescaledb;
        if (hangs_at == "*" || sql.find(hangs_at) != sql.npos)
            return {.how = pg_answer::way::hangs};
        if (sql.find("pg_attribute a WHERE") != sql.npos) {
            pg_answer all{
                .columns = {
                    {"n", oid::text}, {"t", oid::text}, {"b", oid::boolean}, {"b", oid::boolean}}};
            for (const auto& [name, type] :
                 std::initializer_list<std::pair<const char*, const char*>>{
                     {"id", "bigint"},
                     {"key", "bytea"},
                     {"metric", "text"},
                     {"service", "text"},
                     {"tags", "jsonb"},
                     {"time", "timestamp with time zone"},
                     {"series_id", "bigint"},
                     {"value", "double precision"}})
                all.rows.push_back({name, type, std::string(1, '\0'), std::string(1, '\0')});
            return all;
        }
        const std::string one = be_text<std::uint64_t>(1);
        const std::size_t columns = sql.find("pg_extension") != sql.npos ? 0 : 5;
        pg_answer out{.columns = std::vector<pg_answer::column>(columns, {"n", oid::int8})};
        if (columns > 0)
            out.rows.push_back({std::vector<std::optional<std::string>>(columns, one)});
        return out;
    }

    fault_server silent_;
    scripted_postgres server_;
    std::unique_ptr<timescaledb::backend> store_;
};

struct named_scene {
    std::string name;
    std::function<std::unique_ptr<scene>()> make;
};

template <class Scene, class... Arguments>
named_scene of(std::string name, Arguments... arguments) {
    return {std::move(name), [=] {
                return std::make_unique<Scene>(arguments...);
            }};
}

std::vector<named_scene> scenes() {
    constexpr spool_options small{.most_bytes = 2'000, .segment_bytes = 250};
    std::vector<named_scene> all{
        of<cached_store>("query_cache, the store hangs"),
        of<kept_store>("retention, the store hangs"),
        of<rolled_up>("downsampler, the source hangs", true, false),
        of<rolled_up>("downsampler, the target hangs", false, true),
        of<rolled_up>("downsampler, more to do than there is time", false, false),
        of<locked_database>("embedded, another has the database"),
        of<full_writer>("batch_writer, block, the spool is full", overflow::block, part::none,
                        small),
        of<full_writer>("batch_writer, drop_oldest, the spool is full", overflow::drop_oldest,
                        part::none, small),
        of<busy_stores>("multi_backend, primary_only", multi_mode::primary_only, part::none),
        of<busy_stores>("multi_backend, replication, another writes",
                        multi_mode::primary_with_async_replication, part::none),
        of<busy_stores>("multi_backend, all, the spool is full", multi_mode::all, part::none,
                        small),
    };
    for (const overflow when :
         {overflow::block, overflow::reject, overflow::drop_oldest, overflow::drop_newest})
        all.push_back(of<full_writer>(
            "batch_writer, the store hangs, overflow " + std::to_string(static_cast<int>(when)),
            when));
    for (const auto& [which, name] :
         {std::pair(part::reads, "reads"), std::pair(part::writes, "writes"),
          std::pair(part::syncs, "syncs")}) {
        const std::string stalls = std::string(", the disk stalls in ") + name;
        all.push_back(of<spool_on_a_stalled_disk>("spool" + stalls, which));
        all.push_back(of<dataset_on_a_stalled_disk>("dataset" + stalls, which));
        for (const overflow when : {overflow::block, overflow::drop_oldest})
            all.push_back(of<full_writer>("batch_writer" + stalls, when, which));
        all.push_back(of<busy_stores>("multi_backend, all" + stalls, multi_mode::all, which));
    }
    for (const auto& [how, name] :
         {std::pair(behaviour::hangs, "hangs"), std::pair(behaviour::drips, "drips")}) {
        all.push_back(of<behind_a_server<prometheus::backend, prometheus::options>>(
            std::string("Prometheus ") + name, how));
        all.push_back(of<behind_a_server<victoriametrics::backend, victoriametrics::options>>(
            std::string("VictoriaMetrics ") + name, how));
        for (const auto which : {influxdb::api::v1, influxdb::api::v2, influxdb::api::v3})
            all.push_back(of<influxdb_behind_a_server>(
                "InfluxDB " + std::to_string(1 + static_cast<int>(which)) + " " + name, which,
                how));
        all.push_back(of<timescaledb_behind_a_server>(
            std::string("PostgreSQL lets nobody in, and ") + name, "", how));
        for (const char* version : {"", "26.7.2.1", "18.16.1"})
            all.push_back(of<clickhouse_behind_a_server>(
                std::string("ClickHouse ") + version + " " + name, version, how));
    }
    for (const char* words : {"*", "FROM unnest", "series_id = ANY", "DELETE", "INSERT", "COMMIT"})
        all.push_back(of<timescaledb_behind_a_server>(std::string("PostgreSQL hangs at ") + words,
                                                      words, behaviour::hangs));
    return all;
}

struct timed_call {
    std::chrono::nanoseconds took;
    std::string name;
    std::size_t calls = 0;  // that the situation has
};

/// One call, given `given`, in the situation made for it alone.
timed_call time_of(const named_scene& which, std::size_t call) {
    const auto situation = which.make();
    const auto start = storage::clock::now();
    const deadline until = start + given;
    auto ended = std::async(std::launch::async, [&] {
        situation->calls[call].make(until);
        return storage::clock::now() - start;
    });
    // One that does not end must not keep the others from being looked at.
    (void)ended.wait_until(start + 10 * given);
    situation->release();
    return {ended.get(), situation->calls[call].name, situation->calls.size()};
}

/// The calls of a situation that took too long every time, and how long at least.
std::string too_long(const named_scene& which) {
    std::string out;
    std::size_t calls = 1;
    for (std::size_t call = 0; call < calls; ++call) {
        std::string name;
        auto least = std::chrono::nanoseconds::max();
        for (int attempt = 0; attempt < attempts && least > given + given / 10; ++attempt) {
            const auto [took, of, all] = time_of(which, call);
            least = std::min(least, took);
            name = of;
            calls = all;
        }
        if (least > given + given / 10)
            out += which.name + ": " + name + " took " +
                   std::to_string(
                       std::chrono::duration_cast<std::chrono::milliseconds>(least).count()) +
                   " ms\n";
    }
    return out;
}

}  // namespace

TEST_CASE("no call of any class outlasts its deadline by more than a tenth", "[deadlines]") {
    // All situations at once: nearly all of the time they wait.
    std::vector<std::future<std::string>> running;
    for (named_scene& one : scenes())
        running.push_back(std::async(std::launch::async, [one] { return too_long(one); }));
    REQUIRE(running.size() > 20);
    for (auto& one : running) CHECK(one.get() == "");
}
