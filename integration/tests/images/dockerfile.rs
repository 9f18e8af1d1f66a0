//! The Dockerfile, by Docker's client alone: no Rust, no shell script of this repository, no registry.

use integration::{Scratch, docker, shell};

/// The build context that Docker sends to its builder, which .dockerignore decides, without a compilation.
#[test]
fn what_docker_builds_from_has_every_package_of_the_workspace() {
    let (scratch, image) = (Scratch::new(), format!("dayzero-it-context:{}", std::process::id()));
    let folder = scratch.path().display();
    shell(&format!("printf 'FROM scratch\nCOPY . /\n' | docker build --quiet --tag {image} --file - .")).ok();
    let container = docker(&["create", &image, "none"]).ok();
    let unpacked = shell(&format!("docker export {0} | tar -x -C {folder}; docker rm {0}", container.trim()));
    docker(&["image", "rm", &image]);
    unpacked.ok();
    shell(&format!("cd {folder} && cargo metadata --locked --offline --no-deps --format-version 1")).ok();
}

mod cross {
    use integration::{Output, Scratch, docker, shell};

    use crate::reproducible::elsewhere;

    /// A machine with Docker's client, and nothing else of what building needs.
    const CLIENT: &str = "FROM debian:trixie-slim
RUN apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install docker-cli docker-compose >/dev/null
ENV DOCKER_BUILDKIT=0
";
    /// The base, made from packages, with a profile that compiles in a minute or two.
    const RUST: &str = "FROM dayzero/rust:sid
ENV CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
LABEL dayzero-it-rust=PID
";
    /// The parts that the snippet leaves to the user, and the image of the server.
    const OVERRIDE: &str = r#"
services:
  postgres:
    image: SERVER
    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password}
    secrets: [postgres_password]
    healthcheck: {test: [CMD, pg_isready, --quiet, --host=localhost], interval: 1s, retries: 60}
  pg-init: {image: "IMAGE"}
  your-app: {image: "IMAGE", command: ["--help"]}
