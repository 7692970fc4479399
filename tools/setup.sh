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
adapter_packages=(libcurl4-openssl-dev libpq-dev libprotozero-dev libsqlite3-dev nlohmann-json3-dev zlib1g-dev)
# Real stores that the adapters' tests start for themselves.
server_packages=(prometheus:prometheus victoria-metrics:victoria-metrics influxdb influxdb-client
  openssl postgresql)
# ClickHouse 18.16, of Debian 12 and of no later one: tests/debian13.sh does without.
[[ -n ${CHRONOPACK_NO_CLASSIC_CLICKHOUSE-} ]] || server_packages+=(clickhouse-server)
tool_packages=(liblz4-dev liblzma-dev libcli11-dev libfmt-dev libre2-dev nlohmann-json3-dev zlib1g-dev)
bench_packages=("${tool_packages[@]}" libbenchmark-dev libstreamvbyte-dev)

# configure DIRECTORY [meson option ...] makes the build directory, or updates its options.
configure() {
  local dir=$1
  shift
  if [[ -f $dir/build.ninja ]]; then
    # A build directory of an earlier tree does not know newer options.
    meson configure "$dir" "$@" >/dev/null ||
      meson setup --reconfigure "$dir" "$root" "$@" >"$dir.log" 2>&1 || { cat "$dir.log" >&2; exit 1; }
  else
    meson setup "$dir" "$root" "$@" >"$dir.log" 2>&1 || { cat "$dir.log" >&2; exit 1; }
  fi
}

# Where what is no Debian package of this machine is kept: outside the clone.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/chronopack

# cached NAME STAMP DAYS MAKE [ARGUMENT ...]
# Prints the folder NAME of the cache, which `MAKE ARGUMENT ... FOLDER` has filled: made when
# it is not there, when its file `stamp` does not say STAMP, or when DAYS days have passed (0:
# they do not count), after which it is kept as it is if it cannot be made. It is there whole
# or not at all, and made by one process at a time. Status 3 when it cannot be had.
cached() {
  local name=$1 stamp=$2 days=$3 into=$cache/$1
  shift 3
  (
    mkdir -p "${into%/*}"
    exec 9>"$into.lock"
    flock 9
    holds=no
    [[ $(cat "$into/stamp" 2>/dev/null) != "$stamp" ]] || holds=yes
    if [[ $holds == yes ]] && { ((days == 0)) || [[ -n $(find "$into/stamp" -mtime "-$days") ]]; }; then
      exit 0
    fi
    say "making $into"
    scratch=$(mktemp -d "$into.XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    mkdir "$scratch/made"
    if "$@" "$scratch/made" >"$into.log" 2>&1 9>&-; then
      printf '%s\n' "$stamp" >"$scratch/made/stamp"
      rm -rf "$into"
      mv "$scratch/made" "$into"
    elif [[ $holds == yes ]]; then
      touch "$into/stamp"
    else
      tail -n 20 "$into.log" >&2
      exit 3
    fi
  ) || { say "$into cannot be made: $into.log says why"; return 3; }
  printf '%s\n' "$into"
}

# mirror: prints where this machine's packages come from.
mirror() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | head -n 1; }

# cached_packages SUITE[:ARCHITECTURE] PACKAGE ...: prints the folder that packages of another
# Debian suite, or for another architecture, are unpacked in together. Nothing is installed.
# Its file `packages` has their names with versions. Brought anew each month.
cached_packages() {
  local name
  name=$(IFS=+ && printf '%s' "${*:2}")
  cached "packages/${1/:/-}/$name" "$*" 30 unpack_packages "$@"
}

