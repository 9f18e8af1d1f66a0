# shellcheck shell=bash
# Topics, users and ACLs on an encrypted cluster: beside Kafka's own tools, and beside one program over its AdminClient.
# Sourced by ../kafka.sh, after ../lib.sh.

# shellcheck disable=SC2154 # bench_work comes from ../lib.sh
secured=(docker compose --file integration/compose.secure.yaml)
round=0

begin_secured() {
    integration/secure.sh
    "${secured[@]}" up --detach --wait >/dev/null 2>&1
    local libs
    libs=$(docker exec kafka-secure-1 cat /opt/kafka/classpath)
    docker cp kafka-secure-1:/opt/kafka/libs "$bench_work/libs" >/dev/null
    javac --release 17 -cp "$bench_work/libs/*" -d "$bench_work/peer" integration/bench/kafka/Peer.java
    docker exec kafka-secure-1 mkdir -p /tmp/bench
    docker cp "$bench_work/peer/Peer.class" kafka-secure-1:/tmp/bench/Peer.class >/dev/null
    docker cp "$bench_work/kafka-init" kafka-secure-1:/tmp/bench/kafka-init >/dev/null
    # In the broker's namespaces, without the time of `docker exec`, which is neither side's.
    inside=(nsenter --target "$(docker inspect -f '{{.State.Pid}}' kafka-secure-1)" --net --mount --pid)
    peer_java=("${inside[@]}" java -Xmx256m -Dorg.slf4j.simpleLogger.defaultLogLevel=off
        -cp "$libs:/tmp/bench" Peer /run/secure/tools.properties)
}

end_secured() { "${secured[@]}" down --volumes --timeout 2 >/dev/null 2>&1 || true; }

# Names that nobody has used, so that nothing need be deleted.
next_round() {
    round=$((round + 1))
    local number
    {
        echo "bootstrap: [kafka-1:19092]"
        echo "tls: {ca: {file: /run/secure/ca.pem}}"
        echo "sasl: {mechanism: PLAIN, username: admin, password: {secret: admin.password}}"
        echo "topics:"
        for number in {0..31}; do echo "  round$round-$number: {partitions: 3, replicationFactor: 3}"; done
        echo "users:"
        for number in {0..4}; do echo "  round$round-$number: {mechanism: SCRAM-SHA-256, password: {secret: admin.password}}"; done
        echo "acls:"
        for number in {0..19}; do echo "  - {principal: \"User:round$round-$((number % 5))\", allow: [read], topic: round$round-$number}"; done
    } >"$bench_work/round.yaml"
    docker cp "$bench_work/round.yaml" kafka-secure-1:/tmp/bench/round.yaml >/dev/null
}

tool=(/tmp/bench/kafka-init --log error --secrets-dir /run/secure --spec /tmp/bench/round.yaml)

tools_secured() {
    docker exec kafka-secure-1 bash -c 'with="--bootstrap-server kafka-1:19092 --command-config /run/secure/tools.properties"
    for n in {0..31}; do kafka-topics $with --create --if-not-exists --topic tools-$n --partitions 3 --replication-factor 3; done
    for n in {0..4}; do kafka-configs $with --alter --entity-type users --entity-name tools-$n --add-config "SCRAM-SHA-256=[password=$(cat /run/secure/admin.password)]"; done
    for n in {0..19}; do kafka-acls $with --add --allow-principal User:tools-$((n % 5)) --operation read --topic tools-$n; done'
}

# The program's own clock, after it has done the same five times.
java_warm() {
    local run
    : >"$bench_work/times"
    for run in 1 2 3; do "${peer_java[@]}" "warm$run" 32 true 2>/dev/null | tail -n 1 >>"$bench_work/times"; done
    median "$bench_work/times"
}

# The whole of the tool's process, beside the warm program's own clock; the brokers have come to rest before both.
ours_alone() {
    local run
    : >"$bench_work/alone"
    for run in 1 2 3; do
        next_round
        sleep 2
        seconds "${inside[@]}" "${tool[@]}" >>"$bench_work/alone"
    done
    median "$bench_work/alone"
}

# The tool and the program in turn, each with all that its start costs.
race_from_start() {
    local run
    : >"$bench_work/ours"
    : >"$bench_work/java"
    for run in 1 2 3 4 5; do
        next_round
        seconds "${inside[@]}" "${tool[@]}" >>"$bench_work/ours"
        seconds "${peer_java[@]}" "java$round" 32 false >>"$bench_work/java"
    done
}

bench_secured() {
    begin_secured
    local cold alone loop java java_cold
    # Brokers that have just started are slow: all race on ones that have done the same work many times.
    loop=$(timed 1 nothing tools_secured)
    race_from_start
    java=$(java_warm)
    alone=$(ours_alone)
    cold=$(median "$bench_work/ours")
    row "32 topics + 5 users + 20 ACLs, TLS, vs tools (s)" "$cold" "$loop" "$(ratio "$loop" "$cold")x" ">= 50x"
    java_cold=$(median "$bench_work/java")
    row "the same vs one Java program, its start included" "$cold" "$java_cold" "$(ratio "$java_cold" "$cold")x" ">= 5x"
    row "the same vs the program when warm" "$alone" "$java" "$(ratio "$java" "$alone")x" ">= 1.0x"
    end_secured
}
