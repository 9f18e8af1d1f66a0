#!/usr/bin/env bash
# Starts the server with a configuration file on its volume. The file is made once and is the server's own from then on:
# CONFIG REWRITE keeps there what was changed while it ran. A password comes from a file, never from an argument.
#   VALKEY_PASSWORD_FILE   the first password of the user default, also towards the primary; none when unset
#   VALKEY_ACL_FILE        yes: users are kept in a file of their own
set -euo pipefail

conf=/data/server.conf

quoted() {
    local value
    value=$(<"$1")
    value=${value//\\/\\\\}
    printf '"%s"' "${value//\"/\\\"}"
}

digest() { printf %s "$(<"$1")" | sha256sum | cut -d ' ' -f 1; }

first_configuration() {
    echo "dir /data"
    if [[ -n ${VALKEY_PASSWORD_FILE:-} ]]; then
        [[ ${VALKEY_ACL_FILE:-} == yes ]] || echo "requirepass $(quoted "$VALKEY_PASSWORD_FILE")"
        echo "masterauth $(quoted "$VALKEY_PASSWORD_FILE")"
    else
        echo "protected-mode no"
    fi
    if [[ ${VALKEY_ACL_FILE:-} == yes ]]; then
        echo "aclfile /data/users.acl"
    fi
}

first_users() {
    if [[ -n ${VALKEY_PASSWORD_FILE:-} ]]; then
        echo "user default on sanitize-payload #$(digest "$VALKEY_PASSWORD_FILE") ~* &* +@all"
    else
        echo "user default on nopass sanitize-payload ~* &* +@all"
    fi
}

umask 077
if [[ ! -s $conf ]]; then
    [[ ${VALKEY_ACL_FILE:-} != yes ]] || first_users >/data/users.acl
    # Whole or not at all: a start that is cut leaves no half of it.
    first_configuration >"$conf.new"
    mv "$conf.new" "$conf"
fi
# As the published images do it: modules are no lines of the file, but arguments.
modules=()
for module in /opt/server/lib/*.so; do
    [[ ! -e $module ]] || modules+=(--loadmodule "$module")
done
exec kv-server "$conf" "${modules[@]}" "$@"
