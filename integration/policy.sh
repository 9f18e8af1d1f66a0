#!/usr/bin/env bash
# policy.sh FILE [OPTION...]   checks the init services of a compose file; OPTIONs go to `docker compose`
#
# An init service is one whose name, or whose image's name, ends in `-init`; with the command `watch` it is a sidecar, which
# may be restarted, and whose health check stands for its result. Each finding is one line on stdout that
# names the service and the remedy; exit 1 if there is one. Needs docker compose and jq, and no running engine.
set -euo pipefail

[[ $# -gt 0 ]] || { echo "usage: policy.sh COMPOSE_FILE [--env-file FILE ...]" >&2 && exit 2; }
file=$1
shift

# Every profile: a service that is off today is started tomorrow.
config=$(docker compose --file "$file" "$@" --profile '*' config --format json)

# shellcheck disable=SC2016 # jq's variables, not the shell's
rules='
def is_init: (.key | endswith("-init")) or (.value.image // "" | test("-init(:[^/]*|@.*)?$"));

def is_watch: .command // [] | any(. == "watch");

def asks_health: (.healthcheck.test // []) == ["CMD", "/init", "health"];

# As the tools themselves judge it: core/src/environment.rs.
def is_credential: ascii_upcase
    | (test("PASSWORD|PASSWD|PASSPHRASE|SECRET_KEY|SECRET_ACCESS_KEY|PRIVATE_KEY|_SECRET$|_TOKEN$|^MC_HOST_")
        or IN("REDISCLI_AUTH", "VALKEYCLI_AUTH"))
      and (test("_(FILE|PATH|DIR)$") | not);

def has_address: tostring | test("(^|[^0-9.])([0-9]{1,3}[.]){3}[0-9]{1,3}([^0-9.]|$)|\\[[0-9a-fA-F:]+\\]");

def fixed_address: [.networks // {} | .[]? | objects | .ipv4_address, .ipv6_address | values] | length > 0;

.services as $services
| [$services[] | .depends_on // {} | to_entries[] | select(.value.condition == "service_completed_successfully" and .value.required != false) | .key] as $adopted
| [$services | to_entries[] | select(is_init)] as $inits
| if $inits == [] then "no init service: none is named *-init, and none has an image named *-init" else empty end,
  ($inits[] | .key as $name | .value as $service
    | ($service.depends_on // {}) as $waits
    | ($service.environment // {}) as $environment
    | (
        (if any($waits[]; .condition == "service_healthy") then empty
            else "waits for no healthy server; add depends_on: {SERVER: {condition: service_healthy}}" end),
        ($waits | to_entries[] | select(.value.condition == "service_started")
            | "waits for the start of \(.key) only, which says nothing; use condition: service_healthy"),
        ($waits | keys[] | select($services[.].healthcheck | . != null and (.disable or .test[0] == "NONE"))
            | "waits for \(.), whose health check is disabled"),
        ($environment | to_entries[] | select((.value // "") != "" and (.key | is_credential))
            | "has the credential \(.key) in its environment; mount it as a secret"),
        ($environment | to_entries[] | select(.value // "" | has_address)
            | "has an address in the variable \(.key); use a name"),
        (if [$service.command, $service.entrypoint, $service.extra_hosts | values | if type == "object" then to_entries[] else .[] end
                | has_address] | any
            then "has an address in its command line or extra_hosts; use a name" else empty end),
        ([$name] + ($waits | keys) | .[] | select($services[.] // {} | fixed_address)
            | "needs \(.) at a fixed address; names need no ipv4_address or ipv6_address"),
        (if ($service | is_watch and (asks_health | not))
            then "is a sidecar that nobody asks how it is; healthcheck: {test: [CMD, /init, health]}" else empty end),
        (if ($service | is_watch) then empty elif ($service.restart // "no") != "no" or ($service.deploy.restart_policy.condition // "none") != "none"
            then "is restarted; what failed for good would fail for ever: restart: \"no\"" else empty end),
        (if ($service.user // "" | test("^(root|0+)(:|$)")) or $service.privileged == true
            then "runs as root; leave user out, or name the owner of the secrets" else empty end),
        (if IN($name; $adopted[]) or ($service | is_watch) then empty
            else "is adopted by no service, so nobody learns of its failure; an application must have depends_on: {\($name): {condition: service_completed_successfully}}, and not with required: false" end)
    ) | "\($name): \(.)")'

findings=$(jq -r "$rules" <<<"$config")
[[ -z $findings ]] || { echo "$findings" && exit 1; }
echo "$file: its init services keep every rule"
