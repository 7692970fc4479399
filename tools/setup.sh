# Sourced by bench/run, tests/run and .ci/run: finds the project and installs
# what a command needs, on Debian and its kin.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

# need PACKAGE[:COMMAND] ... installs missing packages with apt where root or sudo may. A package
# counts as there when its command runs, or with no command when dpkg has it. Where it cannot
# install, it prints the command that would do so, and stops.
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
test_packages=(catch2 cmake:cmake librapidcheck-dev python3:python3 qemu-user:qemu-x86_64 sqlite3:sqlite3 tzdata)
# The libraries that the adapters are built with.
adapter_packages=(libcurl4-openssl-dev libprotozero-dev libsqlite3-dev nlohmann-json3-dev)
# Real stores that the adapters' tests start for themselves.
server_packages=(prometheus:prometheus victoria-metrics:victoria-metrics openssl)
tool_packages=(liblz4-dev libcli11-dev libfmt-dev libre2-dev nlohmann-json3-dev)
bench_packages=("${tool_packages[@]}" libbenchmark-dev libstreamvbyte-dev)

# configure DIRECTORY [meson option ...] makes the build directory, or updates its options.
configure() {
  local dir=$1
  shift
  if [[ -f $dir/build.ninja ]]; then
    meson configure "$dir" "$@" >/dev/null
  else
    meson setup "$dir" "$root" "$@" >"$dir.log" 2>&1 || { cat "$dir.log" >&2; exit 1; }
  fi
}

# Where what is no Debian package of this machine is kept: outside the clone.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/chronopack

# cached_package SUITE PACKAGE: prints the folder that a package of another Debian suite
# is unpacked in. Nothing is installed. It is fetched where it is not there, or where a
# month has passed, and then kept as it is if the mirror cannot be reached. Status 3 when
# it cannot be had.
cached_package() {
  local suite=$1 package=$2 into mirror keys=/usr/share/keyrings/debian-archive-keyring.gpg
  into=$cache/packages/$suite/$package
  if [[ -n $(find "$into/stamp" -mtime -30 2>/dev/null) ]]; then
    printf '%s\n' "$into"
    return
  fi
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | head -n 1)
  mkdir -p "$cache/packages/$suite"
  (
    set -e
    exec >&2 9>"$cache/packages/$suite/lock"
    flock 9
    scratch=$(mktemp -d "$cache/packages/$suite/new.XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    mkdir -p "$scratch"/{sources,lists/partial,state,root}
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$mirror" "$suite" "$keys" \
      >"$scratch/sources/suite.sources"
    other=(-qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$scratch/sources"
      -o Dir::State="$scratch/state" -o Dir::State::Lists="$scratch/lists" -o Dir::Cache="$scratch/state"
      -o APT::Sandbox::User=)
    apt-get "${other[@]}" update
    cd "$scratch"
    apt-get "${other[@]}" download "$package"
    dpkg -x "$package"_*.deb root
    basename "$package"_*.deb >root/stamp
    rm -rf "$into"
    mv root "$into"
  ) || true
  if [[ ! -e $into/stamp ]]; then
    say "$package of Debian's $suite cannot be had from ${mirror:-no mirror: this system has no apt}"
    return 3
  fi
  touch "$into/stamp"
  printf '%s\n' "$into"
}
