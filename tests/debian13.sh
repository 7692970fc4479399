#!/usr/bin/env bash
# Debian 13 in a folder: its gcc 14, clang 19, Catch2 3 and xsimd 13, on a machine that has
# others. On demand, and before a release.
#
#   usage: tests/debian13.sh [--suite SUITE] headers|tests|COMMAND...
#
#   headers   programs compile without a warning under -Wall -Wextra with -I, by gcc and clang
#   tests     tests/run and bench/run there; half an hour of two cores
#   COMMAND   in a copy of this tree there
#   --suite   another suite than trixie: sid has the newest gcc
#
# The root is made once, in the cache (XDG_CACHE_HOME), and made again when the packages that
# tools/setup.sh lists have changed. Needs to be root. Exit status: that of what ran; 3 when
# the root cannot be made.
set -euo pipefail
export CHRONOPACK_NO_CLASSIC_CLICKHOUSE=1  # it went with Debian 12
source "$(dirname "$0")/../tools/setup.sh"

suite=trixie
if [[ ${1-} == --suite && $# -gt 2 ]]; then
  suite=$2
  shift 2
fi
(($#)) || { sed -n '2,16s/^# \{0,1\}//p' "$0" >&2; exit 2; }
need debootstrap:debootstrap

packages=(g++ clang file ca-certificates procps)
for spec in "${build_packages[@]}" "${tool_packages[@]}" "${adapter_packages[@]}" "${server_packages[@]}" \
  "${test_packages[@]}" "${bench_packages[@]}"; do
  packages+=("${spec%%:*}")
done
there=$(cached_root "$suite" "${packages[@]}") || exit 3

# A copy of the files that git tracks, with uncommitted changes, beside what was built.
mkdir -p "$there/root/src/chronopack"
find "$there/root/src/chronopack" -mindepth 1 -maxdepth 1 ! -name 'build-*' -exec rm -rf {} +
(cd "$root" && git ls-files -co --exclude-standard -z | tar -c --null -T -) | tar -x -C "$there/root/src/chronopack"

inside() {
  unshare --mount --pid --fork chroot "$there/root" /bin/sh -ec '
    mount -t proc proc /proc
    [ -e /dev/shm ] || mkdir -m 1777 /dev/shm
    cd /src/chronopack
    exec "$@"' sh "$@"
}

case $1 in
  headers)
    for compiler in g++ clang++; do
      say "$suite: $(inside "$compiler" --version | head -n 1)"
      # Programs, for what warns is what they make of templates.
      for program in tests/consumer/consumer.cpp examples/{compress,rollup,seek,stream}.cpp; do
        inside "$compiler" -std=c++20 -O2 -Wall -Wextra -Werror -DCHRONOPACK_HAVE_ZSTD=1 -DCHRONOPACK_HAVE_SNAPPY=1 \
          -Iinclude -c "$program" -o /dev/null
      done
    done
    ;;
  tests)
    # The newest ClickHouse is looked for in the same cache there, and is not fetched again.
    cached_chdb >/dev/null || exit 3
    mkdir -p "$there/root$cache"
    cp -rlf "$cache/npm" "$there/root$cache/" 2>/dev/null || cp -rf "$cache/npm" "$there/root$cache/"
    inside tests/run && inside bench/run --seconds 0.002 bench/examples/temperature.csv ;;
  *) inside "$@" ;;
esac
