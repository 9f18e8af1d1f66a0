//! Conflicts of a plan that would lock the provisioning role out: the next run has to log in and to do the same again.

use std::collections::BTreeSet;

use init_core::SpecPath;

use super::planner::Planner;
use crate::desired::{Database, PUBLIC, Privileges, Role, Target};
use crate::observed::{self, Provisioner};
use crate::spec::{Object, Privilege, RolePassword};

/// The sessions that a run needs at least: the maintenance session, the one that holds the lock, and one that works.
const SESSIONS: i32 = 3;

impl Planner<'_> {
    /// The provisioning role is declared itself: an attribute that it needs is not taken from it.
    pub(super) fn check_provisioning_role(&mut self, key: &str, role: &Role, there: &observed::Role) {
        let Some(provisioner) =
            self.observed.provisioner.as_ref().filter(|provisioner| provisioner.role == key)
        else {
            return;
        };
        let at = SpecPath::root().key("roles").key(key);
        let (want, have) = (&role.attributes, &there.attributes);
        let taken = [
            ("login", want.login, have.login),
            ("superuser", want.superuser, have.superuser),
            ("createdb", want.createdb, have.createdb),
            ("createrole", want.createrole, have.createrole),
        ];
        for (word, want, have) in taken {
            if want == Some(false) && have == Some(true) {
                self.conflict(&at.key(word), format!("{key} is the role that provisions, {CURE}"));
            }
        }
        let few = |limit: i32| (0..SESSIONS).contains(&limit) && !provisioner.superuser;
        if want.connection_limit.is_some_and(few) && want.connection_limit != have.connection_limit {
            let problem = format!("{key} is the role that provisions, in at least {SESSIONS} sessions");
            self.conflict(&at.key("connectionLimit"), problem);
        }
        if role.password == Some(RolePassword::Unset) && self.desired.password.is_some() {
            self.conflict(&at.key("password"), format!("{key} is the role that provisions, {CURE}"));
        }
        if want.valid_until.is_some_and(|until| provisioner.now.is_some_and(|now| until <= now)) {
            self.conflict(&at.key("validUntil"), format!("{key} is the role that provisions, {CURE}"));
        }
    }

    /// A database that every run connects to stays open to the provisioning role.
    pub(super) fn check_connect(
        &mut self,
        name: &str,
        database: &Database,
        there: Option<&observed::Database>,
        at: &SpecPath,
    ) {
        let Some(provisioner) = &self.observed.provisioner else { return };
        if provisioner.superuser || !(database.has_inside() || provisioner.database == name) {
            return;
        }
        let role = provisioner.role.clone();
        if database.options.connection_limit == Some(0)
            && there.is_none_or(|there| there.options.connection_limit != Some(0))
        {
            let problem =
                format!("every run enters the database, and {role} is no superuser: the next one could not");
            self.conflict(&at.key("connectionLimit"), problem);
        }
        let open = self.may_connect(provisioner, database, there);
        let closing = database.revokes.iter().find(|(target, revoked)| is_connect(target, revoked));
        if let (false, Some((_, revoked))) = (open, closing) {
            let problem = format!(
                "{role} would have no CONNECT to {name} any more, and the next run has to enter it: add \
                 `{{to: {role}, object: database, privileges: [connect]}}` to the grants of {name}"
            );
            self.conflict(&revoked.at, problem);
        }
    }

    /// Whether the provisioning role may connect to the database after the plan.
    fn may_connect(
        &self,
        provisioner: &Provisioner,
        database: &Database,
        there: Option<&observed::Database>,
    ) -> bool {
        let owner = database.owner.as_ref().or(there.map(|there| &there.owner)).unwrap_or(&provisioner.role);
        // A new database is open to everyone, and another owner has what the former one had.
        let mut admitted: BTreeSet<&str> = match there {
            Some(there) => {
                let renamed =
                    |role: &'_ String| if *role == there.owner { owner.clone() } else { role.clone() };
                there
                    .connect
                    .iter()
                    .map(|role| if renamed(role) == *owner { owner.as_str() } else { role })
                    .collect()
            }
            None => [PUBLIC, owner.as_str()].into(),
        };
        for (target, _) in database.revokes.iter().filter(|(target, revoked)| is_connect(target, revoked)) {
            admitted.remove(target.role.as_str());
        }
        let granted = database.grants.iter().filter(|(target, granted)| is_connect(target, granted));
        admitted.extend(granted.map(|(target, _)| target.role.as_str()));
        let declared = self.desired.roles.get(&provisioner.role).into_iter().flat_map(|role| &role.member_of);
        let declared = declared.filter(|(_, options)| options.inherit != Some(false)).map(|(role, _)| role);
        let mut usable = declared.chain(&provisioner.usable);
        admitted.contains(PUBLIC) || usable.any(|role| admitted.contains(role.as_str()))
    }
}

fn is_connect(target: &Target, privileges: &Privileges) -> bool {
    let set = &privileges.set;
    target.object == Object::Database && (set.contains(&Privilege::Connect) || set.contains(&Privilege::All))
}

const CURE: &str = "and the next run would be refused: provision with another role for this";
