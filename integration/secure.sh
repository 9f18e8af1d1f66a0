#!/usr/bin/env bash
# Makes what compose.secure.yaml mounts: an authority, the certificates it signs, and passwords, all of them new.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$here/.secure

# NAME CN SAN...: NAME.pem, NAME.key, signed by the authority of $3.
certificate() {
    local name=$1 subject=$2 authority=$3 alternative=$4
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$subject" -keyout "$name.key" -out "$name.csr" 2>/dev/null
    openssl x509 -req -in "$name.csr" -CA "$authority.pem" -CAkey "$authority.key" -CAcreateserial -days 2 \
        -extfile <(printf 'subjectAltName=%s\n' "$alternative") -out "$name.pem" 2>/dev/null
}

authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem" 2>/dev/null
}

password() {
    openssl rand -hex 16
}

rm -rf "$folder"
mkdir -m 0755 "$folder"
cd "$folder"
authority ca
authority stranger
certificate server kafka-secure ca DNS:kafka-1,DNS:kafka-2,DNS:kafka-3
certificate client provisioner ca DNS:provisioner
certificate intruder provisioner stranger DNS:provisioner
openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:passphrase-5d1e -in client.key -out client-encrypted.key
cat server.key server.pem >broker.pem
password >admin.password
{
    login='org.apache.kafka.common.security.plain.PlainLoginModule required'
    for listener in client bare; do
        echo "listener.name.$listener.plain.sasl.jaas.config=$login user_admin=\"$(cat admin.password)\" user_slow=\"$(cat admin.password)\";"
    done
} >server.properties
# For Kafka's own tools, inside the container.
cat >tools.properties <<TOOLS
security.protocol=SASL_SSL
sasl.mechanism=PLAIN
ssl.truststore.type=PEM
ssl.truststore.location=/run/secure/ca.pem
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="$(cat admin.password)";
TOOLS
# The broker runs as a user of its own.
chmod 0644 ./*
