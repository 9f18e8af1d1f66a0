//! The violations of a spec, all reported at once, each with its path.

use std::fmt::Write as _;

use init_core::Command;

use crate::report;

async fn refused(fixture: &str) -> String {
    let report = report(Command::Validate, fixture).await;
    let error = &report["error"];
    let mut shown = format!("exit {}: {}\n", error["exit"], error["message"].as_str().unwrap_or_default());
    for violation in error["violations"].as_array().into_iter().flatten() {
        let text = |key: &str| violation[key].as_str().unwrap_or_default().to_owned();
        let (line, column) = (&violation["line"], &violation["column"]);
        writeln!(shown, "{line}:{column} {}: {}", text("at"), text("problem")).unwrap();
    }
    shown.replace(env!("CARGO_MANIFEST_DIR"), "")
}

macro_rules! refused {
    ($($name:ident: $file:literal,)*) => {$(
        #[tokio::test]
        async fn $name() {
            insta::assert_snapshot!(refused($file).await);
        }
    )*};
}

refused! {
    every_name_that_a_server_would_misread_is_listed: "names.yaml",
    every_property_of_a_bucket_that_says_nothing_is_listed: "buckets.yaml",
    every_mistake_of_a_policy_is_listed: "policies.yaml",
    the_account_that_provisions_is_not_declared: "own_account.yaml",
    nor_by_the_secret_that_names_it: "own_account_from_a_secret.yaml",
    every_mistake_of_garage_is_listed: "garage.yaml",
    every_mistake_of_ldap_is_listed: "ldap.yaml",
    every_mistake_of_tls_is_listed: "tls.yaml",
    a_secret_in_a_spec_is_refused_and_not_repeated: "types.yaml",
}
