// Any text as CSV. It is refused with a place and a reason, or gives samples to known series.
// The outcome is the same for text that comes byte by byte and text that comes at once.

#include "ingest.hpp"

#include "input/csv_import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace chronopack;
    const std::vector<char> exact(data, data + size);
    fuzz::claim_pieces_do_not_matter(
        {exact.data(), size},
        [](input::source& from, input::sample_sink& to, const input::read_options& how) {
            return input::import_csv(from, "f.csv", {}, to, how).report.bad;
        });
    return 0;
}
