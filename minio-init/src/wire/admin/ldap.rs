//! The calls of MinIO's admin API about users and groups of its LDAP directory. MinIO looks a name up in the directory,
//! so a login name and any spelling of a distinguished name mean the same entry.
//!
//! <https://github.com/minio/minio/blob/master/cmd/admin-handlers-idp-ldap.go>

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde::Deserialize;

use super::answers::OwnAccessKeys;
use super::releases::UNKNOWN_CALL;
use crate::error::Error;
use crate::wire::client::{Call, Client};

/// The part of a spec that needs these calls.
const NEEDED: &str = "ldap";
/// The largest list, in bytes.
const LISTING: usize = 16 << 20;
/// A login name that nobody has.
const NOBODY: &str = "minio-init.nobody";
/// The name of no policy, because a list of policies has commas between its names.
const NO_POLICY: &str = ",";
/// The code with which MinIO answers a call about LDAP when it has users of its own.
const NOT_ENABLED: [&str; 2] = ["XMinioIAMActionNotAllowed", "XMinioLDAPNotEnabled"];

/// The codes with which MinIO answers about an entry that the directory does not have.
const NOT_THERE: [&str; 2] = ["XMinioAdminNoSuchUser", "XMinioAdminNoSuchGroup"];

/// A user or a group of the directory.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LdapName<'a> {
    User(&'a str),
    Group(&'a str),
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PolicyEntities {
    user_mappings: Option<Vec<Mapping>>,
    group_mappings: Option<Vec<Mapping>>,
}

#[derive(Debug, Deserialize)]
struct Mapping {
    #[serde(default)]
    policies: Option<BTreeSet<String>>,
}

impl LdapName<'_> {
    /// The name of the field in a body and of the parameter in a query.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Group(_) => "group",
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::User(name) | Self::Group(name) => name,
        }
    }
}

impl Client {
    /// The policies that are attached to the user or group itself. An entry that the directory does not have has none.
    pub(crate) async fn ldap_policies(&self, name: LdapName<'_>) -> Result<BTreeSet<String>, Error> {
        let action = format!("read the policies of the LDAP {} {}", name.field(), name.name());
        let call = Call::admin(Method::GET, "idp/ldap/policy-entities", action.as_str())
            .query(name.field(), name.name());
        let sealed = self
            .send_admin_sealed(NEEDED, call)
            .await
            .map_err(|refused| self.with_ldap_off(refused, name))?;
        let found: PolicyEntities = self.json(&action, &self.open(&action, sealed).await?)?;
        let mappings = [found.user_mappings, found.group_mappings].into_iter().flatten().flatten();
        Ok(mappings.filter_map(|mapping| mapping.policies).flatten().collect())
    }

    /// The access keys (service accounts) of a user; `None` when the directory has no such user.
    pub(crate) async fn ldap_access_keys(&self, login: &str) -> Result<Option<BTreeSet<String>>, Error> {
        let action = format!("list the access keys of the LDAP user {login}");
        let call = Call::admin(Method::GET, "idp/ldap/list-access-keys", action.as_str())
            .query("listType", "svcacc-only")
            .query("userDN", login);
        match self.send_admin_sealed(NEEDED, call).await {
            Ok(sealed) => {
                let keys: OwnAccessKeys = self.json(&action, &self.open(&action, sealed).await?)?;
                Ok(Some(keys.names().collect()))
            }
            Err(refused) if refused.code() == "XMinioAdminNoSuchUser" => Ok(None),
            Err(refused) => Err(self.with_ldap_off(refused, LdapName::User(login))),
        }
    }

    /// Fails when the server does not reach its directory. Without it MinIO answers that nothing is attached. A login
    /// name that nobody has is looked up, which needs no key derivation.
    pub(crate) async fn check_ldap_reachable(&self) -> Result<(), Error> {
        let call = Call::admin(Method::GET, "idp/ldap/list-access-keys", "ask for the LDAP directory")
            .query("listType", "svcacc-only")
            .query("userDN", NOBODY);
        match self.send_admin_sealed(NEEDED, call).await {
            // There is no such user, the account may not ask, or an old release does not have the call.
            Err(Error::Refused(refusal)) if refusal.status < 500 => Ok(()),
            Err(Error::ReleaseTooOld { .. }) => Ok(()),
            answered => answered.map(drop),
        }
    }

    /// The access keys (service accounts) of all users of the directory; none on a release that has no such list.
    pub(crate) async fn ldap_users_access_keys(&self) -> Result<BTreeSet<String>, Error> {
        let action = "list the access keys of LDAP users";
        let call = Call::admin(Method::GET, "idp/ldap/list-access-keys-bulk", action).limit(LISTING);
        match self.send_admin_sealed(NEEDED, call.query("all", "true").query("listType", "svcacc-only")).await
        {
            Ok(sealed) => {
                let of_users: BTreeMap<String, OwnAccessKeys> =
                    self.json(action, &self.open(action, sealed).await?)?;
                Ok(of_users.into_values().flat_map(OwnAccessKeys::names).collect())
            }
            Err(refused) if refused.code() == UNKNOWN_CALL => Ok(BTreeSet::new()),
            Err(refused) => Err(refused),
        }
    }

    /// Looks for a user or group without a change. MinIO looks it up in the directory before it looks for the policy,
    /// and there is no policy of this name.
    pub(crate) async fn find_in_ldap(&self, name: LdapName<'_>) -> Result<(), Error> {
        let action = format!("look in LDAP for the {} {}", name.field(), name.name());
        let body =
            self.seal(&action, &serde_json::json!({"policies": [NO_POLICY], name.field(): name.name()}))?;
        let call = Call::admin(Method::POST, "idp/ldap/policy/attach", action)
            .header("content-type", "application/octet-stream")
            .body(body);
        match self.send_admin_sealed(NEEDED, call).await {
            // It is there. MinIO answers 500 when it cannot look it up.
            Err(Error::Refused(refusal))
                if refusal.status < 500 && !NOT_THERE.contains(&refusal.code.as_str()) =>
            {
                Ok(())
            }
            answered => answered.map(drop),
        }
    }

    /// True when the server takes its users from LDAP, as far as the account may ask. The answer is not opened.
    pub(crate) async fn has_ldap(&self) -> bool {
        let call = Call::admin(Method::GET, "idp/ldap/policy-entities", "ask for LDAP");
        self.send_admin_sealed(NEEDED, call.query("policy", NO_POLICY)).await.is_ok()
    }

    /// The error for a user or a group of the server's own where it takes them from LDAP.
    pub(crate) fn no_own_identities(&self, at: String) -> Error {
        Error::Unsupported {
            at,
            feature: "a user or group of its own",
            endpoint: self.endpoint().clone(),
            why: "it takes them from LDAP: attach policies to those under `ldap`".to_owned(),
        }
    }

    /// The error for a server without LDAP.
    fn with_ldap_off(&self, refused: Error, name: LdapName<'_>) -> Error {
        if !NOT_ENABLED.contains(&refused.code()) {
            return refused;
        }
        Error::Unsupported {
            at: format!("ldap.{}s.{}", name.field(), name.name()),
            feature: NEEDED,
            endpoint: self.endpoint().clone(),
            why: "it has users of its own, and no LDAP (`identity_ldap`): write them under `users` and `groups`".to_owned(),
        }
    }
}
