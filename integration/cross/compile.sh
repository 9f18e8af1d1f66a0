#!/usr/bin/env bash
# compile.sh NAME TRIPLE   images/compile.sh in the cross toolchain's container; prints where the binary is on this machine
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../lib.sh"

[[ $2 == aarch64-unknown-linux-gnu ]] || die "there is a cross toolchain for arm64 only"
"$here/build.sh" --check || die "no cross toolchain: integration/bootstrap.sh --arm64 brings it"

# The crates are fetched here, where the network is; the container has none.
cd "$root"
cargo fetch --locked --target "$2" >&2
registry=${CARGO_HOME:-$HOME/.cargo}/registry
target=${CARGO_TARGET_DIR:-$root/target}/$2
mkdir -p "$target"
# Its own directory of what was compiled: another release of rustc would compile everything in a shared one again.
options=(--rm --network none --user "$(id -u):$(id -g)" --volume "$root:/src:ro" --volume "$target:/target"
    --volume "$registry:/cargo/registry" --env CARGO_HOME=/cargo --env CARGO_TARGET_DIR=/target --env CARGO_NET_OFFLINE=true)
# What the caller has set of the profile, and the commit, hold in there too.
while read -r name; do options+=(--env "$name"); done < <(compgen -e | grep -E '^(CARGO_PROFILE_|CARGO_BUILD_JOBS$|DAYZERO_)' || true)
inside=$(docker run "${options[@]}" dayzero/rust:sid /src/images/compile.sh "$1" "$2")
echo "$target${inside#/target}"
