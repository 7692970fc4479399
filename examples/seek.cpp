// Writes many series into one archive, then reads ten minutes of one of them.
#include <chronopack/chronopack.hpp>

#include <cstdio>
#include <filesystem>

namespace cp = chronopack;

static int fail(const char* what, cp::errc error) {
    std::fprintf(stderr, "%s: %s\n", what, cp::message(error).data());
    return 1;
}

int main() {
    const auto path = (std::filesystem::temp_directory_path() / "chronopack-seek.cpk").string();
    const std::int64_t start = 1'700'000'000'000;

    auto archive = cp::archive_writer::create(path);
    if (!archive) return fail("create", archive.error());
    for (const char* host : {"a", "b", "c"}) {
        const auto series = archive->add({{"__name__", "cpu_seconds"}, {"host", host}});
        if (!series) return fail("add", series.error());
        for (int i = 0; i < 100'000; ++i)
            if (const auto ok = archive->append(*series, start + 1000 * i, i * 0.25); !ok)
                return fail("append", ok.error());
    }
    if (const auto ok = archive->finish(); !ok) return fail("finish", ok.error());

    const auto opened = cp::archive_reader::open(path);
    if (!opened) return fail("open", opened.error());
    const auto number = opened->find({{"__name__", "cpu_seconds"}, {"host", "b"}});
    if (!number) return fail("find", number.error());
    const auto reader = opened->read(*number);
    if (!reader) return fail("read", reader.error());

    auto samples = reader->range(start + 50'000'000, start + 50'600'000);
    std::size_t count = 0;
    double last = 0;
    for (const auto s : samples) {
        if (!s) return fail("walk", s.error());  // a damaged block
        ++count;
        last = s->value;
    }
    std::printf("%zu samples of %zu, up to %.2f, from %zu decoded block(s)\n", count,
                reader->size(), last, samples.blocks_decoded());
    std::filesystem::remove(path);
    return count == 601 ? 0 : 1;
}
