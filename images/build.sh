#!/usr/bin/env bash
# build.sh NAME...   makes the image dayzero/NAME:dev (or another $TAG) of each named package
# build.sh --list    the packages that `just image-all` builds: every one that ends in `-init` and has a binary
#
# The same commit gives the same image id, in whatever directory, on whatever day: paths are remapped, times are the
# commit's, and normalise.sh takes out what the engine stamps.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
cd "$root"

metadata() { cargo metadata --locked --no-deps --format-version 1; }

list() {
    metadata | jq -r '.packages[] | select((.name | endswith("-init")) and any(.targets[]; .kind | index("bin"))) | .name'
}

# A field of the package $1, as a string.
field() {
    metadata | jq -r --arg name "$1" --arg field "$2" '.packages[] | select(.name == $name) | .[$field] // ""'
}

# The dependencies that the package $1 wants compiled for speed rather than size, in words of cargo's.
fast() {
    metadata | jq -r --arg name "$1" '.packages[] | select(.name == $name) | .metadata.image["opt-level"] // {} |
        to_entries[] | "--config=profile.release.package.\(.key).opt-level=\(.value)"'
}

revision() {
    local dirty=""
    [[ -z $(git status --porcelain) ]] || dirty=-dirty
    echo "$(git rev-parse HEAD)$dirty"
}

# What makes a binary a fifth smaller (docs/adr/0006): equal functions once, packed relocations, no unwind tables, and
# no-backtrace's one function before the platform's of the same name. It is the linker that ships with the toolchain that
# knows these, and it is the default on x86-64 alone.
size_flags() {
    [[ $1 == x86_64-* ]] || return 0
    echo "-C force-unwind-tables=no --cfg image"
    printf -- '-C link-arg=-Wl,%s ' --icf=all --pack-dyn-relocs=relr --no-eh-frame-hdr "-T,$here/no-unwinding.ld" -z,muldefs
}

# A target directory of its own, as other flags would make every second build in a shared one start afresh. Naming the
# target, even the host's, keeps the flags away from build scripts and procedural macros.
compile() {
    local name=$1 target dir flags fast cargo_home=${CARGO_HOME:-$HOME/.cargo}
    target=$(rustc -vV | sed -n 's/^host: //p')
    dir=${CARGO_TARGET_DIR:-$root/target}/image
    flags="-C target-feature=+crt-static $(size_flags "$target" | tr '\n' ' ')"
    export RUSTFLAGS="$flags --remap-path-prefix=$root=/src --remap-path-prefix=$cargo_home=/cargo"
    # The few C parts of dependencies name their files too.
    export CFLAGS="-ffile-prefix-map=$root=/src -ffile-prefix-map=$cargo_home=/cargo"
    mapfile -t fast < <(fast "$name")
    # The commit's time is for the image: C code that is compiled again for it would be the same.
    SOURCE_DATE_EPOCH=0 cargo build "${fast[@]}" --locked --release --target "$target" --target-dir "$dir" -p "$name"
    mkdir -p "$here/bin"
    install -m 0755 "$dir/$target/release/$name" "$here/bin/$name"
}

image() {
    local name=$1 raw=dayzero/$1:unnormalised-$$ said
    compile "$name"
    # Some engines precede every build with remarks on its age: what is said counts only on failure.
    said=$(docker build --quiet --tag "$raw" \
        --build-arg NAME="$name" \
        --build-arg DESCRIPTION="$(field "$name" description)" \
        --build-arg VERSION="$(field "$name" version)" \
        --build-arg REVISION="$(revision)" \
        --build-arg SOURCE="$(field "$name" repository)" \
        --build-arg LICENSES="$(field "$name" license)" \
        "$here" 2>&1) || { echo "$said" >&2 && return 1; }
    "$here/normalise.sh" "$raw" "dayzero/$name:${TAG:-dev}"
}

main() {
    [[ $# -gt 0 ]] || { echo "usage: build.sh NAME... | --list" >&2 && exit 2; }
    [[ $1 != --list ]] || { list && return; }
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
    export SOURCE_DATE_EPOCH
    local name
    for name in "$@"; do
        [[ -n $(field "$name" name) ]] || { echo "no package $name in this workspace" >&2 && exit 2; }
        image "$name"
    done
}

main "$@"
