#!/usr/bin/env bash
# The tests against real servers. They share one engine and the demo's container names, so they run one by one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"
require_own_stack
# shellcheck disable=SC2046 # a list of names
images/build.sh $(images/build.sh --list) smoke

# A release of Kafka: none for that of .env.example. Brokers of one release do not read the storage of another.
kafka() {
    export KAFKA_VERSION=${1-}
    [[ -n $KAFKA_VERSION ]] || unset KAFKA_VERSION
    "$here/down.sh"
    docker compose --env-file .env.example build --quiet kafka-1
    cargo test --locked --package integration --test kafka -- --test-threads=1
    "$here/down.sh"
}

kafka
kafka "$(env_example KAFKA_VERSION_OLD)"

secure() {
    export KAFKA_VERSION=$1
    cargo test --locked --package integration --test kafka_secure -- --test-threads=1
    docker compose --file "$here/compose.secure.yaml" down --volumes
    unset KAFKA_VERSION
}

secure "$(env_example KAFKA_VERSION)"
secure "$(env_example KAFKA_VERSION_OLD)"

valkey() {
    local context=integration/servers/valkey
    docker build --quiet --network host --tag dayzero/valkey:8.1 "$context"
    docker build --quiet --network host --build-arg SERVER=redis --build-arg SUITE=bookworm --tag dayzero/redis:7.0 "$context"
    cargo test --locked --package integration --test valkey -- --test-threads=1
    VALKEY_TEST_IMAGE=dayzero/redis:7.0 cargo test --locked --package integration --test valkey -- --test-threads=1
}

valkey
