#!/usr/bin/env bash
# Builds the tests for 64-bit ARM and runs them in an emulator: NEON kernels,
# golden files and all must give the very bits that x86 gives. On a Debian
# x86-64 machine; installs missing packages.
#
#   usage: cross_aarch64.sh [SUITE ...]     as Meson names them; default: below
#
# Cross compilers come with libstdc++ for their target, but not with the
# libraries that the tests need: those packages are unpacked into the cache, not
# installed, so that the system's own architecture stays as it is.
set -euo pipefail
source "$(dirname "$0")/../tools/setup.sh"

suites=("$@")
((${#suites[@]})) || suites=(foundation codec frame series memory dispatch-tables)

need "${build_packages[@]}" "${test_packages[@]}" g++-aarch64-linux-gnu:aarch64-linux-gnu-g++ qemu-user:qemu-aarch64
dir=${CHRONOPACK_CROSS_DIR:-$root/build-aarch64}
target=aarch64-linux-gnu

suite=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
libraries=$(cached_packages "$suite:arm64" libzstd-dev libsnappy-dev librapidcheck-dev) || exit 3

mkdir -p "$dir"
# Headers that do not depend on the architecture (Catch2, xsimd) are the host's,
# behind the target's own.
cat >"$dir/cross.ini.new" <<INI
[binaries]
cpp = '$target-g++'
ar = '$target-ar'
nm = '$target-nm'
strip = '$target-strip'
pkgconfig = 'pkg-config'
exe_wrapper = 'qemu-aarch64'
[properties]
sys_root = '$libraries'
pkg_config_libdir = ['$libraries/usr/lib/$target/pkgconfig', '$libraries/usr/share/pkgconfig', '/usr/share/pkgconfig', '/usr/lib/pkgconfig']
[built-in options]
cpp_args = ['-isystem', '$libraries/usr/include', '-idirafter', '/usr/include']
cpp_link_args = ['-static', '-L$libraries/usr/lib/$target']
[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'armv8-a'
endian = 'little'
INI
# Meson reads it once, when a build directory is made.
cmp -s "$dir/cross.ini.new" "$dir/cross.ini" || rm -rf "$dir/build"
mv "$dir/cross.ini.new" "$dir/cross.ini"

[[ -f $dir/build/build.ninja ]] ||
  configure "$dir/build" --cross-file "$dir/cross.ini" -Dtests=enabled \
    -Doptimization=1 -Dbench=disabled -Dtools=disabled -Dzstd=enabled -Dsnappy=enabled -Ddispatch=enabled -Dwerror=true
targets=()
for suite in "${suites[@]}"; do targets+=("tests/tests-${suite%-tables}"); done
say "building in ${dir#"$root"/}"
ninja -C "$dir/build" --quiet "${targets[@]}" tests/exercise-dispatched
meson test -C "$dir/build" --no-rebuild --print-errorlogs --timeout-multiplier 10 "${suites[@]}" || exit 1

# The same bytes as here, whichever table is chosen.
"${CXX:-g++}" -std=c++20 -O1 -I"$root/include" "$root/tests/dispatch/exercise.cpp" -o "$dir/exercise-here"
read -r _ here <<<"$("$dir/exercise-here")"
for table in neon scalar; do
  there=$(CHRONOPACK_ARCH=$table qemu-aarch64 "$dir/build/tests/exercise-dispatched")
  [[ $there == "$table $here" ]] || { say "aarch64 wrote '$there', this machine $here"; exit 1; }
  say "$there, as on this machine"
done
