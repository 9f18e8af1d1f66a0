#!/usr/bin/env bash
# healthcheck.sh PORT [HOST]
# Healthy: the protocol speaks. An answer that asks for a password is one, so no password is needed here; LOADING is not.
set -euo pipefail

exec 3<>"/dev/tcp/${2:-localhost}/$1"
printf 'PING\r\n' >&3
IFS= read -r -t 2 answer <&3
[[ $answer == "+PONG"* || $answer == "-NOAUTH"* ]]
