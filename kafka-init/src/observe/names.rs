//! Names of users and principals that come from secrets. Requests have their values; plans, reports and messages have
//! their labels.

use init_core::{Secret, SecretRef, Secrets, Text};
use kafka_protocol::protocol::StrBytes;
use secrecy::ExposeSecret as _;

use crate::Error;
use crate::desired::Desired;
use crate::desired::name::NameUse;

/// The type of every principal that Kafka itself creates.
const USER: &str = "User";
const ANY: &str = "*";

/// The names from secrets, for finding the label of a name of the cluster.
#[derive(Default)]
pub(crate) struct Names(Vec<(SecretRef, Secret)>);

impl Names {
    /// The names that the spec declares. One that Kafka would never match, or that the spec writes in two ways, is an
    /// error.
    pub(crate) fn of(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        let mut names = Self::default();
        for (text, used_as) in desired.names() {
            let Text::Secret(secret) = text else { continue };
            let value = secrets.get(secret)?;
            if let Some(problem) = problem(value, used_as) {
                return Err(Error::UnusableName(secret.clone(), problem));
            }
            names.add(secret, value)?;
        }
        let plain = desired.names().filter_map(|(text, used_as)| match text {
            Text::Plain(name) => Some(used_as.plain_principal(name)),
            Text::Secret(_) => None,
        });
        for principal in plain.filter(|_| !names.0.is_empty()) {
            if let Text::Secret(secret) = names.principal(&principal) {
                let problem =
                    "the spec has the same name in plain text too: write it in the same way everywhere";
                return Err(Error::UnusableName(secret, problem));
            }
        }
        Ok(names)
    }

    /// The name of the provisioning account, if it comes from a secret.
    pub(crate) fn of_account(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        let username = desired.sasl.as_ref().and_then(|sasl| sasl.username()?.secret());
        username.map_or_else(
            || Ok(Self::default()),
            |name| Ok(Self(vec![(name.clone(), secrets.get(name)?.clone())])),
        )
    }

    fn add(&mut self, secret: &SecretRef, value: &Secret) -> Result<(), Error> {
        match self.find(|other| same_principal(other, value)) {
            Some(other) if other == secret => Ok(()),
            Some(_) => {
                let problem = "another secret of the spec holds the same name: use one of them everywhere";
                Err(Error::UnusableName(secret.clone(), problem))
            }
            None => {
                self.0.push((secret.clone(), value.clone()));
                Ok(())
            }
        }
    }

    fn find(&self, is_it: impl Fn(&Secret) -> bool) -> Option<&SecretRef> {
        self.0.iter().find(|(_, value)| is_it(value)).map(|(secret, _)| secret)
    }

    /// The label of the user with this name on the cluster.
    #[expect(
        clippy::disallowed_methods,
        reason = "a name of the cluster is compared with names from secrets"
    )]
    pub(crate) fn user(&self, name: &str) -> Text {
        let secret = self.find(|value| value.expose_secret() == name);
        secret.map_or_else(|| Text::Plain(name.to_owned()), |secret| Text::Secret(secret.clone()))
    }

    /// The label of this principal of the cluster.
    #[expect(
        clippy::disallowed_methods,
        reason = "a principal of the cluster is compared with names from secrets"
    )]
    pub(crate) fn principal(&self, principal: &str) -> Text {
        let secret = self.find(|value| is_principal_of(value.expose_secret(), principal));
        secret.map_or_else(|| Text::Plain(principal.to_owned()), |secret| Text::Secret(secret.clone()))
    }
}

/// The name of a user, as requests have it.
#[expect(clippy::disallowed_methods, reason = "a broker gets the name itself")]
pub(crate) fn user_name(name: &Text, secrets: &Secrets) -> Result<StrBytes, Error> {
    Ok(StrBytes::from_string(secrets.text(name)?.expose_secret().to_owned()))
}

