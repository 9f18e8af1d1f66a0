#!/bin/bash
# Starts one member from the environment:
#   PATRONI_NAME                 its name, which is its DNS name too
#   PATRONI_SCOPE                the cluster's name
#   PATRONI_ETCD                 NAME:PORT of etcd
#   SUPERUSER_PASSWORD_FILE      the password of `postgres`
#   REPLICATION_PASSWORD_FILE    the password of `replicator`
set -euo pipefail

name=${PATRONI_NAME:?}
config=/etc/patroni/run/patroni.yml

# A JSON string is a YAML string: nothing in a password can end it.
quoted() { python3 -c 'import json, sys; print(json.dumps(open(sys.argv[1]).read().rstrip("\n")))' "$1"; }

umask 077
cat >"$config" <<END
scope: ${PATRONI_SCOPE:-pg}
name: $name
restapi: {listen: "*:8008", connect_address: "$name:8008"}
etcd3: {host: "${PATRONI_ETCD:?}"}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    synchronous_mode: true
    postgresql: {use_pg_rewind: true, parameters: {wal_log_hints: "on", max_connections: 100}}
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}, {auth-host: scram-sha-256}, {auth-local: trust}]
postgresql:
  listen: "*:5432"
  connect_address: "$name:5432"
  data_dir: $PGDATA
  bin_dir: ${PATH%%:*}
  authentication:
    superuser: {username: postgres, password: $(quoted "${SUPERUSER_PASSWORD_FILE:?}")}
    replication: {username: replicator, password: $(quoted "${REPLICATION_PASSWORD_FILE:?}")}
  parameters: {unix_socket_directories: /run/postgresql, password_encryption: scram-sha-256}
  pg_hba: [local all all trust, host all all all scram-sha-256, host replication replicator all scram-sha-256]
END
unset PATRONI_NAME PATRONI_SCOPE PATRONI_ETCD
exec patroni "$config"
