#!/usr/bin/env bash
# arm64.sh [NAME...]: the arm64 image of each tool, emulated, against a real server: it provisions the server, a second run
# changes nothing, and neither does the amd64 image after it. Needs bootstrap.sh --arm64; builds the images.
#
# The emulator is a static program that runs the tool inside the tool's own container. So nothing is registered with the
# kernel, and no other container notices.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
# shellcheck source=integration/servers/one-of-each.sh
. "$here/servers/one-of-each.sh"
cd "$root"

prefix=dayzero-it-arm64-$$
tag=${TAG:-dev}
secrets=$(mktemp -d)

clean_up() {
    docker ps --all --quiet --filter "name=^$prefix-" | xargs --no-run-if-empty docker rm --force --volumes >/dev/null
    docker network rm "$prefix" >/dev/null 2>&1 || true
    rm -rf "$secrets"
}

server() {
    docker run --detach --name "$prefix-$1" --hostname "$1" --network "$prefix" --network-alias "$1" \
        --volume "$secrets:/run/secrets:ro" "${options[@]}" "${@:2}" >/dev/null
}

# Only the images of servers that no suite has built yet.
server_images() {
    docker compose --env-file .env.example --profile '*' build --quiet kafka-1 mng-pg valkey-node-0 minio
}

# run TOOL IMAGE [ARG...]: a run as the documents recommend it; the report on stdout
run() {
    docker run --rm --name "$prefix-run" --network "$prefix" --user 12345:12345 --read-only --cap-drop ALL \
        --security-opt no-new-privileges --volume "$secrets:/run/secrets:ro" \
        --volume "$root/docs/deploy/specs/${1%-init}.yaml:/etc/$1/spec.yaml:ro" "${options[@]}" "${@:2}"
}

# expect OUTCOME TOOL IMAGE [ARG...]
expect() {
    local report outcome
    report=$(run "${@:2}") || die "$3 ended with $?: $report"
    outcome=$(jq -r .outcome <<<"$report")
    [[ $outcome == "$1" ]] || die "$3 reports $outcome instead of $1: $report"
    echo "ok: $3 reports $outcome"
}

trap clean_up EXIT
[[ -x $qemu_arm64 ]] || die "no emulator: integration/bootstrap.sh --arm64 brings it"
[[ $# -gt 0 ]] || mapfile -t tools < <(images/build.sh --list)
[[ $# -eq 0 ]] || tools=("$@")
# Always, so that no image of another commit is tested; what has not changed takes seconds.
images/build.sh --arch all "${tools[@]}" >/dev/null
server_images
docker network create "$prefix" >/dev/null
one_of_each "$secrets"
for tool in "${tools[@]}"; do
    emulated=("$tool" "dayzero/$tool:$tag-arm64" /init --format json --log error)
    options=(--platform linux/arm64 --volume "$qemu_arm64:/qemu:ro" --entrypoint /qemu)
    expect changed "${emulated[@]}"
    expect unchanged "${emulated[@]}"
    options=()
    expect unchanged "$tool" "dayzero/$tool:$tag" --format json --log error
done
echo "$((3 * ${#tools[@]})) passed, 0 failed"
