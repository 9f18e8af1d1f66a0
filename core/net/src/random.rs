//! Random bytes from the kernel, for nonces and for generated passwords.

use ring::rand::{SecureRandom as _, SystemRandom};

use crate::NetError;

/// Returns `N` random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], NetError> {
    let mut bytes = [0; N];
    fill_random(&mut bytes)?;
    Ok(bytes)
}

/// Overwrites the buffer with random bytes.
pub fn fill_random(bytes: &mut [u8]) -> Result<(), NetError> {
    let filled = SystemRandom::new().fill(bytes);
    filled.map_err(|_| NetError::Internal("the kernel gives no random bytes".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_calls_differ() {
        assert_ne!(random::<16>().unwrap(), random::<16>().unwrap());
    }
}
