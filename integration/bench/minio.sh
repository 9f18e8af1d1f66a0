#!/usr/bin/env bash
# minio-init beside the same mc commands in a loop, in one run, in the same container, against the same server.
# shellcheck source=integration/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

server=dayzero-bench-minio
root_user=bench-root
root_password=bench-root-secret

cleanup() {
    docker rm --force --volumes "$server" >/dev/null 2>&1 || true
    rm -rf "$bench_work"
}

inside() { docker exec --env "MC_HOST_t=http://$root_user:$root_password@localhost:9000" --env MC_CONFIG_DIR=/tmp/mc "$server" "$@"; }

# A server with nothing on it.
fresh() {
    docker rm --force --volumes "$server" >/dev/null 2>&1 || true
    docker run --detach --name "$server" --env MINIO_ROOT_USER=$root_user --env MINIO_ROOT_PASSWORD=$root_password \
        "dayzero/minio:$(sed -n 's/^MINIO_VERSION=//p' .env.example)" >/dev/null
    # Its accounts are the last that it loads.
    until inside mc admin group list t >/dev/null 2>&1; do sleep 0.2; done
    docker cp "$bench_work/." "$server:/tmp/bench" >/dev/null
}

# spec BUCKETS USERS
spec() {
    local n
    echo 'endpoint: http://localhost:9000'
    echo 'credentials: {accessKey: bench-root, secretKey: {secret: root}}'
    echo 'policies:'
    for ((n = 0; n < $2; n++)); do
        echo "  policy-$n: {document: {Version: \"2012-10-17\", Statement: [{Effect: Allow, Action: [\"s3:*\"], Resource: [\"arn:aws:s3:::bucket-$n\", \"arn:aws:s3:::bucket-$n/*\"]}]}}"
    done
    echo 'users:'
    for ((n = 0; n < $2; n++)); do echo "  user-$n: {secretKey: {secret: user}, policies: [policy-$n]}"; done
    echo 'buckets:'
    for ((n = 0; n < $1; n++)); do echo "  bucket-$n: {versioning: enabled}"; done
}

# What people write today, in one shell of the container.
peer() {
    # shellcheck disable=SC2016 # the inner shell expands it
    inside bash -euc 'for n in {0..19}; do
        mc mb --quiet --ignore-existing t/bucket-$n
        mc version enable t/bucket-$n
    done
    for n in {0..4}; do
        echo "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:*\"],\"Resource\":[\"arn:aws:s3:::bucket-$n\",\"arn:aws:s3:::bucket-$n/*\"]}]}" >/tmp/policy.json
        mc admin policy create t policy-$n /tmp/policy.json
        mc admin user add t user-$n bench-user-secret
        mc admin policy attach t policy-$n --user user-$n || true
    done'
}

# Without the account of the server's own environment, which the tool would refuse to run beside.
bare() { docker exec "$server" env -i "$@"; }

ours() { bare /tmp/bench/minio-init --log error --secrets-dir /tmp/bench/secrets --spec "/tmp/bench/$1.yaml"; }

# The largest resident set of the process, as the kernel counts it.
kilobytes() {
    # shellcheck disable=SC2016 # the inner shell expands it
    bare /bin/bash -c '/tmp/bench/minio-init --log off --secrets-dir /tmp/bench/secrets --spec "/tmp/bench/$0.yaml" >/dev/null & pid=$!
        peak=0
        while now=$(/usr/bin/sed -n "s/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p" "/proc/$pid/status" 2>/dev/null) && [[ -n $now ]]; do peak=$now; done
        wait "$pid" && echo "$peak"' "$1"
}

main() {
    trap cleanup EXIT
    programs "$bench_work" minio-init
    mkdir "$bench_work/secrets"
    printf %s "$root_password" >"$bench_work/secrets/root"
    printf bench-user-secret >"$bench_work/secrets/user"
    chmod -R a+rX "$bench_work"
    spec 20 5 >"$bench_work/small.yaml"
    spec 500 200 >"$bench_work/large.yaml"
    row what minio-init "mc loop" ratio budget
    local cold loop again loop_again
    cold=$(timed 3 fresh ours small)
    again=$(timed 5 nothing ours small)
    loop=$(timed 1 fresh peer)
    loop_again=$(timed 1 nothing peer)
    row "20 buckets, 5 users, 5 policies, cold (s)" "$cold" "$loop" "$(ratio "$loop" "$cold")x" ">= 5x"
    row "the same, again (s)" "$again" "$loop_again" "$(ratio "$loop_again" "$again")x" ">= 10x"
    fresh
    row "peak memory, cold (kB)" "$(kilobytes small)" "" "" "<= 12 MB + 64 MiB"
    row "peak memory, again (kB)" "$(kilobytes small)" "" "" "<= 12 MB"
    row "500 buckets, 200 users, 200 policies, cold (s)" "$(timed 1 fresh ours large)" "" "" ""
    row "the same, again (s)" "$(timed 3 nothing ours large)" "" "" ""
}

main
