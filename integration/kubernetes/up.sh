#!/usr/bin/env bash
# up.sh: starts a Kubernetes of one node, from what build.sh has made, on loopback only. down.sh ends it.
#
# Kubelet and containerd live in a mount namespace of their own: the kernel settings and the folders that a kubelet takes
# for granted are covered there, and the machine stays as it was. Needs root.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=integration/kubernetes/lib.sh
. "$here/lib.sh"

api=26443 etcd=26379 node=127.0.0.1

# start NAME COMMAND...: in the background, its output in a file, its id for down.sh
start() {
    setsid "${@:2}" >"$run/$1.log" 2>&1 </dev/null &
    echo $! >"$run/$1.pid"
}

await() {
    local what=$1
    shift
    for _ in $(seq 300); do
        ! "$@" >/dev/null 2>&1 || return 0
        sleep 0.2
    done
    die "still not: $what; see $run/*.log"
}

inside() { nsenter --target "$(<"$run/namespace.pid")" --mount -- "$@"; }

kubeconfig() {
    cat >"$run/$1.conf" <<END
apiVersion: v1
kind: Config
clusters: [{name: one, cluster: {server: "https://127.0.0.1:$api", certificate-authority: $run/pki/apiserver.crt}}]
users: [{name: one, user: {token: $1-token}}]
contexts: [{name: one, context: {cluster: one, user: one}}]
current-context: one
END
}

# Fixed tokens: the API listens on loopback, for the length of a test.
credentials() {
    mkdir -p "$run/pki"
    openssl genrsa -out "$run/pki/sa.key" 2048 2>/dev/null
    openssl rsa -in "$run/pki/sa.key" -pubout -out "$run/pki/sa.pub" 2>/dev/null
    cat >"$run/pki/tokens.csv" <<END
admin-token,admin,1,"system:masters"
manager-token,manager,2,"system:masters"
scheduler-token,system:kube-scheduler,3
node-token,system:node:$node,4,"system:nodes"
END
    for name in admin manager scheduler node; do kubeconfig "$name"; done
}

control_plane() {
    start etcd "$debian/usr/bin/etcd" --data-dir "$run/etcd" --unsafe-no-fsync \
        --listen-client-urls "http://127.0.0.1:$etcd" --advertise-client-urls "http://127.0.0.1:$etcd" \
        --listen-peer-urls "http://127.0.0.1:$((etcd + 1))" --initial-advertise-peer-urls "http://127.0.0.1:$((etcd + 1))" \
        --initial-cluster "default=http://127.0.0.1:$((etcd + 1))"
    start apiserver "$bin/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" --bind-address=127.0.0.1 --secure-port="$api" \
        --cert-dir="$run/pki" --advertise-address=127.0.0.1 --endpoint-reconciler-type=none \
        --kubelet-preferred-address-types=Hostname --service-cluster-ip-range=10.89.0.0/24 --allow-privileged=true \
        --token-auth-file="$run/pki/tokens.csv" --authorization-mode=Node,RBAC \
        --service-account-issuer=https://kubernetes.default.svc \
        --service-account-key-file="$run/pki/sa.pub" --service-account-signing-key-file="$run/pki/sa.key"
    await "the API answers" curl --fail --silent --insecure "https://127.0.0.1:$api/readyz"
    start manager "$bin/kube-controller-manager" --kubeconfig="$run/manager.conf" --bind-address=127.0.0.1 --secure-port=26257 \
        --cert-dir="$run/pki/manager" --service-account-private-key-file="$run/pki/sa.key" \
        --root-ca-file="$run/pki/apiserver.crt" --leader-elect=false --flex-volume-plugin-dir="$run/plugins"
    start scheduler "$bin/kube-scheduler" --kubeconfig="$run/scheduler.conf" --bind-address=127.0.0.1 --secure-port=26259 \
        --cert-dir="$run/pki/scheduler" --leader-elect=false
}

namespace() {
    local setting file folder
    start namespace unshare --mount sleep infinity
    await "the mount namespace is there" inside true
    mkdir -p "$run/sysctl"
    for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
        kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
        file=$run/sysctl/$(tr / _ <<<"${setting%=*}")
        echo "${setting#*=}" >"$file"
        inside mount --bind "$file" "/proc/sys/${setting%=*}"
    done
    for folder in /var/log/containers /var/lib/kubelet /var/lib/cni /run/netns; do
        mkdir -p "$folder"
        inside mount -t tmpfs tmpfs "$folder"
    done
}

runtime() {
    mkdir -p "$run/containerd" "$run/network"
    cat >"$run/network/pods.conflist" <<END
{"cniVersion": "1.0.0", "name": "pods", "plugins": [{"type": "bridge", "bridge": "dayzero-k8s0", "isGateway": true,
  "ipam": {"type": "host-local", "dataDir": "$run/addresses", "ranges": [[{"subnet": "10.88.0.0/24"}]]}}]}
END
    # A machine without CAP_SYS_RESOURCE may not lower an OOM score.
    cat >"$run/containerd.toml" <<END
version = 2
root = "$run/containerd/root"
state = "$run/containerd/state"
[grpc]
  address = "$run/containerd/socket"
[plugins."io.containerd.internal.v1.opt"]
  path = "$run/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "dayzero/pause:dev"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$debian/usr/lib/cni"
    conf_dir = "$run/network"
END
    start containerd nsenter --target "$(<"$run/namespace.pid")" --mount -- containerd --config "$run/containerd.toml"
    await "containerd answers" ctr version
    mkdir -p "$run/pause"
    cp "$bin/pause" "$run/pause/"
    printf 'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n' >"$run/pause/Dockerfile"
    docker build --quiet --tag dayzero/pause:dev "$run/pause" >/dev/null 2>&1
}

kubelet() {
    cat >"$run/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$run/containerd/socket
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
makeIPTablesUtilChains: false
address: 127.0.0.1
port: 26250
healthzPort: 0
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
podLogsDir: $run/pods
volumePluginDir: $run/plugins
# How soon a Secret that was replaced is in its pods; a minute when nothing is said.
syncFrequency: 5s
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi}
END
    start kubelet nsenter --target "$(<"$run/namespace.pid")" --mount -- "$bin/kubelet" --config="$run/kubelet.yaml" \
        --kubeconfig="$run/node.conf" --root-dir="$run/kubelet" --cert-dir="$run/pki/kubelet" --hostname-override="$node"
    await "the node is registered" kubectl get node "$node"
    kubectl wait --for=condition=Ready "node/$node" --timeout=90s >/dev/null
    await "pods have an account" kubectl get serviceaccount default
}

rm -rf "$run"
mkdir -p "$run"
credentials
control_plane
namespace
runtime
"$here/load.sh" dayzero/pause:dev
kubelet
