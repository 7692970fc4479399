// A user's first program, built in the ways that users build.
#include <chronopack/chronopack.hpp>

#include <cstdio>

int main() {
    std::vector<std::byte> file;
    chronopack::series_writer<double> writer(chronopack::append_to(file));
    for (int i = 0; i < 10'000; ++i)
        if (!writer.append(1'700'000'000'000 + 15'000 * i, i % 10 * 0.5)) return 1;
    if (!writer.flush()) return 1;
    const auto reader = chronopack::series_reader<double>::open(file);
    std::printf("chronopack %s: %zu samples, %zu bytes\n", CHRONOPACK_VERSION_STRING,
                reader->size(), file.size());
    return reader->size() == 10'000 ? 0 : 1;
}
