//! The names of users with a label. Elsewhere in the spec, such a user is named by its label.

use std::collections::BTreeMap;

use init_core::{SpecPath, Text, Violations};

use crate::spec::UserSpec;

/// The type of the principals of users.
const USER: &str = "User:";

/// The name of each user that has a label, by the label.
#[derive(Default)]
pub(super) struct UserNames(BTreeMap<String, Text>);

impl UserNames {
    /// Two users with the same name are a violation.
    pub(super) fn of(users: &BTreeMap<String, UserSpec>, violations: &mut Violations) -> Self {
        let at = SpecPath::root().key("users");
        let mut labels: BTreeMap<Text, &String> = BTreeMap::new();
        let mut names = BTreeMap::new();
        for (label, user) in users {
            let name = user.name.clone().unwrap_or_else(|| Text::Plain(label.clone()));
            if let Some(other) = labels.insert(name.clone(), label) {
                violations.push(&at.key(label), format!("it has the same name as the user `{other}`"));
            }
            if user.name.is_some() {
                names.insert(label.clone(), name);
            }
        }
        Self(names)
    }

    /// The labels by name, for messages.
    pub(super) fn labels(&self) -> BTreeMap<Text, String> {
        self.0.iter().map(|(label, name)| (name.clone(), label.clone())).collect()
    }

    /// The user with this label, or else of this name.
    pub(super) fn user(&self, name: &str) -> Text {
        self.0.get(name).cloned().unwrap_or_else(|| Text::Plain(name.to_owned()))
    }

    /// The principal, where `User:LABEL` is the user with that label.
    pub(super) fn principal(&self, principal: &str) -> Text {
        match principal.strip_prefix(USER).and_then(|label| self.0.get(label)) {
            Some(Text::Plain(name)) => Text::Plain(format!("{USER}{name}")),
            Some(secret @ Text::Secret(_)) => secret.clone(),
            None => Text::Plain(principal.to_owned()),
        }
    }
}