# unpack_packages SUITE[:ARCHITECTURE] PACKAGE ... FOLDER: for cached_packages.
unpack_packages() {
  local suite=${1%:*} architecture=${1#*:} packages=("${@:2:$#-2}") into=${*: -1}
  local scratch other package keys=/usr/share/keyrings/debian-archive-keyring.gpg
  [[ $1 == *:* ]] || architecture=$(dpkg --print-architecture)
  scratch=$into.apt
  mkdir -p "$scratch"/{sources,lists/partial,state,debs}
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$(mirror)" "$suite" "$keys" \
    >"$scratch/sources/suite.sources"
  other=(-qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$scratch/sources"
    -o Dir::State="$scratch/state" -o Dir::State::Lists="$scratch/lists" -o Dir::Cache="$scratch/state"
    -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" -o Acquire::Languages=none
    -o APT::Sandbox::User=)
  apt-get "${other[@]}" update && (cd "$scratch/debs" && apt-get "${other[@]}" download "${packages[@]}") || return
  for package in "$scratch"/debs/*.deb; do
    dpkg-deb -x "$package" "$into" && basename "$package" >>"$into/packages" || return
  done
}

# cached_root SUITE PACKAGE ...: prints the folder whose `root` is a Debian of that suite with
# these packages, made once. Needs to be root.
cached_root() {
  ((EUID == 0)) || { say "a root folder of Debian $1 can only be made by root"; return 3; }
  cached "roots/$1" "$*" 0 make_root "$@"
}

# make_root SUITE PACKAGE ... FOLDER: for cached_root.
make_root() {
  local suite=$1 packages=("${@:2:$#-2}") to=${*: -1}/root
  debootstrap --variant=minbase "$suite" "$to" "$(mirror)" &&
    # How this machine reaches its mirrors is how the root does.
    cp -rL /etc/apt/apt.conf.d "$to/etc/apt/" && rm -f "$to/etc/apt/apt.conf.d/"*docker* &&
    { cp -L /etc/resolv.conf /etc/hosts "$to/etc/" || true; } &&
    printf '#!/bin/sh\nexit 101\n' >"$to/usr/sbin/policy-rc.d" && chmod 755 "$to/usr/sbin/policy-rc.d" &&
    chroot "$to" apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive chroot "$to" apt-get install -y -qq --no-install-recommends "${packages[@]}"
}

# cached_npm PACKAGE VERSION [FILE ...]: prints the folder that files of an npm package are in: these,
# or all.
cached_npm() { cached "npm/$1" "$2" 0 unpack_npm "$@"; }

# unpack_npm PACKAGE VERSION [FILE ...] FOLDER: for cached_npm.
unpack_npm() {
  local package=$1 version=$2 files=("${@:3:$#-3}") into=${*: -1}
  local scratch=$into.npm
  need npm:npm
  mkdir -p "$scratch" && (cd "$scratch" && npm pack --silent "$package@$version") &&
    tar -xzf "$scratch"/*.tgz -C "$into" --strip-components=1 "${files[@]/#/package/}"
}

# The newest ClickHouse: as a library of 0.5 GB, which tests/support/chdb_server.cpp starts.
cached_chdb() {
  local machine
  case $(uname -m) in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *) say "there is no library of ClickHouse for $(uname -m)"; return 3 ;;
  esac
  cached_npm "@chdb/lib-linux-$machine-gnu" 26.7.3-stable.1 libchdb.so
}

# Readers of Parquet, each of its own maker, which tests/adapters/parquet/readers.mjs asks, and a link
# by which they find each other.
cached_parquet_readers() {
  local machine
  case $(uname -m) in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *) say "there are no readers of Parquet for $(uname -m)"; return 3 ;;
  esac
  cached_npm @duckdb/node-api 1.5.6-r.1 && cached_npm @duckdb/node-bindings 1.5.6-r.1 &&
    cached_npm "@duckdb/node-bindings-linux-$machine" 1.5.6-r.1 &&
    cached_npm hyparquet 1.33.0 && cached_npm fzstd 0.1.1 &&
    cached_npm parquet-wasm 0.8.0 && cached_npm nodejs-polars 0.26.1 &&
    cached_npm "nodejs-polars-linux-$machine-gnu" 0.26.1 && ln -sfn . "$cache/npm/node_modules"
}

# InfluxData's own parser of Flux, which tests/adapters/influxdb/flux_parser.mjs asks.
cached_flux_parser() {
  cached_npm @influxdata/flux-lsp-browser 0.8.40 flux-lsp-browser_bg.js flux-lsp-browser_bg.wasm
}

# TimescaleDB's Apache edition, of Debian 13: a root of its own, in which the server runs. Needs
# to be root.
cached_timescaledb() {
  ((EUID == 0)) || { say "the root folder that TimescaleDB runs in can only be made by root"; return 3; }
  need debootstrap:debootstrap
  cached roots/timescaledb "trixie postgresql-17-timescaledb" 0 make_root trixie postgresql-17-timescaledb
}