"#;

    /// A folder with a clone of the repository, the snippet of the README and its secrets, and the images of this run.
    struct Bed {
        scratch: Scratch,
        tree: String,
        id: u32,
    }

    impl Bed {
        fn new() -> Self {
            let scratch = Scratch::new();
            let bed = Self { tree: elsewhere(&scratch), scratch, id: std::process::id() };
            bed.image("client", CLIENT);
            bed.image("rust", &RUST.replace("PID", &bed.id.to_string()));
            bed.snippet();
            bed
        }

        fn name(&self, image: &str) -> String {
            format!("dayzero-it-{image}:{}", self.id)
        }

        fn folder(&self) -> String {
            self.scratch.path().display().to_string()
        }

        fn image(&self, image: &str, dockerfile: &str) {
            let (folder, name) = (self.folder(), self.name(image));
            self.scratch.file(image, dockerfile.as_bytes());
            shell(&format!("docker build --network host --quiet --tag {name} - <{folder}/{image}")).ok();
        }

        fn snippet(&self) {
            let services = OVERRIDE.replace("SERVER", &server()).replace("IMAGE", &self.name("built"));
            self.scratch.file("compose.yaml", readme("snippet with secrets").as_bytes());
            self.scratch.file("override.yaml", services.as_bytes());
            shell(&format!(
                "mkdir {0}/secrets && for name in postgres app; do echo canary-$name >{0}/secrets/${{name}}_password; done",
                self.folder()
            ))
            .ok();
        }

        /// Shell on the machine that has the client alone.
        fn alone(&self, line: &str) -> Output {
            self.machine(&[], line)
        }

        fn machine(&self, options: &[&str], line: &str) -> Output {
            let folder = format!("{0}:{0}", self.folder());
            let engine = "/var/run/docker.sock:/var/run/docker.sock";
            let run = ["run", "--rm", "--network", "none", "--volume", engine, "--volume", &folder];
            let shell = ["--workdir", &self.tree, &self.name("client"), "sh", "-euc", line];
            docker(&[&run[..], options, &shell].concat())
        }

        fn trial(&self) -> String {
            format!("dayzero-it-try-{}", self.id)
        }

        /// The README's lines for trying it, typed one after another at a terminal; the exit of each, and all that was said.
        fn tried(&self) -> (Vec<String>, String) {
            let network = self.scratch.file("try.yaml", b"services: {pg-init: {build: {network: host}}}\n");
            let files = format!("--file examples/compose.yaml --file {}", network.display());
            let lines = readme("try").replace("--file examples/compose.yaml", &files);
            let typed: String = lines.lines().map(|line| format!("{line}\necho \"exit: $?\"\n")).collect();
            let names = format!(
                "set +e; export COMPOSE_PROJECT_NAME={} POSTGRES_IMAGE={} PG_INIT_IMAGE={} RUST_IMAGE={}\n",
                self.trial(),
                server(),
                self.name("built"),
                self.name("rust")
            );
            let said = self.machine(&["--tty"], &(names + &typed)).ok();
            // Compose's progress leaves its control sequences in front.
            let exits = said.lines().filter_map(|line| line.rsplit_once("exit: "));
            (exits.map(|(_, exit)| exit.to_owned()).collect(), said)
        }

        fn compose(&self, args: &str) -> Output {
            let project = format!("dayzero-it-dockerfile-{}", self.id);
            self.alone(&format!(
                "cd ../.. && docker compose -p {project} -f compose.yaml -f override.yaml {args}"
            ))
        }
    }

    impl Drop for Bed {
        fn drop(&mut self) {
            self.compose("down --volumes --timeout 2");
            self.alone(&format!("docker compose -p {} down --volumes --timeout 2", self.trial()));
            // The classic builder leaves the image of the first stage, which has the label of its base.
            let first = format!("label=dayzero-it-rust={}", self.id);
            docker(&["image", "prune", "--force", "--filter", &first]);
            for image in ["built", "rust", "client"] {
                docker(&["image", "rm", &self.name(image)]);
            }
        }
    }

    /// The image of PostgreSQL that the suite has.
    fn server() -> String {
        shell("set -a && . ./.env.example && echo \"$POSTGRES_IMAGE\"").ok().trim().to_owned()
    }

    /// The code that follows a mark in the README.
    fn readme(mark: &str) -> String {
        let code = format!("sed -n '/^<!-- {mark}:/,/^```$/p' README.md | sed '1,2d;$d'");
        let code = shell(&code).ok();
        assert!(!code.is_empty(), "the README has no {mark}");
        code
    }

    #[test]
    #[ignore = "just cross-test, after integration/bootstrap.sh --arm64"]
    fn with_dockers_client_alone_the_readmes_image_is_built_its_snippet_runs_and_it_can_be_tried() {
        let bed = Bed::new();
        // The line as it stands, but for the name that it gives, and the base, which no registry is reached for.
        let options = format!(
            "docker build --network host --build-arg RUST={} --tag {}",
            bed.name("rust"),
            bed.name("built")
        );
        let built = bed.alone(&readme("build").replace("docker build", &options));
        assert_eq!(built.exit, 0, "{}{}", built.stdout, built.stderr);
        let labels = docker(&["inspect", "--format", "{{json .Config.Labels}}", &bed.name("built")]).ok();
        for label in [r#"title":"pg-init""#, r#"version":""#, r#"licenses":"Apache-2.0""#] {
            assert!(labels.contains(label), "{labels}");
        }
        let up = bed.compose("up --detach");
        let said = bed.compose("logs pg-init").stdout;
        assert_eq!(up.exit, 0, "{}{said}", up.stderr);
        assert!(said.contains("create_database") && !said.contains("canary"), "{said}");
        // Nothing is compiled again: what stands above has made this image.
        let (exits, said) = bed.tried();
        assert_eq!(exits, ["0", "0", "0", "0", "3", "0", "0"], "{said}");
        assert!(said.contains("create_database") && !said.contains("of-the-try"), "{said}");
    }

    #[test]
    #[ignore = "just cross-test, after integration/bootstrap.sh --arm64"]
    fn a_build_that_names_no_tool_says_which_there_are() {
        let build = shell("DOCKER_BUILDKIT=0 docker build --force-rm --build-arg RUST=dayzero/rust:sid .");
        assert_ne!(build.exit, 0);
        let said = build.stdout + &build.stderr;
        for tool in integration::tools() {
            assert!(said.contains(&tool), "no {tool} in: {said}");
        }
    }
}
