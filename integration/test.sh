#!/usr/bin/env bash
# test.sh [SUITE...]   the tests against real servers: images, kafka, minio, postgres, valkey, or all of them
#
# They share one engine and the demo's container names, so they run one after the other.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"

# suite NAME THREADS [OPTION...]
suite() { cargo test --locked --package integration --test "$1" -- --test-threads="$2" "${@:3}"; }

server() { docker build --quiet --network host "$@" >/dev/null; }

images() { suite images 1; }

# Brokers of one release do not read the storage of another, so each release starts from nothing.
kafka() {
    local version
    for version in "$(env_example KAFKA_VERSION)" "$(env_example KAFKA_VERSION_OLD)"; do
        "$here/down.sh"
        KAFKA_VERSION=$version docker compose --env-file .env.example build --quiet kafka-1
        KAFKA_VERSION=$version suite kafka 1
        "$here/down.sh"
        KAFKA_VERSION=$version suite kafka_secure 1
        docker compose --file "$here/compose.secure.yaml" down --volumes
    done
}

minio() {
    docker compose --env-file .env.example --profile storage build --quiet minio
    server --tag dayzero/moto:dev "$here/servers/moto"
    suite minio 1
}

postgres() {
    local pair version
    for pair in 17:trixie 15:bookworm; do
        version=${pair%:*}
        server --build-arg "POSTGRES_VERSION=$version" --build-arg "SUITE=${pair#*:}" --tag "dayzero/postgres:$version" \
            "$here/servers/postgres"
        POSTGRES_VERSION=$version suite postgres 2
    done
}

valkey() {
    server --tag dayzero/valkey:8.1 "$here/servers/valkey"
    server --build-arg SERVER=redis --build-arg SUITE=bookworm --tag dayzero/redis:7.0 "$here/servers/valkey"
    suite valkey 1
    # What takes minutes because it forms dozens of clusters says no more on Redis.
    VALKEY_TEST_IMAGE=dayzero/redis:7.0 suite valkey 1 --skip formation::
}

main() {
    local name
    require_own_stack
    [[ $# -gt 0 ]] || set -- images kafka minio postgres valkey
    # shellcheck disable=SC2046 # a list of names
    images/build.sh $(images/build.sh --list) smoke
    for name in "$@"; do "$name"; done
}

main "$@"
