# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # $root is of lib.sh, and options are for the caller
# A server for each tool, as docs/deploy/specs expects them. Sourced by scripts that have lib.sh already; never run.

# The image of .env.example that $1 names, with the version in it.
server_image() {
    (set -a && . "$root/.env.example" && echo "${!1}")
}

# one_of_each SECRETS: makes the secrets in that folder and starts the servers, by a function of the caller:
# `server NAME IMAGE [ARG...]` runs a container that is found by NAME; options of `docker run` are in ${options[@]}.
one_of_each() {
    local name options
    chmod 0755 "$1"
    for name in minio_user minio_password postgres_password valkey_password app_password; do
        head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$1/$name"
    done
    options=(--env POSTGRES_PASSWORD_FILE=/run/secrets/postgres_password)
    server postgres "$(server_image POSTGRES_IMAGE)"
    options=(--env VALKEY_PASSWORD_FILE=/run/secrets/valkey_password)
    server valkey "$(server_image VALKEY_IMAGE)"
    options=(--env MINIO_ROOT_USER_FILE=/run/secrets/minio_user --env MINIO_ROOT_PASSWORD_FILE=/run/secrets/minio_password)
    server minio "$(server_image MINIO_IMAGE)" server /data
    options=(--env CLUSTER_ID=ZGF5emVyby1rYWZrYS0wNg --env KAFKA_NODE_ID=1 --env "KAFKA_PROCESS_ROLES=broker,controller"
        --env "KAFKA_LISTENERS=INTERNAL://:19092,CONTROLLER://:9093" --env KAFKA_ADVERTISED_LISTENERS=INTERNAL://kafka:19092
        --env "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT"
        --env KAFKA_INTER_BROKER_LISTENER_NAME=INTERNAL --env KAFKA_CONTROLLER_LISTENER_NAMES=CONTROLLER
        --env KAFKA_CONTROLLER_QUORUM_VOTERS=1@localhost:9093 --env KAFKA_LOG_DIRS=/var/lib/kafka/data
        --env KAFKA_HEAP_OPTS=-Xmx384m)
    server kafka "$(server_image KAFKA_IMAGE)"
}
