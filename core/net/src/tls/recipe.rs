//! The `openssl` commands that error messages recommend.

/// Makes a self-signed server certificate, which can be given as `tls.ca`.
pub(super) fn self_signed(name: &str) -> String {
    format!(
        "`openssl req -x509 -newkey rsa:2048 -nodes -days 365 -keyout server.key -out server.crt -subj /CN={name} \
         -addext subjectAltName=DNS:{name}`"
    )
}

/// Makes a server certificate that a private authority signs.
pub(super) fn signed(name: &str) -> String {
    format!(
        "`echo subjectAltName=DNS:{name} > san.ext && openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key \
         -CAcreateserial -days 365 -extfile san.ext -out server.crt`"
    )
}

/// Prints the certificates that a server sends.
pub(super) fn show_chain(endpoint: &str) -> String {
    format!("`openssl s_client -connect {endpoint} -showcerts`")
}

/// Makes a private key of a kind that every server and client supports.
pub(super) const NEW_KEY: &str =
    "`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem`";

/// Removes the passphrase of a key.
pub(super) const DECRYPT: &str = "`openssl pkey -in key.pem -out plain.pem`";

/// Encrypts a key in the form that is supported here.
pub(super) const ENCRYPT_AGAIN: &str =
    "`openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in key.pem -out encrypted.pem`";

/// Compares the public key of a private key with that of a certificate.
pub(super) const COMPARE: &str = "`openssl pkey -in key.pem -pubout` and `openssl x509 -in certificate.pem -noout -pubkey` must print the same";

/// The kinds of keys that ring supports in TLS.
pub(super) const KEYS: &str = "RSA of 2048 to 8192 bits, P-256, P-384 and Ed25519";
