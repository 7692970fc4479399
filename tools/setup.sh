# Sourced by bench/run, tests/run and .ci/run: finds the project and installs
# what a command needs, on Debian and its kin.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

# need PACKAGE[:COMMAND] ...
# A package counts as there when its command runs or, with none named, when
# dpkg has it. Missing ones are installed with apt where root or sudo may;
# otherwise the command that would do it is printed, and we stop.
need() {
  local spec package missing=()
  for spec in "$@"; do
    package=${spec%%:*}
    if [[ $spec == *:* ]]; then
      "${spec#*:}" --version >/dev/null 2>&1 || missing+=("$package")
    elif [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) != *' installed' ]]; then
      missing+=("$package")
    fi
  done
  ((${#missing[@]})) || return 0

  local as_root=()
  if ((EUID != 0)); then
    as_root=(sudo)
    if ! sudo -n true 2>/dev/null; then
      say "These packages are missing and installing them needs root:"
      say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
      exit 3
    fi
  fi
  if ! command -v apt-get >/dev/null; then
    say "Not a Debian system: please install the equivalents of ${missing[*]}"
    exit 3
  fi
  say "installing ${missing[*]}"
  local log policy=/usr/sbin/policy-rc.d
  log=$(mktemp)
  if ! (
    # Packages of servers would start them: Debian asks this file first.
    if [[ ! -e $policy ]]; then
      trap '"${as_root[@]}" rm -f "$policy"' EXIT
      printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
      "${as_root[@]}" chmod 755 "$policy"
    fi
    "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}"
  ) >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    say "apt-get could not install: ${missing[*]}"
    exit 3
  fi
  rm -f "$log"
}

build_packages=(g++:g++ meson:meson ninja-build:ninja pkg-config:pkg-config libxsimd-dev
  libzstd-dev libsnappy-dev libsqlite3-dev)
# qemu: for tests that ask an older processor. sqlite3: to look at an embedded store's database
# from another process. tzdata: to read zones as the C library does.
test_packages=(catch2 librapidcheck-dev python3:python3 qemu-user:qemu-x86_64 sqlite3:sqlite3 tzdata)
# What the adapters are built with.
adapter_packages=(libcurl4-openssl-dev libprotozero-dev libsqlite3-dev nlohmann-json3-dev)
# Real stores that the adapters' tests start for themselves.
server_packages=(prometheus:prometheus victoria-metrics:victoria-metrics openssl)
tool_packages=(liblz4-dev libcli11-dev libfmt-dev nlohmann-json3-dev)
bench_packages=("${tool_packages[@]}" libbenchmark-dev libstreamvbyte-dev)

# configure DIRECTORY [meson option ...]: makes the build directory, or brings
# its options up to date.
configure() {
  local dir=$1
  shift
  if [[ -f $dir/build.ninja ]]; then
    meson configure "$dir" "$@" >/dev/null
  else
    meson setup "$dir" "$root" "$@" >"$dir.log" 2>&1 || { cat "$dir.log" >&2; exit 1; }
  fi
}
