# Sourced by bench/run and its kin: builds the report and the benchmarks into
# build-bench, for this machine. `adapters=enabled` before it is sourced: and what
# measures adapters, into build-bench-adapters; `tools=enabled` likewise: the command;
# `dispatch=enabled`: the report linked to the compiled library, into build-bench-dispatch.
#
# CHRONOPACK_CPP_ARGS  compiler options, instead of -march=native
# CHRONOPACK_BENCH_BUILD  a build directory to use as it is, but for the benchmarks
# CHRONOPACK_GO_PEER   a source tree of Prometheus, to compare with (needs Go)

source "$(dirname "${BASH_SOURCE[0]}")/../tools/setup.sh"
adapters=${adapters-disabled} tools=${tools-disabled} dispatch=${dispatch-disabled}
build=$root/build-bench
[[ $adapters == disabled ]] || build+=-adapters
[[ $tools == disabled ]] || build+=-tools
[[ $dispatch == disabled ]] || build+=-dispatch
[[ -z ${CHRONOPACK_BENCH_BUILD-} ]] || build=$(realpath "$CHRONOPACK_BENCH_BUILD")

# build_bench [TARGET ...]
build_bench() {
  need "${build_packages[@]}" "${bench_packages[@]}" python3:python3
  [[ $adapters == disabled ]] || need "${adapter_packages[@]}"
  local options=(--buildtype=release -Dbench=enabled "-Dtools=$tools" -Dtests=disabled -Dfuzz=disabled "-Ddispatch=$dispatch"
    -Ddownsampler=disabled -Dvictoriametrics=disabled
    "-Dclickhouse=$adapters" "-Dembedded=$adapters" "-Dinfluxdb=$adapters" "-Dotlp=$adapters" "-Dparquet=$adapters" "-Dprometheus=$adapters" "-Dtimescaledb=$adapters"
    "-Dcpp_args=${CHRONOPACK_CPP_ARGS--march=native}")
  [[ -z ${CHRONOPACK_GO_PEER-} ]] || need golang-go golang-github-{pkg-errors,gogo-protobuf,golang-snappy}-dev
  options+=("-Dgo_peer=${CHRONOPACK_GO_PEER:+$(realpath "$CHRONOPACK_GO_PEER")}")
  # Asking meson to configure what it has configured already costs seconds.
  if [[ -n ${CHRONOPACK_BENCH_BUILD-} ]]; then
    [[ $(meson configure "$build" | awk '$1 == "bench" { print $2 }') == enabled ]] || meson configure "$build" -Dbench=enabled
  elif [[ ! -f $build/build.ninja || $(cat "$build/.options" 2>/dev/null) != "${options[*]}" ]]; then
    configure "$build" "${options[@]}"
    printf '%s\n' "${options[*]}" >"$build/.options"
  fi
  local log=$build/build.log
  if ! ninja -C "$build" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    exit 3
  fi
}

# micro SECONDS NAME: runs build-bench/bench/NAME, for so long a benchmark, and
# leaves what it found in build-bench/NAME.json.
micro() {
  local status=0
  "$build/bench/$2" --seconds "$1" --benchmark_format=json >"$build/$2.json" 2>"$build/$2.log" || status=$?
  ((status == 0)) || tail -n 3 "$build/$2.log" >&2
  return "$status"
}
