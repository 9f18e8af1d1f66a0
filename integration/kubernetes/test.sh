#!/usr/bin/env bash
# test.sh: docs/deploy/kubernetes.yaml on a Kubernetes of one node, against real servers
#
# The node has no DNS of its own, so its pods share the host's network and find the servers, which are ordinary
# containers, through hostAliases. Everything else is as the page says. Builds Kubernetes first if that was not done yet.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/kubernetes/lib.sh
. "$here/lib.sh"
# shellcheck source=integration/servers/one-of-each.sh
. "$here/../servers/one-of-each.sh"
cd "$root"

prefix=dayzero-it-k8s
mapfile -t tools < <(images/build.sh --list)
secrets=$(mktemp -d)
charts=$(mktemp -d)
aliases='[]'

fail() {
    echo "FAILED: $*" >&2
    kubectl get jobs,pods >&2 || true
    exit 1
}

passed() { echo "ok: $*"; }

clean_up() {
    "$here/down.sh" || true
    docker ps --all --quiet --filter "name=^$prefix-" | xargs --no-run-if-empty docker rm --force --volumes >/dev/null
    rm -rf "$secrets" "$charts"
}

# A container that pods reach by NAME.
server() {
    local id address
    id=$(docker run --detach --name "$prefix-$1" --hostname "$1" --add-host "$1:127.0.0.1" --volume "$secrets:/run/secrets:ro" "${options[@]}" "${@:2}")
    address=$(docker inspect --format '{{.NetworkSettings.IPAddress}}' "$id")
    aliases=$(jq --compact-output --arg name "$1" --arg ip "$address" '. + [{ip: $ip, hostnames: [$name]}]' <<<"$aliases")
}

# objects FILE FILTER [OPTION...]: those of the objects in FILE that FILTER of jq lets through, with what this node needs, as JSON
objects() {
    kubectl create --dry-run=client --output json --filename "$1" |
        jq --slurp --argjson aliases "$aliases" "${@:3}" '
            def pod: if .kind == "Pod" then .spec else .spec.template.spec end;
            [.[] | if .items then .items[] else . end] | .[]
            | if .kind == "ConfigMap" then . else pod |= (
                .hostNetwork = true | .hostAliases = $aliases
                | (.containers[], .initContainers[]?) |= (.imagePullPolicy = "Never" | .image |= sub(":[0-9.]+$"; ":dev")))
              end
            | '"$2"
}

# manifest KIND NAME [FILTER]: one object of the page; FILTER is jq for one more change
manifest() {
    # shellcheck disable=SC2016 # jq expands these
    objects docs/deploy/kubernetes.yaml 'select(.kind == $kind and .metadata.name == $name)'"${3:+| $3}" --arg kind "$1" --arg name "$2"
}

apply() { kubectl apply --filename - >/dev/null; }

outcome() { kubectl logs "$1" | jq --raw-input --raw-output 'fromjson? | .outcome? // empty' | grep -v '^[A-Z]' | tail -n 1; }

exit_code() { kubectl get pods --selector "job-name=$1" --output jsonpath='{.items[0].status.containerStatuses[0].state.terminated.exitCode}'; }

each_job_completes() {
    local tool
    for tool in "${tools[@]}"; do manifest Job "$tool" | apply; done
    for tool in "${tools[@]}"; do
        kubectl wait --for=condition=Complete "job/$tool" --timeout=150s >/dev/null || { kubectl logs "job/$tool" && fail "$tool"; }
        [[ $(outcome "job/$tool") == changed ]] || fail "$tool reports $(outcome "job/$tool")"
        passed "$tool is Complete, and has changed its server"
    done
}

another_user_changes_nothing() {
    # As OpenShift picks one.
    manifest Job pg-init '.metadata.name = "again" | .spec.template.spec.securityContext = {runAsUser: 1000690000, runAsGroup: 0}' | apply
    kubectl wait --for=condition=Complete job/again --timeout=60s >/dev/null || fail "a second run"
    [[ $(outcome job/again) == unchanged ]] || fail "a second run reports $(outcome job/again)"
    passed "a second run, as uid 1000690000, is Complete and changes nothing"
}

