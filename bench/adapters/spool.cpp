#include "stages.hpp"

#include <adapters/storage/spool.hpp>

using namespace chronopack;

namespace stages {

void spool_replay(const workload& load) {
    const std::string directory = (load.directory / "spool").string();
    const scrapes fleet(load.series);
    stopwatch append;
    double bytes = 0;
    {
        auto spool = storage::spool::open(directory);
        if (!spool) fail(spool.error().message);
        if (!(*spool)->attach("reader")) fail("no reader");
        fleet.in_batches(load.each, load.batch, [&](const std::vector<storage::point>& points) {
            append.time([&] {
                if (const auto done = (*spool)->append(points); !done) fail(done.error().message);
            });
        });
        append.time([&] {
            if (const auto done = (*spool)->sync(); !done) fail(done.error().message);
        });
        bytes = static_cast<double>((*spool)->bytes());
    }
    print_row("spool, append", load.points(), append, bytes);

    stopwatch open;
    stopwatch replay;
    storage::reply<std::unique_ptr<storage::spool>> spool = storage::failure{};
    open.time([&] { spool = storage::spool::open(directory); });
    if (!spool) fail(spool.error().message);
    const auto reader = (*spool)->attach("reader");
    if (!reader) fail(reader.error().message);
    double found = 0;
    for (bool more = true; more;) {
        std::optional<storage::spooled_batch> batch;
        replay.time([&] {
            batch = (*spool)->lease(*reader);
            if (batch && !(*spool)->settle(*reader, batch->lease)) fail("no lease");
        });
        more = batch.has_value();
        if (batch) found += static_cast<double>(batch->points.size());
    }
    if (found != load.points()) fail("not all points came back");
    print_row("spool, found again at opening", found, open);
    print_row("spool, replay", found, replay);
}

}  // namespace stages
