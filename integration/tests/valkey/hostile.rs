//! Peers that are no server, in a container of 64 MB: a report, the right exit, within the time given; and no secret in it.

use std::time::Duration;

use integration::valkey::{Hostile, Manner, PASSWORD};
use integration::{Ended, Init, STEERING, shows_no_controls};

const MEMORY: [&str; 6] = ["--memory", "64m", "--memory-swap", "64m", "--add-host", "hostile:host-gateway"];

fn run(manner: Manner, after_login: bool, nodes: usize) -> Ended {
    run_with(manner, after_login, nodes, &[])
}

fn run_with(manner: Manner, after_login: bool, nodes: usize, args: &[&str]) -> Ended {
    let hostile: Vec<Hostile> = (0..nodes).map(|_| Hostile::new(manner, after_login)).collect();
    let list: Vec<String> = hostile.iter().map(|hostile| format!("hostile:{}", hostile.port())).collect();
    let mode = if nodes == 1 { "standalone" } else { "cluster" };
    let spec = format!(
        "mode: {mode}\nnodes: [{}]\npassword: {{secret: password}}\n\
         users:\n  default: {{passwords: [{{secret: password}}]}}\n  app: {{passwords: [{{secret: app}}], rules: \"+get\"}}\n",
        list.join(", ")
    );
    let init = Init::new("valkey-init", &spec).network("bridge").docker(&MEMORY);
    let init = init.secret("password", PASSWORD).secret("app", "canary-app-77aa");
    init.args(&["--timeout", "8s", "--log", "trace"]).args(args).run()
}

/// Whatever is sent, and whenever: at most 64 MB, and the exit says whose fault it is.
#[test]
fn what_no_answer_can_be_ends_the_run_within_its_memory() {
    use Manner::{Drips, Endless, Says, Then};
    for manner in [
        Endless("a"),
        Endless("+"),
        Endless("*1\r\n"),
        Endless("+OK\r\n"),
        Endless("*2\r\n$1\r\na\r\n"),
        Then("$2147483647\r\n"),
        Then("$9223372036854775807\r\n"),
        Then("$60000000\r\n"),
        Then("*2147483647\r\n"),
        Then("%2147483647\r\n"),
        Then("-"),
        Says("*-5\r\n"),
        Says("$-5\r\n"),
        Says("%1\r\n"),
        Says("-MOVED 1 elsewhere:6379\r\n"),
        Says("-ASK 1 elsewhere:6379\r\n"),
        Says("HTTP/1.1 400 Bad Request\r\n\r\n"),
        Says("\0\0\0\0"),
        Drips,
    ] {
        for after_login in [false, true] {
            let ended = run(manner, after_login, 1);
            let exit = if manner == Drips { 69 } else { 76 };
            let told = (ended.exit, ended.outcome(), ended.is_in_time(Duration::from_secs(8)));
            assert_eq!(
                told,
                (exit, "failed", true),
                "{manner:?} {after_login}: {}\n{}",
                ended.stdout,
                ended.log
            );
        }
    }
}

/// All nodes at once have no more than one.
#[test]
fn many_hostile_nodes_have_the_memory_of_one() {
    for manner in
        [Manner::Then("$1900000\r\n"), Manner::Endless("*2\r\n$1\r\na\r\n"), Manner::Then("*30000\r\n")]
    {
        let ended = run(manner, true, 9);
        assert_eq!(ended.outcome(), "failed", "{manner:?}: {} {}\n{}", ended.exit, ended.stdout, ended.log);
        assert!([69, 76].contains(&ended.exit), "{manner:?}: {}", ended.stdout);
    }
}

/// Secrets that a peer repeats are in no output.
#[test]
fn a_peer_that_repeats_everything_gives_no_secret_away() {
    for before in
        ["ERR unknown command, with args beginning with:", "ERR I was told", "WRONGPASS", "NOAUTH", "x"]
    {
        for after_login in [false, true] {
            let ended = run(Manner::Repeats(before), after_login, 1);
            assert_eq!(ended.outcome(), "failed", "{}", ended.stdout);
            for canary in [PASSWORD, "canary-app-77aa"] {
                assert!(!ended.stdout.contains(canary), "{before}: {}", ended.stdout);
                assert!(!ended.log.contains(canary), "{before}: {}", ended.log);
            }
        }
    }
}

/// Control characters in an error of a server neither steer a terminal nor begin a line.
#[test]
fn what_a_peer_says_does_not_steer_the_terminal() {
    for after_login in [false, true] {
        let text = ["--format", "text", "--log-format", "text", "--color", "never"];
        let ended = run_with(Manner::Repeats(STEERING), after_login, 1, &text);
        assert!([76, 77].contains(&ended.exit), "{}\n{}", ended.stdout, ended.log);
        shows_no_controls(&ended.stdout);
        shows_no_controls(&ended.log);
    }
}
