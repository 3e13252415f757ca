#!/bin/sh
# Compiles a BPF source and embeds the object in a Swift file: embed.sh CLANG OBJCOPY SOURCE OUTPUT CONSTANT.
set -eu
clang=$1 objcopy=$2 source=$3 output=$4 constant=$5
object=${output%.swift}.o
machine=$(uname -m)
case $machine in
x86_64) arch=x86 ;;
aarch64) arch=arm64 ;;
*) echo "process-tracer: no BPF target for $machine" >&2 && exit 1 ;;
esac
# Debian keeps <asm/types.h> under the multiarch directory.
"$clang" -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_$arch -idirafter "/usr/include/$machine-linux-gnu" \
	-Wall -Wextra -Werror -Wno-unused-parameter -Wno-address-of-packed-member -c "$source" -o "$object"
# DWARF is not needed to load; BTF stays.
if [ -x "$objcopy" ]; then "$objcopy" -g "$object"; fi
{
	printf '/// The compiled kernel programs: an ELF object, gzip, base64.\n'
	printf 'let %s: StaticString = "' "$constant"
	gzip -9nc "$object" | base64 -w0
	printf '"\n'
} >"$output"
