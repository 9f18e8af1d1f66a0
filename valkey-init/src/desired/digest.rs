//! SHA-256 digests, in which `ACL SETUSER` accepts passwords and a plan shows libraries.

/// The SHA-256 of `bytes`, in lower-case hex, as `ACL SETUSER` accepts it after `#`.
pub(crate) fn digest(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
        for half in [byte >> 4, byte & 15] {
            hex.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
        }
        hex
    })
}
