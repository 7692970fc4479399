// Hostile answers in ClickHouse's Native: refused, or read to rows, points or buckets that
// hold what is promised of them, in memory that the answer has earned.
//
//   how u8: 0 rows, 1 points, 2 buckets, 3 a type | an answer, or a type's text

#include "claim.hpp"
#include "input.hpp"

#include <adapters/clickhouse/native_reader.hpp>
#include <adapters/clickhouse/query.hpp>
#include <adapters/clickhouse/statements.hpp>

#include <tuple>

using namespace chronopack;
using namespace chronopack::clickhouse;
using chronopack::fuzz::claim;
using storage::verdict;

namespace {

void check_failure(const storage::failure& why) {
    claim(why.what == verdict::retry || why.what == verdict::refused ||
              why.what == verdict::unsupported,
          "an answer is damaged, too long, or of a type that is not read");
    claim(!why.message.empty(), "a failure says what it is");
}

void rows(cbytes answer) {
    constexpr std::size_t most = 1 << 20;
    const auto table = read_table(answer, most);
    if (!table) return check_failure(table.error());
    for (const auto& row : table->rows)
        claim(row.size() == table->columns.size(), "a row has a value for each column");
    claim(table->rows.size() <= most / sizeof(cell), "rows are within their budget");
}

void points(cbytes answer) {
    constexpr std::size_t most = 1'000;
    const auto found = read_points(answer, "m", most);
    if (!found) return check_failure(found.error());
    claim(found->size() <= most, "no more points than asked for");
    for (std::size_t i = 1; i < found->size(); ++i) {
        const storage::point& a = (*found)[i - 1];
        const storage::point& b = (*found)[i];
        claim(std::tie(a.service, a.tags) <= std::tie(b.service, b.tags), "series are in order");
    }
}

void buckets(cbytes answer) {
    constexpr std::size_t most = 1'000;
    const auto found = read_buckets(answer, most);
    if (!found) return check_failure(found.error());
    claim(found->size() <= most, "no more buckets than asked for");
}

void type(cbytes text) {
    const auto parsed = parse_type({reinterpret_cast<const char*>(text.data()), text.size()});
    if (!parsed)
        claim(parsed.error() == errc::corrupt || parsed.error() == errc::unsupported,
              "what is no type is corrupt, or not read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_reader input(std::as_bytes(std::span(data, size)));
    const unsigned how = input.u8();
    if (input.failed()) return 0;
    const fuzz::exact_copy answer(input.rest());
    switch (how % 4) {
        case 0:
            rows(answer.view());
            break;
        case 1:
            points(answer.view());
            break;
        case 2:
            buckets(answer.view());
            break;
        default:
            type(answer.view());
    }
    return 0;
}
