// Random writes, deletions and queries against a store that is a map.
#include "support/points.hpp"
#include "support/property.hpp"
#include "support/random.hpp"
#include "support/scratch.hpp"
#include "support/sqlite_rows.hpp"

#include <adapters/embedded/embedded_backend.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;
using embedded::embedded_backend;
using storage::in;
using namespace std::chrono_literals;

namespace {

class session {
public:
    explicit session(std::uint64_t seed) : random_(seed) { reopen(); }

    /// One random step; whether the store answers as the model does.
    bool step() {
        switch (random_.below(10)) {
            case 0:
                return erase();
            case 1:
                reopen();
                return true;
            case 2:
                return store_->checkpoint(in(60s)) && query();
            case 3:
            case 4:
                return query();
            default:
                return write();
        }
    }

    bool query() {
        const std::string metric = random_metric();
        std::int64_t a = random_.between(-100, 2'100);
        std::int64_t b = random_.between(-100, 2'100);
        if (random_.one_in(3)) a = INT64_MIN, b = INT64_MAX;
        const auto found = store_->query_range({.metric = metric, .start = a, .end = b}, in(60s));
        return found && *found == model_.range(metric, a, b);
    }

    /// Whether the frames of each series lie one after the other.
    bool frames_lie_apart() {
        return rows_of(dir_ / "x.db",
                       "SELECT a.first, b.first FROM frame a JOIN frame b ON a.series = b.series "
                       "AND a.rowid <> b.rowid AND a.first <= b.first AND b.first <= a.last")
            .empty();
    }

private:
    std::string random_metric() { return random_.one_in(2) ? "cpu" : "mem"; }

    bool write() {
        std::vector<storage::point> points;
        // In order, late, or all over; many with equal timestamps.
        const std::uint64_t kind = random_.below(3);
        for (std::uint64_t n = random_.below(300); n > 0; --n) {
            const std::int64_t t = kind == 0   ? now_++
                                   : kind == 1 ? random_.between(0, 2'000)
                                               : now_ - random_.between(0, 20);
            points.push_back(point_of(random_metric(), t, static_cast<double>(random_.below(100)),
                                      {{"host", random_.one_in(4) ? "b" : "a"}}));
        }
        model_.write(points);
        const auto done = store_->write_batch(points, in(60s));
        return done.ok() && done.delivered == points.size();
    }

    bool erase() {
        const std::string metric = random_.one_in(3) ? "" : random_metric();
        const std::int64_t cutoff = random_.between(-10, 1'500);
        const auto done = store_->delete_before(metric, cutoff, in(60s));
        return done && done->points == model_.delete_before(metric, cutoff);
    }

    void reopen() {
        store_.reset();
        auto opened = embedded_backend::open(
            dir_ / "x.db",
            {.frame_samples = 64, .recent_samples = 64 + random_.below(500), .synchronous = false});
        if (!opened) throw std::runtime_error(opened.error().message);
        store_ = std::move(*opened);
    }

    scratch_directory dir_;
    prng random_;
    std::int64_t now_ = 0;
    point_model model_;
    std::unique_ptr<embedded_backend> store_;
};

}  // namespace

TEST_CASE("the embedded store answers as a map does", "[embedded]") {
    property("after any writes, late ones too, deletions and restarts", [] {
        session s(draw_bits());
        for (std::size_t n = draw_below(30); n > 0; --n) HOLDS(s.step());
        HOLDS(s.query());
        HOLDS(s.frames_lie_apart());
    });
}
