// Any text as CSV: it is refused with a place and a reason, or gives series
// whose columns are of one length.

#include "claim.hpp"

#include "csv_series.hpp"

using namespace chronopack;
using chronopack::fuzz::claim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<char> exact(data, data + size);
    const auto read = bench::csv::read_series({exact.data(), size}, "f.csv", "f");
    if (const auto* wrong = std::get_if<bench::csv::error>(&read)) {
        claim(wrong->line >= 1 && wrong->column >= 1, "an error has a place");
        claim(!wrong->message.empty(), "an error has a reason");
    } else {
        const auto& found = std::get<bench::series_set>(read);
        claim(!found.all.empty(), "what is accepted has a series");
        for (const auto& s : found.all)
            claim(s.timestamps->size() == s.values.size(), "a timestamp for each value");
    }
    return 0;
}
