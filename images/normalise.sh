#!/usr/bin/env bash
# normalise.sh FROM TO: gives the image FROM the name TO, without what depends on the engine or the moment of its build.
#
# Engines stamp the time of the build into an image, and older ones (Debian 12 ships such a one) cannot be told not to.
# So the saved image is written anew: layers with sorted entries, one time and one owner, and a configuration of only
# what the Dockerfile says. The time is SOURCE_DATE_EPOCH.
set -euo pipefail

from=${1:?usage: normalise.sh FROM TO}
to=${2:?usage: normalise.sh FROM TO}
epoch=${SOURCE_DATE_EPOCH:?SOURCE_DATE_EPOCH is not set}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pack() {
    tar --format=gnu --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner -c "$@"
}

# Unpacks and packs each layer, in order, and prints its digest.
layers() {
    local layer index=0
    jq -r '.[0].Layers[]' "$work/in/manifest.json" | while read -r layer; do
        mkdir "$work/layer"
        tar -C "$work/layer" -xf "$work/in/$layer"
        (cd "$work/layer" && pack -- *) >"$work/out/$index.tar"
        rm -rf "$work/layer"
        sha256sum "$work/out/$index.tar" | cut -d' ' -f1
        index=$((index + 1))
    done
}

config() {
    local digests=$1
    jq -S -c --arg digests "$digests" --arg time "$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)" '
        ($digests | split("\n") | map("sha256:" + .)) as $ids
        | {
            architecture, os, created: $time,
            config: (.config | {User, Env, Entrypoint, Cmd, Labels} | with_entries(select(.value | . != null and . != ""))),
            rootfs: {type: "layers", diff_ids: $ids},
            history: [$ids[] | {created: $time, created_by: "images/Dockerfile"}]
        }' "$work/in/$(jq -r '.[0].Config' "$work/in/manifest.json")"
}

mkdir "$work/in" "$work/out"
docker save "$from" | tar -C "$work/in" -x
config "$(layers)" >"$work/out/config.json"
jq -n -c --arg tag "$to" --argjson count "$(jq '.[0].Layers | length' "$work/in/manifest.json")" \
    '[{Config: "config.json", RepoTags: [$tag], Layers: [range($count) | "\(.).tar"]}]' >"$work/out/manifest.json"

before=$(docker image inspect -f '{{.Id}}' "$to" 2>/dev/null || true)
(cd "$work/out" && pack -- *) | docker load -q >/dev/null
after=$(docker image inspect -f '{{.Id}}' "$to")
# Neither the stamped image nor the replaced one is left behind; one that a container still uses stays.
docker image rm "$from" >/dev/null
[[ -z $before || $before == "$after" ]] || docker image rm "$before" >/dev/null 2>&1 || true
echo "$to $after $(docker image inspect -f '{{.Size}}' "$to") bytes"
