// A directory of Parquet files as a store: what it promises of points, files and folders.
#include "scratch_dataset.hpp"

#include "support/long_form.hpp"

#include <adapters/storage/batch_writer.hpp>

#include <catch2/catch.hpp>

#include <sys/resource.h>

using namespace chronopack;
using namespace chronopack::parquet_test;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::in;
using storage::verdict;

namespace {

constexpr std::int64_t day = 86'400 * one_second;

// n points, a nanosecond after the other, with their times as values.
std::vector<point> counting(const std::string& metric, std::int64_t n, std::int64_t first = 0) {
    std::vector<point> points;
    for (std::int64_t i = first; i < first + n; ++i)
        points.push_back(point_of(metric, i, static_cast<double>(i)));
    return points;
}

std::uint64_t rows_of(const std::string& file) {
    auto from = parquet::open_path(file);
    REQUIRE(from);
    const auto reader = parquet::file_reader::open(std::move(*from));
    REQUIRE(reader);
    return reader->rows();
}

std::vector<point> all_of(parquet::backend& store, const std::string& metric) {
    const auto found = store.query_range({.metric = metric}, in(60s));
    if (!found) FAIL(found.error().message);
    return *found;
}

void flip_a_byte(const std::string& path) {
    auto bytes = read_file(path);
    bytes[bytes.size() / 3] ^= std::byte{1};
    write_file(path, bytes);
}

}  // namespace

TEST_CASE("a dataset gives what a map would, however its points come and are cut", "[dataset]") {
    prng random(3);
    for (int round = 0; round < long_form(2, 300); ++round) {
        const scratch_directory dir;
        point_model expected;
        parquet::options how;
        how.synchronous = false;
        how.cut_points = random.one_in(2) ? 40 : 8'000'000;
        how.layout.tags = random.one_in(2) ? parquet::tags_form::map : parquet::tags_form::json;
        auto store = opened(dir.path(), how);
        for (int step = 0; step < 30; ++step) {
            std::vector<point> batch;
            for (auto n = random.below(30); n > 0; --n)
                batch.push_back(point_of(random.one_in(2) ? "cpu" : "mem",
                                         random.between(-4, 4) * (day / 3) + random.between(0, 3),
                                         std::bit_cast<double>(random()),
                                         {{"host", random.one_in(2) ? "a" : ""}},
                                         random.one_in(2) ? "shop" : ""));
            const auto done = store->write_batch(batch, in(60s));
            REQUIRE(done.ok());
            REQUIRE(done.delivered == batch.size());
            expected.write(batch);
            if (random.one_in(5)) REQUIRE(store->checkpoint(in(60s)));
            if (random.one_in(8)) REQUIRE(store->compact(in(60s)));
            if (random.one_in(8)) REQUIRE(store->repair(in(60s))->empty());
            if (random.one_in(8)) {
                store.reset();
                store = opened(dir.path(), how);
            }
            if (random.one_in(8)) {
                const std::string metric = random.one_in(2) ? "" : "cpu";
                const std::int64_t cutoff = random.between(-4, 1) * (day / 3);
                const auto deleted = store->delete_before(metric, cutoff, in(60s));
                REQUIRE(deleted);
                const std::size_t n = expected.delete_before(metric, cutoff);
                if (deleted->points) REQUIRE(*deleted->points == n);
            }
            const std::int64_t from = random.between(-4, 4) * (day / 3);
            for (const char* metric : {"cpu", "mem"}) {
                REQUIRE(all_of(*store, metric) == expected.range(metric));
                REQUIRE(*store->query_range({.metric = metric, .start = from, .end = from + day},
                                            in(60s)) == expected.range(metric, from, from + day));
            }
        }
    }
}

TEST_CASE("each point is in the folder of its day, whenever it comes", "[dataset]") {
    const scratch_directory dir;
    const std::int64_t midnight = 19'676 * day;  // of 2023-11-15
    {
        const auto store = opened(dir.path());
        CHECK(store
                  ->write_batch(
                      std::vector{point_of("cpu", midnight - 1, 1), point_of("cpu", midnight, 2),
                                  point_of("cpu", midnight - 730 * day, 3),
                                  point_of("cpu", INT64_MIN, 4), point_of("cpu", INT64_MAX, 5)},
                      in(60s))
                  .ok());
    }
    CHECK(files_in(dir.path()) ==
          std::vector<std::string>{"date=1677-09-21/0000000000000001.parquet",
                                   "date=2021-11-15/0000000000000001.parquet",
                                   "date=2023-11-14/0000000000000001.parquet",
                                   "date=2023-11-15/0000000000000001.parquet",
                                   "date=2262-04-11/0000000000000001.parquet"});
    CHECK(all_of(*opened(dir.path()), "cpu").size() == 5);
}

