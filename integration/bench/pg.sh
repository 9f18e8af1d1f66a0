#!/usr/bin/env bash
# pg-init beside psql, in one run, in the same container, against the same server.
# shellcheck source=integration/bench/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

server=dayzero-bench-postgres

cleanup() {
    docker rm --force --volumes "$server" >/dev/null 2>&1 || true
    rm -rf "$bench_work"
}

inside() { docker exec "$server" "$@"; }
query() { inside psql -qAt -U postgres -c "$1"; }

# head: the connection part of every spec
head_of_spec() { printf 'endpoint: localhost:5432\nuser: postgres\npassword: {secret: admin}\ntls: disable\n'; }

# roles: a spec of 1,000 roles with passwords
roles() {
    local number
    head_of_spec
    echo "roles:"
    for number in {0..999}; do echo "  bench$number: {login: true, password: {secret: one}}"; done
}

# databases: 100 of them with three schemas and ten grants each
databases() {
    local number to
    head_of_spec
    echo "roles: {g0: {}, g1: {}, g2: {}, g3: {}, g4: {}, g5: {}, g6: {}, g7: {}, g8: {}, g9: {}}"
    echo "databases:"
    for number in {0..99}; do
        echo "  benchdb$number:"
        echo "    schemas: {a: {}, b: {}, c: {}}"
        echo "    grants:"
        for to in {0..9}; do echo "      - {to: g$to, object: schema, schema: a, privileges: [usage]}"; done
    done
}

# statements VERB: 1,000 of them
statements() { for number in {0..999}; do echo "$1 ROLE bench$number LOGIN PASSWORD 'the same for all';"; done; }

# bare: a connection to each database, and in it the question for its schemas and what is granted on them
bare() { for number in {0..99}; do printf '\\connect benchdb%s\nSELECT nspname, nspowner::regrole, nspacl FROM pg_namespace;\n' "$number"; done; }

drop_roles() { query "DO \$\$ DECLARE r name; BEGIN FOR r IN SELECT rolname FROM pg_roles WHERE rolname ~ '^bench[0-9]' LOOP EXECUTE format('DROP ROLE %I', r); END LOOP; END \$\$" >/dev/null; }

prepare() {
    programs "$bench_work" pg-init
    head -c -1 <<<bench >"$bench_work/admin"
    head -c -1 <<<"the same for all" >"$bench_work/one"
    roles >"$bench_work/roles.yaml"
    databases >"$bench_work/databases.yaml"
    statements CREATE >"$bench_work/create.sql"
    statements ALTER >"$bench_work/alter.sql"
    bare >"$bench_work/bare.sql"
    chmod 0644 "$bench_work"/{admin,one,*.yaml,*.sql}
    docker run --detach --name "$server" --volume "$bench_work:/bench:ro" \
        --env POSTGRES_PASSWORD_FILE=/bench/admin "dayzero/postgres:${POSTGRES_VERSION:-17}" >/dev/null
    until inside pg_isready --quiet --host localhost; do sleep 0.2; done
    printf 'localhost:*:*:postgres:bench' | docker exec --interactive "$server" bash -c 'umask 077 && cat >/tmp/pgpass'
}

ours() { inside /bench/pg-init --log off --secrets-dir /bench --timeout 10m --spec "/bench/$1.yaml"; }
peer() { inside psql --quiet --no-psqlrc --single-transaction --username postgres --file "/bench/$1.sql"; }
# Over TCP with the password, as ours: a socket that trusts everyone is another kind of connection.
one_by_one() { docker exec --env PGPASSFILE=/tmp/pgpass "$server" psql --quiet --no-psqlrc --host localhost --username postgres --file "/bench/$1.sql"; }

main() {
    local fresh script again always many connections before after
    trap cleanup EXIT
    prepare
    row what pg-init psql ratio budget
    script=$(timed 3 drop_roles peer create)
    fresh=$(timed 3 drop_roles ours roles)
    row "1,000 new roles, s, beside one batched script" "$fresh" "$script" "$(ratio "$script" "$fresh")" ">= 1.0"
    always=$(timed 3 nothing peer alter)
    ours roles >/dev/null
    before=$(query "SELECT pg_current_wal_insert_lsn()")
    again=$(timed 5 nothing ours roles)
    after=$(query "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '$before')")
    row "1,000 roles again, s, beside ALTER always" "$again" "$always" "$(ratio "$always" "$again")" ">= 5"
    row "  bytes of WAL in five of these reruns" "$after" "" "" "0, but for the server's own"
    ours databases >/dev/null
    connections=$(timed 3 nothing one_by_one bare)
    many=$(timed 3 nothing ours databases)
    row "100 databases again, s, beside bare connections" "$many" "$connections" "$(ratio "$connections" "$many")" ">= 0.67"
    row "image, bytes" "$(docker image inspect -f '{{.Size}}' dayzero/pg-init:dev)" "" "" "<= 6 MB"
}

main
