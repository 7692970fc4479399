// Measures one part of the way into a store, and prints rows of a table:
//
//   storage-speed PART [series, 1000] [samples a series, 5000] [points a batch, 10000]
//   storage-speed message FILE      one request of remote write, uncompressed
//
// bench/storage runs all parts and makes the table.
#include "stages.hpp"

#include <cstring>
#include <stdlib.h>

namespace {

struct part {
    const char* name;
    void (*measure)(const stages::workload&);
};

constexpr part parts[] = {
    {"otlp-gauges", stages::otlp_gauges},     {"otlp-histograms", stages::otlp_histograms},
    {"remote-write", stages::remote_write},   {"spool", stages::spool_replay},
    {"several", stages::several_stores},      {"embedded", stages::embedded_store},
    {"rows", stages::rows_in_sqlite},         {"clickhouse-blocks", stages::clickhouse_blocks},
    {"clickhouse", stages::clickhouse_store}, {"influxdb-text", stages::influxdb_text},
    {"influxdb", stages::influxdb_store},     {"postgres", stages::postgres_store}};

int usage() {
    std::fprintf(stderr, "usage: storage-speed PART [SERIES [SAMPLES [BATCH]]]; parts:");
    for (const part& p : parts) std::fprintf(stderr, " %s", p.name);
    std::fprintf(stderr, "\n       storage-speed message FILE\n");
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return usage();
    stages::workload load;
    if (std::strcmp(argv[1], "message") == 0 && argc == 3) {
        stages::write_message(load, argv[2]);
        return 0;
    }
    if (argc > 2) load.series = std::atoi(argv[2]);
    if (argc > 3) load.each = std::atoi(argv[3]);
    if (argc > 4) load.batch = static_cast<std::size_t>(std::atoll(argv[4]));
    if (load.series < 1 || load.each < 1 || load.batch < 20 || load.batch > 65'536) return usage();
    for (const part& p : parts)
        if (std::strcmp(argv[1], p.name) == 0) {
            std::string name = (std::filesystem::temp_directory_path() / "storage-speed-XXXXXX");
            if (::mkdtemp(name.data()) == nullptr) stages::fail("no temporary directory");
            load.directory = name;
            p.measure(load);
            std::filesystem::remove_all(load.directory);
            return 0;
        }
    return usage();
}
