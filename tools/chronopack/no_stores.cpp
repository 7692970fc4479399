// In place of store_source.cpp and parquet_import.cpp where the program is built without the adapters.
#include "parquet_import.hpp"
#include "store_source.hpp"

namespace chronopack::tool {

void add_store_options(CLI::App&, store_request&, const std::string&, const std::string&) {}

std::uint64_t read_store(const store_request& from, const store_part&, std::optional<input::tick>,
                         input::sample_sink&, bool) {
    throw input::failure(input::fault::usage,
                         std::string(from.named) + ": this program was built without stores");
}

parquet_import import_parquet(const std::string& file, const input::csv_request&,
                              input::sample_sink&, const input::read_options&) {
    throw input::failure(input::fault::usage, {file}, "this program was built without Parquet");
}

}  // namespace chronopack::tool
