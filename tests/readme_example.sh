#!/bin/sh
# The first example in the README is examples/readme.cpp, letter for letter; the second is
# what examples/at_hand.cpp has between two comments.
set -e
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -v work="$work" '/^```cpp/ { inside = 1; ++n; next } /^```/ { inside = 0 }
  inside { print > (work "/" n) }' "$1/README.md"
diff "$work/1" "$1/examples/readme.cpp"
# docs/adapters.md: a store of fewer than 50 lines.
awk '/^class/ { first = NR } /^};/ { exit NR - first + 1 >= 50 }' "$1/examples/custom_backend.cpp"
awk '/README: end/ { inside = 0 } inside { sub("^    ", ""); print } /README: begin/ { inside = 1 }' \
  "$1/examples/at_hand.cpp" | diff "$work/2" -