/// The principal, as requests have it.
#[expect(clippy::disallowed_methods, reason = "a broker gets the name itself")]
pub(crate) fn principal_name(principal: &Text, secrets: &Secrets) -> Result<StrBytes, Error> {
    let value = secrets.text(principal)?;
    let value = value.expose_secret();
    let is_name = principal.secret().is_some() && !value.contains(':');
    Ok(StrBytes::from_string(if is_name { format!("{USER}:{value}") } else { value.to_owned() }))
}

/// True when the value, a name or TYPE:NAME, stands for the principal.
fn is_principal_of(value: &str, principal: &str) -> bool {
    let name = principal.strip_prefix(USER).and_then(|rest| rest.strip_prefix(':'));
    value == principal || (!value.contains(':') && name == Some(value))
}

#[expect(clippy::disallowed_methods, reason = "two names from secrets are compared")]
fn same_principal(one: &Secret, other: &Secret) -> bool {
    let (one, other) = (one.expose_secret(), other.expose_secret());
    one == other || is_principal_of(one, other) || is_principal_of(other, one)
}

/// The problem of a name from a secret, which no message shows.
#[expect(clippy::disallowed_methods, reason = "the value is checked, and no part of it is shown")]
fn problem(value: &Secret, used_as: NameUse) -> Option<&'static str> {
    let value = value.expose_secret();
    let (kind, name) = value.split_once(':').unwrap_or((USER, value));
    let is_misspelt = kind != USER && kind.trim().eq_ignore_ascii_case(USER);
    if value.chars().any(char::is_control) {
        Some("it has a control character or more than one line, as no name of a user has")
    } else if name == ANY {
        Some("`*` stands for every name, and is written into the spec itself")
    } else if value.contains(':') && used_as != NameUse::Principal {
        Some("it has a `:`: the name of a user is expected, without `User:` in front")
    } else if kind.is_empty() || name.is_empty() {
        Some("it is no principal, which is a name or TYPE:NAME")
    } else if is_misspelt {
        Some("it matches no principal, as the type is case-sensitive: `User`")
    } else if used_as == NameUse::ScramUser && !value.is_ascii() {
        Some("a user's name has only ASCII characters: with any other, Kafka refuses the login")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_its_user_and_a_typed_one_for_itself() {
        for (value, principal) in
            [("app", "User:app"), ("User:app", "User:app"), ("Group:a", "Group:a"), ("CN=a", "User:CN=a")]
        {
            assert!(is_principal_of(value, principal), "{value}");
        }
        for (value, principal) in
            [("app", "Group:app"), ("Group:a", "User:Group:a"), ("app", "User:app2"), ("a", "Usera")]
        {
            assert!(!is_principal_of(value, principal), "{value}");
        }
        assert!(
            same_principal(&"app".into(), &"User:app".into())
                && !same_principal(&"app".into(), &"apple".into())
        );
    }

    #[test]
    fn a_value_that_kafka_would_never_match_is_refused_without_being_shown() {
        for (value, used_as, part) in [
            ("*", NameUse::Principal, "every name"),
            ("User:*", NameUse::Principal, "every name"),
            ("user:app", NameUse::Principal, "case-sensitive"),
            (":app", NameUse::Principal, "TYPE:NAME"),
            ("Group:", NameUse::Principal, "TYPE:NAME"),
            ("User:app", NameUse::ScramUser, "without `User:`"),
            ("User:app", NameUse::QuotaUser, "without `User:`"),
            ("app\nbeside", NameUse::Principal, "more than one line"),
            ("größe", NameUse::ScramUser, "ASCII"),
        ] {
            let problem = problem(&value.into(), used_as);
            assert!(problem.is_some_and(|problem| problem.contains(part)), "{value}: {problem:?}");
        }
        for (value, used_as) in [
            ("größe", NameUse::QuotaUser),
            ("Group:a", NameUse::Principal),
            ("CN=a, O=\"b\"", NameUse::Principal),
        ] {
            assert_eq!(problem(&value.into(), used_as), None, "{value}");
        }
    }
}
