// A dataset whose process is killed, whose disk fails, and whose power is cut, at any moment: what it
// has acknowledged is there.
#include "scratch_dataset.hpp"

#include "support/fake_disk.hpp"
#include "support/killed_writer.hpp"
#include "support/long_form.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace chronopack;
using namespace chronopack::parquet_test;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::in;

namespace {

constexpr std::int64_t day = 86'400 * one_second;

// What may be found of each point: one value, none, or any of several where an answer is not known.
class possible_points {
public:
    void write(const std::vector<point>& points, bool acknowledged) {
        for (const point& p : points) {
            auto& may = found_[{p.metric, p.timestamp}];
            if (may.empty()) may.insert(absent);
            if (acknowledged) may.clear();
            may.insert(p.value);
        }
    }
    void delete_before(const std::string& metric, std::int64_t cutoff, bool acknowledged) {
        for (auto& [key, may] : found_) {
            if (key.second >= cutoff || (!metric.empty() && key.first != metric)) continue;
            if (acknowledged) may.clear();
            may.insert(absent);
        }
    }
    /// Returns what is wrong with a store, or an empty string.
    [[nodiscard]] std::string wrong_with(parquet::backend& store) const {
        std::map<std::pair<std::string, std::int64_t>, double> all;
        for (const char* metric : {"cpu", "mem"}) {
            const auto found = store.query_range({.metric = metric}, in(60s));
            if (!found) return found.error().message;
            for (const point& p : *found)
                if (!all.emplace(std::pair(p.metric, p.timestamp), p.value).second)
                    return "a point is there twice";
        }
        for (const auto& [key, may] : found_) {
            const auto at = all.find(key);
            if (!may.contains(at == all.end() ? absent : at->second))
                return key.first + " at " + std::to_string(key.second) +
                       (at == all.end() ? " is missing" : " has another value");
            if (at != all.end()) all.erase(at);
        }
        return all.empty() ? "" : "there are points that nobody wrote";
    }

private:
    static constexpr double absent = -1;
    std::map<std::pair<std::string, std::int64_t>, std::set<double>> found_;
};

// Batch k has points of two days; some are late, some write over earlier ones.
std::vector<point> batch(std::int64_t k) {
    std::vector<point> points;
    for (std::int64_t i = 0; i < 6; ++i)
        points.push_back(point_of(i % 3 == 0 ? "mem" : "cpu",
                                  (i % 2 == 0 ? day : 0) + 4 * k + i - (i == 3 ? 9 : 0),
                                  static_cast<double>(k)));
    return points;
}

// Small files, and no upkeep but what is asked for.
parquet::options on_request() {
    parquet::options how;
    how.most_small_files = 1'000'000;
    return how;
}

// Writes, cuts, compacts and deletes; says what may be found after that.
void use(parquet::backend& store, possible_points& possible) {
    for (std::int64_t k = 0; k < 12; ++k) {
        possible.write(batch(k), store.write_batch(batch(k), in(60s)).ok());
        if (k % 3 == 2) (void)store.checkpoint(in(60s));
        if (k % 6 == 5) (void)store.compact(in(60s));
        if (k == 7)
            possible.delete_before("mem", 12,
                                   store.delete_before("mem", 12, in(60s)).operator bool());
        if (k == 9)
            possible.delete_before("", day, store.delete_before("", day, in(60s)).operator bool());
    }
}

std::unique_ptr<parquet::backend> opened_on(fake_disk& disk) {
    auto store = parquet::backend::open(std::make_unique<fake_files>(disk), on_request());
    return store ? std::move(*store) : nullptr;
}

std::size_t calls_of_a_run() {
    fake_disk disk;
    possible_points possible;
    const auto store = opened_on(disk);
    use(*store, possible);
    REQUIRE(possible.wrong_with(*store) == "");
    return disk.calls;
}

void check_no_file_is_open(const fake_disk& disk) {
    CHECK(disk.open == 0);
}

bool is_unfinished(const std::string& name) {
    return name.ends_with(".part");
}

}  // namespace

TEST_CASE("power that is cut at any moment takes nothing that was acknowledged", "[dataset]") {
    const std::size_t calls = calls_of_a_run();
    const std::size_t step = in_long_form() ? 1 : calls / 60 + 1;
    for (std::size_t at = 0; at < calls; at += step) {
        CAPTURE(at, calls);
        fake_disk disk;
        disk.random = prng(at);
        disk.removals_are_undone = true;
        disk.fail_from = at;
        possible_points possible;
        if (auto store = opened_on(disk)) use(*store, possible);
        disk.lose_power();
        disk.fail_from = SIZE_MAX;
        for (int again = 0; again < 2; ++again) {
            const auto store = opened_on(disk);
            REQUIRE(store);
            REQUIRE(possible.wrong_with(*store) == "");
            CHECK(store->repair(in(60s))->empty());
        }
        for (const auto& [name, file] : disk.files) CHECK(!is_unfinished(name));
        check_no_file_is_open(disk);
    }
}

