//! Removes secrets from the text of server errors: a server, or a proxy in its place, may repeat the command that it
//! refuses.

use std::sync::Arc;

use init_core::{Secret, SecretRef, Secrets};
use secrecy::ExposeSecret;

use crate::desired::digest;
use crate::error::Error;

/// The text that replaces a secret.
const HIDDEN: &str = "[hidden]";
/// The shortest beginning of a secret that is removed, in characters: a server truncates the arguments that it repeats.
const BEGINNING: usize = 6;
/// The words after which a server repeats the arguments of a command that it does not have.
const REPEATED: &str = "with args beginning with";

/// The values of the secrets of a run, and their digests, which are sent in `ACL SETUSER`.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretMask(Arc<Vec<Secret>>);

impl SecretMask {
    /// A mask of all these secrets.
    pub(super) fn new<'a>(
        names: impl Iterator<Item = &'a SecretRef>,
        secrets: &Secrets,
    ) -> Result<Self, Error> {
        let mut values = Vec::new();
        for name in names {
            let value = secrets.get(name)?;
            #[expect(clippy::disallowed_methods, reason = "its digest is looked for in what servers say")]
            values.push(Secret::from(digest(value.expose_secret().as_bytes())));
            values.push(value.clone());
        }
        Ok(Self(Arc::new(values)))
    }

    /// The text without the secrets.
    pub(super) fn redact(&self, text: &str) -> String {
        let text = text.split(REPEATED).next().unwrap_or_default().trim_end_matches([' ', ',']);
        #[expect(clippy::disallowed_methods, reason = "it is looked for, to be taken out")]
        self.0.iter().fold(text.to_owned(), |text, secret| redact_one(&text, secret.expose_secret()))
    }
}

fn redact_one(text: &str, secret: &str) -> String {
    let beginning: String = secret.chars().take(BEGINNING).collect();
    let (mut clean, mut rest) = (String::with_capacity(text.len()), text);
    if beginning.is_empty() {
        return rest.to_owned();
    }
    while let Some((before, found)) = rest.find(&beginning).map(|at| rest.split_at(at)) {
        let same = found.chars().zip(secret.chars()).take_while(|(one, other)| one == other);
        let length: usize = same.map(|(letter, _)| letter.len_utf8()).sum();
        clean.push_str(before);
        clean.push_str(HIDDEN);
        rest = found.get(length..).unwrap_or_default();
    }
    clean + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_their_beginnings_are_taken_out() {
        let mask = SecretMask(Arc::new(vec![Secret::from("correct horse"), Secret::from("pw1")]));
        for (said, clean) in [
            (
                "ERR unknown command 'AUTH', with args beginning with: 'a' 'correct horse' ",
                "ERR unknown command 'AUTH'",
            ),
            ("WRONGPASS correct horse is wrong", "WRONGPASS [hidden] is wrong"),
            ("no 'correct h'", "no '[hidden]'"),
            ("pw1pw1 and correct", "[hidden][hidden] and [hidden]"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(mask.redact(said), clean);
        }
    }
}
