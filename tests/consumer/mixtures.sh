#!/usr/bin/env bash
# Programs of mixed flags and the libraries as they are installed.
#
#   usage: mixtures.sh pkg-config|flags|find_package BUILD SOURCE COMPILER...
#
#   pkg-config    each library linked by its own .pc alone, and beside chronopack-dispatch
#   flags         two files and an adapter of different instruction sets, both link orders
#   find_package  each library by its CMake target, with and without dispatch
set -euo pipefail
way=$1 build=$2 source=$3
shift 3
compiler=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf '%s\n' "$*"; exit 1; }
here=$source/tests/consumer

# The installed tree, moved to where it was not configured for.
DESTDIR=$work/stage meson install -C "$build" --no-rebuild --quiet --tags devel >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
pcs=$(dirname "$(find "$work/stage" -name chronopack.pc)")
prefix=$work/stage$(sed -n 's/^prefix=//p' "$pcs/chronopack.pc")
sed -i "s|^prefix=.*|prefix=$prefix|" "$pcs"/chronopack*.pc
export PKG_CONFIG_PATH=$pcs
cd "$work"

libraries=()
for pc in "$pcs"/chronopack-*.pc; do
  name=$(basename "$pc" .pc)
  [[ $name == chronopack-dispatch ]] || libraries+=("${name#chronopack-}")
done
((${#libraries[@]} > 0)) || fail "no library is installed"
use() { printf -- '-DUSE_%s' "$(tr a-z- A-Z_ <<<"$1")"; }
runs() { "./$1" >"$work/said" || fail "$1: $(cat "$work/said")"; rm -f ./*.db*; }

case $way in
  pkg-config)
    for library in chronopack "${libraries[@]}"; do
      name=chronopack-$library
      [[ $library != chronopack ]] || name=chronopack
      for with in "" chronopack-dispatch; do
        [[ -z $with || -e $pcs/$with.pc ]] || continue
        read -ra flags <<<"$(pkg-config --cflags --libs $with "$name")"
        "${compiler[@]}" -std=c++20 -O0 "$(use "$library")" "$here/library.cpp" "${flags[@]}" -o program ||
          fail "$name${with:+ with $with}: does not build by pkg-config"
        runs program
        echo "$name${with:+ with $with}: builds and runs"
      done
    done
    ;;
  flags)
    # Files that use the headers alone link with adapters, too.
    read -ra cflags <<<"$(pkg-config --cflags chronopack-embedded chronopack-downsampler | sed 's/-DCHRONOPACK_DISPATCH=1//')"
    read -ra libs <<<"$(pkg-config --libs chronopack-embedded)"
    read -ra downsampler <<<"$(pkg-config --libs chronopack-downsampler)"
    compile() { "${compiler[@]}" -std=c++20 -O2 "${cflags[@]}" "${@:3}" -c "$1" -o "$2"; }
    for set in baseline v3; do
      flags=()
      [[ $set == baseline ]] || flags=(-march=x86-64-v3)
      compile "$here/mixture.cpp" main-$set.o ${flags[@]+"${flags[@]}"}
      compile "$here/store.cpp" store-$set.o ${flags[@]+"${flags[@]}"}
    done
    mains=(baseline v3)
    if [[ -e $pcs/chronopack-dispatch.pc ]]; then
      mains+=(dispatch)
      compile "$here/mixture.cpp" main-dispatch.o -DCHRONOPACK_DISPATCH=1
    fi
    # An adapter of other flags than its program: its source, built anew.
    compile "$source/adapters/downsampler/downsampler.cpp" downsampler-v3.o -march=x86-64-v3 -I"$source"
    v3_runs=no
    ! grep -qw avx2 /proc/cpuinfo || v3_runs=yes
    tried=0
    for main in "${mains[@]}"; do
      for store in baseline v3; do
        for adapter in baseline v3; do
          dispatch=()
          [[ $main != dispatch ]] || read -ra dispatch <<<"$(pkg-config --libs chronopack-dispatch)"
          third=("${downsampler[@]}")
          [[ $adapter == baseline ]] || third=(downsampler-v3.o)
          what="main $main, store $store, adapter $adapter"
          for order in "main-$main.o store-$store.o" "store-$store.o main-$main.o"; do
            read -ra objects <<<"$order"
            "${compiler[@]}" "${objects[@]}" "${third[@]}" "${libs[@]}" ${dispatch[@]+"${dispatch[@]}"} -o program ||
              fail "$what: does not link"
            if [[ $main$store$adapter != *v3* || $v3_runs == yes ]]; then
              runs program
              ((++tried))
            fi
          done
          echo "$what: good"
        done
      done
    done
    ((tried >= 4)) || fail "only $tried programs were run"
    ;;
  find_package)
    {
      echo 'cmake_minimum_required(VERSION 3.24)'
      echo 'project(consumer CXX)'
      echo "find_package(chronopack 0.1 REQUIRED COMPONENTS ${libraries[*]})"
      for library in chronopack "${libraries[@]}"; do
        for with in "" dispatch; do
          [[ -z $with || -e $pcs/chronopack-dispatch.pc ]] || continue
          echo "add_executable(use-$library$with \"$here/library.cpp\")"
          echo "target_compile_options(use-$library$with PRIVATE -O0 $(use "$library"))"
          echo "target_link_libraries(use-$library$with PRIVATE chronopack::$library ${with:+chronopack::dispatch})"
        done
      done
    } >CMakeLists.txt
    CXX="${compiler[*]}" cmake -G Ninja -S . -B made -DCMAKE_PREFIX_PATH="$prefix" >log 2>&1 || { cat log; exit 1; }
    ninja -C made >log 2>&1 || { tail -n 40 log; exit 1; }
    for program in made/use-*; do runs "$program"; done
    # What was not built is asked for in vain, and said.
    sed -i '/^set(chronopack_built/s/parquet//' "$(find "$work/stage" -name chronopackConfig.cmake)"
    sed -i 's/COMPONENTS/COMPONENTS parquet/' CMakeLists.txt
    ! CXX="${compiler[*]}" cmake -G Ninja -S . -B none -DCMAKE_PREFIX_PATH="$prefix" >log 2>&1 || fail "a component that is not there is found"
    grep -q 'built without parquet' log || { cat log; fail "another error"; }
    ;;
  *) echo "unknown way: $way" >&2; exit 2 ;;
esac
