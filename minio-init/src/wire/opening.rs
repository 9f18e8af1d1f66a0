//! Decrypts an encrypted answer in a thread of its own, while other requests go on: a derivation takes a tenth of a
//! second.

use std::thread;

use bytes::Bytes;
use init_core::Secret;
use secrecy::ExposeSecret as _;
use tokio::sync::oneshot;

use super::sealed::{self, SealError};

/// Decrypts an answer. The runtime's thread pool is not used, because it panics where no thread can be started, as in
/// a container with `pids_limit: 1`. There the derivation runs on the current thread.
pub(super) async fn open(
    thread: thread::Builder,
    secret_key: &Secret,
    sealed: Bytes,
) -> Result<Vec<u8>, SealError> {
    let (sender, receiver) = oneshot::channel();
    let started = thread.name("unsealing".to_owned()).spawn({
        let (secret_key, sealed) = (secret_key.clone(), sealed.clone());
        // The receiver is gone when the run has ended first.
        move || drop(sender.send(derive_and_open(&secret_key, &sealed)))
    });
    match started {
        Ok(_) => receiver.await.unwrap_or(Err(SealError::Machine)),
        Err(_) => derive_and_open(secret_key, &sealed),
    }
}

#[expect(clippy::disallowed_methods, reason = "the key of the sealing is derived from the secret key")]
fn derive_and_open(secret_key: &Secret, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    sealed::open(secret_key.expose_secret().as_bytes(), sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_is_opened_also_where_no_thread_can_be_started() {
        let secret_key = Secret::from("canary-5ecret");
        let sealed = sealed::Sealer::derive(b"canary-5ecret").unwrap().seal(b"answer").unwrap();
        for thread in [thread::Builder::new(), thread::Builder::new().stack_size(1 << 60)] {
            assert_eq!(open(thread, &secret_key, Bytes::from(sealed.clone())).await.unwrap(), b"answer");
        }
    }
}
