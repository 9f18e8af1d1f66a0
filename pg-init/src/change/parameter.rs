//! Privileges on configuration parameters.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use init_core::{Properties, Subject};

use super::show::Show;
use crate::spec::ParameterPrivilege;

/// Privileges on a parameter that a role lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantParameter {
    /// The role's key in the spec.
    pub role: String,
    /// The parameter.
    pub parameter: String,
    /// The privileges.
    pub privileges: BTreeSet<ParameterPrivilege>,
}

impl GrantParameter {
    /// The names of the privileges, separated by commas.
    pub(crate) fn words(&self) -> String {
        self.privileges.iter().map(|privilege| privilege.keyword()).collect::<Vec<_>>().join(", ")
    }
}

impl Display for GrantParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "grant {} on parameter {} to {}", self.words(), self.parameter, self.role)
    }
}

impl Show for GrantParameter {
    fn subject(&self) -> Subject {
        Subject::new("parameter_grant", &self.parameter).within(&self.role)
    }

    fn properties(&self) -> Properties {
        Properties::none().to("privileges", &self.privileges)
    }
}
