#!/usr/bin/env bash
# test.sh: docs/deploy/podman.md on Podman 5, in a container of its own, against a real Valkey
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/../lib.sh"
cd "$root"

prefix=dayzero-it-podman-$$
work=$(mktemp -d)
image=localhost/dayzero/valkey-init:$(images/build.sh --version)
passed=0

ok() { passed=$((passed + 1)) && echo "ok: $*"; }

clean_up() {
    docker ps --all --quiet --filter "name=^$prefix-" | xargs --no-run-if-empty docker rm --force --volumes >/dev/null
    docker network rm "$prefix" >/dev/null 2>&1 || true
    rm -rf "$work"
}

# A shell line where Podman is.
inside() { docker exec --interactive --env PODMAN_IGNORE_CGROUPSV1_WARNING=1 --workdir /work "$prefix-engine" sh -euc "$1"; }

engine() {
    # What a container needs to start containers, short of everything that --privileged gives.
    docker run --detach --name "$prefix-engine" --network "$prefix" --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add SYS_CHROOT \
        --security-opt seccomp=unconfined --security-opt apparmor=unconfined --volume "$work:/work" \
        --volume "$root/docs/deploy:/deploy:ro" dayzero/podman:dev sleep infinity >/dev/null
    docker save "dayzero/valkey-init:${TAG:-dev}" | inside 'podman load --quiet' >/dev/null
    inside "podman tag localhost/dayzero/valkey-init:${TAG:-dev} $image"
}

server() {
    chmod 0755 "$work"
    for name in valkey_password app_password; do head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$work/$name"; done
    docker run --detach --name "$prefix-server" --network "$prefix" --network-alias valkey --volume "$work:/run/secrets:ro" \
        --env VALKEY_PASSWORD_FILE=/run/secrets/valkey_password "$(env_example VALKEY_IMAGE)" >/dev/null
}

# document KIND NAME: one of the page's
document() {
    awk -v kind="kind: $1" -v name="name: $2}" 'BEGIN { RS = "---\n" } index($0, kind) && index($0, name)' docs/deploy/kubernetes.yaml
}

# specs_and_secrets SECRET PASSWORD
specs_and_secrets() {
    printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: init-specs}\ndata:\n  valkey.yaml: |\n'
    sed 's/^/    /' docs/deploy/specs/valkey.yaml
    printf -- '---\napiVersion: v1\nkind: Secret\nmetadata: {name: %s}\nstringData: {valkey_password: "%s", app_password: "%s"}\n---\n' \
        "$1" "$2" "$(<"$work/app_password")"
}

# The page's pod, with this tool in the place of pg-init and an application that is there.
app() {
    document Pod app | sed "s/pg-init/valkey-init/g; s/key: pg.yaml/key: valkey.yaml/; s#example/app:1#$image\n      args: [--help]#"
}

state() { inside "podman inspect --format '{{.State.Status}} {{.State.ExitCode}}' $1"; }

a_job_completes() {
    { specs_and_secrets init-secrets "$(<"$work/valkey_password")" && document Job valkey-init; } >"$work/job.yaml"
    inside 'podman kube play --network host job.yaml' >/dev/null
    [[ $(inside 'podman wait valkey-init-pod-valkey-init') == 0 ]] || die "the Job: $(inside 'podman logs valkey-init-pod-valkey-init' 2>&1)"
    ok "podman kube play: the Job of kubernetes.yaml has ended with 0"
    inside 'podman kube down job.yaml' >/dev/null
}

an_init_container_gates() {
    { specs_and_secrets init-secrets "$(<"$work/valkey_password")" && app; } >"$work/app.yaml"
    inside 'podman kube play --network host app.yaml' >/dev/null
    [[ $(inside 'podman wait app-app') == 0 ]] || die "the application did not start"
    inside 'podman kube down app.yaml' >/dev/null
    { specs_and_secrets init-secrets wrong && app; } >"$work/held.yaml"
    ! said=$(inside 'podman kube play --network host held.yaml' 2>&1) || die "a pod whose initContainer fails goes on: $said"
    [[ $said == *"exited with code 77"* && $(state app-app) == "created 0" ]] || die "$said; the application: $(state app-app)"
    inside 'podman kube down held.yaml' >/dev/null
    ok "an initContainer that fails with 77 keeps its application from starting"
}

secrets_of_podman() {
    local run="podman run --rm --network host --read-only --cap-drop all --volume /deploy/specs/valkey.yaml:/etc/valkey-init/spec.yaml:ro"
    inside 'podman secret create valkey_password valkey_password && podman secret create app_password app_password' >/dev/null
    [[ $(inside "$run --secret valkey_password --secret app_password $image" 2>/dev/null | jq -r .outcome) == unchanged ]] || die "its secrets are not read"
    [[ $(inside "$run --secret valkey_password,mode=0400 --secret app_password $image || echo \$?" 2>/dev/null | tail -n 1) == 78 ]] ||
        die "a secret of root alone is read"
    local mine=uid=65532,mode=0400
    [[ $(inside "$run --secret valkey_password,$mine --secret app_password,$mine $image" 2>/dev/null | jq -r .outcome) == unchanged ]] ||
        die "a secret of uid 65532 is not read"
    ok "Podman's secrets: read as they are, 78 for one of root alone, read with $mine"
}

# Without systemd: what the generator makes of the quadlet, run by hand.
a_quadlet_converges() {
    local command
    command=$(inside 'QUADLET_UNIT_DIRS=/deploy/podman /usr/libexec/podman/quadlet --dryrun' 2>/dev/null | tee "$work/unit" | sed -n 's/^ExecStart=//p')
    grep --quiet '^Type=oneshot$' "$work/unit" || die "the unit: $(<"$work/unit")"
    # What systemd would fill in, and the control group that it would have made.
    command=${command//--cgroups=split/}
    command=${command//%t/\/run}
    inside "mkdir -p /etc/valkey-init && cp /deploy/specs/valkey.yaml /etc/valkey-init/spec.yaml"
    [[ $(inside "${command//%N/valkey-init}" 2>/dev/null | jq -r .outcome) == unchanged ]] || die "the quadlet's command: $command"
    ok "the quadlet's command has converged"
}

trap clean_up EXIT
has_image "dayzero/valkey-init:${TAG:-dev}" || images/build.sh valkey-init
docker build --quiet --network host --tag dayzero/podman:dev "$here" >/dev/null
has_image "$(env_example VALKEY_IMAGE)" || docker build --quiet --network host --tag "$(env_example VALKEY_IMAGE)" integration/servers/valkey >/dev/null
docker network create "$prefix" >/dev/null
server
engine
a_job_completes
an_init_container_gates
secrets_of_podman
a_quadlet_converges
echo "$passed passed, 0 failed"
