#!/usr/bin/env bash
# An adapter that is asked for and cannot be built is an error, and so is the command; what is not
# asked for is left out in silence.
#
#   usage: asked_adapters.sh SOURCE COMPILER...
set -euo pipefail
source=$1
compiler=("${@:2}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf '%s\n' "$*"; tail -n 20 "$work/log"; exit 1; }

# configures OPTION...: whether Meson does, where no library is found.
configures() {
  rm -rf "$work/build"
  CXX="${compiler[*]}" PKG_CONFIG_PATH= PKG_CONFIG_LIBDIR=$work CMAKE=false meson setup "$work/build" "$source" --wrap-mode=nofallback \
    -Dtests=disabled -Dbench=disabled -Dtools=disabled -Dfuzz=disabled -Ddispatch=disabled "$@" >"$work/log" 2>&1
}

configures || fail "without libraries there are no headers either"
cp "$work/build/meson-info/intro-targets.json" "$work/targets"
grep -q chronopack-storage "$work/targets" || fail "what needs no library is not built"
for adapter in embedded prometheus clickhouse timescaledb; do
  ! grep -q "chronopack-$adapter" "$work/targets" || fail "$adapter was built without its library"
  ! configures "-D$adapter=enabled" || fail "asking for $adapter passes in silence"
  grep -q 'ERROR: .*Dependency ".*" not found' "$work/log" || fail "$adapter: another error"
done

configures -Dtools=auto || fail "the command is insisted on, and nobody asked for it"
! configures -Dtools=enabled || fail "asking for the command passes in silence"
grep -q "ERROR: Dependency .* not found" "$work/log" || fail "the command: another error"
