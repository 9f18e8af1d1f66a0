//! Validates the SASL login: the keys that its mechanism needs, and no others.

use init_core::{Files, SpecPath, Violations};

use super::mechanism::{keys, required, written};
use super::oauth;
use crate::desired::{Mechanism, MskIam, PasswordLogin, Sasl};
use crate::spec::SaslSpec;

pub(super) fn sasl(spec: SaslSpec, files: &Files, violations: &mut Violations) -> Option<Sasl> {
    let at = SpecPath::root().key("sasl");
    let (mechanism, own) = (spec.mechanism, keys(spec.mechanism));
    for (key, _) in written(&spec).into_iter().filter(|(key, is_written)| *is_written && !own.contains(key)) {
        let problem = format!("{} has no `{key}`: it takes {}", mechanism.name(), own.join(", "));
        violations.push(&at.key(key), problem);
    }
    match mechanism {
        Mechanism::Plain | Mechanism::ScramSha256 | Mechanism::ScramSha512 => {
            let username = required(spec.username, "username", mechanism, violations);
            let password = required(spec.password, "password", mechanism, violations);
            Some(Sasl::Password(PasswordLogin { mechanism, username: username?, password: password? }))
        }
        Mechanism::OAuthBearer => {
            oauth::oauth(spec, files, &at, violations).map(|oauth| Sasl::OAuth(Box::new(oauth)))
        }
        Mechanism::AwsMskIam => msk_iam(spec, &at, violations).map(Sasl::MskIam),
    }
}

fn msk_iam(spec: SaslSpec, at: &SpecPath, violations: &mut Violations) -> Option<MskIam> {
    let region = required(spec.region, "region", spec.mechanism, violations);
    let access_key = required(spec.access_key, "accessKey", spec.mechanism, violations);
    let secret_key = required(spec.secret_key, "secretKey", spec.mechanism, violations);
    let is_valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if region.as_ref().is_some_and(|region| region.is_empty() || !region.bytes().all(is_valid)) {
        violations
            .push(&at.key("region"), "a region has only small letters, digits and `-`, such as eu-central-1");
    }
    let (access_key, secret_key) = (access_key?, secret_key?);
    Some(MskIam { region: region?, access_key, secret_key, session_token: spec.session_token })
}
