#!/usr/bin/env bash
# binaries.sh: builds the MinIO server and its client mc from their Go modules (once, into the cache) and makes the image
# dayzero/minio-binaries:VERSION that the Dockerfile copies from.
#
# Upstream publishes neither binaries nor images any more; the module is the documented way to get them.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../../lib.sh"

server=$(env_example MINIO_VERSION)
client=$(env_example MC_VERSION)
dir=$cache/minio/$server+$client

# A Go of 1.24 or later: the machine's, or the one of Debian 13 in a container.
go_install() {
    local module
    for module in "github.com/minio/minio@$server" "github.com/minio/mc@$client"; do
        say "building $module (about 5 minutes of two cores for the server, 1 for mc)"
        if [[ $(go env GOVERSION 2>/dev/null) =~ ^go1\.(2[4-9]|[3-9][0-9]) ]]; then
            CGO_ENABLED=0 GOBIN=$dir go install -trimpath -ldflags '-s -w' "$module"
        else
            go_in_container "$module"
        fi
    done
}

# With the machine's way to the network: its proxy, and whom it trusts, which behind some proxies is one more authority.
go_in_container() {
    docker run --rm --network host --volume "$dir:/out" --volume dayzero-go-cache:/root \
        --volume /etc/ssl/certs/ca-certificates.crt:/etc/machine.pem:ro --env SSL_CERT_FILE=/etc/machine.pem \
        --env GOPROXY --env HTTPS_PROXY --env NO_PROXY debian:trixie-slim bash -euc "
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install golang-go >/dev/null
        CGO_ENABLED=0 GOBIN=/out go install -trimpath -ldflags '-s -w' '$1'"
}

if [[ ! -e $dir/complete ]]; then
    mkdir -p "$dir"
    go_install
    touch "$dir/complete"
fi
say "importing dayzero/minio-binaries:$server"
tar -C "$dir" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -c minio mc |
    docker import - "dayzero/minio-binaries:$server" >/dev/null