TEST_CASE("no text of a point gets into a path, and all of it comes back", "[dataset]") {
    const scratch_directory dir;
    prng random(9);
    std::vector<point> points;
    for (int i = 0; i < 500; ++i)
        points.push_back(point_of("../" + hostile_text(random, 4), i, i,
                                  {{"..", "/etc/passwd"}, {"date=", hostile_text(random, 4)}},
                                  hostile_text(random, 3)));
    auto store = opened(dir.path());
    const auto done = store->write_batch(points, in(60s));
    REQUIRE(done.ok());
    CHECK(done.delivered + done.dropped.size() == points.size());
    for (const auto& d : done.dropped) CHECK(d.why == storage::drop_reason::invalid);
    CHECK(done.delivered > 100);
    CHECK(done.dropped.size() > 10);
    store.reset();
    store = opened(dir.path());
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (dropped < done.dropped.size() && done.dropped[dropped].index == i && ++dropped)
            continue;
        const auto found = store->query_range(
            {.metric = points[i].metric, .start = points[i].timestamp, .end = points[i].timestamp},
            in(60s));
        REQUIRE(*found == std::vector{points[i]});
    }
    CHECK(files_in(dir.path()) ==
          std::vector<std::string>{"date=1970-01-01/0000000000000001.parquet"});
}

TEST_CASE("a batch that is written twice is there once, and once in a compacted file",
          "[dataset]") {
    const scratch_directory dir;
    const auto store = opened(dir.path());
    const auto points = counting("cpu", 100);
    for (int i = 0; i < 3; ++i) {
        CHECK(store->write_batch(points, in(60s)).ok());
        CHECK(store->write_batch(points, in(60s)).ok());
        CHECK(store->checkpoint(in(60s)));
        CHECK(all_of(*store, "cpu") == points);
    }
    CHECK(files_in(dir.path()).size() == 3);
    CHECK(store->compact(in(60s)));
    const std::string file = "date=1970-01-01/0000000000000001-0000000000000003-0.parquet";
    CHECK(files_in(dir.path()) == std::vector{file});
    CHECK(rows_of(dir.path() + "/" + file) == 100);
    CHECK(all_of(*store, "cpu") == points);
}

TEST_CASE("a file is cut by points, by bytes of log and by age, and small ones become one",
          "[dataset]") {
    for (int by = 0; by < 3; ++by) {
        const scratch_directory dir;
        parquet::options how;
        how.synchronous = false;
        how.most_small_files = 3;
        if (by == 0) how.cut_points = 10;
        if (by == 1) how.cut_bytes = 100;
        if (by == 2) how.cut_age = 1ms;
        const auto store = opened(dir.path(), how);
        for (std::int64_t k = 0; k < 8; ++k) {
            REQUIRE(store->write_batch(counting("cpu", 10, 10 * k), in(60s)).ok());
            while (store->counters().recent_points > 0) std::this_thread::sleep_for(1ms);
        }
        if (by > 0) {  // a file holds no more than cut_points
            while (store->counters().files > 3) std::this_thread::sleep_for(1ms);
            CHECK(files_in(dir.path()).size() <= 4);
        }
        CHECK(all_of(*store, "cpu") == counting("cpu", 80));
        CHECK(store->counters().last_failure == "");
    }
}

