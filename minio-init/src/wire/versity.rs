//! The admin API of Versity's S3 gateway: users and owners of buckets, by signed requests with XML.
//!
//! <https://github.com/versity/versitygw/wiki/Multi-Tenant>

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Method;
use init_core::Secret;
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;

use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::xml::{Element, escaped};

/// The largest list, in bytes.
const LISTING: usize = 4 << 20;
/// The beginning of the codes of the admin API.
const ADMIN_CODE: &str = "XAdmin";
/// The code of a gateway that was started without a place for accounts.
const SINGLE_USER: &str = "XAdminMethodNotSupported";
/// The root elements of the lists.
const USERS: &str = "ListUserAccountsResult";
const BUCKETS: &str = "ListBucketsResult";
/// The role of a user that owns buckets and makes none.
pub(crate) const ROLE: &str = "user";

impl Client {
    /// True when the server answers as the admin API of the gateway does, with its list or with a code of its own.
    pub(crate) async fn is_versity(&self) -> Result<bool, Error> {
        match self.versity_list("ask whether it is Versity's gateway", "/list-users", USERS).await {
            Ok(_) => Ok(true),
            Err(refused) if refused.is_of_another_server() => Ok(refused.code().starts_with(ADMIN_CODE)),
            Err(Error::UnreadableResponse { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// The role of each user, by access key.
    pub(crate) async fn versity_users(&self) -> Result<BTreeMap<String, String>, Error> {
        let list = self.versity_list("list the users", "/list-users", USERS).await;
        let list = list.map_err(|refused| self.explained(refused))?;
        Ok(pairs(&list, "Accounts", ("Access", "Role")))
    }

    /// The owner of each bucket.
    pub(crate) async fn versity_owners(&self) -> Result<BTreeMap<String, String>, Error> {
        let list = self.versity_list("list the owners of buckets", "/list-buckets", BUCKETS).await?;
        Ok(pairs(&list, "Buckets", ("Name", "Owner")))
    }

    async fn versity_list(&self, action: &str, path: &str, root: &str) -> Result<Element, Error> {
        let answer = self.send(Call::new(Method::PATCH, action).path(path).limit(LISTING)).await?;
        let list = Element::parse(&answer.body).and_then(|list| list.with_root(root));
        list.map_err(|problem| self.unreadable(action, &problem))
    }

    /// Turns the refusal of a gateway without accounts, or of a server without the admin API, into an error that says
    /// so.
    fn explained(&self, refused: Error) -> Error {
        let Error::Refused(refusal) = &refused else { return refused };
        if refusal.code == SINGLE_USER {
            return Error::Unsupported {
                at: "users".to_owned(),
                feature: "users",
                endpoint: self.endpoint().clone(),
                why: "the gateway was started without a place for accounts: start it with --iam-dir, or another --iam option"
                    .to_owned(),
            };
        }
        if [404, 405, 501].contains(&refusal.status) && !refusal.code.starts_with(ADMIN_CODE) {
            return Error::NoAdminApi {
                endpoint: self.endpoint().clone(),
                kind: self.kind(),
                needed: "users",
            };
        }
        refused
    }

    pub(crate) async fn create_versity_user(
        &self,
        action: &str,
        name: &str,
        secret: &Secret,
    ) -> Result<(), Error> {
        let call =
            Call::new(Method::PATCH, action).path("/create-user").body(account_xml(Some(name), secret));
        self.send(call)
            .await
            .map(drop)
            .map_err(|refused| refused.caused_by_concurrent_run(&["XAdminUserExists"]))
    }

    pub(crate) async fn alter_versity_user(
        &self,
        action: &str,
        name: &str,
        secret: &Secret,
    ) -> Result<(), Error> {
        let call = Call::new(Method::PATCH, action).path("/update-user").query("access", name);
        self.send(call.body(account_xml(None, secret))).await.map(drop)
    }

    pub(crate) async fn remove_versity_user(&self, action: &str, name: &str) -> Result<(), Error> {
        self.send(Call::new(Method::PATCH, action).path("/delete-user").query("access", name)).await.map(drop)
    }

    pub(crate) async fn change_versity_owner(
        &self,
        action: &str,
        bucket: &str,
        owner: &str,
    ) -> Result<(), Error> {
        let call = Call::new(Method::PATCH, action).path("/change-bucket-owner");
        self.send(call.query("bucket", bucket).query("owner", owner)).await.map(drop)
    }

    /// True when the ACL of a bucket has a grant to somebody else than its owner.
    pub(crate) async fn has_grants_to_others(&self, bucket: &str) -> Result<bool, Error> {
        let action = format!("read the ACL of bucket {bucket}");
        let answer = self.send(Call::get(action.as_str()).bucket(bucket).query("acl", "")).await?;
        let acl = Element::parse(&answer.body).map_err(|problem| self.unreadable(&action, &problem))?;
        let Some(owner) = acl.value(&["Owner", "ID"]) else {
            return Err(self.unreadable(&action, &"it names no owner"));
        };
        let grants = acl.descendant(&["AccessControlList"]).into_iter().flat_map(|list| list.all("Grant"));
        Ok(grants.map(|grant| grant.value(&["Grantee", "ID"])).any(|grantee| grantee != Some(owner)))
    }
}

/// Two texts of each item of a list.
fn pairs(list: &Element, item: &str, (key, value): (&str, &str)) -> BTreeMap<String, String> {
    let pair = |item: &Element| Some((item.value(&[key])?.to_owned(), item.value(&[value])?.to_owned()));
    list.all(item).filter_map(pair).collect()
}

/// The document of an account, with its name where it is created. It is wiped when it has been sent.
#[expect(clippy::disallowed_methods, reason = "the gateway takes the secret key in the body, which is wiped")]
fn account_xml(name: Option<&str>, secret: &Secret) -> Bytes {
    let secret = Zeroizing::new(escaped(secret.expose_secret()));
    let name = name.map(|name| format!("<Access>{}</Access><Role>{ROLE}</Role>", escaped(name)));
    let parts = [
        "<Account>",
        name.as_deref().unwrap_or_default(),
        "<Secret>",
        secret.as_str(),
        "</Secret></Account>",
    ];
    // The capacity is known, so that the buffer does not grow and leave a copy of the secret key behind.
    let mut body = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    for part in parts {
        body.extend_from_slice(part.as_bytes());
    }
    Bytes::from_owner(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_written_with_its_secret_key_whatever_characters_that_has() {
        let body = account_xml(Some("app & co"), &Secret::from("a<b>&\"c'"));
        let xml = Element::parse(&body).unwrap();
        assert_eq!(xml.value(&["Access"]), Some("app & co"));
        assert_eq!(xml.value(&["Secret"]), Some("a<b>&\"c'"));
        assert_eq!(xml.value(&["Role"]), Some(ROLE));
        let xml = Element::parse(&account_xml(None, &Secret::from("new"))).unwrap();
        assert_eq!((xml.value(&["Access"]), xml.value(&["Secret"])), (None, Some("new")));
    }
}
