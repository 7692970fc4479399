#!/usr/bin/env bash
# What must not compile says why, and what must compile does, in C++23 and without
# exceptions.
#
#   usage: run.sh SOURCE COMPILER...
set -euo pipefail
source=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
compile() { "$@" -I"$source/include" -I"$source/tests/language" -fdiagnostics-color=never; }
fail() { printf '%s\n' "$*"; exit 1; }

# Every marked line is where an error comes from; of each text there are as many errors.
refused=$source/tests/language/refused.cpp
compile "$@" -std=c++20 -fsyntax-only -DREST "$refused"
all_errors=()
! "$@" --version | grep -q clang || all_errors=(-ferror-limit=0)
! compile "$@" -std=c++20 -fsyntax-only ${all_errors[@]+"${all_errors[@]}"} "$refused" 2>"$work/errors" || fail "all of it compiles"
[[ $(grep -c 'refused: ' "$refused") -gt 10 ]]
while IFS=: read -r line rest; do
  text=${rest##*refused: }
  grep -q "refused.cpp:$line:" "$work/errors" || fail "line $line compiles: $rest"
  wanted=$(grep -c "^ .*// refused: .*$text" "$refused")
  found=$(grep 'error: ' "$work/errors" | grep -c "$text") || true
  ((found >= wanted)) || fail "$found of $wanted errors say: $text"
done < <(grep -n '^ .*// refused: ' "$refused")

said=$(compile "$@" -std=c++23 "$source/tests/language/expected.cpp" -o "$work/expected" 2>"$work/log" && "$work/expected") ||
  said=$(compile "$@" -std=c++2b "$source/tests/language/expected.cpp" -o "$work/expected" && "$work/expected")
[[ $said == good || $said == none ]] || fail "std::expected: $said"
echo "std::expected: $said"

compile "$@" -std=c++20 -fno-exceptions "$source/tests/language/no_exceptions.cpp" -o "$work/no_exceptions"
[[ $("$work/no_exceptions") == 7 ]] || fail "value() has no value"
status=$(ulimit -c 0; "$work/no_exceptions" error >"$work/log"; echo $?) 2>/dev/null
((status == 134)) || fail "value() of an error ended with $status, not by abort()"
