// A process that writes and is killed, at any moment: what it was told is there, is.
#include "support/long_form.hpp"
#include "support/points.hpp"
#include "support/random.hpp"
#include "support/scratch.hpp"

#include <adapters/embedded/embedded_backend.hpp>

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

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

// Says each number of a batch on `to` once it is acknowledged.
[[noreturn]] void write_for_ever(const std::string& path, int to) {
    auto store = embedded_backend::open(path, small_frames);
    for (std::int64_t k = 0; store; ++k)
        if ((*store)->write_batch(batch(k), in(60s)).ok() && ::write(to, &k, sizeof k) < 0) break;
    ::_exit(1);
}

}  // namespace

TEST_CASE("a killed process loses nothing it was told is written", "[embedded]") {
    prng random(5);
    for (int round = 0; round < long_form(12, 200); ++round) {
        const scratch_directory dir;
        int pipe[2];
        REQUIRE(::pipe(pipe) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(pipe[0]);
            write_for_ever(dir / "x.db", pipe[1]);
        }
        ::close(pipe[1]);
        // Killed after so many batches, at whatever it does then.
        std::int64_t acknowledged = -1;
        const auto after = random.between(1, 300);
        while (acknowledged < after && ::read(pipe[0], &acknowledged, 8) == 8) continue;
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        for (std::int64_t k = 0; ::read(pipe[0], &k, 8) == 8;) acknowledged = k;
        ::close(pipe[0]);
        REQUIRE(acknowledged >= after);

        auto store = embedded_backend::open(dir / "x.db", small_frames);
        REQUIRE(store);
        // Of the batch that was under way all is there, or nothing.
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
}
