#!/bin/bash
# Starts one PostgreSQL server from the environment, by the contract of the upstream postgres image:
#   POSTGRES_PASSWORD_FILE   holds the password of the first superuser; read on an empty data directory only
#   POSTGRES_USER            its name (default postgres)
#   POSTGRES_INITDB_ARGS     handed to initdb
# Arguments go to the server: `postgres -c log_statement=all`.
set -euo pipefail

user=${POSTGRES_USER:-postgres}

make_cluster() {
    local file=${POSTGRES_PASSWORD_FILE:?the file with the password of the first superuser}
    # shellcheck disable=SC2086 # several arguments in one variable, as upstream has them
    initdb --pgdata "$PGDATA" --username "$user" --pwfile "$file" --encoding UTF8 --locale C.UTF-8 \
        --auth-local trust --auth-host scram-sha-256 ${POSTGRES_INITDB_ARGS:-} >/dev/null
    # initdb lets in only the loopback; a container's peers come over its network.
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    echo "host replication all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
}

[[ ${1:-} == postgres ]] || exec "$@"
shift
[[ -s $PGDATA/PG_VERSION ]] || make_cluster
exec postgres -c "listen_addresses=*" -c unix_socket_directories=/run/postgresql "$@"
