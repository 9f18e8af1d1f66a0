//! An ACL entry as it is written: it stands for every combination of its lists.

use init_core::Text;
use schemars::JsonSchema;
use serde::Deserialize;

use super::list::OneOrMany;
use super::state::State;
use crate::desired::Pattern;

/// One name, or a list of names.
pub(crate) type Names = OneOrMany<String>;

/// One name of a user or a principal, or a list of such names. Each may come from a secret.
pub(crate) type UserNames = OneOrMany<Text>;

/// One ACL entry: the principals, operations, resources of one type, and hosts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AclSpec {
    /// The principals, as TYPE:NAME. `User:LABEL` is the user with that label. A secret has TYPE:NAME, or the name of a
    /// user alone.
    #[schemars(with = "UserNames")]
    pub(crate) principal: Option<UserNames>,
    /// The operations that are allowed. Write either this or `deny`.
    pub(crate) allow: Option<Names>,
    /// The operations that are denied.
    pub(crate) deny: Option<Names>,
    /// Topics, by name or prefix; `*` stands for all topics.
    pub(crate) topic: Option<Names>,
    /// Consumer groups.
    pub(crate) group: Option<Names>,
    /// The cluster itself.
    pub(crate) cluster: Option<bool>,
    /// Transactional ids.
    pub(crate) transactional_id: Option<Names>,
    /// Delegation tokens.
    pub(crate) delegation_token: Option<Names>,
    /// Users, as the owners of delegation tokens. A name without TYPE: in front is `User:NAME`.
    pub(crate) user: Option<UserNames>,
    /// The pattern type: `literal` names are whole, `prefixed` names are the beginning of a resource's name. Default:
    /// literal.
    #[serde(rename = "match", default)]
    pub(crate) pattern: Pattern,
    /// `present` creates the ACLs, `absent` deletes them. Default: present.
    #[serde(default)]
    pub(crate) state: State,
    /// The IP addresses of clients. An address is compared with the client's own, and a host name is never resolved.
    /// Default: any.
    pub(crate) host: Option<Names>,
}
