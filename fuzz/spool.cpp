// Hostile spools, with checksums mended or not: a segment, and the cursor of a reader. The
// spool opens with any content. Its reader gets whole records until there are none, the counts
// balance, and a record that is appended comes last.
//
//   how u8: bit 0 mend the checksums of records, bit 1 those within them as well,
//   bit 2 a payload alone | bytes of a cursor u8, that many, a segment | or a payload

#include "claim.hpp"
#include "input.hpp"
#include "seal.hpp"
#include "support/fake_disk.hpp"

#include <adapters/storage/point_record.hpp>
#include <adapters/storage/spool.hpp>
#include <adapters/storage/spool_format.hpp>

#include <chronopack/bits/varint.hpp>
#include <chronopack/kernel/crc32c.hpp>

using namespace chronopack;
using namespace chronopack::storage;
using chronopack::fuzz::claim;

namespace {

bool skip_text(byte_reader& in) {
    const auto size = read_varint(in);
    if (size) in.skip(*size);
    return size && !in.failed();
}

void mend_payload(bytes payload) {
    byte_reader in(payload);
    const auto names = read_varint(in);
    for (std::uint64_t i = 0; names && i < *names && !in.failed(); ++i)
        if (!skip_text(in) || !skip_text(in) || !labels::read(in)) return;
    const bytes samples = payload.subspan(in.position());
    byte_reader head(samples);
    (void)read_varint(head);
    const auto number_bytes = read_varint(head);
    if (!number_bytes) return;
    head.skip(*number_bytes);
    (void)head.u32();
    if (head.failed()) return;
    fuzz::seal(samples.first(head.position()));
    fuzz::seal_frame(samples.subspan(head.position()), true);
}

void mend_segment(bytes segment, bool payloads) {
    namespace format = spool_format;
    if (segment.size() < format::heads_bytes) return;
    byte_reader head(cbytes(segment).subspan(8));
    const std::uint64_t salt = head.u64();
    format::write_heads(segment, {salt, head.u64()});
    for (std::size_t at = format::heads_bytes; segment.size() - at >= format::record_head_bytes;) {
        byte_reader in(cbytes(segment).subspan(at + 4));
        format::record_head record;
        record.payload_bytes = in.u32();
        record.points = in.u32();
        (void)in.u32();
        record.ordinal = in.u64();
        record.written_at = static_cast<std::int64_t>(in.u64());
        if (record.payload_bytes > segment.size() - at - format::record_head_bytes) return;
        const bytes payload = segment.subspan(at + format::record_head_bytes, record.payload_bytes);
        if (payloads) mend_payload(payload);
        record.payload_crc = kernel::crc32c(payload);
        format::write_record_head(segment.subspan(at, format::record_head_bytes), record, salt);
        at += format::record_head_bytes + record.payload_bytes;
    }
}

void read_payload(cbytes payload) {
    const auto points = read_points(payload);
    if (!points) return;
    claim(!points->empty() && points->size() <= max_record_samples, "a record has points");
    std::vector<std::byte> again;
    claim(append_points(*points, again).has_value(), "what was read can be written");
    const auto same = read_points(again);
    claim(same && same->size() == points->size(), "and read again");
    for (std::size_t i = 0; i < same->size(); ++i) {
        const point &a = (*points)[i], &b = (*same)[i];
        claim(a.metric == b.metric && a.service == b.service && a.tags == b.tags &&
                  a.timestamp == b.timestamp &&
                  bit_cast<std::uint64_t>(a.value) == bit_cast<std::uint64_t>(b.value),
              "bit by bit");
    }
}

void check_counts(const spool& s, spool::reader_id reader) {
    const spool_counts counts = s.counts(reader);
    claim(counts.appended == counts.settled + counts.pending + counts.dropped.total(),
          "appended = settled + pending + dropped");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_reader input(std::as_bytes(std::span(data, size)));
    const unsigned how = input.u8();
    if ((how & 4) != 0) {
        std::vector<std::byte> payload(input.rest().begin(), input.rest().end());
        if ((how & 2) != 0) mend_payload(payload);
        read_payload(fuzz::exact_copy(payload).view());
        return 0;
    }
    const cbytes cursor = input.take(input.u8());
    if (input.failed()) return 0;
    test::fake_disk disk;
    auto& segment = disk.files[segment_name(1)].now;
    segment.assign(input.rest().begin(), input.rest().end());
    if ((how & 1) != 0) mend_segment(segment, (how & 2) != 0);
    disk.files["r.cursor"].now.assign(cursor.begin(), cursor.end());

    auto opened = spool::open(std::make_unique<test::fake_files>(disk), {});
    claim(static_cast<bool>(opened), "any spool opens");
    spool& s = **opened;
    const auto reader = s.attach("r");
    claim(static_cast<bool>(reader), "a reader is found");
    check_counts(s, *reader);
    std::uint64_t found = 0;
    while (const auto batch = s.lease(*reader)) {
        claim(!batch->points.empty(), "a batch has points");
        found += batch->points.size();
        claim(found <= s.recovery().points, "no more is found than was recovered");
        claim(static_cast<bool>(s.settle(*reader, batch->lease)), "a lease is settled");
        check_counts(s, *reader);
    }
    claim(!s.has_next(*reader), "all was read");

    point last{"last", "", {}, 77, 1.5};
    if (const auto kept = s.append({&last, 1}); !kept) {
        // Legal only where no ordinal is left: after a record or cursor near 2^62.
        claim(kept.error().what == verdict::hold, "appending goes on");
        return 0;
    }
    const auto batch = s.lease(*reader);
    claim(batch && batch->points.size() == 1 && batch->points[0].timestamp == 77,
          "and what is appended comes back");
    claim(static_cast<bool>(s.settle(*reader, batch->lease)), "and is settled");
    check_counts(s, *reader);
    return 0;
}
