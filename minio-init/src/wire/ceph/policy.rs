//! The policies of users (inline policies), by the IAM API of the gateway: signed forms, and answers in XML.
//!
//! <https://docs.ceph.com/en/latest/radosgw/iam/>

use std::collections::BTreeSet;

use crate::desired::document::Document;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::iam::Form;

/// The code for a user or a policy that does not exist, and for the policies of a user that never had one.
const NO_SUCH_ENTITY: &str = "NoSuchEntity";

impl Client {
    /// The names of the policies of a user.
    pub(crate) async fn rgw_policies(&self, uid: &str) -> Result<BTreeSet<String>, Error> {
        let action = format!("list the policies of user {uid}");
        let form = Form::new("ListUserPolicies").with("UserName", uid);
        let answer = match self.send_rgw(form.into_call(&action)).await {
            Err(refused) if refused.code() == NO_SUCH_ENTITY => return Ok(BTreeSet::new()),
            answer => answer?,
        };
        let list = self.parse_iam(&action, &answer, "ListUserPoliciesResponse")?;
        let names = list.descendant(&["ListUserPoliciesResult", "PolicyNames"]);
        Ok(names.into_iter().flat_map(|names| names.values("member")).map(str::to_owned).collect())
    }

    /// The document of a policy that the user has; `None` for one that is no policy.
    pub(crate) async fn rgw_policy(&self, uid: &str, policy: &str) -> Result<Option<Document>, Error> {
        let action = format!("read policy {policy} of user {uid}");
        let answer = self.send_rgw(on_policy("GetUserPolicy", uid, policy).into_call(&action)).await?;
        let read = self.parse_iam(&action, &answer, "GetUserPolicyResponse")?;
        let text = read.value(&["GetUserPolicyResult", "PolicyDocument"]).unwrap_or_default();
        Ok(serde_json::from_str(text).ok().and_then(|json| Document::read(&json)))
    }

    pub(crate) async fn put_rgw_policy(
        &self,
        uid: &str,
        policy: &str,
        document: &Document,
    ) -> Result<(), Error> {
        let _turn = self.admin_ops().writing.lock().await;
        let action = format!("write policy {policy} of user {uid}");
        let form = on_policy("PutUserPolicy", uid, policy).with("PolicyDocument", document.text());
        self.send_rgw(form.into_call(&action)).await.map(drop)
    }

    /// Removes a policy of a user. Another run may have removed it already.
    pub(crate) async fn remove_rgw_policy(&self, uid: &str, policy: &str) -> Result<(), Error> {
        let _turn = self.admin_ops().writing.lock().await;
        let action = format!("remove policy {policy} of user {uid}");
        match self.send_rgw(on_policy("DeleteUserPolicy", uid, policy).into_call(&action)).await {
            Err(refused) if refused.code() == NO_SUCH_ENTITY => Ok(()),
            done => done.map(drop),
        }
    }
}

fn on_policy(call: &'static str, uid: &str, policy: &str) -> Form<'static> {
    Form::new(call).with("UserName", uid).with("PolicyName", policy)
}
