#!/usr/bin/env bash
# What the scripts do where a package is missing: without root and sudo they print the command to
# run and stop, and nothing is installed; with sudo they install it.
#
#   usage: setup_test.sh SOURCE
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf '%s\n' "$*"; cat "$work/said" "$work/called"; exit 1; }
mkdir -p "$work/tree/tools" "$work/bin"
cp "$1/tools/setup.sh" "$work/tree/tools/"

# stub NAME [STATUS]: a program that notes how it is called.
stub() {
  printf '#!/bin/sh\necho "%s $*" >>"%s/called"\nexit %s\n' "$1" "$work" "${2:-0}" >"$work/bin/$1"
  chmod 755 "$work/bin/$1"
}
# Runs what every script begins with, as a user who is not root. Its status.
run() {
  local user=() status=0
  : >"$work/called"
  chmod -R a+rX "$work" && chmod a+w "$work/called"
  ((EUID != 0)) || user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  PATH=$work/bin:$PATH TMPDIR=/tmp ${user[@]+"${user[@]}"} bash -c '
    set -euo pipefail
    source "$1/tools/setup.sh"
    need bash:bash no-such-package no-such-package-either:no-such-program
    echo "it went on"' - "$work/tree" >"$work/said" 2>&1 || status=$?
  echo "$status"
}

stub apt-get
stub sudo 1
[[ $(run) == 3 ]] || fail "it did not stop"
! grep -q "it went on" "$work/said" || fail "it went on"
grep -q 'sudo apt-get update && sudo apt-get install -y --no-install-recommends no-such-package no-such-package-either$' \
  "$work/said" || fail "it does not say what to run"
! grep -q apt-get "$work/called" || fail "it called apt-get"

stub sudo
[[ $(run) == 0 ]] || fail "it did not install by sudo"
grep -q "it went on" "$work/said" || fail "it stopped after it had installed"
grep -q '^sudo apt-get update' "$work/called" || fail "it did not update"
grep -q '^sudo .*apt-get install .* no-such-package no-such-package-either$' "$work/called" || fail "it installed something else"

stub sudo 1
printf '#!/bin/sh\nexit 0\n' >"$work/bin/no-such-program"
printf '#!/bin/sh\necho "install ok installed"\n' >"$work/bin/dpkg-query"
chmod 755 "$work/bin/"*
[[ $(run) == 0 ]] || fail "it asked for packages that are there"
[[ ! -s $work/called ]] || fail "it installed what is there"
