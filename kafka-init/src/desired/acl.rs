//! ACL bindings, with Kafka's names and numbers.

use std::fmt;

use init_core::Text;
use schemars::JsonSchema;
use serde::Deserialize;

/// One ACL binding: a principal, from a host, is allowed or denied an operation on a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    /// The principal, as `User:NAME`. A secret may have NAME alone.
    pub principal: Text,
    /// The permission type: allow or deny.
    pub permission: Permission,
    /// The operation.
    pub operation: Operation,
    /// The type of the resource.
    pub resource: Resource,
    /// The pattern type: whether `name` is the resource's whole name or its beginning.
    pub pattern: Pattern,
    /// The resource's name, or its beginning. Only the name of a user may come from a secret.
    pub name: Text,
    /// The host that the client connects from; `*` is any.
    pub host: String,
}

macro_rules! numbered {
    ($(#[$about:meta])* $kind:ident { $($(#[$doc:meta])* $variant:ident = $number:literal $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $kind { $($(#[$doc])* $variant,)* }

        impl $kind {
            const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Kafka's number for it.
            pub(crate) fn number(self) -> i8 {
                match self { $(Self::$variant => $number,)* }
            }

            /// Kafka's name for it.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The value with this number in Kafka's protocol.
            pub(crate) fn from_number(number: i8) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.number() == number)
            }
        }
    };
}

numbered! {
    /// The permission type of a binding.
    Permission {
        /// It allows the operation.
        Allow = 3 "ALLOW",
        /// It denies the operation, whatever other bindings allow.
        Deny = 2 "DENY",
    }
}

numbered! {
    /// The operations of Kafka's ACLs.
    Operation {
        /// Every operation.
        All = 2 "ALL",
        /// Read records, and join a group.
        Read = 3 "READ",
        /// Write records.
        Write = 4 "WRITE",
        /// Create.
        Create = 5 "CREATE",
        /// Delete.
        Delete = 6 "DELETE",
        /// Alter.
        Alter = 7 "ALTER",
        /// See that the resource exists.
        Describe = 8 "DESCRIBE",
        /// Requests that brokers send each other.
        ClusterAction = 9 "CLUSTER_ACTION",
        /// See configs.
        DescribeConfigs = 10 "DESCRIBE_CONFIGS",
        /// Change configs.
        AlterConfigs = 11 "ALTER_CONFIGS",
        /// Write as an idempotent producer.
        IdempotentWrite = 12 "IDEMPOTENT_WRITE",
        /// Create delegation tokens for another user.
        CreateTokens = 13 "CREATE_TOKENS",
        /// Describe another user's delegation tokens.
        DescribeTokens = 14 "DESCRIBE_TOKENS",
        /// Take part in two-phase commit, where a transaction may be left open for another coordinator (since Kafka
        /// 4.1).
        TwoPhaseCommit = 15 "TWO_PHASE_COMMIT",
    }
}

numbered! {
    /// The resource types of Kafka's ACLs.
    Resource {
        /// A topic.
        Topic = 2 "TOPIC",
        /// A consumer group.
        Group = 3 "GROUP",
        /// The cluster.
        Cluster = 4 "CLUSTER",
        /// A transactional id.
        TransactionalId = 5 "TRANSACTIONAL_ID",
        /// A delegation token.
        DelegationToken = 6 "DELEGATION_TOKEN",
        /// A user, for operations on its delegation tokens.
        User = 7 "USER",
    }
}

/// The pattern type of a binding's resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pattern {
    /// `LITERAL`: the name is that of the resource; `*` stands for any.
    #[default]
    Literal,
    /// `PREFIXED`: the name of the resource begins with it.
    Prefixed,
}

impl Pattern {
    /// Kafka's name for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Literal => "LITERAL",
            Self::Prefixed => "PREFIXED",
        }
    }

    pub(crate) fn number(self) -> i8 {
        match self {
            Self::Literal => 3,
            Self::Prefixed => 4,
        }
    }

    pub(crate) fn from_number(number: i8) -> Option<Self> {
        [Self::Literal, Self::Prefixed].into_iter().find(|pattern| pattern.number() == number)
    }
}

impl Binding {
    /// True when the binding applies to the resource of this name.
    pub(crate) fn covers_resource(&self, resource: Resource, name: &str) -> bool {
        self.resource == resource
            && match (&self.name, self.pattern) {
                (Text::Plain(own), Pattern::Literal) => own == name || own == "*",
                (Text::Plain(own), Pattern::Prefixed) => name.starts_with(own),
                (Text::Secret(_), _) => false,
            }
    }

    /// True when the binding applies to an operation of this principal, as Kafka's authorizer decides: permission to
    /// change a resource implies permission to describe it, but a denial implies no other.
    pub(crate) fn covers_operation(&self, principal: &Text, operation: Operation) -> bool {
        use Operation as O;
        let implies: &[O] = match operation {
            O::Describe => &[O::Read, O::Write, O::Delete, O::Alter],
            O::DescribeConfigs => &[O::AlterConfigs],
            _ => &[],
        };
        let is_implied = self.permission == Permission::Allow && implies.contains(&self.operation);
        let operations = self.operation == operation || self.operation == O::All || is_implied;
        let is_everyone = matches!(&self.principal, Text::Plain(principal) if principal == "User:*");
        operations && (self.principal == *principal || is_everyone)
    }
}

impl Operation {
    /// The operation with this name, in any case and with or without underscores.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
        Self::ALL.iter().copied().find(|operation| plain(operation.name()) == plain(name))
    }
}

impl Resource {
    /// The key of this resource type in an ACL entry of a spec.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Group => "group",
            Self::Cluster => "cluster",
            Self::TransactionalId => "transactionalId",
            Self::DelegationToken => "delegationToken",
            Self::User => "user",
        }
    }

    /// The operations that Kafka checks on this resource type. Kafka stores a binding with any other operation, but
    /// never uses it.
    pub(crate) fn operations(self) -> &'static [Operation] {
        use Operation as O;
        match self {
            Self::Topic => &[
                O::All,
                O::Read,
                O::Write,
                O::Create,
                O::Delete,
                O::Alter,
                O::Describe,
                O::DescribeConfigs,
                O::AlterConfigs,
            ],
            Self::Group => &[O::All, O::Read, O::Delete, O::Describe, O::DescribeConfigs, O::AlterConfigs],
            Self::Cluster => &[
                O::All,
                O::Create,
                O::Alter,
                O::Describe,
                O::ClusterAction,
                O::DescribeConfigs,
                O::AlterConfigs,
                O::IdempotentWrite,
            ],
            Self::TransactionalId => &[O::All, O::Write, O::Describe, O::TwoPhaseCommit],
            Self::DelegationToken => &[O::All, O::Describe],
            Self::User => &[O::All, O::CreateTokens, O::DescribeTokens],
        }
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (permission, operation) = (self.permission.name(), self.operation.name());
        write!(f, "{permission} {} {operation} on {} ", self.principal, self.resource.name())?;
        let star = if self.pattern == Pattern::Prefixed { "*" } else { "" };
        write!(f, "{}{star}", self.name)?;
        if self.host == "*" { Ok(()) } else { write!(f, " from {}", self.host) }
    }
}
