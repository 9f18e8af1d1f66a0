#!/usr/bin/env bash
# client.sh STEP [WHO]   one measurement, inside the container that all clients of the bench run in; prints seconds
set -euo pipefail

REDISCLI_AUTH=$(</run/secrets/password)
said=$(mktemp)
nodes=({0..5})

host() { echo "valkey-node-$1"; }
port() { echo $((6379 + $1)); }
cli() { REDISCLI_AUTH=$REDISCLI_AUTH kv-cli -h "$(host "$1")" -p "$(port "$1")" "${@:2}"; }

# micros SINCE: from an EPOCHREALTIME until now
micros() { echo $((${EPOCHREALTIME/./} - ${1/./})); }
seconds() { printf '%d.%04d\n' $(($1 / 1000000)) $(($1 / 100 % 10000)); }

ours() { /bench/valkey-init --log error; }

peer() {
    local node names=()
    for node in "${nodes[@]}"; do names+=("$(host "$node"):$(port "$node")"); done
    REDISCLI_AUTH=$REDISCLI_AUTH kv-cli --cluster create "${names[@]}" --cluster-replicas 1 --cluster-yes
}

# Slots first, because the servers count from there; all the rest as fast as it can be sent.
floor() {
    local node other
    for node in 0 1 2; do
        cli "$node" CLUSTER ADDSLOTSRANGE $((node * 5461)) $((node == 2 ? 16383 : node * 5461 + 5460)) &
    done
    wait
    for node in "${nodes[@]}"; do cli "$node" CLUSTER SET-CONFIG-EPOCH $((node + 1)) & done
    wait
    for node in "${nodes[@]}"; do
        for other in "${nodes[@]}"; do
            echo "CLUSTER MEET $(getent hosts "$(host "$other")" | cut -d ' ' -f 1) $(port "$other")"
        done | cli "$node" &
    done
    wait
}

prove() { /bench/smoke --valkey valkey-node-0:6379 --valkey-password /run/secrets/password; }

# Until the attempt that succeeded began, asked in the same way of all while they work; and until they were done, after
# which valkey-init promises that any attempt succeeds.
writable() {
    local began=$EPOCHREALTIME tool now
    { "$1" >"$said" 2>&1 && micros "$began" >"$said.done"; } &
    tool=$!
    while now=$(micros "$began") && ! prove >"$said.proof" 2>&1; do sleep 0.02; done
    wait "$tool" || { cat "$said" >&2 && return 1; }
    [[ $1 != ours ]] || prove >"$said.proof" 2>&1 || { cat "$said.proof" >&2 && return 1; }
    echo "$(seconds "$now") $(seconds "$(<"$said.done")")"
}

# Until three nodes have said that their link is up, while the tool still runs or after it.
linked() {
    local began=$EPOCHREALTIME node tool count
    "$1" >"$said" 2>&1 &
    tool=$!
    for node in "${nodes[@]}"; do
        cli "$node" -i 0.01 -r -1 INFO replication 2>/dev/null | grep --max-count 1 --line-buffered link_status:up &
        echo $! >>"$said.watchers"
    done | for count in 1 2 3; do read -r; done
    seconds "$(micros "$began")"
    # Without its reader the client of a node that never says so ends too.
    xargs kill <"$said.watchers" 2>/dev/null || true
    wait "$tool" || { cat "$said" >&2 && return 1; }
}

# The same reads over six connections by the servers' own client, one process for each node, side by side.
bare() {
    local node
    for node in "${nodes[@]}"; do
        printf '%s\n' "INFO server persistence replication keyspace cluster" "CLUSTER NODES" "CLUSTER INFO" "CLUSTER SHARDS" \
            "CONFIG GET aclfile cluster-announce-ip cluster-announce-hostname cluster-preferred-endpoint-type" |
            cli "$node" -3 &
    done
    wait
}

rerun() {
    local count=40 began run
    "$1" >"$said" 2>&1
    began=$EPOCHREALTIME
    for ((run = 0; run < count; run++)); do "$1" >"$said" 2>&1; done
    seconds $(($(micros "$began") / count))
}

kilobytes() {
    local pid now peak=0
    /bench/valkey-init --log error >"$said" 2>&1 &
    pid=$!
    while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status" 2>/dev/null) && [[ -n $now ]]; do peak=$now; done
    wait "$pid"
    echo "$peak"
}

"$@"
