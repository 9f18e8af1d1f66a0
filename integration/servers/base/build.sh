#!/usr/bin/env bash
# Makes debian:trixie-slim from the machine's own Debian archive, for where no image registry is reached.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../../lib.sh"

tar=$cache/debian-trixie-slim.tar

bootstrap_tar() {
    say "building the base image's root file system (about 20 s)"
    local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    mmdebstrap --quiet --variant=minbase --keyring="$keyring" \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --format=tar trixie "$tar.new" "$(archive_uri)"
    mv "$tar.new" "$tar"
}

mkdir -p "$cache"
[[ -e $tar ]] || bootstrap_tar
say "importing debian:trixie-slim"
docker import --change 'CMD ["bash"]' "$tar" debian:trixie-slim >/dev/null
