// An archive of format version 1 reads the same for ever: the file in
// tests/golden/v1/archive.txt, in hexadecimal, written by write_golden below.

#include "support/hex.hpp"
#include "support/paths.hpp"
#include "support/scratch.hpp"

#include <chronopack/series/archive_reader.hpp>
#include <chronopack/series/archive_writer.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace chronopack;
using namespace chronopack::test;

namespace {

const std::string path = golden_path() + "/v1/archive.txt";

void write_golden() {
    const scratch_directory dir;
    auto w = archive_writer::create(dir / "x", {.frame_samples = 40});
    const auto gauge = w->add<double>({{"__name__", "gauge"}, {"host", "a b"}});
    const auto total = w->add<std::int64_t>({{"__name__", "total"}});
    for (int i = 0; i < 100; ++i) {
        REQUIRE(w->append(*gauge, 1000 * i, i * 0.25));
        REQUIRE(w->append(*total, 1000 * i, std::int64_t{i} * i));
    }
    REQUIRE(w->finish());
    std::ofstream(path) << to_hex(read_file(dir / "x")) << '\n';
}

}  // namespace

TEST_CASE("the golden archive reads as it was written", "[archive][golden]") {
    if (std::getenv("CHRONOPACK_WRITE_GOLDEN") != nullptr && !std::ifstream(path)) write_golden();
    std::ifstream file(path);
    std::string line;
    REQUIRE(std::getline(file, line));
    const auto data = from_hex(line);
    const auto check = [&](cbytes bytes, bool damaged) {
        REQUIRE(archive_reader::open(bytes).has_value() != damaged);
        const auto archive = archive_reader::recover(bytes);
        REQUIRE(archive);
        REQUIRE(archive->losses().index == damaged);
        REQUIRE(archive->marks() == archive_marks());
        const auto gauge = archive->find({{"__name__", "gauge"}, {"host", "a b"}});
        const auto total = archive->find({{"__name__", "total"}});
        REQUIRE((gauge && total));
        const auto doubles = archive->read<double>(*gauge);
        const auto integers = archive->read<std::int64_t>(*total);
        REQUIRE((doubles && integers));
        auto d = doubles->samples();
        auto n = integers->samples();
        for (int i = 0; i < 100; ++i) {
            REQUIRE(d.next() == sample{1000 * i, i * 0.25});
            REQUIRE(n.next() == basic_sample<std::int64_t>{1000 * i, std::int64_t{i} * i});
        }
        REQUIRE_FALSE(d.next());
        REQUIRE_FALSE(n.next());
    };
    check(data, false);
    // The records alone, without the footer, give the same.
    check(cbytes(data).first(data.size() - detail::archive::footer_bytes), true);
}
