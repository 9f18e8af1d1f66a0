#!/usr/bin/env bash
# down.sh: ends what up.sh has started, pods first
set -euo pipefail

# shellcheck source=integration/kubernetes/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ -e $run/etcd.pid ]] || exit 0
timeout 30 "$bin/kubectl" --kubeconfig "$run/admin.conf" delete deployments,jobs,pods --all --grace-period=0 --force >/dev/null 2>&1 || true
for _ in $(seq 50); do
    [[ -n $(ctr tasks ls --quiet 2>/dev/null) ]] || break
    sleep 0.2
done
for name in kubelet scheduler manager apiserver etcd containerd namespace; do
    [[ -e $run/$name.pid ]] || continue
    pid=$(<"$run/$name.pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 50); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    ! kill -0 "$pid" 2>/dev/null || kill -9 "$pid"
    rm "$run/$name.pid"
done
ip link delete dayzero-k8s0 2>/dev/null || true
for folder in /sys/fs/cgroup/*/kubepods /sys/fs/cgroup/kubepods; do
    [[ ! -d $folder ]] || find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || true
done
