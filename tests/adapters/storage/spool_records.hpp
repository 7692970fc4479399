// Records of a spool, and what its readers get, for the tests of a spool.
#pragma once

#include "support/fake_disk.hpp"
#include "support/points.hpp"
#include "support/scratch.hpp"

#include <adapters/storage/spool.hpp>
#include <adapters/storage/spool_format.hpp>

#include <memory>
#include <stdexcept>

namespace chronopack::test {

using storage::segment_name;
using storage::spool;
using storage::spool_options;
using storage::spooled_batch;

/// Record k: k % 5 + 1 points with the timestamps 10 k, 10 k + 1, ...
inline std::vector<point> record(std::int64_t k) {
    std::vector<point> points;
    for (std::int64_t i = 0; i <= k % 5; ++i)
        points.push_back(point_of("cpu", 10 * k + i, static_cast<double>(k), {{"host", "a"}}));
    return points;
}

inline std::unique_ptr<spool> open(const std::string& path, spool_options how = {}) {
    auto s = spool::open(path, how);
    if (!s) throw std::runtime_error(s.error().message);
    return std::move(*s);
}

inline std::unique_ptr<spool> open_on(fake_disk& disk) {
    auto s = spool::open(std::make_unique<fake_files>(disk), {});
    if (!s) throw std::runtime_error(s.error().message);
    return std::move(*s);
}

/// A spool of one segment file with these bytes.
inline std::unique_ptr<spool> open_with(fake_disk& disk, cbytes segment) {
    disk.files[segment_name(1)].now.assign(segment.begin(), segment.end());
    return open_on(disk);
}

inline void settle(spool& s, spool::reader_id id, const spooled_batch& batch) {
    if (!s.settle(id, batch.lease)) throw std::runtime_error("settle");
}

/// The numbers of the records that a reader gets, each whole and as it was.
inline std::vector<std::int64_t> drain(spool& s, const std::string& reader = "r") {
    const auto id = s.attach(reader);
    std::vector<std::int64_t> found;
    while (const auto batch = s.lease(*id)) {
        const std::int64_t k = batch->points.at(0).timestamp / 10;
        if (batch->points != record(k)) throw std::runtime_error("invented");
        found.push_back(k);
        settle(s, *id, *batch);
    }
    s.leave(*id);
    return found;
}

inline std::vector<std::int64_t> up_to(std::int64_t n) {
    std::vector<std::int64_t> all;
    for (std::int64_t k = 0; k < n; ++k) all.push_back(k);
    return all;
}

/// A spool with the records 0 to n - 1 in one segment: its bytes.
inline std::vector<std::byte> segment_of(std::int64_t n) {
    const scratch_directory dir;
    const auto s = open(dir / "s");
    for (std::int64_t k = 0; k < n; ++k)
        if (!s->append(record(k))) throw std::runtime_error("append");
    return read_file(dir / "s/0000000000000001.spool");
}

}  // namespace chronopack::test
