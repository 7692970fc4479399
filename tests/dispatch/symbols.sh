#!/usr/bin/env bash
# Nothing that chronopack-dispatch builds for AVX may stand in for a baseline
# function of the program: each of its objects defines its table, and beside it
# at most functions in the namespace of such tables, which no program has. In
# release builds and debug ones, whatever flags the user adds. And the program compiles no codec.
#
#   usage: symbols.sh SOURCE COMPILER...
set -euo pipefail
source=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf '%s\n' "$*"; exit 1; }

# others LIBRARY [ALL]: symbols that the linker sees in objects for more than the
# baseline, or in all, but for tables and what is in their namespace.
others() {
  nm -C --defined-only "$1" | awk -v all="${2:-}" '
    function flush() { if (!baseline || all) printf "%s", found; found = ""; baseline = 0 }
    /:$/ { flush(); member = $1 }
    member == "dispatch.cpp.o:" || NF < 3 || $2 !~ /[A-Zuv]/ || $3 ~ /^DW.ref/ { next }
    / chronopack_dispatch::(scalar|sse2|neon)$/ { baseline = 1; next }
    / chronopack_dispatch::(avx2|avx512)$/ { next }
    / [WVu] .*chronopack::abi_[a-z0-9_]*_table::/ { next }
    { found = found $0 "\n" }
    END { flush() }'
}

for options in "2 -O2" "0 -O0 -march=native -fno-inline-small-functions"; do
  read -r level flags <<<"$options"
  rm -rf "$work/build"
  CXX="$*" CXXFLAGS=$flags meson setup "$work/build" "$source" -Doptimization="$level" \
    -Ddispatch=enabled -Dtests=disabled -Dbench=disabled -Dtools=disabled -Dfuzz=disabled -Dzstd=disabled \
    -Dsnappy=disabled >"$work/log" || { cat "$work/log"; exit 1; }
  ninja -C "$work/build" src/libchronopack-dispatch.a >"$work/log" || { cat "$work/log"; exit 1; }
  library=$work/build/src/libchronopack-dispatch.a
  tables=$(nm -C --defined-only "$library" | grep -cE ' chronopack_dispatch::(scalar|sse2|avx2|avx512|neon)$')
  ((tables >= 2)) || fail "$flags: $tables tables"
  found=$(others "$library")
  [[ -z $found ]] || fail "$flags: left for the linker to pick:"$'\n'"$found"
  echo "$flags: $tables tables and nothing else"
done

# A program of frames compiles no codec, and by the headers alone every one.
codecs='chronopack::abi_[a-z0-9_]*::(alp|alp_rd|binned|delta|delta_of_delta|dictionary|ordered|packed|run_length)\b'
compiled() {
  "${@:2}" -std=c++20 -O0 -I"$source/include" -c "$source/tests/consumer/consumer.cpp" -o "$work/$1.o"
  nm -C --defined-only "$work/$1.o" | grep -E "$codecs" || true
}
found=$(compiled dispatched "$@" -DCHRONOPACK_DISPATCH=1)
[[ -z $found ]] || fail "compiled beside the library:"$'\n'"$found"
[[ $(compiled headers "$@" | grep -oE "$codecs" | sort -u | wc -l) == 9 ]] || fail "nothing is proved: the headers lack codecs"

# Without the optimisation there is plenty.
"$@" -std=c++20 -O0 -I"$source/include" -DCHRONOPACK_TABLE=sse2 -c "$source/src/arch.cpp" \
  -o "$work/unoptimised.o"
[[ -n $(others "$work/unoptimised.o" all) ]] || fail "nothing is proved: this finds nothing at -O0"
