#!/bin/bash
# Deletes each guard in turn, in a scratch copy of the headers, and expects a
# test to notice (G11). On demand: it takes minutes.
#
#   tests/mutation.sh [pattern]       only mutations whose line matches pattern
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
flags+=" -DCHRONOPACK_HAVE_ZSTD=1 -DCHRONOPACK_HAVE_SNAPPY=1 -I$tests -DCHRONOPACK_GOLDEN=\"$tests/golden\" -DCHRONOPACK_CORPUS=\"$tests/../fuzz/corpus\""

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
bits/lsb.hpp | bits/lsb | return width == 0 ? 0 : ~std::uint64_t{0} >> (64 - width); | return ~std::uint64_t{0} >> (64 - width);
packing/header.hpp | packing/header | if (in.failed()) return errc::truncated; | 
packing/header.hpp | packing/header | (kind & ~unsigned{scaled_flag}) >= mode_count | false
packing/header.hpp | packing/header |  \|\| h.width > 64 | 
packing/header.hpp | packing/header | if (h.count == 0 \|\| h.count > block_values) return errc::corrupt; | 
packing/header.hpp | packing/header | h.exceptions > h.count | false
packing/header.hpp | packing/header |  \|\| h.exception_width > 64 - h.width | 
packing/header.hpp | packing/header | if ((h.exceptions == 0) != (h.exception_width == 0)) return errc::corrupt; | 
packing/header.hpp | packing/header | if (h.count != count) return errc::count_mismatch; | 
packing/header.hpp | packing/header | if (*scale < 2) return errc::corrupt; | 
packing/header.hpp | packing/header | if (const auto ok = read_signed(h.reference); !ok) return ok.error(); | (void)read_signed(h.reference);
packing/header.hpp | packing/header | if (!scale) return scale.error(); | if (!scale) return h;
packing/block.hpp | packing/round_trip | if ((modes & only(h.kind)) == 0) return errc::corrupt; | 
packing/block.hpp | packing/header | if (reader.failed()) return errc::truncated; | 
packing/block.hpp | packing/header | position < next | false
packing/block.hpp | packing/header |  \|\| position >= h.count | 
packing/block.hpp | packing/header |  \|\| high == 0 | 
packing/block.hpp | codec/bounds | if (size > out.size()) return errc::no_space; | 
codec/raw.hpp | codec/bounds | if (out.size() / 8 < in.size()) return errc::no_space; | 
codec/raw.hpp | codec/bounds | if (in.size() / 8 < out.size()) return errc::truncated; | 
codec/bit_stream.hpp | codec/streaming | if (in_.overrun()) return errc::truncated; | 
codec/bit_stream.hpp | codec/streaming | if (remaining_ == 0) return errc::not_found; | 
codec/bit_stream.hpp | codec/bounds | if (reader.overrun()) return errc::truncated;\n    return bytes_before | return bytes_before
codec/bit_stream.hpp | codec/bounds | constexpr std::size_t most_left = 64; | constexpr std::size_t most_left = 97;
codec/bit_stream.hpp | codec/hostile | if (!value) return value.error(); | 
codec/bit_stream.hpp | codec/bounds | if (writer.failed()) return errc::no_space; | 
codec/bit_stream.hpp | codec/streaming | *this = before;\n            out_.sync(); | *this = before;
codec/bit_stream.hpp | codec/streaming | *this = before;\n            out_.sync(); | out_.sync();
codec/xor_code.hpp | codec/hostile | if (leading + length > 64) return in.overrun() ? errc::truncated : errc::corrupt; | 
codec/xor_code.hpp | codec/hostile | if (length_ == 0) return in.overrun() ? errc::truncated : errc::corrupt; | 
codec/prometheus_xor.hpp | codec/prometheus | if (chunk.size() < header_bytes) return errc::truncated; | 
codec/prometheus_xor.hpp | codec/prometheus | if (in.size() > max_count) return errc::out_of_range; | 
codec/prometheus_xor.hpp | codec/bounds | if (out.size() < header_bytes) return errc::no_space; | 
codec/prometheus_xor.hpp | codec/prometheus | if (count() == max_count) return errc::out_of_range; | 
codec/prometheus_xor.hpp | codec/prometheus | if (*held != out.size()) return errc::count_mismatch; | 
codec/prometheus_xor.hpp | codec/prometheus | std::min(header_bytes, chunk.size()) | header_bytes
codec/xor_code.hpp | codec/hostile | if (length_ == 0) return false; | 
codec/xor_code.hpp | codec/hostile | if (leading + length > 64) return false; | 
codec/gorilla_timestamps.hpp | codec/bounds | i < out.size() && bit < end | i < out.size()
codec/gorilla_timestamps.hpp | codec/bounds | std::min(in.count_zeros_at(bit), out.size() - i) | in.count_zeros_at(bit)
codec/gorilla_values.hpp | codec/bounds | i < out.size() && bit < end | i < out.size()
codec/gorilla_values.hpp | codec/bounds | std::min(in.count_zeros_at(bit), out.size() - i) | in.count_zeros_at(bit)
codec/prometheus_xor.hpp | codec/bounds | i < out.size() && bit < end | i < out.size()
codec/prometheus_xor.hpp | codec/bounds | std::min(in.count_zeros_at(bit) / 2, out.size() - i) | in.count_zeros_at(bit) / 2
kernel/decode.hpp | kernel/decode | if (end > 64) | if (end >= 64)
frame/read_header.hpp | frame/damage | if (size < fixed_bytes + crc_bytes) return errc::corrupt; | 
frame/read_header.hpp | frame/damage | if (size > in.size()) return errc::truncated; | 
frame/read_header.hpp | frame/damage | return errc::checksum_mismatch; | {}
frame/read_header.hpp | frame/damage | if (version != format_version) return errc::unsupported; | 
frame/read_header.hpp | frame/damage | if (samples == 0 \|\| samples > max_samples) return errc::corrupt; | 
frame/read_header.hpp | frame/damage | raw_body > max_block_bytes * block_count(samples) | false
frame/read_header.hpp | frame/damage | body > raw_body) return | false) return
frame/read_header.hpp | frame/damage | if (cursor.index_bytes() != h.index.size() | if (false
frame/read_header.hpp | frame/damage | cursor.body_bytes() != h.raw_body_bytes | false
frame/read_header.hpp | frame/damage | if (h.info.ordered && h.info.last_timestamp < before) return errc::corrupt; | 
frame/header.hpp | frame/damage | if (*timestamp_bytes > left \|\| *value_bytes > left - *timestamp_bytes) return errc::corrupt; | 
frame/frame.hpp | frame/damage | if (in.size() < header->info.bytes) return errc::truncated; | 
frame/frame.hpp | frame/damage | if (in.size() > header->info.bytes) return errc::corrupt; | 
frame/frame.hpp | frame/damage | kernel::crc32c(stored) != header_.checksum(b.first_sample / block_samples)) | false)
frame/frame.hpp | frame/memory support/counted_new | if (kernel::crc32c(r.body_) != header->checksum(0)) return errc::checksum_mismatch; | 
frame/frame.hpp | frame/round_trip | if (!std::holds_alternative<statistics<V>>(header->info.values)) return errc::wrong_type; | 
frame/frame.hpp | frame/round_trip | if (timestamps.size() != size() \|\| values.size() != size()) return errc::count_mismatch; | 
frame/choose.hpp | frame/damage | if (1 + *read != in.size()) return errc::corrupt; | 
frame/encode.hpp | frame/damage | if (out.size() < header_room) return errc::no_space; | 
frame/encode.hpp | frame/round_trip | if (n == 0 \|\| n > max_samples) return errc::out_of_range; | 
frame/encode.hpp | frame/round_trip | if (values.size() != n) return errc::count_mismatch; | 
series/archive_index.hpp | series/archive | if (gap > limit - end \|\| size > limit - end - gap) return errc::corrupt; | 
series/archive_index.hpp | series/archive | if (samples == 0 \|\| samples > frame::max_samples) return errc::corrupt; | 
series/archive_index.hpp | series/archive | if (f.min_timestamp > f.max_timestamp) return errc::corrupt; | 
series/archive_format.hpp | series/archive | if (r.payload_bytes > in.size() - record_header_bytes) return errc::truncated; | 
series/archive_format.hpp | series/archive | if (in.size() < file_header_bytes) return errc::truncated; | 
series/reader.hpp | series/reader | if (info->bytes > frames.size()) return errc::truncated; | 
series/cursor.hpp | series/reader | if (!range_.contains(times[i])) continue; | 
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

$CXX -std=c++20 -O0 -w -c "$tests/main.cpp" -o "$scratch/main.o" &&
  $CXX $flags -w -I"$tests/../include" -c "$tests/support/property.cpp" -o "$scratch/property.o" || exit 1

chosen=$(table | grep -e "${1:-}")
{
  awk -F ' [|] ' '{ print "unchanged | " $2 }' <<<"$chosen" | sort -u
  printf '%s\n' "$chosen"
} | awk '{ print NR; print }' |
  xargs -d '\n' -n 2 -P "${JOBS:-$(nproc)}" "$self" --one
status=$?
((status == 0)) && echo 'every mutation was caught'
exit "$((status != 0))"
