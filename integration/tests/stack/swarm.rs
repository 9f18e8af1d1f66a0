//! docs/deploy/swarm.yaml on a swarm of one node, made for this test and left at its end.

use std::time::Duration;

use integration::{docker, eventually, shell};

use crate::inits;

const STACK: &str = "dayzero-it-swarm";
const SECRETS: [&str; 5] =
    ["minio_user", "minio_password", "postgres_password", "valkey_password", "app_password"];

struct Swarm;

impl Swarm {
    fn init() -> Self {
        let state = docker(&["info", "--format", "{{.Swarm.LocalNodeState}}"]).ok();
        assert_eq!(
            state.trim(),
            "inactive",
            "this engine is in a swarm, which this test would have to leave"
        );
        docker(&["swarm", "init", "--advertise-addr", "127.0.0.1"]).ok();
        Self
    }
}

impl Drop for Swarm {
    fn drop(&mut self) {
        docker(&["stack", "rm", STACK]);
        // The containers go a little later than the command returns, and a network not before its last container.
        shell(&format!(
            "for _ in $(seq 100); do [[ -n $(docker ps -aq --filter label=com.docker.stack.namespace={STACK}) ]] || break; sleep 0.2; done"
        ));
        docker(&["swarm", "leave", "--force"]);
    }
}

fn service(init: &str) -> String {
    format!("{STACK}_{init}")
}

/// The state of the newest task of a job, once it has ended.
fn ended(init: &str) -> String {
    let newest = || {
        let format = "{{.CurrentState}} {{.Error}}";
        let tasks = docker(&["service", "ps", "--no-trunc", "--format", format, &service(init)]).ok();
        tasks.lines().next().unwrap_or_default().to_owned()
    };
    eventually(init, Duration::from_secs(120), || {
        ["Complete", "Failed"].iter().any(|end| newest().starts_with(end))
    });
    newest()
}

fn outcomes(init: &str) -> Vec<String> {
    let said = docker(&["service", "logs", "--raw", &service(init)]).ok();
    let outcome = |line: &str| {
        let rest = line.split_once(r#""outcome":""#)?.1;
        rest.split('"').next().map(str::to_owned)
    };
    said.lines().filter_map(outcome).collect()
}

/// The number of running tasks of a service, and the number of all.
fn replicas(name: &str) -> String {
    let filter = format!("name={}", service(name));
    docker(&["service", "ls", "--filter", &filter, "--format", "{{.Replicas}}"]).ok().trim().to_owned()
}

/// One after the other, as the engine gives a job's log in no order.
fn again(init: &str, options: &[&str]) -> String {
    docker(&[&["service", "update", "--detach", "--quiet"], options, &[&service(init)]].concat()).ok();
    ended(init)
}

#[test]
fn each_init_completes_as_a_job_and_a_wrong_secret_fails_with_its_exit_code() {
    let _swarm = Swarm::init();
    for secret in SECRETS {
        shell(&format!("head -c 24 /dev/urandom | base64 | tr '+/' '-_' | docker secret create {secret} -"))
            .ok();
    }
    shell(&format!(
        "set -a && . ./.env.example && docker stack deploy --resolve-image never --compose-file docs/deploy/swarm.yaml {STACK}"
    ))
    .ok();
    for init in inits() {
        assert!(
            ended(&init).starts_with("Complete"),
            "{init}: {} {:?}",
            ended(&init),
            docker(&["service", "logs", &service(&init)])
        );
        // The sidecar beside this one may have come first.
        let said = outcomes(&init);
        assert!(said == ["changed"] || (init == "pg-init" && said == ["unchanged"]), "{init}: {said:?}");
    }
    eventually("the sidecar runs by its health check", Duration::from_secs(120), || {
        replicas("pg-watch") == "1/1"
    });
    assert!(again("minio-init", &["--force"]).starts_with("Complete"));
    let mut said = outcomes("minio-init");
    said.sort_unstable();
    assert_eq!(said, ["changed", "unchanged"]);

    shell("echo wrong | docker secret create wrong -").ok();
    let wrong = ["--secret-rm", "postgres_password", "--secret-add", "source=wrong,target=postgres_password"];
    let end = again("pg-init", &wrong);
    assert!(end.starts_with("Failed") && end.contains("non-zero exit (77)"), "{end}");

    // A rotation is another secret under the same name, and a new task: healthy, and the old password is refused.
    shell("echo canary-rotated | docker secret create app_password_2 -").ok();
    let rotate = ["--secret-rm", "app_password", "--secret-add", "source=app_password_2,target=app_password"];
    let update = ["service", "update", "--quiet"];
    docker(&[update.as_slice(), &rotate, &[&service("pg-watch")]].concat()).ok();
    eventually("the sidecar runs again", Duration::from_secs(120), || replicas("pg-watch") == "1/1");
    let said = docker(&["service", "logs", "--raw", &service("pg-watch")]).ok();
    assert!(said.contains("alter_role") && !said.contains("canary"), "{said}");
}
