#!/usr/bin/env bash
# valkey-init beside valkey-cli, in one run, in the same container, on the same six nodes: from nodes that are up and know
# nobody to a cluster that takes a write to every slot, and to links of all replicas that are up.
# shellcheck disable=SC2016 # what is in single quotes is for the shell inside the container
# shellcheck source=integration/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export COMPOSE_PROFILES=data
nodes=(valkey-node-{0..5})
names=(valkey-node-{0:6379,1:6380,2:6381,3:6382,4:6383,5:6384})

cleanup() {
    "${compose[@]}" down --volumes --timeout 2 >/dev/null 2>&1 || true
    rm -rf "$bench_work"
}

# Six nodes on empty volumes, up for as long as any health check would let them be.
fresh() {
    "${compose[@]}" down --volumes --timeout 2 >/dev/null 2>&1
    "${compose[@]}" up --detach --wait "${nodes[@]}" >/dev/null 2>&1
    docker exec -u 0 valkey-node-0 mkdir -p /tmp/bench
    local file
    for file in valkey-init smoke; do docker cp "images/bin/$file" valkey-node-0:/tmp/bench/ >/dev/null; done
    docker cp integration/specs/valkey.baseline.yaml valkey-node-0:/tmp/bench/spec.yaml >/dev/null
    sleep 3
}

in_node() { docker exec valkey-node-0 "$@"; }

ours() { in_node /tmp/bench/valkey-init --log error --spec /tmp/bench/spec.yaml; }

peer() {
    in_node bash -c 'export REDISCLI_AUTH=$(</run/secrets/service_valkey_password)
        kv-cli --cluster create "$@" --cluster-replicas 1 --cluster-yes' create "${names[@]}"
}

prove() { in_node /tmp/bench/smoke --valkey valkey-node-0:6379 --valkey-password /run/secrets/service_valkey_password; }

links_up() {
    in_node bash -c 'export REDISCLI_AUTH=$(</run/secrets/service_valkey_password); up=0
        for node in {0..5}; do
            kv-cli -h valkey-node-$node -p $((6379 + node)) INFO replication | grep -q "master_link_status:up" && up=$((up + 1))
        done
        ((up == 3))'
}

until_true() { until "$@" >/dev/null 2>&1; do sleep 0.05; done; }

ours_writable() { ours && prove; }
peer_writable() { peer && until_true prove; }
ours_linked() { ours && links_up; }
peer_linked() { peer && until_true links_up; }

# The same reads over six connections by the servers' own client, one process for each node, side by side.
bare() {
    in_node bash -c 'export REDISCLI_AUTH=$(</run/secrets/service_valkey_password)
        for node in {0..5}; do
            printf "INFO\nCLUSTER NODES\nCLUSTER INFO\nCLUSTER SHARDS\nCONFIG GET aclfile\n" |
                kv-cli -h valkey-node-$node -p $((6379 + node)) &
        done
        wait'
}

main() {
    need awk
    trap cleanup EXIT
    images/build.sh valkey-init smoke >/dev/null
    local a b
    row "what (median of 3, seconds)" valkey-init peer ratio budget
    a=$(timed 3 fresh ours_writable)
    b=$(timed 3 fresh peer_writable)
    row "six nodes until every slot takes a write" "$a" "$b" "$(ratio "$a" "$b")" "<= 1.0"
    a=$(timed 3 fresh ours_linked)
    b=$(timed 3 fresh peer_linked)
    row "six nodes until all replica links are up" "$a" "$b" "$(ratio "$b" "$a")x" ">= 2x sooner"
    a=$(timed 5 nothing ours)
    b=$(timed 5 nothing bare)
    row "rerun with nothing to do, beside bare reads" "$a" "$b" "$(ratio "$a" "$b")" "<= 2"
    row "image, bytes" "$(stat -c %s images/bin/valkey-init)" "" "" "<= 3 MB"
}

main "$@"
