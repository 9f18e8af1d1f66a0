#!/usr/bin/env bash
# kafka-init beside Kafka's own tool, in one run, in the same container, against the same brokers.
# shellcheck source=integration/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=integration/bench/kafka/secured.sh
. integration/bench/kafka/secured.sh

cleanup() {
    end_secured
    delete 'bench-.*'
    docker exec kafka-1 rm -rf /tmp/bench
    rm -rf "$bench_work"
}

delete() { docker exec kafka-1 kafka-topics --bootstrap-server kafka-1:19092 --delete --if-exists --topic "$1" >/dev/null 2>&1 || true; }
delete_small() { delete 'bench-small-.*' && sleep 1; }

# topics PREFIX COUNT REST: a spec
topics() {
    local number
    echo "bootstrap: [kafka-1:19092, kafka-2:19092, kafka-3:19092]"
    echo "topics:"
    for ((number = 0; number < $2; number++)); do echo "  $1-$number: $3"; done
}

put() { docker cp -q "$bench_work/$1" "kafka-1:/tmp/bench/$1" 2>/dev/null || docker cp "$bench_work/$1" "kafka-1:/tmp/bench/$1" >/dev/null; }

prepare() {
    programs "$bench_work" kafka-init
    cargo build --locked --quiet --release --package integration --bin bare
    COMPOSE_PROFILES=messaging "${compose[@]}" up --detach --wait kafka-1 kafka-2 kafka-3 >/dev/null 2>&1
    enter=(nsenter --target "$(docker inspect -f '{{.State.Pid}}' kafka-1)" --net --mount)
    docker exec kafka-1 mkdir -p /tmp/bench
    topics bench-small 32 '{partitions: 3, replicationFactor: 3}' >"$bench_work/small.yaml"
    topics bench-large 1000 '{partitions: 3, replicationFactor: 1, config: {retention.ms: 1000000, segment.bytes: 10485760, cleanup.policy: delete, max.message.bytes: 2000000, min.insync.replicas: 1}}' >"$bench_work/large.yaml"
    topics bench-huge 10000 '{partitions: 3, replicationFactor: 1}' >"$bench_work/huge.yaml"
    cp integration/specs/kafka.baseline.yaml "$bench_work/baseline.yaml"
    local file
    for file in kafka-init small.yaml large.yaml huge.yaml baseline.yaml; do put "$file"; done
}

ours() { docker exec kafka-1 /tmp/bench/kafka-init --log error --spec "/tmp/bench/$1.yaml" "${@:2}"; }

# What people write today, in one shell of the container, so that only the tool's own start is counted 32 times.
peer() {
    docker exec kafka-1 bash -c 'for n in {0..31}; do
        kafka-topics --bootstrap-server kafka-1:19092 --create --if-not-exists --topic bench-small-$n --partitions 3 --replication-factor 3
    done'
}

# The tool in the container's network and file system, measured from outside by the kernel's own accounting.
kilobytes() {
    local code=0
    /usr/bin/time -q -f %M -o "$bench_work/rss" "${enter[@]}" \
        /tmp/bench/kafka-init --log error --spec "/tmp/bench/$1.yaml" "${@:2}" >/dev/null || code=$?
    [[ $code == 0 || $code == 3 ]] || return "$code"
    tail -n 1 "$bench_work/rss"
}

# From the process's execve to its first network call: strace stops at these two alone.
milliseconds_to_first_packet() {
    strace --seccomp-bpf -f -ttt -e trace=execve,sendto,sendmmsg,connect -o "$bench_work/trace" "${enter[@]}" \
        /tmp/bench/kafka-init --log off --spec /tmp/bench/baseline.yaml plan >/dev/null || true
    awk '/execve\("\/tmp\/bench/ { began = $2 } began && /AF_INET|sendto|sendmmsg/ { printf "%.1f\n", ($2 - began) * 1000; exit }' "$bench_work/trace"
}

# Processes in turn, each in the brokers' network and with their names: one that only asks for the same, and the tool. The
# median seconds of both.
bare() {
    docker cp kafka-1:/etc/resolv.conf - | tar -xO >"$bench_work/resolv.conf"
    # shellcheck disable=SC2016 # for the inner shell
    nsenter --target "$(docker inspect -f '{{.State.Pid}}' kafka-1)" --net unshare --mount bash -c '
        mount --bind "$1" /etc/resolv.conf && exec python3 "${@:2}"' bash "$bench_work/resolv.conf" \
        integration/bench/kafka/race.py "$PWD/target/release/bare kafka-1:19092 bench-large 1000" \
        "$bench_work/kafka-init --log error --spec $bench_work/large.yaml"
}

main() {
    need javac python3 time strace nsenter
    trap cleanup EXIT
    prepare
    row what kafka-init kafka-topics ratio budget
    local cold loop again large small_rss huge_rss
    # The slow one first: brokers that have just started are not yet what they will be.
    delete_small
    loop=$(timed 1 nothing peer)
    cold=$(timed 3 delete_small ours small)
    again=$(timed 5 nothing ours small)
    row "32 topics, cold (s)" "$cold" "$loop" "$(ratio "$loop" "$cold")x" ">= 50x"
    loop=$(timed 1 nothing peer)
    row "32 topics, again (s)" "$again" "$loop" "$(ratio "$loop" "$again")x" ""
    large=$(timed 1 nothing ours large)
    row "1,000 topics x 3 partitions x 5 configs, cold (s)" "$large" "" "" ""
    row "the same, again (s)" "$(timed 5 nothing ours large)" "" "" "<= 4 requests: see the suite"
    local alone bare
    read -r bare alone <<<"$(bare)"
    row "the same, again, vs a bare client (s)" "$alone" "$bare" "$(ratio "$alone" "$bare" 2)x" "<= 1.3x"
    small_rss=$(kilobytes baseline)
    huge_rss=$(kilobytes huge plan)
    row "peak memory, baseline (MB)" "$(ratio "$small_rss" 1024)" "" "" "<= 12"
    row "peak memory, 10,000 topics planned (MB)" "$(ratio "$huge_rss" 1024)" "" "" "<= 64"
    row "start to first packet (ms)" "$(milliseconds_to_first_packet)" "" "" "<= 5"
    row "image (MB)" "$(ratio "$(docker inspect -f '{{.Size}}' dayzero/kafka-init:dev)" 1000000)" "" "" "<= 4"
    bench_secured
}

main
