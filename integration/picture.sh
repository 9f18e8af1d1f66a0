#!/usr/bin/env bash
# picture.sh   writes docs/run.svg: the README's snippet in a real terminal session against a real PostgreSQL
#
# TAG says which image of pg-init is run, `dev` when absent.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"

bed=$(mktemp -d)
export COMPOSE_PROGRESS=quiet COMPOSE_PROJECT_NAME=dayzero-picture COMPOSE_FILE=$bed/compose.yaml:$bed/override.yaml
trap 'docker compose down --volumes --timeout 2 >/dev/null 2>&1; rm -rf "$bed"' EXIT

sed -n '/^<!-- snippet with secrets:/,/^```$/p' README.md | sed '1,2d;$d' >"$bed/compose.yaml"
mkdir "$bed/secrets"
for name in postgres app; do echo "secret-of-$name" >"$bed/secrets/${name}_password"; done
cat >"$bed/override.yaml" <<END
services:
  postgres:
    image: dayzero/postgres:$(env_example POSTGRES_VERSION)
    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password}
    secrets: [postgres_password]
    healthcheck: {test: [CMD, pg_isready, --quiet, --host=localhost], interval: 1s, retries: 60}
  pg-init: {image: "dayzero/pg-init:${TAG:-dev}", environment: {INIT_LOG: error}}
  your-app: {image: "dayzero/pg-init:${TAG:-dev}"}
END
docker compose --progress quiet up --detach --wait postgres

# One command as it is typed, and what a terminal shows for it.
typed() {
    echo "\$ $1"
    script --quiet --return --command "$1" /dev/null || true
    echo
}

{
    typed 'docker compose run --rm pg-init'
    typed 'docker compose run --rm pg-init'
    typed "docker compose exec postgres psql -U postgres -c 'ALTER ROLE app NOLOGIN'"
    typed 'docker compose run --rm pg-init plan; echo "exit $?"'
    typed 'docker compose run --rm pg-init'
} >"$bed/session"
/usr/bin/python3 integration/picture.py <"$bed/session" >docs/run.svg
