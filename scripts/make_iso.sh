#!/bin/sh
# Builds the hybrid ISO: CD and USB disk, BIOS and UEFI, the same bytes for the same input.
# usage: make_iso.sh KERNEL INITRAMFS GRUB_CFG OUTPUT
set -eu
kernel=$1 initramfs=$2 config=$3 output=$4
modules="normal multiboot2 iso9660 part_msdos part_gpt fat serial terminal echo test keystatus all_video configfile"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$stage/boot/grub"
cp "$kernel" "$stage/boot/kernel.elf"
cp "$initramfs" "$stage/boot/initramfs.lz4"
cp "$config" "$stage/boot/grub/grub.cfg"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-0}"
find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
stamp=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S00)
grub-mkrescue --xorriso="$(dirname "$0")/xorriso_reproducible.sh" --output="$output.new" --install-modules="$modules" \
    --fonts= --themes= --locales= --compress=no "$stage" -- \
    -volid MARTLET -volume_date uuid "$stamp" -alter_date_r b-c "=$SOURCE_DATE_EPOCH" / -- 2>"$stage.log" ||
    { cat "$stage.log" >&2; rm -f "$stage.log"; exit 1; }
rm -f "$stage.log"
mv "$output.new" "$output"
