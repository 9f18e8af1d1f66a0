#!/usr/bin/env bash
# binaries.sh: compiles RustFS from its crate (once, into the cache; an hour of two
# cores and 8 GB, of which its own last crate takes three quarters on one) and makes the image
# dayzero/rustfs:dev, an S3 server with MinIO's admin API for the tests of `just field rustfs`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../../lib.sh"

version=1.0.1
dir=$cache/rustfs
# The crate says a newer one, and needs nothing of it.
minimum=97

# The first toolchain of this machine that is new enough.
toolchain() {
    local name minor
    while read -r name _; do
        minor=$(rustup run "$name" rustc --version | sed -E 's/^rustc 1\.([0-9]+)\..*/\1/')
        [[ ! $minor -ge $minimum ]] || { echo "$name" && return; }
    done < <(rustup toolchain list)
    die "RustFS needs Rust 1.$minimum: rustup toolchain install nightly"
}

if [[ ! -x $dir/bin/rustfs ]]; then
    command -v protoc >/dev/null || die "RustFS needs protoc: apt-get install protobuf-compiler"
    rust=$(toolchain)
    say "compiling rustfs $version with $rust (an hour, once)"
    # It is waited for and not measured.
    CARGO_TARGET_DIR=$dir/target CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64 CARGO_PROFILE_RELEASE_STRIP=symbols rustup run "$rust" cargo install --quiet \
        --locked --root "$dir" --version "$version" --ignore-rust-version --no-default-features --bin rustfs rustfs
    rm -rf "$dir/target"
fi
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp "$dir/bin/rustfs" "$here/Dockerfile" "$context/"
docker build --quiet --tag dayzero/rustfs:dev "$context" >/dev/null
