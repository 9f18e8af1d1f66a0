//! Provisions PostgreSQL from one declarative spec: roles, databases, schemas, extensions, privileges,
//! publications.
//!
//! ```text
//! Spec --validate--> Desired            names, cycles, privileges that fit: offline
//! Door --enter--> Session               TCP, TLS, SCRAM, primary, parameters pinned, advisory lock
//! Session --observe--> Observed         one catalog query per kind, one session per database
//! plan(Desired, Observed)               pure; roles by the spec's keys, never by a secret name
//! check --> apply                       each change one transaction; passwords as SCRAM verifiers
//! ```

mod apply;
mod backend;
mod change;
mod check;
mod desired;
mod error;
#[doc(hidden)]
pub mod fuzz;
mod moment;
mod names;
mod observe;
mod observed;
mod plan;
mod pool;
mod scram;
mod setting;
mod spec;
mod sql;
mod validate;
mod wire;

pub use backend::Postgres;
pub use change::{
    AlterDatabase, AlterDefaultPrivileges, AlterExtension, AlterMembership, AlterPublication, AlterRole,
    AlterSchema, Change, CreateDatabase, CreateExtension, CreatePublication, CreateRole, CreateSchema,
    GrantPrivileges, GrantRole, Members, PasswordDrift, PreviousPassword, Privileges, RevokePrivileges,
};
pub use desired::{Attributes, DefaultTarget, Desired, Membership, Target, Until};
pub use error::Error;
pub use observed::Observed;
pub use spec::{
    Authentication, ChannelBinding, Database, DefaultPrivilege, Extension, Future, Grant, Many, MemberOf,
    Object, Operation, Privilege, Publication, Revoke, Role, Schema, Setting, Spec, Tables, Tls, TlsMode,
    TlsSpec,
};
