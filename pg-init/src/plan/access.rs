//! Finds changes that would lock the provisioning role out, and reports them as conflicts: the next run has to log
//! in, and has to be able to make the same changes.

use std::collections::BTreeSet;

use init_core::SpecPath;

use super::planner::Planner;
use crate::desired::{Database, PUBLIC, Privileges, Role, Target};
use crate::observed::{self, Provisioner};
use crate::spec::{Object, Privilege, RolePassword};

/// The smallest number of sessions that a run needs: the maintenance session, the session that holds the advisory
/// lock, and one session in a database.
const SESSIONS: i32 = 3;

impl Planner<'_> {
    /// Compares the declared attributes of the provisioning role with those that a run needs. Taking one of them away
    /// is a conflict.
    pub(super) fn check_provisioning_role(&mut self, key: &str, role: &Role, existing: &observed::Role) {
        let Some(provisioner) =
            self.observed.provisioner.as_ref().filter(|provisioner| provisioner.role == key)
        else {
            return;
        };
        let at = SpecPath::root().key("roles").key(key);
        let (want, have) = (&role.attributes, &existing.attributes);
        let taken = [
            ("login", want.login, have.login),
            ("superuser", want.superuser, have.superuser),
            ("createdb", want.createdb, have.createdb),
            ("createrole", want.createrole, have.createrole),
        ];
        for (word, want, have) in taken {
            if want == Some(false) && have == Some(true) {
                self.conflict(&at.key(word), format!("{key} is the provisioning role, {REMEDY}"));
            }
        }
        let few = |limit: i32| (0..SESSIONS).contains(&limit) && !provisioner.superuser;
        if want.connection_limit.is_some_and(few) && want.connection_limit != have.connection_limit {
            let problem = format!("{key} is the provisioning role, in at least {SESSIONS} sessions");
            self.conflict(&at.key("connectionLimit"), problem);
        }
        if role.password == Some(RolePassword::Unset) && self.desired.password.is_some() {
            self.conflict(&at.key("password"), format!("{key} is the provisioning role, {REMEDY}"));
        }
        if want.valid_until.is_some_and(|until| provisioner.now.is_some_and(|now| until <= now)) {
            self.conflict(&at.key("validUntil"), format!("{key} is the provisioning role, {REMEDY}"));
        }
    }

    /// Checks that the provisioning role can still connect to a database that the next run connects to.
    pub(super) fn check_connect(
        &mut self,
        name: &str,
        database: &Database,
        existing: Option<&observed::Database>,
        at: &SpecPath,
    ) {
        let Some(provisioner) = &self.observed.provisioner else { return };
        if provisioner.superuser || !(database.has_contents() || provisioner.database == name) {
            return;
        }
        let role = provisioner.role.clone();
        if database.options.connection_limit == Some(0)
            && existing.is_none_or(|existing| existing.options.connection_limit != Some(0))
        {
            let problem = format!(
                "every run connects to the database, and {role} is no superuser: the next run could not connect"
            );
            self.conflict(&at.key("connectionLimit"), problem);
        }
        let open = self.may_connect(provisioner, database, existing);
        let closing = database.revokes.iter().find(|(target, revoked)| is_connect(target, revoked));
        if let (false, Some((_, revoked))) = (open, closing) {
            let problem = format!(
                "{role} would lose CONNECT on {name}, and the next run has to connect to it: add \
                 `{{to: {role}, object: database, privileges: [connect]}}` to the grants of {name}"
            );
            self.conflict(&revoked.at, problem);
        }
    }

    /// True when the provisioning role has CONNECT on the database after the plan.
    fn may_connect(
        &self,
        provisioner: &Provisioner,
        database: &Database,
        existing: Option<&observed::Database>,
    ) -> bool {
        let owner =
            database.owner.as_ref().or(existing.map(|existing| &existing.owner)).unwrap_or(&provisioner.role);
        // A new database grants CONNECT to `public`, and a new owner gets the privileges of the former owner.
        let mut admitted: BTreeSet<&str> = match existing {
            Some(existing) => {
                let renamed =
                    |role: &'_ String| if *role == existing.owner { owner.clone() } else { role.clone() };
                existing
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

/// True when the entry grants or revokes CONNECT on the database.
fn is_connect(target: &Target, privileges: &Privileges) -> bool {
    let set = &privileges.set;
    target.object == Object::Database && (set.contains(&Privilege::Connect) || set.contains(&Privilege::All))
}

/// The end of a message about an attribute of the provisioning role.
const REMEDY: &str = "and the next run would be refused: provision with another role for this";
