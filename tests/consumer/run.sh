#!/usr/bin/env bash
# Uses the library from outside, as users do: with pkg-config after an install,
# and as a Meson subproject. usage: run.sh pkg-config|subproject SOURCE COMPILER...
set -euo pipefail
way=$1 source=$2
shift 2
compiler=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case $way in
  pkg-config)
    CXX="${compiler[*]}" meson setup "$work/build" "$source" --prefix="$work/prefix" --libdir=lib \
      -Dtests=disabled -Dbench=disabled -Dtools=disabled -Dfuzz=disabled -Ddispatch=disabled \
      -Ddownsampler=disabled -Dembedded=disabled -Dotlp=disabled -Dprometheus=disabled -Dvictoriametrics=disabled \
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
    ln -s "$source" "$work/project/subprojects/chronopack"
    printf '[provide]\ndependency_names = chronopack\n' >"$work/wrap"
    { printf '[wrap-file]\ndirectory = chronopack\n'; cat "$work/wrap"; } >"$work/project/subprojects/chronopack.wrap"
    CXX="${compiler[*]}" meson setup "$work/build" "$work/project" >"$work/log" || { cat "$work/log"; exit 1; }
    ninja -C "$work/build" --quiet >"$work/log" || { cat "$work/log"; exit 1; }
    "$work/build/consumer"
    ;;
  *) echo "unknown way: $way" >&2; exit 2 ;;
esac
