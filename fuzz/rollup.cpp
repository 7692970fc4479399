// Rollups of hostile frames, with checksums mended or not. They are refused, or give rows in
// time order whose samples lie in their buckets. A time-weighted mean, for which every frame
// is decoded, changes nothing else in the rows of an honest frame.
//
//   how u8: bit 0 mend the header's checksum, bit 1 the blocks' as well, bit 2 sort,
//   bit 3 rows for empty buckets | width u64 | range, first and last i64 | a frame

#include "claim.hpp"
#include "input.hpp"
#include "seal.hpp"

#include "support/rollups.hpp"

using namespace chronopack;
using chronopack::fuzz::claim;

namespace {

template <class V>
std::vector<rollup_row<V>> roll(cbytes wire, fixed_buckets buckets, const rollup_options& how) {
    std::vector<rollup_row<V>> rows;
    auto builder = make_rollup<V>(
        buckets, [&](const rollup_row<V>& row) { rows.push_back(row); }, how);
    const bool ok = builder.add(wire) && builder.finish();
    claim(builder.counts().rows == rows.size(), "rows are counted");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        claim(row.bucket.first <= row.bucket.last, "a bucket has time in it");
        if (i > 0) claim(rows[i - 1].bucket.last < row.bucket.first, "rows are in time order");
        if (row.values.count == 0) continue;
        claim(row.bucket.contains(row.values.first_timestamp) &&
                  row.bucket.contains(row.values.last_timestamp),
              "samples lie in their bucket");
        claim(how.range.contains(row.values.first_timestamp) &&
                  how.range.contains(row.values.last_timestamp),
              "samples lie in the range");
        claim(row.values.nans <= row.values.count, "no more NaN than samples");
    }
    if (!ok) rows.clear();
    return rows;
}

template <class V>
void agree(cbytes wire, fixed_buckets buckets, rollup_options how) {
    const auto rows = roll<V>(wire, buckets, how);
    how.time_weighted = true;
    const auto decoded = roll<V>(wire, buckets, how);
    const auto samples = test::decode_frame<V>(wire);
    if (!samples) return;
    const auto again = test::encode_frame<V>(*samples);
    const auto said = *frame::inspect(wire);
    const auto truth = *frame::inspect(again);
    // If the header lies, decoding gives other rows or none.
    if (said.ordered != truth.ordered || said.min_timestamp != truth.min_timestamp ||
        said.max_timestamp != truth.max_timestamp ||
        std::get<statistics<V>>(said.values).exact != std::get<statistics<V>>(truth.values).exact)
        return;
    const auto x = from_header<V>(said);
    const auto y = from_header<V>(truth);
    if (x.has_value() != y.has_value() || (x && !test::same(*x, *y))) return;
    claim(rows.size() == decoded.size(), "headers give the rows that decoding gives");
    for (std::size_t i = 0; i < rows.size(); ++i)
        claim(test::same(rows[i].values, decoded[i].values), "and what is in them");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_reader input(std::as_bytes(std::span(data, size)));
    const unsigned flags = input.u8();
    const auto width = static_cast<std::int64_t>(input.u64() & INT64_MAX);
    rollup_options how;
    how.range.first = static_cast<std::int64_t>(input.u64());
    how.range.last = static_cast<std::int64_t>(input.u64());
    how.sort = (flags & 4) != 0;
    how.max_empty_rows = (flags & 8) != 0 ? 100 : 0;
    if (input.failed()) return 0;
    std::vector<std::byte> mended(input.rest().begin(), input.rest().end());
    if ((flags & 1) != 0) fuzz::seal_frame(mended, (flags & 2) != 0);
    const fuzz::exact_copy wire(mended);

    const auto info = frame::inspect(wire.view());
    const auto buckets = fixed_buckets::every(width);
    if (!info || !buckets) return 0;
    if (std::holds_alternative<statistics<double>>(info->values))
        agree<double>(wire.view(), *buckets, how);
    else
        agree<std::int64_t>(wire.view(), *buckets, how);
    return 0;
}
