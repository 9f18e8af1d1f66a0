//! The `openssl` lines that make what is missing, for a person to copy.

/// A certificate that its server can show and a client can be given as `tls.ca`.
pub(super) fn self_signed(name: &str) -> String {
    format!(
        "`openssl req -x509 -newkey rsa:2048 -nodes -days 365 -keyout server.key -out server.crt -subj /CN={name} \
         -addext subjectAltName=DNS:{name}`"
    )
}

/// A certificate by an authority of one's own.
pub(super) fn signed(name: &str) -> String {
    format!(
        "`echo subjectAltName=DNS:{name} > san.ext && openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key \
         -CAcreateserial -days 365 -extfile san.ext -out server.crt`"
    )
}

/// Shows which certificates a server sends.
pub(super) fn what_is_sent(endpoint: &str) -> String {
    format!("`openssl s_client -connect {endpoint} -showcerts`")
}

/// A private key of a kind that works everywhere.
pub(super) const NEW_KEY: &str =
    "`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem`";

/// The same key without a passphrase.
pub(super) const DECRYPT: &str = "`openssl pkey -in key.pem -out plain.pem`";

/// The same key, encrypted in the way that can be read here.
pub(super) const ENCRYPT_AGAIN: &str =
    "`openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in key.pem -out encrypted.pem`";

/// Compares the public keys of both.
pub(super) const COMPARE: &str = "`openssl pkey -in key.pem -pubout` and `openssl x509 -in certificate.pem -noout -pubkey` must print the same";

/// Keys that both TLS and ring know.
pub(super) const KEYS: &str = "RSA of 2048 to 8192 bits, P-256, P-384 and Ed25519";
