#!/bin/bash
# Compiles each header by itself, with nothing before it, at strict warnings:
#
#   tests/headers_alone.sh COMPILER INCLUDE_DIRECTORY [flag ...]
#
# As for programs that link the compiled library, which is the harder way: what a header
# forgets is not there by way of xsimd's headers. Those that hold vectors, and the umbrella,
# as the headers alone.

set -euo pipefail

compiler=$1
include=$2
shift 2

# A header is included, not compiled, so that #pragma once is no warning.
check() {
  local header=$1 as=-DCHRONOPACK_DISPATCH=1
  shift
  [[ $header != chronopack/kernel/* && $header != chronopack/chronopack.hpp ]] || as=-UCHRONOPACK_DISPATCH
  printf '#include <%s>\n' "$header" | "$@" $as -x c++ - ||
    { printf 'not self-contained: %s\n' "$header" >&2; return 1; }
}
export -f check

cd "$include"
find chronopack -name '*.hpp' -print0 | sort -z |
  xargs -0 -P "$(nproc)" -I{} bash -c 'check "$@"' _ {} $compiler -std=c++20 -fsyntax-only \
    -I"$PWD" -Wall -Wextra -Wconversion -Wshadow -Werror "$@"
