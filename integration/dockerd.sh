#!/usr/bin/env bash
# Starts the Docker engine: through the init system where there is one, else detached, with log and pid file in the cache.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/lib.sh
. "$here/lib.sh"

log=$cache/dockerd.log
pid_file=$cache/dockerd.pid

answers() { as_root docker info >/dev/null 2>&1; }

# True when the engine answers within 30 s; gives up as soon as the process is gone.
wait_ready() {
    local pid=${1:-} tries
    for tries in {1..150}; do
        answers && return 0
        # The process takes a moment to appear when sudo starts it.
        [[ -z $pid || $tries -lt 5 || -e /proc/$pid ]] || return 1
        sleep 0.2
    done
    return 1
}

with_init_system() {
    if [[ -d /run/systemd/system ]]; then
        say "starting docker.service"
        as_root systemctl enable --now docker
    else
        return 1
    fi
    wait_ready || die "docker.service does not answer: journalctl -u docker"
}

# Without an init system nobody has mounted the control groups.
mount_cgroups() {
    mountpoint -q /sys/fs/cgroup && return
    say "mounting the cgroup hierarchy"
    as_root mount -t cgroup2 none /sys/fs/cgroup
}

# An engine that was killed leaves its rules behind. One that translates the addresses of a subnet except on a bridge that
# is gone does so on the bridge of the next network with that subnet too: containers there would see each other at the
# gateway's address, which a node of a Valkey cluster takes for its neighbour's.
forget_dead_bridges() {
    command -v iptables >/dev/null || return 0
    local rule bridge
    while read -r rule; do
        bridge=$(sed -n 's/.* ! -o \(br-[0-9a-f]*\) -j MASQUERADE$/\1/p' <<<"$rule")
        [[ -n $bridge && ! -e /sys/class/net/$bridge ]] || continue
        say "removing a rule of the bridge $bridge, which is gone: $rule"
        # shellcheck disable=SC2086 # the words of the rule
        as_root iptables -t nat -D ${rule#-A }
    done < <(as_root iptables -t nat -S POSTROUTING 2>/dev/null)
}

detached() {
    say "starting dockerd detached${*:+ with $*} (log: $log)"
    # Its own session: it outlives this script and the terminal. The log is opened by us, so that we can read it.
    as_root setsid --fork sh -c "echo \$\$ >'$pid_file'; exec dockerd \"\$@\"" dockerd "$@" >"$log" 2>&1 </dev/null
    local tries
    for tries in {1..25}; do
        [[ -s $pid_file ]] && break
        sleep 0.2
    done
    [[ $tries -lt 25 ]] || return 1
    wait_ready "$(<"$pid_file")" && return 0
    say "it did not come up: $(grep -E 'level=(fatal|error)|^failed' "$log" | tail -n 1)"
    as_root kill "$(<"$pid_file")" 2>/dev/null || true
    return 1
}

main() {
    mkdir -p "$cache"
    with_init_system && return
    mount_cgroups
    forget_dead_bridges
    local flags
    # The engine's own defaults first. Sandboxes and containers may lack overlay mounts or the firewall; what each
    # fallback gives up is disk space, and traffic from containers to the outside.
    for flags in "" "--storage-driver=vfs" "--iptables=false --ip6tables=false" \
        "--storage-driver=vfs --iptables=false --ip6tables=false"; do
        rm -f "$pid_file"
        # shellcheck disable=SC2086 # several flags in one string
        detached $flags && return
    done
    die "dockerd does not start here; see $log"
}

main "$@"
