#!/usr/bin/env bash
# Every choice of CHRONOPACK_ARCH writes the same bytes and reads them back; what
# does not run here is refused in words. emulated.sh has other processors.
#
#   usage: choices.sh DISPATCHED HEADERS_ALONE
set -euo pipefail
dispatched=$1 headers=$2
source "$(dirname "$0")/expect.sh"

best=$("$dispatched")
best=${best%% *}
expect "$best" "" "$dispatched"
expect "$best" "" env CHRONOPACK_ARCH= "$dispatched"
expect scalar "" env CHRONOPACK_ARCH=scalar "$dispatched"
expect "$best" "CHRONOPACK_ARCH=mmx is not an instruction set known here; using $best" \
  env CHRONOPACK_ARCH=mmx "$dispatched"
[[ $(uname -m) == x86_64 ]] || exit 0  # there is no other table

expect sse2 "" env CHRONOPACK_ARCH=sse2 "$dispatched"
for table in avx2 avx512; do
  if [[ $table == "$best" || $best == avx512 ]]; then
    expect $table "" env CHRONOPACK_ARCH=$table "$dispatched"
  else
    expect "$best" "CHRONOPACK_ARCH=$table does not run here; using $best" \
      env CHRONOPACK_ARCH=$table "$dispatched"
  fi
done
