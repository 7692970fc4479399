#!/usr/bin/env bash
# Runs a harness over its corpus and then RUNS inputs from a fixed seed: the same inputs each
# time, and nothing is written beside the finding, if there is one.
#
#   usage: from_seed.sh HARNESS RUNS CORPUS FINDINGS_PREFIX
set -euo pipefail
harness=$1 runs=$2 corpus=$3 findings=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# libFuzzer keeps new inputs in the first folder.
"$harness" -seed=1 -runs="$runs" -timeout=60 -rss_limit_mb=2048 -max_len=9000 \
  -artifact_prefix="$findings" -print_final_stats=1 "$work" "$corpus" 2>&1 | tail -n 40
