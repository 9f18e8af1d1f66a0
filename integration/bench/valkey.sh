#!/usr/bin/env bash
# valkey-init beside valkey-cli, in one run, from the same container, on the same six nodes: from nodes that are up and know
# nobody to a cluster that takes a write to every slot, and to links of all replicas that are up.
#
# The third one in the race is nobody's tool: the commands alone, best ones first, without a look at what they do. What it
# takes until the servers take writes is the servers' own.
# shellcheck source=integration/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

image=dayzero/valkey:8.1
name=dayzero-bench-valkey
client=$name-client
runs=3
# The servers look at their state ten times a second, each at moments of its own: that is tens of milliseconds of luck.
many=9

cleanup() {
    docker rm --force "$client" "$name"-{0..5} >/dev/null 2>&1 || true
    docker network rm "$name" >/dev/null 2>&1 || true
    rm -rf "$bench_work"
}

# The stack's six nodes, with its settings, on volumes that a restart empties; and the container that all clients run in.
up() {
    local node
    printf 'a password of the bench' >"$bench_work/password"
    docker network create "$name" >/dev/null
    for node in {0..5}; do
        docker run --detach --name "$name-$node" --network "$name" --network-alias "valkey-node-$node" \
            --tmpfs /data:uid=1000,gid=1000,mode=0700 --volume "$bench_work/password:/run/secrets/password:ro" \
            --env VALKEY_PASSWORD_FILE=/run/secrets/password "$image" \
            --port $((6379 + node)) --cluster-enabled yes --appendonly yes --repl-diskless-sync-delay 0 >/dev/null
    done
    sed 's/service_valkey_password/password/' integration/specs/valkey.baseline.yaml >"$bench_work/spec.yaml"
    docker run --detach --init --name "$client" --network "$name" --volume "$bench_work/programs:/bench:ro" \
        --volume "$bench_root/integration/bench/valkey:/bench-steps:ro" \
        --volume "$bench_work/spec.yaml:/etc/valkey-init/spec.yaml:ro" \
        --volume "$bench_work/password:/run/secrets/password:ro" --entrypoint sleep "$image" infinity >/dev/null
}

# Empty nodes that have been up for three seconds, as behind a health check: they all know how long they were alone.
fresh() {
    local node
    docker restart --time 0 "$name"-{0..5} >/dev/null
    for node in {0..5}; do
        until docker exec "$name-$node" /opt/valkey/healthcheck.sh $((6379 + node)) 2>/dev/null; do sleep 0.1; done
    done
    sleep 3
}

# in_client STEP...: what a step in the client's container prints
in_client() { docker exec "$client" bash /bench-steps/client.sh "$@"; }

# race COUNT STEP WHO...: the step by each in turn, so many times, each time on fresh nodes
race() {
    local run who
    for who in "${@:3}"; do : >"$bench_work/$2.$who"; done
    for ((run = 0; run < $1; run++)); do
        for who in "${@:3}"; do
            fresh
            in_client "$2" "$who" >>"$bench_work/$2.$who"
        done
    done
}

# median_of COLUMN FILE
median_of() { median <(awk -v column="$1" '{ print $column }' "$bench_work/$2"); }

main() {
    need awk
    trap cleanup EXIT
    programs "$bench_work/programs" valkey-init smoke
    docker build --quiet --network host --tag "$image" integration/servers/valkey >/dev/null
    up
    local ours peer floor
    row "what (medians, seconds)" valkey-init peer ratio budget
    race "$many" writable ours peer floor
    ours=$(median_of 1 writable.ours)
    peer=$(median_of 1 writable.peer)
    floor=$(median_of 1 writable.floor)
    row "six nodes until every slot takes a write" "$ours" "$peer" "$(ratio "$ours" "$peer" 3)" "<= 1.0"
    row "the same beside the servers' own floor" "$ours" "$floor" "$(ratio "$ours" "$floor" 3)" "<= 1.10"
    row "the same, and the tool has said so (valkey-cli: no)" "$(median_of 2 writable.ours)" "$(median_of 2 writable.peer)" "" ""
    race "$runs" linked ours peer
    ours=$(median_of 1 linked.ours)
    peer=$(median_of 1 linked.peer)
    row "six nodes until all replica links are up" "$ours" "$peer" "$(ratio "$peer" "$ours")x" ">= 2x sooner"
    fresh
    in_client writable ours >/dev/null
    ours=$(in_client rerun ours)
    peer=$(in_client rerun bare)
    row "rerun with nothing to do, beside bare reads" "$ours" "$peer" "$(ratio "$ours" "$peer" 2)" "<= 2"
    row "peak memory, forming (kB)" "$(fresh && in_client kilobytes)" "" "" "<= 12 MB"
    row "image, bytes" "$(stat -c %s "$bench_work/programs/valkey-init")" "" "" "<= 6 MB"
}

main "$@"
