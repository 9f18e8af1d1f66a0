#!/usr/bin/env bash
# minio-init beside the same mc commands in a loop on the S3 servers that are not MinIO: one run, one container, one server.
# What a server does not have (docs/s3-servers.md) is left out on both sides.
# shellcheck source=integration/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

name=dayzero-bench-s3
key=GK000000000000000000000001
secret=$(printf '0123456789abcdef%.0s' 1 2 3 4)

declare -A port=([ceph]=7480 [garage]=3900 [moto]=5000 [seaweedfs]=8333 [versitygw]=7070)
# What the account's variables begin with; moto takes any.
declare -A prefix=([ceph]=RGW [garage]=GARAGE_DEFAULT [moto]=MOTO [rustfs]=RUSTFS [seaweedfs]=AWS [versitygw]=ROOT)
# An hour to build, so that it is measured where `just field rustfs` has built it.
[[ -z $(docker images --quiet dayzero/rustfs:dev) ]] || port[rustfs]=9000

cleanup() {
    docker rm --force --volumes "$name" "$name-client" >/dev/null 2>&1 || true
    docker network rm "$name" >/dev/null 2>&1 || true
    rm -rf "$bench_work"
}

inside() { docker exec --env "MC_HOST_t=http://$key:$secret@$server:${port[$server]}" --env MC_CONFIG_DIR=/tmp/mc "$name-client" "$@"; }

# A server with nothing on it.
fresh() {
    docker rm --force --volumes "$name" >/dev/null 2>&1 || true
    docker run --detach --name "$name" --network "$name" --network-alias "$server" --env "${prefix[$server]}_ACCESS_KEY=$key" \
        --env "${prefix[$server]}_ACCESS_KEY_ID=$key" --env "${prefix[$server]}_SECRET_KEY=$secret" \
        --env "${prefix[$server]}_SECRET_ACCESS_KEY=$secret" "dayzero/$server:dev" >/dev/null
    for _ in {1..150}; do
        ! inside mc ls t >/dev/null 2>&1 || return 0
        sleep 0.2
    done
    echo "$server does not answer" >&2 && return 1
}

spec() {
    local n
    echo "endpoint: http://$server:${port[$server]}"
    echo "credentials: {accessKey: $key, secretKey: {secret: root}}"
    echo 'buckets:'
    for n in {0..19}; do
        [[ $server == garage ]] && echo "  bucket-$n: {}" || echo "  bucket-$n: {versioning: enabled, anonymous: download}"
    done
}

# What people write today, in one shell of the container.
peer() {
    # shellcheck disable=SC2016 # the inner shell expands it
    inside bash -euc 'for n in {0..19}; do
        mc mb --quiet --ignore-existing t/bucket-$n
        [[ $0 == garage ]] || { mc version enable t/bucket-$n && mc anonymous set download t/bucket-$n; }
    done' "$server"
}

ours() { docker exec "$name-client" env -i /tmp/bench/minio-init --log error --secrets-dir /tmp/bench/secrets --spec /tmp/bench/spec.yaml; }

client() {
    docker network create "$name" >/dev/null
    docker run --detach --name "$name-client" --network "$name" --entrypoint sleep \
        "dayzero/minio:$(sed -n 's/^MINIO_VERSION=//p' .env.example)" infinity >/dev/null
}

servers() {
    docker compose --env-file .env.example --profile storage build --quiet minio
    docker build --quiet --network host --tag dayzero/moto:dev integration/servers/moto >/dev/null
    docker build --quiet --network host --tag dayzero/ceph:dev integration/servers/ceph >/dev/null
    for server in garage seaweedfs versitygw; do "integration/servers/$server/binaries.sh"; done
}

main() {
    local cold again loop loop_again
    trap cleanup EXIT
    servers
    programs "$bench_work" minio-init
    mkdir "$bench_work/secrets"
    printf %s "$secret" >"$bench_work/secrets/root"
    client
    row "20 buckets, versioned, public to read" minio-init "mc loop" ratio budget
    for server in $(printf '%s\n' "${!port[@]}" | sort); do
        spec >"$bench_work/spec.yaml"
        chmod -R a+rX "$bench_work"
        docker cp "$bench_work/." "$name-client:/tmp/bench" >/dev/null
        cold=$(timed 3 fresh ours)
        again=$(timed 5 nothing ours)
        loop=$(timed 1 fresh peer)
        loop_again=$(timed 1 nothing peer)
        row "$server, cold (s)" "$cold" "$loop" "$(ratio "$loop" "$cold")x" ""
        row "$server, again (s)" "$again" "$loop_again" "$(ratio "$loop_again" "$again")x" ""
    done
}

main
