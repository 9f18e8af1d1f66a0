#!/usr/bin/env bash
# assemble.sh image LAYOUT BINARY ARCH REFERENCE   writes one image into the folder LAYOUT; stdin: its labels, a JSON object
# assemble.sh index LAYOUT IMAGE...                 writes an index of the images in the layouts IMAGE... into LAYOUT
#
# LAYOUT is an OCI image layout, and a docker archive at the same time: `tar -C LAYOUT -c . | docker load` works with every
# engine. An image is one layer with one file. It is written without a builder, because what a builder adds depends on its
# release and on the moment: the layer here has one time and one owner, and the configuration has only what stands below.
# The time is SOURCE_DATE_EPOCH.
# shellcheck disable=SC2016 # jq expands these, not the shell
set -euo pipefail

pack() {
    tar --format=gnu --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -c "$@"
}

digest() { sha256sum "$1" | cut -d' ' -f1; }

# blob FILE: moves a file to where its digest names it, and prints its descriptor without a media type.
blob() {
    local sha size
    sha=$(digest "$1")
    size=$(stat -c %s "$1")
    mv "$1" "$layout/blobs/sha256/$sha"
    jq -n -c --arg digest "sha256:$sha" --argjson size "$size" '{digest: $digest, size: $size}'
}

# One JSON document, in one spelling.
json() { jq -n -S -c "$@" | tr -d '\n'; }

begin() {
    rm -rf "$layout"
    mkdir -p "$layout/blobs/sha256"
    json '{imageLayoutVersion: "1.0.0"}' >"$layout/oci-layout"
}

# config DIFF-ID ARCH LABELS
# The C library's resolver takes the first line of /etc/hosts alone for a name, unless /etc/host.conf or this variable says
# `multi on`; with two `extra_hosts` of one name the second would never be tried.
config() {
    # Any other uid works as well: the tool looks nothing up and writes nothing.
    json --arg diff "sha256:$1" --arg arch "$2" --argjson labels "$3" \
        --arg time "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" '
        {
            architecture: $arch, os: "linux", created: $time,
            config: {User: "65532:65532", Env: ["RESOLV_MULTI=on"], Entrypoint: ["/init"], Labels: $labels},
            rootfs: {type: "layers", diff_ids: [$diff]},
            history: [{created: $time, created_by: "images/assemble.sh"}]
        } + (if $arch == "arm64" then {variant: "v8"} else {} end)'
}

image() {
    local binary=$1 arch=$2 reference=$3 work labels diff layer described
    labels=$(cat)
    work=$layout/work
    begin
    mkdir "$work"
    install -m 0755 "$binary" "$work/init"
    pack -C "$work" init >"$work/layer"
    diff=$(digest "$work/layer")
    gzip -n -9 <"$work/layer" >"$work/layer.gz"
    config "$diff" "$arch" "$labels" >"$work/config"
    layer=$(blob "$work/layer.gz")
    described=$(blob "$work/config")
    json --argjson layer "$layer" --argjson config "$described" '
        {
            schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
            config: ($config + {mediaType: "application/vnd.oci.image.config.v1+json"}),
            layers: [$layer + {mediaType: "application/vnd.oci.image.layer.v1.tar+gzip"}]
        }' >"$work/manifest"
    # What engines read that know no OCI layout.
    json --argjson layer "$layer" --argjson config "$described" --arg reference "$reference" '
        def path: "blobs/" + (.digest | sub(":"; "/"));
        [{Config: ($config | path), RepoTags: [$reference], Layers: [$layer | path]}]' >"$layout/manifest.json"
    json --argjson manifest "$(blob "$work/manifest")" --arg arch "$arch" --arg reference "$reference" '
        {
            schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json",
            manifests: [$manifest + {
                mediaType: "application/vnd.oci.image.manifest.v1+json",
                platform: ({os: "linux", architecture: $arch} + (if $arch == "arm64" then {variant: "v8"} else {} end)),
                annotations: {"io.containerd.image.name": $reference, "org.opencontainers.image.ref.name": ($reference | split(":")[-1])}
            }]
        }' >"$layout/index.json"
    rm -rf "$work"
}

index() {
    local from
    begin
    for from in "$@"; do cp -r "$from/blobs" "$layout"; done
    # The names are those of the local engine, and no part of what is published.
    jq -s -S -c '.[0] + {manifests: (map(.manifests[]) | map(del(.annotations)) | sort_by(.platform.architecture))}' \
        "${@/%//index.json}" | tr -d '\n' >"$layout/index.json"
}

: "${SOURCE_DATE_EPOCH:?is not set}"
layout=${2:?usage: assemble.sh image|index LAYOUT ...}
case $1 in
image) image "${@:3}" ;;
index) index "${@:3}" ;;
*) echo "usage: assemble.sh image|index LAYOUT ..." >&2 && exit 2 ;;
esac