TEST_CASE("a disk that fails for a while takes nothing, and the store goes on", "[dataset]") {
    const std::size_t calls = calls_of_a_run();
    const std::size_t step = in_long_form() ? 1 : calls / 60 + 1;
    for (std::size_t at = 8; at < calls; at += step) {
        for (const std::size_t length : {std::size_t{1}, std::size_t{7}}) {
            CAPTURE(at, length, calls);
            fake_disk disk;
            disk.fail_from = at;
            disk.fail_to = at + length;
            disk.short_writes = at % 2 == 0;
            possible_points possible;
            auto store = opened_on(disk);
            if (store == nullptr) continue;  // the failure was at the start
            use(*store, possible);
            {
                const std::lock_guard held(disk.mutex);
                disk.fail_from = SIZE_MAX;
            }
            REQUIRE(possible.wrong_with(*store) == "");
            REQUIRE(store->checkpoint(in(60s)));
            REQUIRE(possible.wrong_with(*store) == "");
            store.reset();
            store = opened_on(disk);
            REQUIRE(store);
            REQUIRE(possible.wrong_with(*store) == "");
            store.reset();
            for (const auto& [name, file] : disk.files)
                CHECK((!is_unfinished(name) && !name.ends_with(".spool")));
            check_no_file_is_open(disk);
        }
    }
}

TEST_CASE("a full disk holds a cut up, and no more: the log stays until files have its points",
          "[dataset]") {
    // In each write of a cut, the footer's included.
    bool cut = false;
    for (std::size_t writes = 0; !cut; ++writes) {
        CAPTURE(writes);
        fake_disk disk;
        auto store = opened_on(disk);
        REQUIRE(store->write_batch(batch(0), in(60s)).ok());
        {
            const std::lock_guard held(disk.mutex);
            disk.fail_from = disk.calls + writes;
            disk.fail_to = disk.fail_from + 1;
        }
        const auto done = store->checkpoint(in(60s));
        cut = done.operator bool();
        if (!cut) CHECK(done.error().what == storage::verdict::retry);
        {
            const std::lock_guard held(disk.mutex);
            disk.fail_from = SIZE_MAX;
            const auto has = [&](std::string_view end) {
                return std::any_of(disk.files.begin(), disk.files.end(),
                                   [&](const auto& f) { return f.first.ends_with(end); });
            };
            CHECK((has(".spool") || has(".parquet")));
        }
        CHECK(store->query_range({.metric = "cpu"}, in(60s))->size() == 4);
        store.reset();
        for (const auto& [name, file] : disk.files)
            CHECK((!is_unfinished(name) && !name.ends_with(".spool")));
        CHECK(opened_on(disk)->query_range({.metric = "cpu"}, in(60s))->size() == 4);
        REQUIRE(writes < 1000);
    }
}

TEST_CASE("where cuts fail, points wait for one up to a limit, and then writes do", "[dataset]") {
    fake_disk disk;
    auto how = on_request();
    how.cut_points = 12;
    auto opened = parquet::backend::open(std::make_unique<fake_files>(disk), how);
    REQUIRE(opened);
    const auto refuse = [&](const std::string& folder) {
        const std::lock_guard held(disk.mutex);
        disk.refuse_folder = folder;
    };
    refuse("date=1970-01-02");
    std::int64_t k = 0;
    storage::write_outcome last;
    while ((last = (*opened)->write_batch(batch(k), in(60s))).ok()) REQUIRE(++k < 100);
    CHECK(last.what == storage::verdict::retry);
    CHECK(k >= 4);
    refuse("");
    REQUIRE((*opened)->write_batch(batch(k), in(60s)).ok());
    CHECK((*opened)->query_range({.metric = "mem"}, in(60s))->size() ==
          static_cast<std::size_t>(2 * (k + 1)));
}

TEST_CASE("a killed process loses no point that a dataset acknowledged", "[dataset]") {
    prng random(11);
    for (int round = 0; round < long_form(6, 200); ++round) {
        const scratch_directory dir;
        parquet::options how;
        how.synchronous = false;  // the page cache survives
        how.cut_points = 60;
        how.most_small_files = 4;
        killed_writer writing([&](const auto& acknowledged) {
            const auto store = opened(dir.path(), how);
            for (std::int64_t k = 0;; ++k) {
                if (!store->write_batch(batch(k), in(60s)).ok()) return;
                acknowledged(k);
                if (k % 50 == 49 && !store->delete_before("none", day, in(60s))) return;
            }
        });
        writing.wait_for(random.between(1, 200));
        const std::int64_t last = writing.kill();
        // What others see at this moment are whole files.
        for (const std::string& name : files_in(dir.path())) {
            auto from = parquet::open_path(dir.path() + "/" + name);
            REQUIRE(from);
            CHECK(parquet::file_reader::open(std::move(*from)));
        }
        possible_points possible;
        for (std::int64_t k = 0; k <= last + 1; ++k) possible.write(batch(k), k <= last);
        for (int again = 0; again < 2; ++again) {
            const auto store = opened(dir.path(), how);
            REQUIRE(possible.wrong_with(*store) == "");
            CHECK(store->repair(in(60s))->empty());
        }
    }
}