a_wrong_secret_fails() {
    kubectl create secret generic wrong --from-literal=postgres_password=wrong --from-literal=app_password=wrong >/dev/null
    manifest Job pg-init '.metadata.name = "wrong" | (.spec.template.spec.volumes[] | select(.name == "secrets")).secret.secretName = "wrong"' | apply
    kubectl wait --for=condition=Failed job/wrong --timeout=60s >/dev/null || fail "a wrong secret does not fail"
    [[ $(exit_code wrong) == 77 ]] || fail "exit $(exit_code wrong) instead of 77"
    passed "a wrong secret: the Job is Failed, and its pod's status says 77"
}

an_init_container_gates() {
    local app='.spec.containers[0] |= (.image = "dayzero/smoke:dev" | .args = ["--stay"])'
    # The test's application listens in its network namespace, which is the host's here: one at a time.
    kubectl delete pod app-beside --grace-period=1 >/dev/null
    manifest Pod app "$app" | apply
    kubectl wait --for=condition=Ready pod/app --timeout=60s >/dev/null || { kubectl logs app && fail "the application does not start"; }
    passed "an initContainer has ended, and the application runs"
    manifest Pod app "$app"' | .metadata.name = "held" | (.spec.volumes[] | select(.name == "secrets")).secret.secretName = "wrong"' | apply
    kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/held --timeout=60s >/dev/null || fail "a pod whose initContainer fails goes on"
    local state
    state=$(kubectl get pod held --output json | jq --compact-output '[.status.initContainerStatuses[0].state.terminated.exitCode, .status.containerStatuses[0].started]')
    [[ $state == "[77,false]" ]] || fail "initContainer and application: $state"
    passed "an initContainer that fails with 77 keeps its application from starting"
}

a_sidecar_keeps_the_server() {
    local app='.spec.containers[0] |= (.image = "dayzero/smoke:dev" | .args = ["--stay"])'
    manifest Deployment pg-watch | apply
    manifest Pod app-beside "$app" | apply
    kubectl wait --for=condition=Available deployment/pg-watch --timeout=90s >/dev/null || { kubectl logs deployment/pg-watch && fail "the Deployment"; }
    kubectl wait --for=condition=Ready pod/app-beside --timeout=90s >/dev/null || { kubectl logs app-beside --container pg-watch && fail "the native sidecar"; }
    passed "a Deployment and a native sidecar are Ready by their probes, and the application beside runs"
    # Both in one network namespace, the host's: each has answered for itself.
    docker pause "$prefix-postgres" >/dev/null
    kubectl wait --for=condition=Ready=false pod --selector app=pg-watch --timeout=180s >/dev/null || fail "a server that is away is not told"
    docker unpause "$prefix-postgres" >/dev/null
    kubectl wait --for=condition=Available deployment/pg-watch --timeout=180s >/dev/null || fail "a server that is back is not told"
    [[ $(kubectl get pods --selector app=pg-watch --output jsonpath='{.items[0].status.containerStatuses[0].restartCount}') == 0 ]] || fail "the sidecar was restarted"
    passed "while the server is away the pod is not Ready, and then it is, without a restart"
}

role_logs_in() { docker exec --env PGPASSWORD="$1" "$prefix-postgres" psql --no-psqlrc --host localhost --username app --command 'SELECT 1' >/dev/null 2>&1; }

rotated() { role_logs_in "$2" && ! role_logs_in "$1"; }

# The kubelet brings it to each pod on its own, so until both have it one may set the old password back.
a_secret_that_is_replaced_is_applied() {
    local before after new="$secrets/new"
    before=$(<"$secrets/app_password")
    role_logs_in "$before" || fail "the role's first password is refused"
    mkdir "$new"
    find "$secrets" -maxdepth 1 -type f -exec cp {} "$new" \;
    head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$new/app_password"
    after=$(<"$new/app_password")
    kubectl create secret generic init-secrets --from-file "$new" --dry-run=client --output json | kubectl replace --filename - >/dev/null
    for _ in $(seq 150); do
        ! rotated "$before" "$after" || break
        sleep 1
    done
    rotated "$before" "$after" || fail "a Secret that was replaced is not the role's password"
    passed "a Secret that is replaced is the role's password, and the old one is refused"
}

