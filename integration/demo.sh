#!/usr/bin/env bash
# `just demo`: the stack up and provisioned, with the report of each init; then what a second run, a plan and a refused spec
# look like. Fails if anything failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"
require_own_stack
compose=(docker compose --env-file .env.example)
# The moving display is for terminals.
[[ -t 2 ]] || compose+=(--progress quiet)

title() { printf '\n== %s\n' "$*"; }

init_services() { "${compose[@]}" config --services | grep -e '-init$'; }

container() { "${compose[@]}" ps --all --quiet "$1"; }

# What the last run wrote on stdout: a report without the log. A container keeps the output of all its runs.
output() {
    local id started
    id=$(container "$1")
    # The engine notes the start when the first lines may already be there: a quick run is over by then.
    started=$(date -u -d "$(docker inspect -f '{{.State.StartedAt}}' "$id") - 1 second" +%FT%T.%NZ)
    docker logs --since "$started" "$id" 2>/dev/null
}

show_reports() {
    local service
    for service in $(init_services); do
        [[ -n $(container "$service") ]] || continue
        title "$service, exit $(docker inspect -f '{{.State.ExitCode}}' "$(container "$service")")"
        output "$service"
    done
}

# What a failure is about: the services that are neither healthy nor done.
show_culprits() {
    local service state
    for service in $("${compose[@]}" config --services); do
        state=$(docker inspect -f '{{.State.ExitCode}} {{.State.Status}} {{with .State.Health}}{{.Status}}{{end}}' "$(container "$service")")
        case $state in *" healthy" | "0 exited "* | "0 created "*) continue ;; esac
        title "$service did not do its part ($state)"
        docker logs --tail 20 "$(container "$service")"
    done
}

build_images() {
    echo "compiling the tools: some minutes the first time, seconds later"
    # shellcheck disable=SC2046 # a list of names
    CARGO_TERM_QUIET=true images/build.sh $(images/build.sh --list) smoke
    # Compose builds the missing server images by itself.
}

# One more run of an init, with its exit and how long it took, the start of its container included.
again() {
    local began=${EPOCHREALTIME/[.,]/} code=0
    "${compose[@]}" run --rm --no-deps -T --env INIT_LOG=off "$@" || code=$?
    printf 'exit %d, %d ms\n' "$code" "$(((${EPOCHREALTIME/[.,]/} - began) / 1000))"
}

# What sets an init apart from a script, each with a line that says what to look at.
show_strengths() {
    title "pg-init again: everything is there, so nothing is written"
    again pg-init </dev/null
    title "somebody takes a login away by hand"
    docker exec mng-pg psql --quiet --username postgres --command 'ALTER ROLE n8n NOLOGIN' --command '\du n8n'
    title "a plan finds it, and writes nothing: exit 3"
    again pg-init plan </dev/null
    title "the next run, as of every \`up\`, heals it"
    again pg-init </dev/null
    title "a spec that cannot be meant is refused with all its places, before any packet: exit 65"
    again pg-init validate --spec - <<'END'
endpoint: 10.5.0.7:5432
user: postgres
password: {secret: mng_postgres_password}
roles: {app: {validUntil: tomorrow, memberOf: [app]}}
END
}

title "images"
began=$SECONDS
build_images
echo "after $((SECONDS - began)) s"
"$here/secrets.sh"
title "stack"
began=$SECONDS
failed=""
"${compose[@]}" up --detach --wait || failed=yes
show_reports
if [[ -n $failed ]]; then
    show_culprits
    exit 1
fi
echo "up, provisioned and proven after $((SECONDS - began)) s"
title "the applications' proofs"
for service in $("${compose[@]}" config --services | grep '^smoke-'); do output "$service"; done
title "topics"
docker exec kafka-1 kafka-topics --bootstrap-server kafka-1:19092 --list
show_strengths
cat <<'END'

Look further:
  docker compose --env-file .env.example ps --all
  docker compose --env-file .env.example run --rm kafka-init plan
  docker exec kafka-1 kafka-topics --bootstrap-server kafka-1:19092 --describe
  just demo    again: nothing is left to change
  just down    removes containers and volumes
END
