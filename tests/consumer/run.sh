#!/usr/bin/env bash
# Uses the library from outside, as users do, from a copy of the tree without .git.
#
#   usage: run.sh copied|pkg-config|subproject|add_subdirectory|fetch_content SOURCE COMPILER...
#
#   copied            include/ alone
#   pkg-config        after an install
#   subproject        of Meson
#   add_subdirectory  of CMake
#   fetch_content     of CMake, with chronopack-dispatch and an adapter built by it
set -euo pipefail
way=$1 source=$2
shift 2
compiler=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree"
(cd "$source" && tar -c CMakeLists.txt LICENSE README.md adapters bench cmake examples fuzz/meson.build include meson.build meson_options.txt src \
  subprojects/packagefiles subprojects/*.wrap tests/meson.build tools) | tar -x -C "$work/tree"
tree=$work/tree

case $way in
  copied)
    "${compiler[@]}" -std=c++20 -O1 -I"$tree/include" "$source/tests/consumer/consumer.cpp" -o "$work/consumer"
    "$work/consumer"
    ;;
  pkg-config)
    CXX="${compiler[*]}" meson setup "$work/build" "$tree" --prefix="$work/prefix" --libdir=lib \
      -Dtests=disabled -Dbench=disabled -Dtools=disabled -Dfuzz=disabled -Ddispatch=disabled \
      -Dclickhouse=disabled -Ddownsampler=disabled -Dembedded=disabled -Dinfluxdb=disabled -Dotlp=disabled -Dparquet=disabled -Dprometheus=disabled -Dtimescaledb=disabled -Dvictoriametrics=disabled \
      >"$work/log" || { cat "$work/log"; exit 1; }
    meson install -C "$work/build" --quiet >"$work/log" || { cat "$work/log"; exit 1; }
    export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
    read -ra flags <<<"$(pkg-config --cflags --libs chronopack)"
    # The installed headers must do without the source tree.
    cp "$source/tests/consumer/consumer.cpp" "$work/"
    "${compiler[@]}" -std=c++20 -O1 "$work/consumer.cpp" "${flags[@]}" -o "$work/consumer"
    "$work/consumer"
    ;;
  subproject)
    mkdir -p "$work/project/subprojects"
    cp "$source/tests/consumer/consumer.cpp" "$work/project/"
    cp "$source/tests/consumer/meson.build.in" "$work/project/meson.build"
    ln -s "$tree" "$work/project/subprojects/chronopack"
    printf '[provide]\ndependency_names = chronopack\n' >"$work/wrap"
    { printf '[wrap-file]\ndirectory = chronopack\n'; cat "$work/wrap"; } >"$work/project/subprojects/chronopack.wrap"
    CXX="${compiler[*]}" meson setup "$work/build" "$work/project" >"$work/log" || { cat "$work/log"; exit 1; }
    ninja -C "$work/build" --quiet >"$work/log" || { cat "$work/log"; exit 1; }
    "$work/build/consumer"
    ;;
  add_subdirectory | fetch_content)
    # Objects of the last run serve where ccache is installed, wherever this tree lies now.
    export CCACHE_BASEDIR=$work CCACHE_NOHASHDIR=1
    launcher=()
    ! command -v ccache >/dev/null || launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    mkdir "$work/project"
    cp "$source/tests/consumer/"{library,consumer}.cpp "$work/project/"
    {
      echo 'cmake_minimum_required(VERSION 3.24)'
      echo 'project(consumer CXX)'
      if [[ $way == fetch_content ]]; then
        echo 'include(FetchContent)'
        echo "FetchContent_Declare(chronopack URL \"$work/chronopack.tar\")"
        echo 'FetchContent_MakeAvailable(chronopack)'
        tar -cf "$work/chronopack.tar" -C "$work" tree
      else
        echo 'add_subdirectory(../tree chronopack)'
      fi
      echo 'add_executable(headers library.cpp)'
      echo 'target_compile_definitions(headers PRIVATE USE_CHRONOPACK)'
      echo 'target_link_libraries(headers PRIVATE chronopack::chronopack)'
      # The compiled library and an adapter are the same targets both ways: one builds them.
      if [[ $way == fetch_content ]]; then
        echo 'add_executable(dispatched library.cpp)'
        echo 'target_compile_definitions(dispatched PRIVATE USE_DOWNSAMPLER)'
        echo 'target_link_libraries(dispatched PRIVATE chronopack::downsampler chronopack::dispatch)'
      fi
    } >"$work/project/CMakeLists.txt"
    CXX="${compiler[*]}" cmake -G Ninja -S "$work/project" -B "$work/build" -DCMAKE_CXX_FLAGS=-O0 \
      ${launcher[@]+"${launcher[@]}"} >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    ninja -C "$work/build" >"$work/log" || { tail -n 40 "$work/log"; exit 1; }
    "$work/build/headers"
    [[ $way == add_subdirectory ]] || "$work/build/dispatched"
    ;;
  *) echo "unknown way: $way" >&2; exit 2 ;;
esac
