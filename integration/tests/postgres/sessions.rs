//! The output on a terminal, from the first run to a wrong password: docs/sessions.md contains what a real terminal
//! showed.
//!
//! `SESSIONS=write` writes the page; otherwise it is compared.

use std::fs;

use integration::postgres::{PASSWORD, Server, init, network};
use integration::terminal::Screen;
use integration::{Init, root};

const SPEC: &str = "\
roles:
  app: {login: true, password: {secret: app_password}}
  reader: {login: true}
databases:
  shop: {owner: app}
";

const HEAD: &str = "\
# What a terminal shows

Sessions of pg-init in a terminal of its own container, where the local time is UTC; a test runs them against a real server and compares.
Colours are left out here. A line that begins with `⋯` stood in the last row of the terminal while the server was waited for, and is gone
at the end. Times are made equal.
";

/// A session: what was done, and what the terminal showed.
struct Session<'s> {
    server: &'s Server,
    page: String,
}

impl Session<'_> {
    fn typed(&mut self, title: &str, command: &str, exit: i32, run: Init) {
        let ended = run.docker(&["--tty"]).args(&command.split(' ').collect::<Vec<_>>()).run();
        assert_eq!(ended.exit, exit, "{title}: {}", ended.stdout);
        assert!(!ended.stdout.contains(PASSWORD), "{title}");
        let Screen { rows, erased } = Screen::of(&ended.stdout);
        // A fast stage is shown only on some machines, and a wait is shown on each.
        let erased = erased.iter().filter(|text| text.starts_with("waiting")).map(|text| format!("⋯ {text}"));
        let shown: Vec<String> = erased.chain(rows).map(|row| self.stable(&row)).collect();
        let mut shown = shown.iter().map(String::as_str).collect::<Vec<_>>();
        // A wait is one row, however many seconds it was shown.
        shown.dedup();
        let shown = shown.join("\n");
        self.page += &format!(
            "\n## {title}\n\n```text\n$ pg-init {command}; echo \"exit $?\"\n{}\nexit {exit}\n```\n",
            shown.trim_end()
        );
    }

    /// A row without what differs from run to run.
    fn stable(&self, row: &str) -> String {
        let row = row.replace(self.server.name(), "postgres").replace(env!("CARGO_PKG_VERSION"), "VERSION");
        let row = match row
            .split_once("waiting (")
            .and_then(|(before, rest)| Some((before, rest.split_once(')')?)))
        {
            Some((before, (_, after))) => format!("{before}waiting (0 s, 1 s left){after}"),
            None => row,
        };
        let words = row.split(' ').map(|word| {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            match word.chars().filter(|letter| *letter == ':').count() {
                2 if digits == 6 && word.len() == 9 => "12:00:00Z",
                _ if digits > 2 && word.parse::<f64>().is_ok() && word.contains('.') => "0.42",
                _ => word,
            }
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn the_sessions_of_the_page_are_what_a_terminal_shows() {
    let server = Server::start(&[]);
    let spec = |spec: &str| server.init(spec).on(network()).secret("app_password", "canary-app");
    let mut session = Session { server: &server, page: HEAD.to_owned() };
    session.typed("A first run", "apply", 0, spec(SPEC));
    session.typed("The same again", "apply", 0, spec(SPEC));
    server.psql("postgres", "ALTER ROLE app NOLOGIN");
    session.typed("A plan, after somebody took a login away by hand", "plan", 3, spec(SPEC));
    let other = SPEC.replace("{owner: app}", "{owner: app, encoding: LATIN1}");
    session.typed("What cannot be changed in place", "apply", 4, spec(&other));
    let wrong = SPEC.replace("reader: {login: true}", "reader: {validUntil: tomorrow, memberOf: [reader]}");
    session.typed("A spec that is wrong", "apply", 65, spec(&wrong));
    let rest = format!("user: postgres\npassword: {{secret: admin}}\ntls: disable\n{SPEC}");
    let at = |endpoint: &str, password: &str| {
        let run = init(&format!("endpoint: {endpoint}:5432\n{rest}")).on(network());
        run.secret("admin", password).secret("app_password", "canary-app")
    };
    session.typed("A wrong password", "apply", 77, at(server.name(), "canary-wrong"));
    session.typed("A server that is not there", "apply --timeout 1s", 69, at("nowhere", PASSWORD));
    assert!(!session.page.contains("canary"), "{}", session.page);

    let path = root().join("docs/sessions.md");
    if std::env::var_os("SESSIONS").is_some() {
        fs::write(&path, &session.page).expect("the page can be written");
    }
    let kept = fs::read_to_string(&path).expect("the page is there");
    assert_eq!(session.page, kept, "docs/sessions.md is stale: run this test with SESSIONS=write");
}
