//! The stack of `compose.yaml`, as `docker compose --env-file .env.example` runs it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::command::{Output, run};

/// The root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// `docker compose --env-file .env.example ARGS`, with variables beside those of the file.
pub fn compose(variables: &[(&str, &str)], args: &[&str]) -> Output {
    let mut command = Command::new("docker");
    command.args(["compose", "--env-file", ".env.example"]).args(args).current_dir(root());
    run(command.envs(variables.iter().copied()))
}

/// A profile of the stack, brought up once for all tests of a process.
#[derive(Debug)]
pub struct Stack {
    profile: &'static str,
    services: &'static [&'static str],
    up: OnceLock<()>,
}

impl Stack {
    /// `services` of `profile`, not yet up.
    pub const fn new(profile: &'static str, services: &'static [&'static str]) -> Self {
        Self { profile, services, up: OnceLock::new() }
    }

    /// Brings the servers up and waits until they are healthy; the second call does nothing.
    pub fn up(&self) {
        self.up.get_or_init(|| {
            let mut args = vec!["up", "--detach", "--wait", "--quiet-pull"];
            args.extend(self.services);
            compose(&[("COMPOSE_PROFILES", self.profile)], &args).ok();
        });
    }
}
