// Hostile archives, with checksums mended or not. Opening an archive, listing it and reading
// every series either works or is refused, and allocates no more than the size of the file
// justifies.
//
//   how u8: bit 0 mend the records' checksums, bit 1 the frames' as well | a file

#include "claim.hpp"
#include "input.hpp"
#include "seal.hpp"

#include <chronopack/series/archive_reader.hpp>

using namespace chronopack;
using chronopack::fuzz::claim;

namespace {

template <class V>
void read_series(const archive_reader& archive, std::size_t number) {
    const auto reader = archive.read<V>(number);
    if (!reader) return;
    auto cursor = reader->samples();
    std::size_t n = 0;
    while (const auto run = cursor.next_run()) {
        claim(!run->timestamps.empty() && run->timestamps.size() == run->values.size(),
              "a run has samples");
        n += run->values.size();
    }
    claim(!cursor.status() || n == reader->size(), "a whole walk gives every sample");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_reader input(std::as_bytes(std::span(data, size)));
    const unsigned how = input.u8();
    if (input.failed()) return 0;
    std::vector<std::byte> mended(input.rest().begin(), input.rest().end());
    if ((how & 1) != 0) fuzz::seal_archive(mended, (how & 2) != 0);
    const fuzz::exact_copy file(mended);

    const auto archive = archive_reader::recover(file.view());
    const auto whole = archive_reader::open(file.view());
    claim(archive || !whole, "what opens can be recovered");
    if (!archive) return 0;
    claim(whole.has_value() != archive->losses().index, "open() takes what has an index");
    claim(archive->losses().bytes <= file.view().size(), "no more is skipped than there is");
    std::size_t frames = 0;
    for (std::size_t i = 0; i < archive->series().size(); ++i) {
        const archived_series& s = archive->series()[i];
        frames += s.frames.size();
        for (const archived_frame& f : s.frames)
            claim(f.offset <= file.view().size() && f.bytes <= file.view().size() - f.offset,
                  "frames lie in the file");
        s.integers ? read_series<std::int64_t>(*archive, i) : read_series<double>(*archive, i);
        claim(archive->find(s.labels.pairs()).has_value(), "every series is found");
    }
    claim(frames + archive->series().size() <= file.view().size(),
          "series and frames are earned by bytes");
    return 0;
}
