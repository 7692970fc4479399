// Answers of PostgreSQL as an attacker has them: the data of COPY, in pieces, and values of types.
//
//   u8 which | u8 bytes of a piece | data of COPY        whole or in pieces the rows are the same
//   u8 which | u32 type | value                          a value, or why there is none
#include "claim.hpp"
#include "input.hpp"

#include <adapters/timescaledb/copy_reader.hpp>
#include <adapters/timescaledb/query.hpp>

#include <chronopack/core/cursor.hpp>

#include <algorithm>

using namespace chronopack;
using namespace chronopack::timescaledb;
using chronopack::fuzz::claim;

namespace {

template <std::size_t Fields>
struct outcome {
    std::vector<std::array<std::uint64_t, Fields>> rows{};
    bool good = true;
    bool ended = false;

    friend bool operator==(const outcome&, const outcome&) = default;
};

template <std::size_t Fields>
outcome<Fields> read(cbytes data, std::size_t piece) {
    outcome<Fields> out;
    copy_reader<Fields> reader;
    for (std::size_t at = 0; at < data.size() && out.good; at += piece)
        out.good =
            static_cast<bool>(reader.feed(data.subspan(at, std::min(piece, data.size() - at)),
                                          [&](const auto& row) { out.rows.push_back(row); }));
    out.ended = reader.ended();
    return out;
}

template <std::size_t Fields>
void rows(cbytes data, std::size_t piece) {
    const auto whole = read<Fields>(data, std::max<std::size_t>(data.size(), 1));
    const auto cut = read<Fields>(data, piece);
    claim(whole == cut, "rows do not depend on how their data is cut");
    claim(whole.rows.size() * (2 + 6 * Fields) <= data.size(), "no row is made of nothing");
    if (!whole.good || !whole.ended) return;
    claim(!data.empty(), "an end was read");
}

std::size_t cells_in(const cell& of) {
    const auto* const items = std::get_if<std::vector<cell>>(&of.value);
    std::size_t n = 1;
    if (items != nullptr)
        for (const cell& one : *items) n += cells_in(one);
    return n;
}

void value(std::uint32_t type, cbytes data) {
    const auto got = read_cell(type, data);
    if (!got)
        claim(got.error() == errc::corrupt || got.error() == errc::unsupported,
              "what is no value is corrupt, or not read");
    else
        claim(cells_in(*got) <= 2 * data.size() + 7, "memory grows with what was read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_reader input(std::as_bytes(std::span(data, size)));
    const unsigned how = input.u8();
    if (how % 3 == 2) {
        const std::uint32_t type = input.u32();
        if (input.failed()) return 0;
        const fuzz::exact_copy bytes(input.rest());
        value(type, bytes.view());
        return 0;
    }
    const std::size_t piece = input.u8() + std::size_t{1};
    if (input.failed()) return 0;
    const fuzz::exact_copy bytes(input.rest());
    if (how % 3 == 0)
        rows<3>(bytes.view(), piece);
    else
        rows<4>(bytes.view(), piece);
    return 0;
}
