#!/usr/bin/env bash
# One program of two files: one built at the baseline, one for AVX2 or AVX-512,
# both with the headers alone. The baseline's path must run no instruction of
# the other's, whichever the linker saw first.
#
#   usage: run.sh SOURCE COMPILER...
#
# Proved twice: by running the path on a processor without AVX, and by reading
# the code of every function that both files define, of which the linker keeps
# either. Last, the guard is taken away, and the test has to notice.
set -euo pipefail
source=$1
shift
compiler=("$@")
command -v qemu-x86_64 >/dev/null || { echo "skipped: no qemu-x86_64 (package qemu-user)"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf '%s\n' "$*"; exit 1; }

# compile INCLUDE PATH OBJECT FLAG...
compile() {
  local include=$1 path=$2 object=$3
  shift 3
  "${compiler[@]}" -std=c++20 -DNDEBUG -I"$include" -DCHRONOPACK_PATH="$path" "$@" \
    -c "$source/tests/odr/path.cpp" -o "$object"
}

# The processor of 2008: SSE4.2, no AVX, no BMI; what it lacks is a SIGILL.
old() { qemu-x86_64 -cpu Nehalem "$@" 2>/dev/null; }
runs_old() { (old "$@" >/dev/null) 2>/dev/null; }

# leaks BASELINE VECTOR: the functions both define that need more than the
# baseline in VECTOR, and the first instruction that does.
leaks() {
  local weak='$2 ~ /[VWu]/ {print $3}'
  comm -12 <(nm "$1" | awk "$weak" | sort) <(nm "$2" | awk "$weak" | sort) >"$work/shared"
  objdump -d --no-show-raw-insn "$2" | awk '
    NR == FNR { shared[$1]; next }
    /^[0-9a-f]+ <.*>:$/ { name = $2; gsub(/[<>:]/, "", name); next }
    !(name in shared) || name in seen { next }
    $2 ~ /^v/ && $2 !~ /^ver[rw]/ || /%[yz]mm/ ||
    $2 ~ /^(andn|bextr|bls[ir]|blsmsk|bzhi|lzcnt|mulx|pdep|pext|rorx|sarx|shlx|shrx|tzcnt|movbe)$/ {
      seen[name]; print name, $2 }' "$work/shared" - | c++filt
}

# link FIRST SECOND PROGRAM
link() { "${compiler[@]}" "$work/main.o" "$1" "$2" -o "$3"; }

"${compiler[@]}" -std=c++20 -c "$source/tests/odr/main.cpp" -o "$work/main.o"
for level in -O0 -O2; do
  compile "$source/include" baseline "$work/baseline$level.o" $level
  for flags in "-mavx2 -mbmi2 -mlzcnt" "-march=x86-64-v4"; do
    what="$level, $flags"
    compile "$source/include" vector "$work/vector.o" $level $flags
    found=$(leaks "$work/baseline$level.o" "$work/vector.o")
    [[ -z $found ]] || fail "$what: the linker may pick these for the baseline:"$'\n'"$found"
    for order in first last; do
      objects=("$work/baseline$level.o" "$work/vector.o")
      [[ $order == first ]] || objects=("${objects[1]}" "${objects[0]}")
      link "${objects[@]}" "$work/program"
      old "$work/program" baseline || fail "$what, baseline linked $order: its path failed"
      ! runs_old "$work/program" vector || fail "$what: nothing is proved, AVX runs here"
    done
    echo "$what: no leak"
  done
done

# With one namespace for all flags both must fail.
cp -r "$source/include" "$work/include"
printf '#pragma once\n#define CHRONOPACK_ABI one\nnamespace chronopack::inline one {}\n' \
  >"$work/include/chronopack/core/abi.hpp"
compile "$work/include" baseline "$work/baseline.o" -O2
compile "$work/include" vector "$work/vector.o" -O2 -mavx2
[[ -n $(leaks "$work/baseline.o" "$work/vector.o") ]] || fail "the reading of code finds nothing"
link "$work/vector.o" "$work/baseline.o" "$work/program"
! runs_old "$work/program" baseline || fail "the run finds nothing"
echo "without the inline namespace: AVX in the baseline's path, as it should be"
