#!/usr/bin/env bash
# As choices.sh, on emulated x86-64 processors: the best table that each runs is
# chosen, and what it does not run is refused in words.
#
#   usage: emulated.sh DISPATCHED HEADERS_ALONE
set -euo pipefail
dispatched=$1 headers=$2
command -v qemu-x86_64 >/dev/null || { echo "skipped: no qemu-x86_64 (package qemu-user)"; exit 77; }
source "$(dirname "$0")/expect.sh"

expect sse2 "" qemu-x86_64 -cpu Nehalem "$dispatched"
expect sse2 "CHRONOPACK_ARCH=avx2 does not run here; using sse2" \
  env CHRONOPACK_ARCH=avx2 qemu-x86_64 -cpu Nehalem "$dispatched"
expect sse2 "" qemu-x86_64 -cpu SandyBridge "$dispatched"
# Emulates AVX2 from version 7.2 on; before, it chooses sse2.
expect "" "" qemu-x86_64 -cpu max "$dispatched"
