#!/usr/bin/env bash
# compile.sh NAME TRIPLE   compiles the static binary of one package for a target of rustc, and prints where it is
#
# The same commit gives the same binary, in whatever directory, on whatever day: paths are remapped, and nothing that
# is compiled sees a clock. The compiler of C and the linker for a foreign target are Debian's cross tools.
set -euo pipefail

name=${1:?usage: compile.sh NAME TRIPLE}
triple=${2:?usage: compile.sh NAME TRIPLE}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

cargo_home=${CARGO_HOME:-$HOME/.cargo}
# A target directory of its own, as other flags would make every second build in a shared one start afresh. Naming the
# target, even the host's, keeps the flags away from build scripts and procedural macros.
dir=${CARGO_TARGET_DIR:-$root/target}/image
export RUSTFLAGS="-C target-feature=+crt-static --remap-path-prefix=$root=/src --remap-path-prefix=$cargo_home=/cargo"
# The few C parts of dependencies name their files too.
export CFLAGS="-ffile-prefix-map=$root=/src -ffile-prefix-map=$cargo_home=/cargo"

if [[ $triple != "$(rustc -vV | sed -n 's/^host: //p')" ]]; then
    gnu=${triple/-unknown/}
    variable=${triple//-/_}
    export "CARGO_TARGET_${variable^^}_LINKER=$gnu-gcc" "CC_$variable=$gnu-gcc" "AR_$variable=$gnu-ar"
fi

# The commit's time is for the image: C code that is compiled again for it would be the same.
SOURCE_DATE_EPOCH=0 cargo build --locked --release --target "$triple" --target-dir "$dir" -p "$name" >&2
echo "$dir/$triple/release/$name"
