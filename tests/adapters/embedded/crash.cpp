// A process that writes and is killed, at any moment: what it was told is there, is. Also
// where other processes look at its database meanwhile.
#include "support/child.hpp"
#include "support/killed_writer.hpp"
#include "support/long_form.hpp"
#include "support/points.hpp"
#include "support/random.hpp"
#include "support/scratch.hpp"

#include <adapters/embedded/embedded_backend.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;
using embedded::embedded_backend;
using storage::in;
using namespace std::chrono_literals;

namespace {

// Killing alone does not ask for syncs: the page cache survives.
constexpr embedded::options small_frames{
    .frame_samples = 64, .recent_samples = 200, .synchronous = false};

// Batch k has 10 points of two series that fill their frames at different times; some are
// late, some write over earlier ones.
std::vector<storage::point> batch(std::int64_t k) {
    prng random(static_cast<std::uint64_t>(k));
    std::vector<storage::point> points;
    for (int i = 0; i < 10; ++i)
        points.push_back(point_of(i % 3 == 0 ? "mem" : "cpu",
                                  10 * k + i - (random.one_in(3) ? random.between(0, 500) : 0),
                                  static_cast<double>(k)));
    return points;
}

void write_for_ever(const std::string& path, bool write_only,
                    const std::function<void(std::int64_t)>& acknowledged) {
    prng random(7);
    auto store = embedded_backend::open(path, small_frames);
    for (std::int64_t k = 0; store; ++k) {
        if (!(*store)->write_batch(batch(k), in(60s)).ok()) break;
        acknowledged(k);
        if (write_only) continue;
        if (random.one_in(20) && !(*store)->query_range({.metric = "cpu"}, in(60s))) break;
        if (random.one_in(60) && !(*store)->checkpoint(in(60s))) break;
        if (random.one_in(60) && !(*store)->repair(in(60s))) break;
        if (random.one_in(60) && embedded_backend::open(path, small_frames)) break;
    }
}

// Of the batch that was under way all is there, or nothing.
void check_all_there(const std::string& path, std::int64_t acknowledged) {
    auto store = embedded_backend::open(path, small_frames);
    REQUIRE(store);
    point_model without;
    for (std::int64_t k = 0; k <= acknowledged; ++k) without.write(batch(k));
    point_model with = without;
    with.write(batch(acknowledged + 1));
    const auto holds = [&](const point_model& m) {
        for (const char* metric : {"cpu", "mem"})
            if (*(*store)->query_range({.metric = metric}, in(60s)) != m.range(metric))
                return false;
        return true;
    };
    REQUIRE((holds(without) || holds(with)));
}

}  // namespace

TEST_CASE("a killed process loses no point that the store reported as written", "[embedded]") {
    prng random(5);
    for (int round = 0; round < long_form(12, 200); ++round) {
        const scratch_directory dir;
        killed_writer writing(
            [&](const auto& acknowledged) { write_for_ever(dir / "x.db", true, acknowledged); });
        writing.wait_for(random.between(1, 300));
        check_all_there(dir / "x.db", writing.kill());
    }
}

TEST_CASE("nor where others have read, copied and vacuumed its database meanwhile", "[embedded]") {
    prng random(6);
    for (int round = 0; round < long_form(8, 200); ++round) {
        const scratch_directory dir;
        const std::string path = dir / "x.db";
        const std::vector<std::string> commands = {
            "SELECT count(*), sum(length(bytes)) FROM frame",
            ".backup '" + dir / "copy.db" + "'",
            "VACUUM",
            "PRAGMA wal_checkpoint(TRUNCATE)",
        };
        killed_writer writing(
            [&](const auto& acknowledged) { write_for_ever(path, false, acknowledged); });
        for (auto n = random.between(1, 4); n > 0; --n) {
            writing.wait_for(random.between(1, 100));
            const std::string& command = commands[random.below(commands.size())];
            CAPTURE(round, command);
            // It may find the database locked, but has to be there.
            REQUIRE(run_sqlite(path, command) != 127);
        }
        writing.wait_for(random.between(1, 100));
        check_all_there(path, writing.kill());
    }
}