TEST_CASE("a batch of many days needs few open files", "[dataset]") {
    const scratch_directory dir;
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit few = before;
    few.rlim_cur = 192;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    const int days = long_form(200, 10'000);
    std::vector<point> points;
    for (int d = 0; d < days; ++d) points.push_back(point_of("cpu", d * day, d));
    parquet::options how;
    how.synchronous = false;
    const auto store = opened(dir.path(), how);
    CHECK(store->write_batch(points, in(600s)).ok());
    CHECK(store->checkpoint(in(600s)));
    CHECK(files_in(dir.path()).size() == points.size());
    CHECK(*store->query_range({.metric = "cpu"}, in(600s)) == points);
    CHECK(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

TEST_CASE("one metric in a hundred files is read without the rest of them", "[dataset]") {
    const scratch_directory dir;
    parquet::options how;
    how.synchronous = false;
    how.file.page_rows = 4000;
    how.most_small_files = 1000;
    const auto store = opened(dir.path(), how);
    prng random(5);
    std::vector<point> expected;
    const int files = long_form(4, 100);
    for (int f = 0; f < files; ++f) {
        std::vector<point> batch;
        for (int m = 0; m < 50; ++m)
            for (int i = 0; i < 4000; ++i)
                batch.push_back(point_of("m" + std::to_string(100 + m), f * 4000 + i,
                                         static_cast<double>(random.below(1u << 30))));
        expected.insert(expected.end(), batch.begin() + 28'000, batch.begin() + 32'000);
        REQUIRE(store->write_batch(batch, in(600s)).ok());
        REQUIRE(store->checkpoint(in(600s)));
    }
    std::uintmax_t bytes = 0;
    for (const auto& file : files_in(dir.path()))
        bytes += std::filesystem::file_size(dir.path() + "/" + file);
    const auto before = store->counters().bytes_read;
    CHECK(all_of(*store, "m107") == expected);
    const auto read = store->counters().bytes_read - before;
    CHECK(read < bytes / 20);
    CHECK(read > 0);
}

TEST_CASE("only one store has a dataset, and no store of another layout", "[dataset]") {
    const scratch_directory dir;
    {
        const auto store = opened(dir.path());
        CHECK(parquet::backend::open(dir.path()).error().what == verdict::hold);
        CHECK(store->write(point_of("cpu", 1, 1, {{"host", "a"}}), in(60s)).ok());
    }
    parquet::options how;
    how.layout.unit = time_unit::microseconds;
    CHECK(parquet::backend::open(dir.path(), how).error().what == verdict::hold);
    how.layout = {.tags = parquet::tags_form::json};
    CHECK(parquet::backend::open(dir.path(), how).error().what == verdict::hold);
    how.layout = {.tags = parquet::tags_form::columns, .tag_columns = {"value"}};
    CHECK(parquet::backend::open(dir.path(), how).error().what == verdict::refused);
    CHECK(opened(dir.path())->counters().files == 1);
    CHECK(parquet::backend::open(dir / "none/such").error().what == verdict::hold);
}

TEST_CASE("times that are finer than the unit are cut and counted, and so from the start",
          "[dataset]") {
    const scratch_directory dir;
    parquet::options how;
    how.layout = {.unit = time_unit::microseconds,
                  .tags = parquet::tags_form::columns,
                  .tag_columns = {"host"}};
    const auto store = opened(dir.path(), how);
    const auto done = store->write_batch(
        std::vector{point_of("cpu", 1'000, 1, {{"host", ""}}), point_of("cpu", -1, 2),
                    point_of("cpu", INT64_MIN, 3), point_of("cpu", 5, 4, {{"zone", "b"}})},
        in(60s));
    REQUIRE(done.ok());
    CHECK(done.rounded == 1);
    REQUIRE(done.dropped.size() == 2);
    CHECK(done.dropped[0].index == 2);
    CHECK(done.dropped[1].index == 3);
    const std::vector expected{point_of("cpu", -1'000, 2),
                               point_of("cpu", 1'000, 1, {{"host", ""}})};
    CHECK(all_of(*store, "cpu") == expected);
    CHECK(store->checkpoint(in(60s)));
    CHECK(all_of(*store, "cpu") == expected);
}

TEST_CASE("a damaged file is named by each query of its day, until repair() renames it",
          "[dataset]") {
    const scratch_directory dir;
    auto store = opened(dir.path());
    for (std::int64_t d = 0; d < 3; ++d) {
        REQUIRE(store->write_batch(counting("cpu", 1000, d * day), in(60s)).ok());
        REQUIRE(store->checkpoint(in(60s)));
    }
    store.reset();
    const std::string bad = "date=1970-01-02/0000000000000002.parquet";
    flip_a_byte(dir.path() + "/" + bad);
    store = opened(dir.path());
    const auto all = store->query_range({.metric = "cpu"}, in(60s));
    REQUIRE(!all);
    CHECK(all.error().what == verdict::refused);
    CHECK(all.error().message.find(bad) != std::string::npos);
    CHECK(store->query_range({.metric = "cpu", .start = 2 * day}, in(60s))->size() == 1000);
    // What is known to be older than all that is to stay need not be read.
    CHECK(store->delete_before("cpu", day, in(60s)));
    CHECK(store->delete_before("cpu", 2 * day, in(60s)).error().what == verdict::refused);

    const auto lost = store->repair(in(60s));
    REQUIRE(lost->size() == 1);
    CHECK(lost->front().path == bad);
    CHECK(lost->front().rows == 1000);
    CHECK(lost->front().message.find(bad) != std::string::npos);
    CHECK(all_of(*store, "cpu") == counting("cpu", 1000, 2 * day));
    CHECK(std::filesystem::exists(dir.path() + "/" + bad + ".damaged"));
    CHECK(store->repair(in(60s))->empty());
}

TEST_CASE("files that a dataset did not write are counted and stay", "[dataset]") {
    const scratch_directory dir;
    REQUIRE(opened(dir.path())->write(point_of("cpu", 1, 1), in(60s)).ok());
    const std::vector<std::string> others = {
        "date=1970-01-01/theirs.parquet", "date=1970-01-01/000000000000000g.parquet",
        "date=1970-01-01/0000000000000002-0000000000000001-0.parquet", "other.parquet"};
    for (const auto& name : others) write_file(dir.path() + "/" + name, std::vector<std::byte>(9));
    const auto store = opened(dir.path());
    CHECK(store->counters().foreign_files == 3);
    CHECK(store->counters().files == 1);
    CHECK(all_of(*store, "cpu").size() == 1);
    REQUIRE(store->delete_before("", day, in(60s)));
    CHECK(files_in(dir.path()).size() == others.size());
}

TEST_CASE("old files are removed with their folders, and only files across a cutoff are written",
          "[dataset]") {
    const scratch_directory dir;
    const auto store = opened(dir.path());
    REQUIRE(store->write_batch(counting("cpu", 10), in(60s)).ok());
    REQUIRE(store->write_batch(counting("cpu", 10, day), in(60s)).ok());
    REQUIRE(store->write_batch(counting("cpu", 10, 2 * day), in(60s)).ok());
    CHECK(store->delete_before("", day + 4, in(60s))->points == 14u);
    CHECK(files_in(dir.path()) ==
          std::vector<std::string>{"date=1970-01-02/0000000000000001-0000000000000001-1.parquet",
                                   "date=1970-01-03/0000000000000001.parquet"});
    CHECK(!std::filesystem::exists(dir / "date=1970-01-01"));
    CHECK(all_of(*store, "cpu").size() == 16);
    CHECK(store->delete_before("mem", 9 * day, in(60s))->points == 0u);
    CHECK(store->delete_before("cpu", INT64_MAX, in(60s))->points == 16u);
    CHECK(files_in(dir.path()).empty());
}

TEST_CASE("the metrics of files and of recent points are listed, each once", "[dataset]") {
    const scratch_directory dir;
    const auto store = opened(dir.path());
    CHECK(store->list_metrics(in(60s))->empty());
    REQUIRE(store->write_batch(std::vector{point_of("mem", 1, 1), point_of("cpu", day, 1)}, in(60s))
                .ok());
    REQUIRE(store->checkpoint(in(60s)));
    REQUIRE(
        store->write_batch(std::vector{point_of("mem", 5, 1), point_of("b", 2, 1)}, in(60s)).ok());
    CHECK(*store->list_metrics(in(60s)) == std::vector<std::string>{"b", "cpu", "mem"});
}

TEST_CASE("more points than a query may have are refused, not cut off", "[dataset]") {
    const scratch_directory dir;
    const auto store = opened(dir.path());
    for (int i = 0; i < 2; ++i) {  // the same points again: they count once
        REQUIRE(store->write_batch(counting("cpu", 1000), in(60s)).ok());
        CHECK(store->query_range({.metric = "cpu", .most = 1000}, in(60s))->size() == 1000);
        const auto found = store->query_range({.metric = "cpu", .most = 999}, in(60s));
        CHECK(found.error().what == verdict::refused);
        REQUIRE(store->checkpoint(in(60s)));
    }
    CHECK(store->query_range({.metric = ""}, in(60s))->empty());
}

TEST_CASE("a batch_writer before it, again and again, overwrites no file and loses nothing",
          "[dataset]") {
    const scratch_directory dir;
    std::map<std::string, std::vector<std::byte>> seen;
    for (std::int64_t run = 0; run < 4; ++run) {
        const auto store = opened(dir.path());
        storage::batch_options how;
        how.batch_points = 64;
        storage::batch_writer writer(*store, how);
        CHECK(writer.submit(counting("cpu", 500, 500 * run), in(60s)).accepted == 500);
        CHECK(writer.close(in(60s)).settled);
        CHECK(store->checkpoint(in(60s)));
        for (const auto& [name, bytes] : seen) CHECK(read_file(dir.path() + "/" + name) == bytes);
        for (const auto& name : files_in(dir.path()))
            seen[name] = read_file(dir.path() + "/" + name);
        CHECK(seen.size() == static_cast<std::size_t>(run) + 1);
    }
    CHECK(all_of(*opened(dir.path()), "cpu") == counting("cpu", 2000));
}

TEST_CASE("threads may write, ask, cut and delete at once", "[dataset]") {
    const scratch_directory dir;
    parquet::options how;
    how.synchronous = false;
    how.cut_points = 500;
    const auto store = opened(dir.path(), how);
    std::vector<std::thread> threads;
    std::atomic<int> bad = 0;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            const std::string metric = "m" + std::to_string(t);
            for (std::int64_t k = 0; k < 20; ++k) {
                bad += !store->write_batch(counting(metric, 50, 50 * k), in(60s)).ok();
                const auto found = store->query_range({.metric = metric}, in(60s));
                bad += !found || *found != counting(metric, 50 * (k + 1));
                if (k % 7 == t) bad += !store->compact(in(60s));
                if (k % 5 == t) bad += !store->delete_before("none", 9, in(60s));
            }
        });
    for (std::thread& t : threads) t.join();
    CHECK(bad == 0);
}
