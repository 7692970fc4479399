#!/usr/bin/env bash
# Every choice of CHRONOPACK_ARCH, and of emulated processors, writes the same
# bytes and reads them back; what does not run here is refused in words.
#
#   usage: choices.sh DISPATCHED HEADERS_ALONE
set -euo pipefail
dispatched=$1 headers=$2
fail() { printf '%s\n' "$*"; exit 1; }
unset CHRONOPACK_ARCH

read -r _ checksum <<<"$("$headers")"

# expect TABLE COMPLAINT COMMAND...: the table that runs, the checksum, and one
# line on stderr or none.
expect() {
  local table=$1 complaint=$2 out err
  shift 2
  err=$(mktemp)
  out=$("$@" 2>"$err") || fail "$*: failed: $out $(cat "$err")"
  sed -i '/^qemu-x86_64: warning/d' "$err"
  [[ $out == "${table:-*} $checksum" || -z $table && $out == *" $checksum" ]] ||
    fail "$*: printed '$out', not '$table $checksum'"
  if [[ -z $complaint ]]; then
    [[ ! -s $err ]] || fail "$*: complained: $(cat "$err")"
  else
    [[ $(wc -l <"$err") == 1 && $(<"$err") == *"$complaint"* ]] ||
      fail "$*: said '$(cat "$err")', not '$complaint'"
  fi
  rm -f "$err"
  echo "$out${complaint:+ ($complaint)}"
}

best=$("$dispatched")
best=${best%% *}
expect "$best" "" "$dispatched"
expect "$best" "" env CHRONOPACK_ARCH= "$dispatched"
expect scalar "" env CHRONOPACK_ARCH=scalar "$dispatched"
expect "$best" "CHRONOPACK_ARCH=mmx is not an instruction set known here; using $best" \
  env CHRONOPACK_ARCH=mmx "$dispatched"
[[ $(uname -m) == x86_64 ]] || exit 0

expect sse2 "" env CHRONOPACK_ARCH=sse2 "$dispatched"
for table in avx2 avx512; do
  if [[ $table == "$best" || $best == avx512 ]]; then
    expect $table "" env CHRONOPACK_ARCH=$table "$dispatched"
  else
    expect "$best" "CHRONOPACK_ARCH=$table does not run here; using $best" \
      env CHRONOPACK_ARCH=$table "$dispatched"
  fi
done

command -v qemu-x86_64 >/dev/null || { echo "the rest skipped: no qemu-x86_64 (package qemu-user)"; exit 0; }
expect sse2 "" qemu-x86_64 -cpu Nehalem "$dispatched"
expect sse2 "CHRONOPACK_ARCH=avx2 does not run here; using sse2" \
  env CHRONOPACK_ARCH=avx2 qemu-x86_64 -cpu Nehalem "$dispatched"
expect sse2 "" qemu-x86_64 -cpu SandyBridge "$dispatched"
# Emulates AVX2 from version 7.2 on; before, it chooses sse2.
expect "" "" qemu-x86_64 -cpu max "$dispatched"
