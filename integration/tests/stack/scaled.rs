//! The service of docs/valkey.md that runs several times under one name, through Compose.

use std::time::Duration;

use integration::{Output, Scratch, eventually, image, shell};

use crate::readme::code;

/// The parts that the page leaves to the user: the init, the file of the password, and the entrypoint of the image.
const REST: &str = r#"
    entrypoint: []
  valkey-init:
    image: TOOL
    command: [apply, --timeout, 60s]
    volumes: ["./spec.yaml:/etc/valkey-init/spec.yaml:ro"]
    secrets: [valkey_password]
secrets: {valkey_password: {file: ./valkey_password}}
"#;

struct Bed {
    scratch: Scratch,
}

impl Bed {
    fn new() -> Self {
        let bed = Self { scratch: Scratch::new() };
        let server = shell("set -a && . ./.env.example && echo \"$VALKEY_IMAGE\"").ok();
        let snippet =
            code("docs/valkey.md", "service that runs several times: run by the suite as it stands");
        let services = snippet.trim_end().replace("valkey/valkey:8.1", server.trim());
        let rest = REST.replace("TOOL", &image("valkey-init"));
        bed.scratch.file("compose.yaml", format!("services:\n{services}{rest}").as_bytes());
        bed.scratch.file("valkey_password", b"canary-scaled\n");
        bed.spec(6);
        bed
    }

    fn spec(&self, replicas: u8) {
        let spec = code("docs/valkey.md", "spec of the service: run by the suite as it stands");
        assert!(spec.contains("replicas: 6}"), "{spec}");
        self.scratch
            .file("spec.yaml", spec.replace("replicas: 6}", &format!("replicas: {replicas}}}")).as_bytes());
    }

    fn compose(&self, args: &str) -> Output {
        let file = self.scratch.path().join("compose.yaml");
        shell(&format!("docker compose -p dayzero-it-scaled -f {} {args}", file.display()))
    }

    /// Brings the service up, and runs the init to its end.
    fn up(&self, options: &str) -> String {
        self.compose(&format!("up --detach --no-deps {options} valkey")).ok();
        let ended = self.compose("run --rm -T valkey-init");
        assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.stderr);
        assert!(!ended.stderr.contains("canary") && !ended.stdout.contains("canary"));
        ended.stdout
    }

    fn cli(&self, command: &str) -> String {
        let login = "REDISCLI_AUTH=canary-scaled";
        self.compose(&format!("exec -T --env {login} --index 1 valkey valkey-cli -c {command}")).stdout
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        self.compose("down --volumes --timeout 2");
    }
}

#[test]
#[ignore = "a minute of containers: just field valkey"]
fn a_service_that_compose_scales_is_one_cluster() {
    let bed = Bed::new();
    let formed = bed.up("");
    assert!(formed.contains("valkey:6379 at "), "{formed}");
    assert!(bed.up("").contains("unchanged"));
    assert_eq!(bed.cli("SET kept 1").trim(), "OK");

    // New containers, new addresses, the same anonymous volumes.
    bed.up("--force-recreate --timeout 2");
    eventually("the key is served", Duration::from_secs(20), || bed.cli("GET kept").trim() == "1");
    assert!(bed.up("").contains("unchanged"));

    // Two more of them, which the spec names: they join, and nothing that is there moves.
    bed.spec(8);
    bed.up("--no-recreate --scale valkey=8");
    let info = bed.cli("CLUSTER INFO");
    assert!(info.contains("cluster_known_nodes:8") && info.contains("cluster_state:ok"), "{info}");
    assert_eq!(bed.cli("GET kept").trim(), "1");
}
