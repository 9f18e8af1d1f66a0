#!/usr/bin/env bash
# build.sh           makes dayzero/rust:sid: Debian's Rust, and its cross toolchain for arm64
# build.sh --check   says by its exit whether that is there
#
# Debian 12 and 13 have no Rust that is new enough; unstable has. The image compiles what runs on the other architecture
# (compile.sh beside this file), and it is the base of the Dockerfile where no image registry is reached.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../lib.sh"

image=dayzero/rust:sid
tar=$cache/rust-sid.tar
packages=(rustc cargo gcc libc6-dev libstd-rust-dev:arm64 gcc-aarch64-linux-gnu libc6-dev-arm64-cross ca-certificates)

# The archive's mirror may be a snapshot whose lists have expired; apt's signature checks hold all the same. Behind a
# proxy that re-signs, crates are fetched with the authorities that this machine trusts.
bootstrap_tar() {
    say "building the root file system of Debian unstable with Rust and its cross toolchain (some minutes, 1.5 GB)"
    mmdebstrap --quiet --variant=apt --architectures=amd64,arm64 --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
        --aptopt='Acquire::Check-Valid-Until "false"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --include="$(IFS=, && echo "${packages[*]}")" \
        --customize-hook="copy-in /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs" \
        --format=tar sid "$tar.new" "$(archive_uri)"
    mv "$tar.new" "$tar"
}

[[ ${1:-} != --check ]] || { has_image "$image" && exit; }
mkdir -p "$cache"
[[ -e $tar ]] || bootstrap_tar
say "importing $image"
docker import --change 'CMD ["bash"]' "$tar" "$image" >/dev/null
