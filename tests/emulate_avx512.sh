#!/usr/bin/env bash
# Runs the tests on an emulated processor with AVX-512, which few machines have
# and neither qemu nor valgrind knows: on demand, a minute or two once built.
# For a Debian x86-64 machine; installs missing packages.
#
#   usage: emulate_avx512.sh [SUITE ...]    as Meson names them; default: below
#
#   boot.iso = isolinux + Debian's kernel + initrd of our static programs
#        '--> Bochs, a Skylake-X: its com1 is the file that we read
#
# Everything is compiled for x86-64-v4: what a user gets who builds with the
# headers alone, and with the dispatch library and the table that it chooses.
# Bochs does some 70 million instructions a second, a fiftieth of this machine.
set -euo pipefail
source "$(dirname "$0")/../tools/setup.sh"

suites=("$@")
((${#suites[@]})) || suites=(kernel-avx512 dispatch-tables)

need "${build_packages[@]}" "${test_packages[@]}" bochs-term bochs bochsbios busybox-static \
  cpio:cpio isolinux syslinux-common xorriso:xorriso
dir=${CHRONOPACK_AVX512_DIR:-$root/build-avx512}

if [[ ! -f $dir/kernel/vmlinuz ]]; then
  say "fetching a kernel"
  mkdir -p "$dir"/apt/{lists/partial,cache/archives/partial,debs} "$dir/kernel"
  apt=(-qq -o Dir::State::Lists="$dir/apt/lists" -o Dir::Cache="$dir/apt/cache" -o Acquire::Languages=none)
  # The cloud kernel is small and unpacks fast; the package named depends on it.
  if ! { apt-get "${apt[@]}" update && cd "$dir/apt/debs" &&
    name=$(apt-cache "${apt[@]}" depends linux-image-cloud-amd64 | awk '/Depends:/ {print $2; exit}') &&
    apt-get "${apt[@]}" download "$name"; } >"$dir/apt/log" 2>&1; then
    tail -n 20 "$dir/apt/log" >&2
    say "apt-get could not fetch a kernel"
    exit 3
  fi
  dpkg-deb -x ./*.deb "$dir/apt/root"
  mv "$dir"/apt/root/boot/vmlinuz-* "$dir/kernel/vmlinuz"
  cd "$root"
  rm -rf "$dir/apt"
fi

[[ -f $dir/build/build.ninja ]] ||
  configure "$dir/build" -Dtests=enabled -Dcpp_args=-march=x86-64-v4 -Dcpp_link_args=-static -Dprefer_static=true \
    -Doptimization=1 -Dbench=disabled -Dtools=disabled -Dzstd=enabled -Dsnappy=enabled -Ddispatch=enabled -Dwerror=true
programs=(exercise-headers exercise-dispatched)
for suite in "${suites[@]}"; do programs+=("tests-${suite%-tables}"); done
say "building in ${dir#"$root"/}"
ninja -C "$dir/build" --quiet "${programs[@]/#/tests/}"

# What the emulated machine has: busybox, the programs, and the files that they
# read, under the names they were compiled with.
system=$dir/system
rm -rf "$system" "$dir/iso"
mkdir -p "$system"/{bin,dev,proc,tmp} "$dir/iso"
cp /bin/busybox "$system/bin/"
for program in "${programs[@]}"; do strip -o "$system/bin/$program" "$dir/build/tests/$program"; done
cp -r --parents "$root/tests/golden" "$root/fuzz/corpus" "$system"
{
  echo '#!/bin/busybox sh'
  echo 'cd /tmp; /bin/busybox mount -t proc proc /proc; /bin/busybox mount -t devtmpfs dev /dev'
  echo 'echo; /bin/busybox grep -qw avx512vl /proc/cpuinfo || echo "no AVX-512"'
  for program in "${programs[@]}"; do
    case $program in tests-*) flags=' --use-colour no -d yes' ;; *) flags= ;; esac
    echo "/bin/$program$flags; echo \"$program: status \$?\""
  done
  # A moment for the serial line to drain.
  echo '/bin/busybox usleep 200000; /bin/busybox poweroff -f'
} >"$system/init"
chmod +x "$system/init"
(cd "$system" && find . | cpio -o -H newc --quiet) >"$dir/iso/initrd"

# Bochs gives the size of the compacted XSAVE area wrongly, and Linux would then
# do without XSAVE and AVX: so it must not see XSAVEC and XSAVES.
cp "$dir/kernel/vmlinuz" /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$dir/iso"
echo "default vmlinuz initrd=initrd console=ttyS0 quiet nokaslr mitigations=off tsc=reliable" \
  "cryptomgr.notests noxsaves clearcpuid=xsavec,xsaves" >"$dir/iso/isolinux.cfg"
xorriso -as mkisofs -quiet -o "$dir/boot.iso" -b isolinux.bin -c boot.cat \
  -no-emul-boot -boot-load-size 4 -boot-info-table "$dir/iso" 2>"$dir/xorriso.log" ||
  { cat "$dir/xorriso.log" >&2; exit 1; }
cat >"$dir/bochsrc" <<RC
config_interface: textconfig
display_library: term
cpu: model=corei7_skylake_x, count=1, ips=50000000, reset_on_triple_fault=0, ignore_bad_msrs=1
memory: guest=512, host=512
romimage: file=/usr/share/bochs/BIOS-bochs-latest, options=fastboot
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
pci: enabled=1, chipset=i440fx
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
ata0-master: type=cdrom, path="$dir/boot.iso", status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev="$dir/serial.txt"
log: "$dir/bochs.log"
panic: action=fatal
RC
echo c >"$dir/continue"  # Debian's Bochs waits in its debugger

# Its screen is a terminal, which `script` feigns. Power off is fatal to Bochs:
# what the serial line says is what counts.
say "booting"
rm -f "$dir/serial.txt"
TERM=vt100 timeout "${CHRONOPACK_AVX512_SECONDS:-1800}" script -qec \
  "bochs -q -f '$dir/bochsrc' -rc '$dir/continue'" /dev/null </dev/null >"$dir/screen.txt" 2>&1 || true
touch "$dir/serial.txt"
tr -d '\r' <"$dir/serial.txt" | grep -v '^\[ *[0-9.]*\] ' || true

# All ran, with AVX-512, and wrote the bytes that this machine writes.
said() { tr -d '\r' <"$dir/serial.txt" | grep -qxF "$1" || { say "missing: $1"; exit 1; }; }
for program in "${programs[@]}"; do said "$program: status 0"; done
"${CXX:-g++}" -std=c++20 -O1 -I"$root/include" "$root/tests/dispatch/exercise.cpp" -o "$dir/exercise-here"
read -r _ here <<<"$("$dir/exercise-here")"
said "headers $here"
said "avx512 $here"
say "on AVX-512 as on this machine: $here"
