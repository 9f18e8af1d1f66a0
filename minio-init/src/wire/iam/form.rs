//! The form of a call of the IAM API.

use bytes::Bytes;
use http::Method;
use init_core::Secret;
use percent_encoding::utf8_percent_encode;
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;

use crate::wire::client::{Call, ENCODED};

/// The version of the API.
const VERSION: &str = "2010-05-08";

/// The name of a call, and its parameters.
pub(in crate::wire) struct Form<'a> {
    name: &'static str,
    parameters: Vec<(&'static str, String)>,
    secret: Option<&'a Secret>,
}

impl<'a> Form<'a> {
    pub(in crate::wire) fn new(name: &'static str) -> Self {
        Self { name, parameters: Vec::new(), secret: None }
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(in crate::wire) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.parameters.push((name, value.into()));
        self
    }

    /// Adds the secret key of an access key.
    pub(super) fn secret(mut self, secret: &'a Secret) -> Self {
        self.secret = Some(secret);
        self
    }

    /// The request that has it as its body.
    pub(in crate::wire) fn into_call(self, action: &str) -> Call<'_> {
        let call = Call::new(Method::POST, action);
        call.header("content-type", "application/x-www-form-urlencoded").body(self.into_body())
    }

    /// The body, which is wiped when it has been sent.
    #[expect(
        clippy::disallowed_methods,
        reason = "the server takes the secret key in the body, which is wiped"
    )]
    fn into_body(self) -> Bytes {
        let fixed = [("Action", self.name), ("Version", VERSION)].into_iter();
        let given = self.parameters.iter().map(|(name, value)| (*name, value.as_str()));
        let secret = self.secret.map(|secret| ("SecretAccessKey", secret.expose_secret()));
        let all: Vec<_> = fixed.chain(given).chain(secret).collect();
        // The capacity is known, so that the buffer does not grow and leave a copy of the secret key behind.
        let capacity = all.iter().map(|(name, value)| name.len() + 3 * value.len() + 2).sum();
        let mut body = Zeroizing::new(Vec::with_capacity(capacity));
        for (name, value) in all {
            if !body.is_empty() {
                body.push(b'&');
            }
            body.extend_from_slice(name.as_bytes());
            body.push(b'=');
            utf8_percent_encode(value, ENCODED).for_each(|part| body.extend_from_slice(part.as_bytes()));
        }
        Bytes::from_owner(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_encoded_with_its_secret_key_whatever_characters_that_has() {
        let secret = Secret::from("a+b/c=&d é%");
        let form = Form::new("CreateAccessKey").with("UserName", "app").secret(&secret);
        let body = String::from_utf8(form.into_body().to_vec()).unwrap();
        assert_eq!(
            body,
            "Action=CreateAccessKey&Version=2010-05-08&UserName=app&SecretAccessKey=a%2Bb%2Fc%3D%26d%20%C3%A9%25"
        );
    }
}
