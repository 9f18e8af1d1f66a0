#!/usr/bin/env bash
# pre-start.sh: the hook and the job of docs/deploy/compose.md on a Compose that knows them, compiled once from its Go module
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"
cd "$root"

version=v5.6.0
binary=$cache/compose/$version/docker-compose
project=dayzero-it-pre-start-$$
work=$(mktemp -d)
passed=0

# The module excludes versions of others, which `go install` refuses in a module that is not the main one.
compile() {
    local source
    [[ ! -x $binary ]] || return 0
    say "compiling Docker Compose $version (two minutes, once)"
    source=$(cd / && go mod download -json "github.com/docker/compose/v5@$version" | jq -r .Dir)
    cp -r "$source" "$work/source"
    chmod -R u+w "$work/source"
    mkdir -p "${binary%/*}"
    (cd "$work/source" && CGO_ENABLED=0 go build -trimpath -o "$binary" \
        -ldflags "-s -w -X github.com/docker/compose/v5/internal.Version=$version" ./cmd)
    rm -rf "$work/source"
}

compose() { "$binary" --project-name "$project" --project-directory "$work" --file "$work/${file:-compose.yaml}" --file "$work/override.yaml" "$@"; }

clean_up() {
    compose down --volumes --timeout 1 >/dev/null 2>&1 || true
    rm -rf "$work"
}

snippet() {
    sed -n "/^<!-- snippet of a $1:/,/^\`\`\`\$/p" docs/deploy/compose.md | sed '1,2d;$d' |
        sed "s#dayzero/valkey-init:[0-9.]*#dayzero/valkey-init:${TAG:-dev}#"
}

# What the page leaves to the user, and this tree's image.
stack() {
    mkdir -p "$work/secrets"
    chmod 0755 "$work"
    for name in valkey_password app_password; do head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$work/secrets/$name"; done
    cp docs/deploy/specs/valkey.yaml "$work/valkey-init.yaml"
    snippet hook >"$work/compose.yaml"
    { cat "$work/compose.yaml" && snippet job; } >"$work/jobs.yaml"
    cat >"$work/override.yaml" <<END
services:
  valkey:
    image: $(env_example VALKEY_IMAGE)
    environment: {VALKEY_PASSWORD_FILE: /run/secrets/valkey_password}
    secrets: [valkey_password]
    healthcheck: {test: [CMD, /opt/valkey/healthcheck.sh, "6379"], interval: 1s, retries: 60}
  your-app:
    image: debian:trixie-slim
    entrypoint: [sh, -c]
    command: [sleep infinity]
END
}

valkey() {
    docker exec "$project-valkey-1" sh -c "REDISCLI_AUTH=\$(cat /run/secrets/valkey_password) valkey-cli $*"
}

users() { valkey acl users | grep -c '^app$' || true; }

state() { docker inspect --format '{{.State.Status}}' "$project-your-app-1"; }

ok() { passed=$((passed + 1)) && echo "ok: $*"; }

# What `policy` finds in a file, as this Compose shows it.
policy() {
    file=$1 compose config --format json | docker run --rm --interactive --network none "dayzero/valkey-init:${TAG:-dev}" policy
}

# fails EXIT SED WHY FINDING: with the page's file changed by SED, the application does not start, because the hook has ended
# with EXIT; and `policy` would have said so beforehand
fails() {
    local said
    compose down --volumes --timeout 1 >/dev/null 2>&1
    sed "$2" "$work/compose.yaml" >"$work/changed.yaml"
    ! said=$(file=changed.yaml compose up --detach 2>&1) || die "$3: the application starts"
    [[ $said == *"exited with code $1"* && $(state) == created ]] || die "$3: $said"
    ! said=$(policy changed.yaml) || die "$3: policy finds nothing"
    [[ $said == "your-app: pre_start 1: $4"* && $said != *$'\n'* ]] || die "$3: policy says: $said"
    ok "$3: $1, the application does not start, and policy names it"
}

trap clean_up EXIT
compile
has_image "dayzero/valkey-init:${TAG:-dev}" || images/build.sh valkey-init
has_image "$(env_example VALKEY_IMAGE)" || docker build --quiet --network host --tag "$(env_example VALKEY_IMAGE)" integration/servers/valkey >/dev/null
stack
compose up --detach >/dev/null 2>&1 || die "up failed: $(compose up --detach 2>&1 | tail -n 1)"
[[ $(users) == 1 && $(state) == running ]] || die "the hook has not provisioned, or the application does not run"
ok "the page's hook provisions, and the application starts"
valkey acl deluser app >/dev/null
compose up --detach >/dev/null 2>&1
[[ $(users) == 0 ]] || die "an up heals while the application runs: the page says otherwise"
compose stop --timeout 1 your-app >/dev/null 2>&1
! compose start your-app >/dev/null 2>&1 || die "a start runs without a hook container: the page says otherwise"
compose up --detach >/dev/null 2>&1
[[ $(users) == 1 ]] || die "an up after a stop does not heal"
ok "drift is healed by a stop and an up, and not before"
# The exit of the page's job.
job() { (file=jobs.yaml compose run --rm valkey-drift >/dev/null 2>&1 && echo 0) || echo $?; }

[[ $(job) == 0 ]] || die "the job ends with $(job) where nothing has changed"
valkey acl deluser app >/dev/null
[[ $(job) == 3 && $(users) == 0 ]] || die "the job ends with $(job) where a user is gone; users: $(users)"
ok "the page's job ends with 0, and with 3 where the server differs"
policy jobs.yaml >/dev/null || die "policy: $(policy jobs.yaml)"
ok "policy finds nothing in the page's hook and job"
fails 78 '/APP_TOKEN: ""/d' "a credential of the application" "inherits the credential APP_TOKEN"
fails 2 '/command: \[\]/d' "the command of the application" "inherits the command"
fails 65 's/^    configs:.*//; s#^        command: \[\]#        configs: [{source: valkey-init, target: /etc/valkey-init/spec.yaml}]\n&#' "a config that the hook alone names" \
    "has the config valkey-init, which its service does not name"
echo "$passed passed, 0 failed"