# The base as it stands: its Jobs read the ConfigMap that it makes.
a_kustomize_base_completes() {
    local tool expected made base="$charts/base.yaml"
    kubectl delete jobs --all >/dev/null
    kubectl kustomize docs/deploy >"$base"
    made=$(objects "$base" '.kind + "/" + (.metadata.name | sub("-[0-9a-z]{10}$"; ""))' --raw-output | sort)
    expected=$({ echo ConfigMap/init-specs && printf 'Job/%s\n' "${tools[@]}"; } | sort)
    [[ $made == "$expected" ]] || fail "the base of Kustomize makes: $made"
    objects "$base" . | apply
    for tool in "${tools[@]}"; do
        kubectl wait --for=condition=Complete "job/$tool" --timeout=150s >/dev/null || { kubectl logs "job/$tool" && fail "$tool of the base"; }
        [[ $(outcome "job/$tool") == unchanged ]] || fail "$tool of the base reports $(outcome "job/$tool")"
    done
    passed "the Jobs of the Kustomize base, with the ConfigMap that it makes, are Complete and change nothing"
}

# The annotations that the page's table has for $1, as a JSON object.
annotations() {
    # shellcheck disable=SC2016 # these quote code in the page
    sed -n "s/^| $1 | \(.*\) |\$/\1/p" docs/deploy/kubernetes.md | grep -o '`[^`]*`' | tr -d '`' |
        jq --raw-input --null-input '[inputs | capture("^(?<key>[^:]+): *(?<value>.*)$")] | from_entries'
}

# A chart of an application whose hook is the page's Job, with the page's annotations. What the release itself has, a ConfigMap
# with its revision, shows how far an upgrade got.
chart() {
    local secret='(.spec.template.spec.volumes[] | select(.name == "secrets")).secret.secretName'
    mkdir -p "$charts/app/templates"
    printf 'apiVersion: v2\nname: app\nversion: 0.1.0\n' >"$charts/app/Chart.yaml"
    echo 'secrets: init-secrets' >"$charts/app/values.yaml"
    printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app}\ndata: {revision: "{{ .Release.Revision }}"}\n' >"$charts/app/templates/app.yaml"
    manifest Job pg-init ".metadata.annotations = $(annotations Helm) | $secret = \"{{ .Values.secrets }}\"" >"$charts/app/templates/pg-init.yaml"
}

helm() { KUBECONFIG=$run/admin.conf command helm "$@" --timeout 3m >"$charts/helm.log" 2>&1; }

revision() { kubectl get configmap app --output jsonpath='{.data.revision}'; }

uid() { kubectl get job pg-init --output jsonpath='{.metadata.uid}'; }

a_helm_hook_runs_with_each_release() {
    local first
    kubectl delete jobs --all >/dev/null
    chart
    helm install app "$charts/app" || fail "helm install: $(<"$charts/helm.log")"
    first=$(uid)
    helm upgrade app "$charts/app" || fail "helm upgrade: $(<"$charts/helm.log")"
    [[ $(revision) == 2 && $(outcome job/pg-init) == unchanged ]] || fail "the hook reports $(outcome job/pg-init); revision $(revision)"
    [[ $(uid) != "$first" ]] || fail "the upgrade has no Job of its own"
    ! helm upgrade app "$charts/app" --set secrets=wrong || fail "an upgrade goes on although its hook fails"
    [[ $(revision) == 2 && $(exit_code pg-init) == 77 ]] || fail "revision $(revision), exit $(exit_code pg-init)"
    passed "a Helm hook: a Job of its own for each upgrade, and one that fails with 77 keeps the upgrade back"
}

trap clean_up EXIT
"$here/build.sh"
go_tool helm helm.sh/helm/v3/cmd/helm v3.19.5
"$here/down.sh"
one_of_each "$secrets"
"$here/up.sh"
images=("${tools[@]/#/dayzero/}" dayzero/smoke)
"$here/load.sh" "${images[@]/%/:dev}"
kubectl create configmap init-specs --from-file docs/deploy/specs >/dev/null
kubectl create secret generic init-secrets --from-file "$secrets" >/dev/null
each_job_completes
another_user_changes_nothing
a_kustomize_base_completes
a_sidecar_keeps_the_server
a_secret_that_is_replaced_is_applied
a_wrong_secret_fails
an_init_container_gates
a_helm_hook_runs_with_each_release
