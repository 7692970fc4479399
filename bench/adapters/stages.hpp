// The parts that can be measured, each in a file of its own.
#pragma once

#include "scrapes.hpp"
#include "stage.hpp"

#include <filesystem>

namespace stages {

struct workload {
    int series = 1000;
    int each = 5000;             ///< samples a series
    std::size_t batch = 10'000;  ///< points
    std::filesystem::path directory;

    [[nodiscard]] double points() const { return static_cast<double>(series) * each; }
};

void otlp_gauges(const workload& load);
void otlp_histograms(const workload& load);
void remote_write(const workload& load);
void spool_replay(const workload& load);
void several_stores(const workload& load);
void embedded_store(const workload& load);
void rows_in_sqlite(const workload& load);
void clickhouse_blocks(const workload& load);
/// Starts the server, which has to be in the cache: tools/setup.sh.
void clickhouse_store(const workload& load);
/// Lines written, and answers read.
void influxdb_text(const workload& load);
/// Starts InfluxDB 1.x, and its own `influx -import` beside our writes.
void influxdb_store(const workload& load);
/// Starts PostgreSQL; the server's processor time is in rows of its own.
void postgres_store(const workload& load);

/// Writes the remote write 1.0 message of one batch, before compression, to `file`, for other
/// programs to read.
void write_message(const workload& load, const std::filesystem::path& file);

}  // namespace stages
