#!/bin/sh
# The example in the README is examples/readme.cpp, letter for letter.
awk '/^```cpp/ { inside = 1; next } /^```/ { if (inside) exit } inside' "$1/README.md" |
  diff - "$1/examples/readme.cpp"
