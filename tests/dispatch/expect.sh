# Sourced by the tests of what is chosen at run time: what a program that is built
# with the dispatch library must print. Needs $dispatched and $headers, the programs.
fail() { printf '%s\n' "$*"; exit 1; }
unset CHRONOPACK_ARCH

read -r _ checksum <<<"$("$headers")"

# expect TABLE COMPLAINT COMMAND...: the table that runs, the checksum, and one
# line on stderr or none.
expect() {
  local table=$1 complaint=$2 out err
  shift 2
  err=$(mktemp)
  out=$("$@" 2>"$err") || fail "$*: failed: $out $(cat "$err")"
  sed -i '/^qemu-x86_64: warning/d' "$err"
  [[ $out == "${table:-*} $checksum" || -z $table && $out == *" $checksum" ]] ||
    fail "$*: printed '$out', not '$table $checksum'"
  if [[ -z $complaint ]]; then
    [[ ! -s $err ]] || fail "$*: complained: $(cat "$err")"
  else
    [[ $(wc -l <"$err") == 1 && $(<"$err") == *"$complaint"* ]] ||
      fail "$*: said '$(cat "$err")', not '$complaint'"
  fi
  rm -f "$err"
  echo "$out${complaint:+ ($complaint)}"
}
