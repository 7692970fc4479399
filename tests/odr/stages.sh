#!/usr/bin/env bash
# One program of files with zstd, with snappy, with both and with neither: each file has
# the second stages that its own macros name, whichever the linker saw first. And a file
# that is compiled with -ffast-math is refused with a reason.
#
#   usage: stages.sh SOURCE COMPILER...
set -euo pipefail
source=$1
shift
compiler=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf '%s\n' "$*"; exit 1; }

# compile INCLUDE PATH FLAG...
compile() {
  local include=$1 path=$2
  shift 2
  "${compiler[@]}" -std=c++20 -O0 -I"$include" -DCHRONOPACK_PATH="$path" "$@" -c "$source/tests/odr/stages.cpp" \
    -o "$work/$path.o"
}
compile_all() {
  compile "$1" with_none
  compile "$1" with_zstd -DCHRONOPACK_HAVE_ZSTD=1
  compile "$1" with_snappy -DCHRONOPACK_HAVE_SNAPPY
  compile "$1" with_both -DCHRONOPACK_HAVE_ZSTD=1 -DCHRONOPACK_HAVE_SNAPPY=1
}
# right PATH...: whether the program, its files linked in that order, finds all as promised.
right() {
  "${compiler[@]}" "$work/main.o" "${@/#/$work/}" -lzstd -lsnappy -o "$work/program"
  "$work/program"
}

"${compiler[@]}" -std=c++20 -c "$source/tests/odr/stages_main.cpp" -o "$work/main.o"
compile_all "$source/include"
for order in "with_none.o with_zstd.o with_snappy.o with_both.o" "with_both.o with_snappy.o with_zstd.o with_none.o" "with_zstd.o with_none.o with_both.o with_snappy.o"; do
  read -ra objects <<<"$order"
  right "${objects[@]}" || fail "linked as $order: a file has not the second stages that it asked for"
done

# With one namespace for all macros it must be noticed.
cp -r "$source/include" "$work/include"
printf '#pragma once\n#define CHRONOPACK_ABI one\nnamespace chronopack::inline one {}\n' \
  >"$work/include/chronopack/core/abi.hpp"
compile_all "$work/include"
! right with_none.o with_zstd.o with_snappy.o with_both.o >/dev/null || fail "nothing is proved: one namespace for all passes, too"

for flag in -ffast-math -ffinite-math-only; do
  ! compile "$source/include" with_none $flag 2>"$work/log" || fail "$flag is taken"
  grep -q 'chronopack keeps every bit' "$work/log" || { cat "$work/log"; fail "$flag: another error"; }
done
