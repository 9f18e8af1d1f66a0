//! Finds credentials in the environment, where `docker inspect` and every child process can read them.

use std::collections::BTreeSet;
use std::ffi::OsString;

const CREDENTIAL_PARTS: [&str; 6] =
    ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET_KEY", "SECRET_ACCESS_KEY", "PRIVATE_KEY"];
const CREDENTIAL_SUFFIXES: [&str; 2] = ["_SECRET", "_TOKEN"];
/// The suffixes of variables that hold the path of a credential and not the credential itself.
const PATH_SUFFIXES: [&str; 3] = ["_FILE", "_PATH", "_DIR"];

/// Credentials that a CI system gives to every process of a job. They are not accepted by the provisioned servers, and the
/// user of the CI system cannot remove them.
const CI_VARIABLES: [&str; 15] = [
    // GitHub Actions, and the compatible Gitea and Forgejo.
    "GITHUB_TOKEN",
    "GITEA_TOKEN",
    "FORGEJO_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    // GitLab CI.
    "CI_JOB_TOKEN",
    "CI_REGISTRY_PASSWORD",
    "CI_DEPLOY_PASSWORD",
    "CI_DEPENDENCY_PROXY_PASSWORD",
    // Buildkite.
    "BUILDKITE_AGENT_ACCESS_TOKEN",
    "BUILDKITE_AGENT_JOB_API_TOKEN",
    // CircleCI.
    "CIRCLE_OIDC_TOKEN",
    // Bitbucket Pipelines.
    "BITBUCKET_STEP_OIDC_TOKEN",
    // Drone and Woodpecker.
    "DRONE_NETRC_PASSWORD",
    "CI_NETRC_PASSWORD",
];

/// The sorted names of all non-empty variables that look like a credential for a server. `known` are the variables of the
/// server's own clients (`Backend::CREDENTIAL_VARIABLES`).
pub(crate) fn credentials<'e>(
    variables: impl IntoIterator<Item = &'e (OsString, OsString)>,
    known: &[&str],
) -> Vec<String> {
    let filled = variables.into_iter().filter(|(_, value)| !value.is_empty());
    let names = filled.map(|(name, _)| name.to_string_lossy().into_owned());
    let found: BTreeSet<String> = names
        .filter(|name| {
            is_credential(&name.to_ascii_uppercase(), known) && !CI_VARIABLES.contains(&name.as_str())
        })
        .collect();
    found.into_iter().collect()
}

/// Returns true if a non-empty variable of this name, given in upper case, holds a credential.
pub(crate) fn is_credential(name: &str, known: &[&str]) -> bool {
    let is_path = PATH_SUFFIXES.iter().any(|end| name.ends_with(end));
    let credential = CREDENTIAL_PARTS.iter().any(|part| name.contains(part))
        || CREDENTIAL_SUFFIXES.iter().any(|end| name.ends_with(end))
        || known.iter().any(|known| is_known(name, known));
    credential && !is_path
}

/// Compares a name with a known variable, in which a `*` at the end matches any suffix.
fn is_known(name: &str, known: &str) -> bool {
    known.strip_suffix('*').map_or(name == known, |start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, value: &str) -> bool {
        !credentials(&[(name.into(), value.into())], &["TOYCLI_AUTH", "TOY_HOST_*"]).is_empty()
    }

    #[test]
    fn credentials_are_found_whatever_their_case() {
        for name in [
            "KAFKA_PASSWORD",
            "db_passwd",
            "SSL_KEY_PASSPHRASE",
            "MINIO_SECRET_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "TLS_PRIVATE_KEY",
            "OAUTH_CLIENT_SECRET",
            "my_github_token",
            "toycli_auth",
            "TOY_HOST_local",
            "PASSWORD",
            "INIT_DB_PASSWORD",
        ] {
            assert!(found(name, "x"), "{name}");
            assert!(!found(name, ""), "{name} is empty");
        }
    }

    #[test]
    fn paths_and_own_options_are_no_credentials() {
        for name in [
            "POSTGRES_PASSWORD_FILE",
            "SECRET_KEY_PATH",
            "PASSWORD_DIR",
            "INIT_SECRETS_DIR",
            "PATH",
            "TOKENIZER",
            "SECRET",
            "HOME",
            "INIT_SPEC",
            "TOYCLI_AUTH_METHOD",
            "OTHERCLI_AUTH",
        ] {
            assert!(!found(name, "x"), "{name}");
        }
    }

    #[test]
    fn the_credentials_of_a_ci_job_are_tolerated_in_the_environment_only() {
        for name in CI_VARIABLES {
            assert!(!found(name, "x") && is_credential(name, &[]), "{name}");
            assert!(found(&format!("MY_{name}"), "x"), "{name}");
        }
    }
}
