#!/bin/bash
# Deletes each guard in turn, in a scratch copy of the headers, and expects a
# test to notice. On demand: it takes minutes. The guards of what is compiled
# (adapters, tools) are in tests/mutations, and their turn comes after.
#
#   tests/mutation.sh [pattern]       only mutations whose line matches pattern
#   tests/mutations/run.py [pattern]  only those of what is compiled
#
# A line of the table: header | test sources | what to replace | by what. The
# text replaced must be there once. Guards that another stands behind are not
# in it: nothing can notice one alone. The tests run under ASan and UBSan, as a
# guard whose loss only they see is still a guard.

set -uo pipefail
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
self=$tests/mutation.sh
export CXX=${CXX:-g++}

flags="-std=c++20 -O0 -fsanitize=address,undefined -fno-sanitize-recover=all"
flags+=" -DCHRONOPACK_HAVE_ZSTD=1 -DCHRONOPACK_HAVE_SNAPPY=1 -I$tests"

table() {
  cat <<'TABLE'
core/cursor.hpp | core/bytes | if (n > remaining()) { | if (false) {
core/cursor.hpp | core/bytes | if (n > out_.size() - at_) { | if (false) {
core/cursor.hpp | core/bytes | at_ = in_.size();\n        failed_ = true; | at_ = in_.size();
bits/varint.hpp | bits/varint | if (!byte) return errc::truncated; | if (!byte) return errc::corrupt;
bits/varint.hpp | bits/varint | if (shift == 63 && *byte > 1) return errc::corrupt; | 
bits/varint.hpp | codec/hostile | if (shift == 63 && *byte > 1) return errc::corrupt; | 
bits/varint.hpp | bits/varint | if (*byte == 0 && shift != 0) return errc::corrupt; | 
bits/varint.hpp | codec/hostile | if (*byte == 0 && shift != 0) return errc::corrupt; | 
bits/msb.hpp | bits/msb | if (out_.size() - at_ < 8) { | if (false) {
bits/msb.hpp | bits/msb | if (n > out_.size() - at_) { | if (false) {
bits/msb.hpp | bits/msb | if (byte + 9 <= in_.size()) [[likely]] | if (byte < in_.size())
bits/msb.hpp | bits/msb | if (byte < in_.size()) std::memcpy | std::memcpy
bits/msb.hpp | bits/msb | return bit_ > end_; | return false;
bits/lsb.hpp | bits/lsb | if (byte + sizeof tail <= in.size()) [[likely]] | if (byte + 8 <= in.size())
bits/lsb.hpp | bits/lsb | else if (byte < in.size()) | else
bits/lsb.hpp | bits/lsb | if (width > 57) { | if (false) {
bits/lsb.hpp | bits/lsb | return width == 0 ? 0 : ~std::uint64_t{0} >> (64 - width); | return ~std::uint64_t{0} >> (64 - width);
bits/lsb_stream.hpp | bits/lsb_stream | if (at_ + 8 <= out_.size()) [[likely]] | if (at_ < out_.size())
bits/lsb_stream.hpp | bits/lsb_stream | return size_bytes() > out_.size(); | return false;
bits/lsb_stream.hpp | bits/lsb_stream | if (byte + sizeof tail <= in_.size()) [[likely]] | if (byte < in_.size())
bits/lsb_stream.hpp | bits/lsb_stream | else if (byte < in_.size()) | else
bits/lsb_stream.hpp | bits/lsb_stream | if (below == 64) return 0; | 
bits/lsb_stream.hpp | bits/lsb_stream | if (bits == 0 \|\| bits > 64) return 0; | if (bits == 0) return 0;
bits/lsb_stream.hpp | bits/lsb_stream | return bit_ > 8 * in_.size(); | return false;
binning/bins.hpp | binning/bins | if (width > 64) return errc::corrupt; | 
binning/bins.hpp | binning/bins | if (jump == 0) return errc::corrupt; | 
binning/bins.hpp | binning/bins | if (exponent > std::min<std::uint64_t>(width, 63)) return errc::corrupt; | 
binning/bins.hpp | binning/bins | if (exponent > std::min<std::uint64_t>(width, 63)) return errc::corrupt; | if (exponent > width) return errc::corrupt;
binning/bins.hpp | binning/bins | if (weight_bits - 1 >= bins.log) return errc::corrupt; | 
binning/bins.hpp | binning/bins | if (weight >= left) return errc::corrupt; | 
binning/header.hpp | binning/page | kind >= packing::mode_count \|\|  | 
binning/header.hpp | binning/page | (start & 0x08) != 0 \|\|  | 
binning/header.hpp | binning/page |  \|\| bins.log > tans::max_log | 
binning/header.hpp | binning/page | if (!read) return read.error(); | 
packing/start_code.hpp | binning/page | if (*scale < 2) return errc::corrupt; | 
packing/start_code.hpp | binning/page | if (!scale) return scale.error(); | if (!scale) return {};
packing/start_code.hpp | binning/page | if (const auto ok = read_signed(s.reference); !ok) return ok; | (void)read_signed(s.reference);
binning/header.hpp | binning/page | if (in.failed()) return errc::truncated; | 
binning/header.hpp | binning/page | if (last > 64) return errc::corrupt; | 
binning/header.hpp | binning/page | if (last == 0) return errc::corrupt; | 
binning/page.hpp | binning/page |  \|\| first_) { | ) {
binning/page.hpp | binning/page | if (stream.overrun()) return errc::truncated; | 
binning/page.hpp | binning/page | if (!legal) return legal.error(); | 
binning/decoder.hpp | binning/page | if (field_bytes(out.size(), width) > in.size()) return errc::truncated; | 
binning/decoder.hpp | binning/page | const bool at_end = bit + 8 * group_bytes > 8 * in.size(); | const bool at_end = false;
binning/decoder.hpp | binning/page |  \|\| at.bit > 8 * in_tail) return errc::truncated; | ) return errc::truncated;
binning/decoder.hpp | binning/page | i < n && at.bit <= last; | i < n;
binning/decoder.hpp | binning/page | i < end && bit <= last; | i < end;
codec/binned.hpp | codec/hostile | if (!count) return count.error(); | if (!count) return {};
codec/binned.hpp | codec/hostile | if (*count != n) return errc::count_mismatch; | 
codec/binned.hpp | codec/nested_integers | if (const auto ok = sink(at, std::span<const value_type>(page)); !ok) return ok; | (void)sink(at, std::span<const value_type>(page));
codec/binned.hpp | codec/nested_integers | if (const auto read = pages.read(in, words); !read) return read; | (void)pages.read(in, words);
codec/binned.hpp | codec/bounds | if (writer.failed()) return errc::no_space; | 
packing/header.hpp | packing/header | if (in.failed()) return errc::truncated; | 
packing/header.hpp | packing/header | kind >= mode_count | false
packing/header.hpp | packing/header | h.count < kernel::fewest_in_lanes \|\|  | 
packing/header.hpp | packing/header |  \|\| h.count == block_values)) | ))
packing/header.hpp | packing/header |  \|\| h.width > 64 | 
packing/header.hpp | packing/header | if (h.count == 0 \|\| h.count > block_values) return errc::corrupt; | 
packing/header.hpp | packing/header | h.exceptions > h.count | false
packing/header.hpp | packing/header |  \|\| h.exception_width > 64 - h.width | 
packing/header.hpp | packing/header | if ((h.exceptions == 0) != (h.exception_width == 0)) return errc::corrupt; | 
packing/header.hpp | packing/header | if (h.count != count) return errc::count_mismatch; | 
packing/start_code.hpp | packing/header | if (*scale < 2) return errc::corrupt; | 
packing/start_code.hpp | packing/header | if (const auto ok = read_signed(s.reference); !ok) return ok; | (void)read_signed(s.reference);
packing/start_code.hpp | packing/header | if (!scale) return scale.error(); | if (!scale) return {};
packing/block.hpp | packing/round_trip | if ((modes & only(h.kind)) == 0) return errc::corrupt; | 
packing/block.hpp | packing/header | if (reader.failed()) return errc::truncated; | 
packing/exceptions.hpp | packing/header | std::uint64_t{position[e] > position[e - 1]} & | 
packing/exceptions.hpp | packing/header |  && position[count_ - 1] < h.count | 
packing/exceptions.hpp | packing/header | std::uint64_t legal = amount[0] != 0; | std::uint64_t legal = 1;
packing/exceptions.hpp | packing/header |  & std::uint64_t{amount[e] != 0} | 
kernel/patches.hpp | kernel/decode | all ? lanes + slots : lanes | lanes
kernel/patches.hpp | kernel/decode | if (!all) std::fill_n(rows_ + lanes * (row + 1), lanes, std::uint64_t{0}); | 
frame/time_scale.hpp | frame/time_scale | while (divisor_ > 0 &&\n                   !encoder::divisible | while (false && !encoder::divisible
frame/time_scale.hpp | frame/time_scale | while (!divides(least) \|\| !divides(most)) --divisor_; | 
frame/time_scale.hpp | frame/time_scale | plain_ = most_ - least_ <= INT64_MAX; | plain_ = true;
frame/statistics.hpp | frame/statistics | if (is_nan(all.sums[k]) \|\| is_nan(all.increases[k])) return 0; | {}
packing/plan.hpp | packing/size | finer == 1 ? 1 : e.drawn.common_divisor() | 1
packing/plan.hpp | packing/round_trip | if (!encoder::divisible(y.data(), y.size(), most, scale)) | if (false)
kernel/encode_scalar.hpp | kernel/encode |  \| (y[i] & low) | 
packing/block.hpp | codec/bounds | if (size > out.size()) return errc::no_space; | 
codec/raw.hpp | codec/bounds | if (out.size() / 8 < in.size()) return errc::no_space; | 
codec/raw.hpp | codec/bounds | if (in.size() / 8 < out.size()) return errc::truncated; | 
codec/stream/bit_stream.hpp | codec/streaming | if (in_.overrun()) return errc::truncated; | 
codec/stream/bit_stream.hpp | codec/streaming | if (remaining_ == 0) return errc::not_found; | 
codec/stream/bit_stream.hpp | codec/hostile | if (!value) return value.error(); | 
codec/stream/bit_stream.hpp | codec/bounds | if (writer.failed()) return errc::no_space; | 
codec/stream/bit_stream.hpp | codec/streaming | *this = before;\n            out_.sync(); | *this = before;
codec/stream/bit_stream.hpp | codec/streaming | *this = before;\n            out_.sync(); | out_.sync();
codec/stream/xor_code.hpp | codec/hostile | if (leading + length > 64) return in.overrun() ? errc::truncated : errc::corrupt; | 
codec/stream/xor_code.hpp | codec/hostile | if (length_ == 0) return in.overrun() ? errc::truncated : errc::corrupt; | 
codec/prometheus_xor.hpp | codec/prometheus | if (chunk.size() < header_bytes) return errc::truncated; | 
codec/prometheus_xor.hpp | codec/prometheus | if (in.size() > max_count) return errc::out_of_range; | 
codec/prometheus_xor.hpp | codec/bounds | if (out.size() < header_bytes) return errc::no_space; | 
codec/prometheus_xor.hpp | codec/prometheus | if (count() == max_count) return errc::out_of_range; | 
codec/prometheus_xor.hpp | codec/prometheus | if (*held != out.size()) return errc::count_mismatch; | 
codec/prometheus_xor.hpp | codec/prometheus | std::min(header_bytes, chunk.size()) | header_bytes
codec/prometheus_xor2.hpp | codec/prometheus_xor2 | if (chunk.size() < header_bytes) return errc::truncated; | 
codec/prometheus_xor2.hpp | codec/prometheus_xor2 | if (in.size() > max_count) return errc::out_of_range; | 
codec/prometheus_xor2.hpp | codec/bounds | if (out.size() < header_bytes) return errc::no_space; | 
codec/prometheus_xor2.hpp | codec/bounds | if (writer.failed()) return errc::no_space; | 
codec/prometheus_xor2.hpp | codec/prometheus_xor2 | if (count_ == max_count) return errc::out_of_range; | 
codec/prometheus_xor2.hpp | codec/prometheus_xor2 | if (*held != out.size()) return errc::count_mismatch; | 
codec/prometheus_xor2.hpp | codec/prometheus_xor2 | std::min(count_bytes, chunk.size()) | count_bytes
codec/prometheus_xor2.hpp | codec/prometheus_xor2 | std::max(samples_.size_bytes(), start_bytes) | samples_.size_bytes()
codec/prometheus_xor2.hpp | codec/streaming | *this = before;\n                writer_.sync(); | *this = before;
codec/prometheus_xor2.hpp | codec/streaming | *this = before;\n                writer_.sync(); | writer_.sync();
codec/stream/xor2_value_code.hpp | codec/prometheus_xor2 | if (leading + length > 64) return false; | 
codec/stream/xor2_value_code.hpp | codec/prometheus_xor2 | if (length_ == 0) return false; | 
codec/stream/xor2_code.hpp | codec/prometheus_xor2 | fast.bit = before;\n                break; | break;
codec/stream/xor2_code.hpp | codec/prometheus_xor2 | change_ == 0 ? max_sample_bits : max_bits | max_sample_bits
codec/stream/xor2_code.hpp | codec/bounds | i < out.size() && fast.bit < end | i < out.size()
codec/stream/xor2_code.hpp | codec/bounds | std::min(fast.zeros(), out.size() - i) | fast.zeros()
bits/msb.hpp | bits/msb | window < 2 * stop && bit + zeros < limit | window < 2 * stop
codec/stream/bit_stream.hpp | codec/bounds | if (reader.overrun()) return errc::truncated;\n    return reader.size_bytes() | return reader.size_bytes()
codec/stream/bit_stream.hpp | codec/decode_many | (size_ + zeros), 8 * size_} | (size_ + zeros), 8 * (size_ + zeros)}
codec/gorilla_timestamps.hpp | codec/bounds | if (bit >= end) break; | 
codec/gorilla_values.hpp | codec/bounds | if (bit >= end) break;\n            } while | } while
codec/stream/prometheus_sample.hpp | codec/bounds | if (bit >= end) break; | 
codec/stream/prometheus_sample.hpp | codec/bounds | while (i < n && bit < end) { | while (i < n) {
codec/stream/prometheus_sample.hpp | codec/decode_many | if (i == n) break; | 
codec/stream/prometheus_sample.hpp | codec/prometheus | even_changes.begins(window) && xors.has_window_within(64) | even_changes.begins(window)
codec/stream/prometheus_sample.hpp | codec/prometheus | off_changes.begins(window) && xors.has_window_within(64) | off_changes.begins(window)
codec/prometheus_xor.hpp | codec/decode_many | if (jobs.size() - i > ahead)  | 
codec/stream/xor_code.hpp | codec/restart_index | leading > 31 \|\|  | 
codec/stream/xor_code.hpp | codec/restart_index | leading + length > 64 \|\| (length | (length
codec/stream/xor_code.hpp | codec/restart_index |  \|\| (length == 0 && leading != 0)) return false; | ) return false;
codec/alp.hpp | codec/alp | (form & ~(exponent_mask \| narrow_flag)) != 0 \|\|  | 
codec/alp.hpp | codec/alp |  \|\| exponent > kernel::max_decimal_exponent | 
codec/alp.hpp | codec/alp | if (*exceptions > out.size()) return errc::corrupt; | 
codec/alp.hpp | codec/alp | if (!legal) return errc::corrupt; | 
codec/page/exceptions.hpp | codec/alp | if (in.failed()) return errc::truncated; | 
codec/near_decimal.hpp | codec/near_decimal | if (*exceptions > out.size()) return errc::corrupt; | 
codec/near_decimal.hpp | codec/near_decimal | if (!rule.to_doubles(x, out.data() + from)) return errc::corrupt; | (void)rule.to_doubles(x, out.data() + from);
codec/near_decimal.hpp | codec/near_decimal | if (!rule.divide(q, out.data() + from)) return errc::corrupt; | (void)rule.divide(q, out.data() + from);
codec/near_decimal.hpp | codec/near_decimal | if (!kernel::nears::move(kernel::as_words(x), x.size(), out.data() + from))\n                        return errc::corrupt; | (void)kernel::nears::move(kernel::as_words(x), x.size(), out.data() + from);
codec/page/near_form.hpp | codec/near_decimal | if (flags >= all_flags) return errc::corrupt; | 
codec/page/near_form.hpp | codec/near_decimal | *divisor == 0 \|\|  | 
codec/page/near_form.hpp | codec/near_decimal |  \|\| *divisor > kernel::max_divisor | 
codec/page/near_form.hpp | codec/near_decimal | if (form.printed == printing::no && (flags & in_all_flag) != 0) return errc::corrupt; | 
codec/page/near_form.hpp | codec/near_decimal | if (form.narrow && form.counts) return errc::corrupt; | 
codec/page/near_form.hpp | codec/near_decimal | (form.counts ? max_counted_exponent : kernel::max_decimal_exponent) | kernel::max_decimal_exponent
codec/page/near_form.hpp | codec/near_decimal | if (form.exponent > (form.counts | if (form.exponent > 31 + (form.counts
codec/page/near_form.hpp | codec/near_decimal | form.digits == 0 \|\|  | 
codec/page/near_form.hpp | codec/near_decimal |  \|\| form.digits > kernel::max_significant_digits | 
codec/page/near_form.hpp | codec/near_decimal | : form.digits > kernel::max_decimal_exponent) | : form.digits > 31)
codec/page/near_rule.hpp | codec/near_decimal | if (form_.printed == printing::after_point) return kernel::nears::print(out, n, printed_); | if (form_.printed == printing::after_point) return kernel::nears::print(out, n, printed_) \|\| true;
kernel/near.hpp | kernel/near | return twin::print(v + i, n - i, d) && any(wrong) >> detail::misplaced_shift == 0; | return twin::print(v + i, n - i, d);
kernel/near.hpp | kernel/near | return twin::move(places + i, n - i, v + i) && any(wrong) >> 63 == 0; | return twin::move(places + i, n - i, v + i);
kernel/near.hpp | kernel/near | v + whole) && any(wrong) == 0; | v + whole);
kernel/near.hpp | kernel/near | return (before ^ after) \| ((after | return ((after
codec/alp_rd.hpp | codec/alp_rd | if (lefts[k] > low_mask(64 - right)) return errc::corrupt; | 
codec/alp_rd.hpp | codec/alp_rd | if (*outside > out.size()) return errc::corrupt; | 
codec/alp_rd.hpp | codec/alp_rd | if (wrong >> 63 != 0) return errc::corrupt; | 
codec/alp_rd.hpp | codec/alp_rd | if (all > low_mask(right)) return errc::corrupt; | 
codec/alp_rd.hpp | codec/alp_rd | if (!legal) return errc::corrupt; | 
codec/dictionary.hpp | codec/dictionary | *count == 0 \|\|  | 
codec/dictionary.hpp | codec/dictionary |  \|\| *count > out.size() | 
codec/dictionary.hpp | codec/dictionary | if (wrong >> 63 != 0) return errc::corrupt; | 
codec/run_length.hpp | codec/run_length | *runs == 0 \|\|  | 
codec/run_length.hpp | codec/run_length |  \|\| *runs > out.size() | 
codec/run_length.hpp | codec/run_length | if (more >= room) return errc::corrupt; | 
codec/run_length.hpp | codec/run_length | if (at != out.size()) return errc::corrupt; | 
codec/run_length.hpp | codec/round_trip | if (room.size() < length + at_once - 1) return fill(room.first(length), value); | 
codec/ordered.hpp | codec/ordered | if (form > 1) return errc::corrupt; | 
codec/ordered.hpp | codec/ordered | if (!legal) return errc::corrupt; | 
codec/page/exceptions.hpp | codec/alp | position[i] < next \|\|  | 
codec/page/exceptions.hpp | codec/alp |  \|\| position[i] >= n | 
codec/page/paged.hpp | codec/bounds | if (writer.failed()) return errc::no_space; | 
codec/page/paged.hpp | codec/alp | *count == 0 \|\|  | 
codec/page/paged.hpp | codec/alp |  \|\| *count > page_values | 
codec/page/paged.hpp | codec/alp | if (*count != page.size()) return errc::count_mismatch; | 
codec/page/paged.hpp | codec/alp | const cbytes values = in.take(8 * page.size());\n        if (in.failed()) return errc::truncated; | const cbytes values = in.take(8 * page.size());
codec/page/paged.hpp | codec/alp | if (stored) count = read_varint(reader); | 
codec/page/nested_integers.hpp | codec/nested_integers | if (id == static_cast<std::uint8_t>(codec_id::binned))\n | 
codec/page/nested_integers.hpp | codec/nested_integers | if (in.failed()) return errc::truncated; | 
codec/page/nested_integers.hpp | codec/nested_integers | if (!read) return read.error();\n            in.skip(*read); | if (read) in.skip(*read);
codec/page/nested_integers.hpp | codec/nested_integers | if (const auto ok = sink(from, std::span<const std::int64_t>(block)); !ok) return ok; | (void)sink(from, std::span<const std::int64_t>(block));
codec/restart_index.hpp | codec/restart_index | if (every == 0) return errc::out_of_range; | 
codec/restart_index.hpp | codec/restart_index | if (!fits(n, every, out)) return errc::no_space; | 
codec/restart_index.hpp | codec/restart_index | if (n < count_) return errc::out_of_range; | 
codec/restart_index.hpp | codec/restart_index | if (!fits(n, every_, out_)) return errc::no_space; | 
codec/restart_index.hpp | codec/restart_index | points_of(n, every) <= (out.size() - size_bytes(0, every)) / point_bytes | out.size() >= size_bytes(n, every)
codec/restart_index.hpp | codec/restart_index | if (!taken) *this = before; | 
codec/restart_index.hpp | codec/restart_index | if (index.size() < header_bytes + crc_bytes) return errc::truncated; | 
codec/restart_index.hpp | codec/restart_index | if (in.u32() != magic) return errc::corrupt; | (void)in.u32();
codec/restart_index.hpp | codec/restart_index | return errc::checksum_mismatch;\n        if (in.u8() | {}\n        if (in.u8()
codec/restart_index.hpp | codec/restart_index | if (in.u8() != version) return errc::unsupported; | (void)in.u8();
codec/restart_index.hpp | codec/restart_index | if (in.u8() != static_cast<std::uint8_t>(C::id)) return errc::wrong_type; | (void)in.u8();
codec/restart_index.hpp | codec/restart_index | if (in.u16() != 0) return errc::corrupt; | (void)in.u16();
codec/restart_index.hpp | codec/restart_index | every_ == 0 \|\|  | 
codec/restart_index.hpp | codec/restart_index |  \|\| points_.size() % point_bytes != 0 | 
codec/restart_index.hpp | codec/restart_index | if (points_of(count_, every_) != points()) return false; | 
codec/restart_index.hpp | codec/restart_index | if (count_ == 0) return end_ == 0; | if (count_ == 0) return true;
codec/restart_index.hpp | codec/restart_index | bit(0) != 0 \|\|  | 
codec/restart_index.hpp | codec/restart_index |  \|\| state(0) != state_words{} | 
codec/restart_index.hpp | codec/restart_index | if (bit(k) >= bit(k + 1)) return false; | 
codec/restart_index.hpp | codec/restart_index | if (k > 0 && !coder().restore(state(k), k * every_)) return false; | 
codec/restart_index.hpp | codec/restart_index | from > count_ \|\|  | 
codec/restart_index.hpp | codec/restart_index |  \|\| out.size() > count_ - from | 
codec/restart_index.hpp | codec/restart_index | if (stream.size() < end_ / 8 + (end_ % 8 != 0)) return errc::truncated; | 
codec/restart_index.hpp | codec/restart_index | if (out.empty()) return {}; | 
codec/restart_index.hpp | codec/restart_index | return errc::checksum_mismatch;\n\n | {}\n
codec/restart_index.hpp | codec/restart_index | if (!ok) return errc::corrupt; | 
codec/restart_index.hpp | codec/restart_index | if (!ok \|\| in.overrun()) return errc::corrupt; | if (!ok) return errc::corrupt;
codec/stream/xor_code.hpp | codec/hostile | if (length_ == 0) return false; | 
codec/stream/xor_code.hpp | codec/hostile | if (leading + length > 64) return false; | 
kernel/packed_rows.hpp | kernel/decode | if (end > 64) | if (end >= 64)
kernel/packed_rows.hpp | kernel/decode | if (!Hold \|\| words_left_ > 0) | if (true)
kernel/lanes_head.hpp | kernel/decode | if (at.words == 0) copy(in, at); | 
frame/header_v1.hpp | frame/header_v1 | if (size < fixed_bytes + crc_bytes) return errc::corrupt; | 
frame/header_v1.hpp | frame/header_v1 | (flags & ~known_flags) != 0 \|\|  | 
frame/header_v1.hpp | frame/header_v1 | unit > 3 \|\|  | 
frame/header_v1.hpp | frame/header_v1 | divisor > max_divisor \|\|  | 
frame/header_v1.hpp | frame/header_v1 |  \|\| second > 2 | 
frame/header_v1.hpp | frame/header_v1 | if (info.samples == 0 \|\| info.samples > max_samples) return errc::corrupt; | 
frame/header_v1.hpp | frame/header_v1 | if (h.raw_body_bytes > max_block_bytes * info.blocks()) return errc::corrupt; | 
frame/header_v2.hpp | frame/header_v2 | *size < crc_bytes \|\|  | 
frame/header_v2.hpp | frame/header_v2 |  \|\| *size > max_size | 
frame/header_v2.hpp | frame/header_v2 | if (divisor > 0 && divides(power, t)) return errc::corrupt; | 
frame/header_v2.hpp | frame/header_v2 | divisor == 0 \|\|  | 
frame/header_v2.hpp | frame/header_v2 | t > limit \|\|  | 
frame/header_v2.hpp | frame/header_v2 |  \|\| t < -limit | 
frame/header_v2.hpp | frame/header_v2 | info.divisor > max_divisor \|\|  | 
frame/header_v2.hpp | frame/header_v2 | block_exponent > max_block_exponent \|\|  | 
frame/header_v2.hpp | frame/header_v2 |  \|\| second > 2 | 
frame/header_v2.hpp | frame/header_v2 | if (info.samples == 0 \|\| info.samples > max_samples) return errc::corrupt; | 
frame/header_v2.hpp | frame/header_v2 | h.raw_body_bytes = max_body_bytes(info.samples, info.blocks()); | h.raw_body_bytes = SIZE_MAX;
frame/header_statistics.hpp | frame/header_statistics | if ((form & ~noted) != 0) return errc::corrupt; | 
frame/header_statistics.hpp | frame/header_statistics | if (r.range > std::uint64_t{INT64_MAX} - r.min) return errc::corrupt; | 
frame/header_statistics.hpp | frame/header_statistics | s.resets >= samples \|\|  | 
frame/header_statistics.hpp | frame/header_statistics | first > r.range \|\|  | 
frame/header_statistics.hpp | frame/header_statistics |  \|\| last > r.range | 
frame/header_statistics.hpp | frame/header_statistics | in.failed() \|\|  | 
frame/header_statistics.hpp | frame/header_statistics |  \|\| bits.left_over() != 0 | 
frame/header_statistics_double.hpp | frame/header_statistics | if ((form & ~(scale_mask \| noted)) != 0) return errc::corrupt; | 
frame/header_statistics_double.hpp | frame/header_statistics | !within_limit(r.min) \|\|  | 
frame/header_statistics_double.hpp | frame/header_statistics |  \|\| r.range > most - r.min | 
frame/header_statistics_double.hpp | frame/header_statistics | s.nans == 0 \|\|  | 
frame/header_statistics_double.hpp | frame/header_statistics |  \|\| s.nans > samples | 
frame/header_statistics_double.hpp | frame/header_statistics | if (s.resets > 0 && s.resets >= r.numbers) return errc::corrupt; | 
frame/header_statistics_double.hpp | frame/header_statistics | if (above_min > r.range) return false; | 
frame/header_statistics_double.hpp | frame/header_statistics | !r.has_scale() \|\|  | 
frame/header_statistics_double.hpp | frame/header_statistics |  \|\| !within_limit(integer) | 
frame/header_statistics_double.hpp | frame/header_statistics | return !is_nan(near.value); | return true;
frame/header_statistics_double.hpp | frame/header_statistics | in.failed() \|\|  | 
frame/header_statistics_double.hpp | frame/header_statistics |  \|\| bits.left_over() != 0 | 
frame/header_statistics_double.hpp | frame/header_statistics |  \|\| *integer - r.min > r.range | 
frame/header_statistics_double.hpp | frame/header_statistics | t.integer <= low_mask(bits) &&  | 
frame/header_statistics_double.hpp | frame/header_statistics |  && t.places <= low_mask(r.place_bits()) | 
frame/header_statistics_double.hpp | frame/header_statistics |  && !is_nan(near.value) | 
frame/scaled.hpp | frame/header_statistics | within_limit(integer) &&  | 
frame/read_header.hpp | frame/damage | if (found_magic != magic) return errc::corrupt; | 
frame/read_header.hpp | frame/damage | if (*size > in.size()) return errc::truncated; | 
frame/read_header.hpp | frame/damage | return errc::checksum_mismatch; | {}
frame/read_header.hpp | frame/damage | if (version == 0 \|\| version > format_version) return errc::unsupported; | 
frame/read_header.hpp | frame/header_v2 | if (h.info.ordered && b->first_timestamp < before) return errc::corrupt; | 
frame/read_header.hpp | frame/header_v2 | if (h.info.ordered && h.info.last_timestamp < before) return errc::corrupt; | 
frame/read_header.hpp | frame/header_v2 | if (cursor.index_bytes() != h.index.size()) return errc::corrupt; | 
frame/read_header.hpp | frame/header_v2 | if (h.info.min_timestamp > h.info.max_timestamp) return errc::corrupt; | 
frame/read_header.hpp | frame/header_v2 | if (reader.remaining() < crc_bytes * units) return errc::corrupt; | 
frame/read_header.hpp | frame/header_v1 |  \|\| (first_version && *columns != h.raw_body_bytes) | 
frame/read_header.hpp | frame/header_v2 | if (h.body_bytes > h.raw_body_bytes) return errc::corrupt; | 
frame/block_cursor.hpp | frame/header_v2 | if (*timestamp_bytes > left \|\| *value_bytes > left - *timestamp_bytes) return errc::corrupt; | 
frame/read_header.hpp | frame/damage | if (in.size() < h.info.bytes) return errc::truncated; | 
frame/read_header.hpp | frame/damage | if (in.size() > h.info.bytes) return errc::corrupt; | 
frame/frame.hpp | frame/damage | kernel::crc32c(stored) != header_.checksum(b.first_sample / info().block_samples)) | false)
frame/frame.hpp | frame/memory support/counted_new | if (kernel::crc32c(body_) != header_.checksum(0)) return errc::checksum_mismatch; | 
frame/read_header.hpp | frame/round_trip | if (!std::holds_alternative<statistics<V>>(h.info.values)) return errc::wrong_type; | 
frame/frame.hpp | frame/round_trip | if (timestamps.size() != size() \|\| values.size() != size()) return errc::count_mismatch; | 
frame/frame.hpp | frame/block_size | if (timestamps.size() != size()) return errc::count_mismatch; | 
frame/frame.hpp | frame/block_size | if (values.size() != size()) return errc::count_mismatch; | 
frame/frame.hpp | frame/damage | if (to.front() != b.first_timestamp) return errc::corrupt; | 
frame/choose.hpp | frame/damage | if (1 + *read != in.size()) return errc::corrupt; | 
frame/encode.hpp | frame/damage | if (out.size() < header_room) return errc::no_space; | 
frame/encode.hpp | frame/round_trip | if (n == 0 \|\| n > max_samples) return errc::out_of_range; | 
frame/encode.hpp | frame/round_trip | if (values.size() != n) return errc::count_mismatch; | 
frame/encode.hpp | frame/block_size | if (!is_block_size(each)) return errc::out_of_range; | 
series/archive_index.hpp | series/archive_damage | if (gap > limit - end \|\| size > limit - end - gap) return errc::corrupt; | 
series/archive_index.hpp | series/archive_damage | if (samples == 0 \|\| samples > frame::max_samples) return errc::corrupt; | 
series/archive_index.hpp | series/archive_damage | if (f.min_timestamp > f.max_timestamp) return errc::corrupt; | 
series/archive_format.hpp | series/archive_damage | if (r.payload_bytes > in.size() - record_header_bytes) return errc::truncated; | 
series/archive_format.hpp | series/archive_damage | if (in.size() < file_header_bytes) return errc::truncated; | 
series/reader.hpp | series/reader | if (info->bytes > frames.size()) return errc::truncated; | 
series/cursor.hpp | series/reader | if (!range_.contains(times[i])) continue; | 
rollup/bucket.hpp | rollup/bucket | if (width < 1) return errc::out_of_range; | 
rollup/bucket.hpp | rollup/bucket | t < INT64_MIN + back ? INT64_MIN : t - back | t - back
rollup/bucket.hpp | rollup/bucket | t > INT64_MAX - ahead ? INT64_MAX : t + ahead | t + ahead
rollup/calendar.hpp | rollup/calendar | if (n == 0 \|\| n > 24 \|\| 24 % n != 0) return errc::out_of_range; | 
rollup/posix_tz.hpp | rollup/time_zone | return at >= next ? at - 7 : at; | return at;
rollup/posix_tz.hpp | rollup/time_zone |  \|\| value < least \|\| value > most | 
rollup/posix_tz.hpp | rollup/time_zone | if (n == 0 \|\|  | if (
rollup/posix_tz.hpp | rollup/time_zone | return n >= 3 && ( | return (
rollup/posix_tz.hpp | rollup/time_zone | if (!in.text.empty()) return errc::corrupt; | 
rollup/time_zone.hpp | rollup/time_zone | if (!legal(offset)) return errc::out_of_range; | 
rollup/time_zone.hpp | rollup/time_zone | t.at < -max_instant \|\|  | 
rollup/time_zone.hpp | rollup/time_zone | t.at > max_instant \|\|  | 
rollup/time_zone.hpp | rollup/time_zone |  \|\| !legal(t.offset)) | )
rollup/time_zone.hpp | rollup/time_zone | if (t.at <= zone.segments_.back().from) return errc::unordered; | 
rollup/time_zone.hpp | rollup/calendar | std::max(before.shown_before, t.at + before.offset - 1) | t.at + before.offset - 1
rollup/time_zone.hpp | rollup/calendar | return std::max(instant + s.offset, s.shown_before); | return instant + s.offset;
rollup/time_zone.hpp | rollup/calendar | return std::max(s.from, wall - s.offset); | return wall - s.offset;
rollup/time_zone.hpp | rollup/calendar | if (i + 1 < changes.size() && changes[i].at == changes[i + 1].at) continue; | 
rollup/time_zone.hpp | rollup/time_zone | if (changes[i].at > after) change(changes[i]); | change(changes[i]);
rollup/tzif.hpp | rollup/tzif | if (in.failed()) return errc::truncated; | 
rollup/tzif.hpp | rollup/tzif | if (load_be<std::uint32_t>(wire.data()) != 0x545a6966) return errc::corrupt; | 
rollup/tzif.hpp | rollup/tzif | h.types != 0 && | 
rollup/tzif.hpp | rollup/tzif | flags(h.ut_flags) && | 
rollup/tzif.hpp | rollup/tzif |  && flags(h.standard_flags) | 
rollup/tzif.hpp | rollup/tzif | if (skipped->version == 0) return errc::unsupported; | 
rollup/tzif.hpp | rollup/tzif | if (skipped->version < '2') return errc::corrupt; | 
rollup/tzif.hpp | rollup/tzif | h->version != skipped->version \|\|  | 
rollup/tzif.hpp | rollup/tzif | if (h->leap_seconds != 0) return errc::unsupported; | 
rollup/tzif.hpp | rollup/tzif | if (in.empty()) return errc::truncated; | 
rollup/tzif.hpp | rollup/tzif | if (text.front() != ' | if (false && text.front() != '
rollup/tzif.hpp | rollup/tzif | if (end == std::string_view::npos) return errc::truncated; | 
rollup/tzif.hpp | rollup/tzif | if (end + 1 != text.size()) return errc::corrupt; | 
rollup/tzif.hpp | rollup/tzif | summer > 1 \|\|  | 
rollup/tzif.hpp | rollup/tzif |  \|\| name >= h->characters | 
rollup/tzif.hpp | rollup/tzif | if (type >= h->types) return errc::corrupt; | 
rollup/tzif.hpp | rollup/tzif | name.empty() \|\| name.size() > 255 \|\|  | 
rollup/tzif.hpp | rollup/tzif |  \|\| !std::all_of(name.begin(), name.end(), legal) | 
rollup/aggregate.hpp | rollup/aggregate | if (later.first_timestamp < last_timestamp) return errc::unordered; | 
rollup/aggregate.hpp | rollup/aggregate | !info.ordered \|\|  | 
rollup/aggregate.hpp | rollup/aggregate |  \|\| !s.exact | 
rollup/aggregate.hpp | rollup/aggregate | s.nans > info.samples \|\|  | 
rollup/aggregate.hpp | rollup/aggregate |  \|\| s.resets > info.samples | 
rollup/aggregate.hpp | rollup/aggregate | !detail::is_number(s.first) \|\|  | 
rollup/aggregate.hpp | rollup/aggregate |  \|\| !detail::is_number(s.last) | 
rollup/time_weighted.hpp | rollup/time_weighted | if (ticks == 0) return total{}; | 
rollup/time_weighted.hpp | rollup/time_weighted | ticks == 0 ? none() :  | 
rollup/row.hpp | rollup/rollup | if (later.bucket.first <= bucket.last) return errc::unordered; | 
rollup/row.hpp | rollup/rollup | if (row_ && t <= row_->bucket.last) return {}; | 
rollup/ordered_columns.hpp | rollup/rollup_refused | !std::is_sorted(t.begin(), t.end()) \|\|  | 
rollup/ordered_columns.hpp | rollup/rollup_refused |  \|\| t.back() > until(after, reader) | 
rollup/ordered_columns.hpp | rollup/rollup_refused | timestamps().front() != reader.info().min_timestamp \|\| | 
rollup/rollup.hpp | rollup/rollup_refused | if (info.unit != rows_.buckets().unit()) return errc::wrong_type; | {}
rollup/rollup.hpp | rollup/rollup_refused | if (!info.ordered && !how_.sort) return errc::unordered; | 
rollup/rollup.hpp | rollup/rollup_refused | if (info.min_timestamp < latest_) return errc::unordered; | 
rollup/rollup.hpp | rollup/rollup_refused | if (t.size() != v.size()) return errc::count_mismatch; | 
rollup/rollup.hpp | rollup/rollup_refused | if (!how_.sort) return errc::unordered; | 
rollup/rollup.hpp | rollup/rollup_refused | if (t.front() < latest_) return errc::unordered; | 
rollup/rollup.hpp | rollup/rollup | columns_.clear(); | 
rollup/rollup.hpp | rollup/rollup | how_.range.contains(info.min_timestamp) && | 
rollup/rollup.hpp | rollup/rollup | how_.range.contains(info.max_timestamp) && | 
rollup/downsample.hpp | rollup/downsample | if (timestamps.size() != values.size()) return errc::count_mismatch; | 
rollup/downsample.hpp | rollup/downsample | if (!std::is_sorted(timestamps.begin(), timestamps.end())) return errc::unordered; | 
rollup/downsample.hpp | rollup/downsample | width == UINT64_MAX ? 0 :  | 
TABLE
}

# one NUMBER LINE: builds the test with one guard gone, and runs it.
one() {
  local number=$1 header source from to dir=$scratch/$1
  # Fields are split at " | "; "\|" is a bar in the code, "\n" a line end.
  IFS=$'\x1f' read -r header source from to < <(sed 's/ | /\x1f/g; s/ |$/\x1f/; s/\\|/|/g' <<<"$2")
  mkdir -p "$dir"
  cp -r "$tests/../include" "$dir/include"
  if [[ $header == unchanged ]]; then
    : # the test must pass as it is, or it catches nothing
  elif ! python3 -c "$replace" "$dir/include/chronopack/$header" "$from" "$to"; then
    printf 'STALE    %s\n' "$2"
    return 1
  fi
  if ! $CXX $flags -w -I"$dir/include" $(printf "$tests/%s.cpp " $source) "$scratch"/*.o -lrapidcheck -lzstd -lsnappy -o "$dir/test" \
    2>"$dir/log"; then
    printf 'BROKEN   %s\n' "$2"
    head -n 5 "$dir/log"
    return 1
  fi
  local passed=no verdict=caught
  timeout 120 "$dir/test" '~[size]' >"$dir/log" 2>&1 && passed=yes
  if [[ $header == unchanged ]]; then
    [[ $passed == yes ]] && verdict=passes || verdict=FAILS
  elif [[ $passed == yes ]]; then
    verdict=SURVIVED
  fi
  printf '%-8s %s\n' "$verdict" "$2"
  rm -rf "$dir"
  [[ $verdict == caught || $verdict == passes ]]
}

replace='
import sys
path, old, new = sys.argv[1:]
old, new = (text.replace("\\n", "\n") for text in (old, new))
code = open(path).read()
if code.count(old) != 1:
    sys.exit(f"{path}: found {code.count(old)} times: {old}")
open(path, "w").write(code.replace(old, new))
'

if [[ ${1:-} == --one ]]; then
  one "$2" "$3"
  exit
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export scratch

status=0
chosen=$(table | grep -e "${1:-}")
if [[ -n $chosen ]]; then
  $CXX -std=c++20 -O0 -w -c "$tests/main.cpp" -o "$scratch/main.o" &&
    $CXX $flags -w -I"$tests/../include" -c "$tests/support/property.cpp" -o "$scratch/property.o" &&
    $CXX -std=c++20 -DCHRONOPACK_GOLDEN="\"$tests/golden\"" -DCHRONOPACK_CORPUS="\"$tests/../fuzz/corpus\"" \
      -c "$tests/support/paths.cpp" -o "$scratch/paths.o" || exit 1
  {
    awk -F ' [|] ' '{ print "unchanged | " $2 }' <<<"$chosen" | sort -u
    printf '%s\n' "$chosen"
  } | awk '{ print NR; print }' |
    xargs -d '\n' -n 2 -P "${JOBS:-$(nproc)}" "$self" --one || status=1
fi
"$tests/mutations/run.py" "${1:-}" || status=1
((status == 0)) && echo 'every mutation was caught'
exit "$status"
