#!/usr/bin/env bash
# Builds and runs what names xsimd with a newer xsimd than Debian 12's: the tests of
# kernels, codecs and frames, golden bytes included, so that every version gives the same
# bits; and compiles the kernels alone for AVX2 and AVX-512.
#
#   usage: tests/newest_xsimd.sh [SUITE ...]     on x86-64; default: sid. trixie has 13.2
#
# The headers are unpacked from a Debian package into the cache, and nothing is installed.
# Exit status: 0 when all holds, 1 when something failed, 3 when the package cannot be had.
set -euo pipefail
source "$(dirname "$0")/../tools/setup.sh"
cd "$root"
need "${build_packages[@]}" "${test_packages[@]}" dpkg:dpkg-deb
suites=("$@")
((${#suites[@]})) || suites=(sid)

# headers SUITE: the include directory of its libxsimd-dev, unpacked where it is not yet.
headers() {
  local suite=$1 into
  into=$(cached_packages "$suite" libxsimd-dev) || exit 3
  printf '%s/usr/include\n' "$into"
}

for suite in "${suites[@]}"; do
  include=$(headers "$suite")
  version=$(sed -nE 's/^#define XSIMD_VERSION_(MAJOR|MINOR) //p' "$include/xsimd/config/xsimd_config.hpp" | paste -sd.)
  say "xsimd $version"
  # src/arch.cpp names every kernel.
  for flags in '' -march=x86-64-v3 -march=x86-64-v4; do
    "${CXX:-g++}" -std=c++20 -fsyntax-only -Wall -Wextra -Werror $flags -isystem "$include" -Iinclude -DCHRONOPACK_TABLE=sse2 \
      src/arch.cpp || { say "xsimd $version does not compile with ${flags:-no flags}"; exit 1; }
  done
  dir=build-xsimd-$suite
  export CXXFLAGS="-isystem $include"
  options=(-Dtests=enabled -Doptimization=1 -Dwerror=true -Dbench=disabled -Dtools=disabled -Dzstd=enabled -Dsnappy=enabled)
  for off in clickhouse dispatch downsampler embedded influxdb otlp parquet prometheus timescaledb victoriametrics; do options+=("-D$off=disabled"); done
  configure "$dir" "${options[@]}"
  ninja -C "$dir" --quiet tests/tests-xsimd tests/when-it-runs tests/tests-kernel-avx2 tests/tests-kernel-avx512
  "$dir/tests/tests-xsimd" || exit 1
  meson test -C "$dir" --no-rebuild --print-errorlogs --timeout-multiplier 4 kernel-avx2 kernel-avx512 || exit 1
done
