//! Commands of the host, with all they printed.

use std::process::{Command, Stdio};

/// The output of a command, and its exit status.
#[derive(Clone, Debug)]
pub struct Output {
    /// The exit code; -1 for a signal.
    pub exit: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Output {
    /// Standard output of a command that must succeed.
    pub fn ok(self) -> String {
        assert_eq!(self.exit, 0, "{}\n{}", self.stdout, self.stderr);
        self.stdout
    }

    pub(crate) fn of(output: &std::process::Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            exit: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

pub(crate) fn run(command: &mut Command) -> Output {
    match command.stdin(Stdio::null()).output() {
        Ok(output) => Output::of(&output),
        Err(error) => panic!("cannot run {command:?}: {error}"),
    }
}

/// `docker ARGS`
pub fn docker(args: &[&str]) -> Output {
    run(Command::new("docker").args(args))
}

/// An option for servers that are asked much: compiling the system call filter is a quarter of what an `exec` costs, and
/// these servers are not what is tested. The tools' own containers have it.
pub(crate) const UNFILTERED: [&str; 2] = ["--security-opt", "seccomp=unconfined"];

/// Build scripts watch what cargo sets for a package: with this suite's, a cargo in a line would compile C again.
const NO_PACKAGE: &str = r#"unset "${!CARGO_PKG_@}" "${!CARGO_MANIFEST_@}""#;

/// A line of shell, in the root of the project.
pub fn shell(line: &str) -> Output {
    let line = format!("{NO_PACKAGE}\n{line}");
    run(Command::new("bash").args(["-c", &line]).current_dir(crate::root()))
}

/// The init tools of the workspace, by name: the packages whose images `just image-all` builds.
pub fn tools() -> Vec<String> {
    let tools: Vec<String> = shell("images/build.sh --list").ok().lines().map(str::to_owned).collect();
    assert!(tools.len() >= 4, "{tools:?}");
    tools
}

/// The image of a tool, by the name that `images/build.sh` has given it: with the tag `dev`, or `TAG` of the environment.
pub fn image(tool: &str) -> String {
    format!("dayzero/{tool}:{}", std::env::var("TAG").as_deref().unwrap_or("dev"))
}
