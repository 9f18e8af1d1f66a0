//! A server that changes disabled users as they are, and users of its own configuration not at all, as SeaweedFS.

use init_core::Text;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{converge, desired, statement};
use crate::desired::Status;
use crate::observed::{Observed, ObservedAccounts};

fn server() -> Observed {
    server_with(&[])
}

/// A server with users of its own configuration.
fn server_with(fixed: &[&str]) -> Observed {
    let fixed = fixed.iter().map(|name| Text::Plain((*name).to_owned())).collect();
    Observed { accounts: ObservedAccounts::Iam(fixed), ..Observed::default() }
}

/// A user of this status with this level, a policy, a group and an access key of the user.
fn accounts(status: &str, level: &str, policies: &Value) -> Value {
    json!({
        "policies": {"look": statement("s3:GetObject")},
        "users": {"app": {"secretKey": {"secret": "a"}, "status": status, "policies": policies,
                          "access": [{"bucket": "one", "level": level}]}},
        "groups": {"team": {"members": ["app"], "policies": ["look"]}},
        "accessKeys": {"second1": {"user": "app", "secretKey": {"secret": "b"}}},
    })
}

#[test]
fn a_disabled_user_is_changed_as_it_is() {
    let mut observed = server();
    let mut shown = converge(&mut observed, &desired(accounts("disabled", "read", &json!(["look"]))));
    shown += "\n";
    let without = json!([{"name": "look", "state": "absent"}]);
    shown += &converge(&mut observed, &desired(accounts("disabled", "write", &without)));
    shown += "\n";
    shown += &converge(&mut observed, &desired(accounts("enabled", "write", &without)));
    insta::assert_snapshot!(shown);
    assert_eq!(observed.users[&Text::Plain("app".to_owned())].status, Status::Enabled);
}

#[test]
fn a_user_of_the_own_configuration_of_the_server_is_a_conflict() {
    let observed = server_with(&["app", "gone"]);
    let spec = desired(
        json!({"users": {"app": {"secretKey": {"secret": "a"}, "access": []}, "gone": {"state": "absent"}}}),
    );
    let plan = crate::plan::plan(&spec, &observed);
    assert!(plan.changes().is_empty(), "{:?}", plan.changes());
    let shown: Vec<_> = plan.conflicts().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

proptest! {
    /// Whatever was there, one plan is enough, and no user is enabled on the way.
    #[test]
    fn one_plan_is_enough(from in 0_usize..6, to in 0_usize..6) {
        let spec = |which: usize| {
            let status = ["enabled", "disabled"][which % 2];
            desired(accounts(status, ["read", "write", "owner"][which / 2], &json!([])))
        };
        let mut observed = server();
        converge(&mut observed, &spec(from));
        let shown = converge(&mut observed, &spec(to));
        prop_assert!(!shown.contains("temporarily"), "{}", shown);
    }
}
