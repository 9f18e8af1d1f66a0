//! The fake backend: a server in memory whose behaviour is scripted call by call.

mod change;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::pending;

use init_core::diff::{Drift, Side, by_key};
use init_core::export::{Export, Scope};
use init_core::{
    Backend, CheckMode, Conflict, Endpoint, Fault, FaultKind, FileRef, Files, Plan, Progress, Requires,
    SecretRef, Secrets, SpecPath, Violations,
};
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) use change::Change;

/// The behaviour of the server at one call. Without a script, every call succeeds.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Well,
    Fails(FaultKind),
    Silent,
    /// apply: the changes at these positions fail, the others are applied.
    Refuses(Vec<usize>, FaultKind),
    /// apply: applies the changes, and the answer is lost.
    Loses,
    /// apply: acknowledges the changes without applying them.
    Lies,
    /// apply: applies the changes after this many seconds.
    Slow(u64),
    /// apply: another client creates this item first.
    Raced(&'static str, i64),
    /// Fails with this text of the server.
    Says(FaultKind, String),
    /// apply: waits for this condition forever.
    Awaits(String),
    /// apply: returns fewer results than changes.
    Short,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Server {
    pub(crate) items: BTreeMap<String, i64>,
    /// The owner of the items, if there is one.
    pub(crate) owner: Option<String>,
    pub(crate) connect: VecDeque<Act>,
    pub(crate) observe: VecDeque<Act>,
    pub(crate) check: VecDeque<Act>,
    pub(crate) apply: VecDeque<Act>,
    pub(crate) confirm: VecDeque<Act>,
    pub(crate) export: VecDeque<Act>,
    pub(crate) calls: Vec<&'static str>,
    /// The result of `Backend::reads_own_writes`.
    pub(crate) reads_own_writes: bool,
}

thread_local! {
    pub(crate) static SERVER: RefCell<Server> = RefCell::default();
}

fn next_act(name: &'static str, script: impl Fn(&mut Server) -> &mut VecDeque<Act>) -> Act {
    SERVER.with_borrow_mut(|server| {
        server.calls.push(name);
        script(server).pop_front().unwrap_or(Act::Well)
    })
}

pub(crate) struct Fake;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    endpoint: String,
    password: Option<SecretRef>,
    user: Option<SecretRef>,
    note: Option<FileRef>,
    #[serde(default)]
    items: BTreeMap<String, i64>,
}

pub(crate) struct Desired {
    endpoint: Endpoint,
    secrets: BTreeSet<SecretRef>,
    items: BTreeMap<String, i64>,
}

#[derive(Debug, thiserror::Error)]
#[error("fake error of kind {kind:?}{text}")]
pub(crate) struct FakeError {
    kind: FaultKind,
    text: String,
    #[source]
    cause: std::io::Error,
}

impl Fault for FakeError {
    fn kind(&self) -> FaultKind {
        self.kind
    }

    fn remedy(&self) -> Option<String> {
        (!self.text.is_empty()).then(|| format!("see{}", self.text))
    }
}

fn fault(kind: FaultKind) -> FakeError {
    FakeError { kind, text: String::new(), cause: std::io::Error::other("the cause of it") }
}

fn fault_with_text(kind: FaultKind, text: &str) -> FakeError {
    FakeError { kind, text: format!(": {text}"), cause: std::io::Error::other(text.to_owned()) }
}

fn owner_suffix(owner: Option<&String>) -> String {
    owner.map(|owner| format!(" and of {owner}")).unwrap_or_default()
}

async fn perform(act: Act) -> Result<(), FakeError> {
    match act {
        Act::Fails(kind) => Err(fault(kind)),
        Act::Says(kind, text) => Err(fault_with_text(kind, &text)),
        Act::Silent => pending().await,
        _ => Ok(()),
    }
}

impl Backend for Fake {
    const NAME: &'static str = "fake-init";
    const SECTIONS: &'static [&'static str] = &["items"];
    type Spec = Spec;
    type Desired = Desired;
    type Observed = (BTreeMap<String, i64>, Option<String>);
    type Change = Change;
    type Error = FakeError;

    fn validate(spec: Spec, files: &Files) -> Result<Desired, Violations> {
        let mut violations = Violations::default();
        let root = SpecPath::root();
        let endpoint = violations.check(&root.key("endpoint"), spec.endpoint.parse());
        if let Some(note) = &spec.note {
            violations.check(&root.key("note").key("file"), files.read(note));
        }
        for (name, value) in &spec.items {
            if *value < 0 {
                violations.push(&root.key("items").key(name), "a value is not negative");
            }
        }
        let Some(endpoint) = endpoint else { return Err(violations) };
        let secrets = spec.password.into_iter().chain(spec.user).collect();
        violations.or(Desired { endpoint, secrets, items: spec.items })
    }

    fn requires(desired: &Desired) -> Requires {
        Requires { endpoints: vec![desired.endpoint.clone()], secrets: desired.secrets.clone() }
    }

    fn without_passwords(desired: &mut Desired) {
        desired.secrets.clear();
    }

    async fn connect(_: &Desired, _: &Secrets) -> Result<Self, FakeError> {
        perform(next_act("connect", |server| &mut server.connect)).await.map(|()| Self)
    }

    async fn observe(&mut self, _: &Desired, _: &Secrets) -> Result<Self::Observed, FakeError> {
        perform(next_act("observe", |server| &mut server.observe)).await?;
        Ok(SERVER.with_borrow(|server| (server.items.clone(), server.owner.clone())))
    }

    fn plan(desired: &Desired, (observed, owner): &Self::Observed) -> Plan<Change> {
        let (mut changes, mut conflicts) = (Vec::new(), Vec::new());
        for (name, side) in by_key(&desired.items, observed) {
            let name = name.clone();
            match side {
                Side::Missing(value) => changes.push(Change::Create { name, value: *value }),
                Side::Present(to, from) if from > to => {
                    let at = SpecPath::root().key("items").key(&name);
                    conflicts.push(Conflict::new(
                        at,
                        format!("it is {from}{}, and cannot become {to}", owner_suffix(owner.as_ref())),
                    ));
                }
                Side::Present(to, from) => {
                    changes
                        .extend(Drift::between(Some(*from), *to).map(|value| Change::Alter { name, value }));
                }
                Side::Extra(_) => {}
            }
        }
        if let Some(owner) = owner {
            let members = BTreeMap::from([(owner.clone(), owner.clone())]);
            let owner = Drift { from: Some(owner.clone()), to: "app".to_owned() };
            changes.push(Change::AlterOwner { owner, members });
        }
        Plan::new(changes, conflicts)
    }

    fn reads_own_writes() -> bool {
        SERVER.with_borrow(|server| server.reads_own_writes)
    }

    async fn check(
        &mut self,
        _: &Desired,
        _: &[Change],
        _: &Secrets,
        mode: CheckMode,
        _: &Progress,
    ) -> Vec<(usize, FakeError)> {
        let name = if mode == CheckMode::Plan { "check_only" } else { "check" };
        match next_act(name, |server| &mut server.check) {
            Act::Refuses(positions, kind) => positions.into_iter().map(|at| (at, fault(kind))).collect(),
            act => perform(act).await.err().map(|error| (0, error)).into_iter().collect(),
        }
    }

    async fn apply(
        &mut self,
        _: &Desired,
        stage: &[Change],
        _: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), FakeError>> {
        let act = next_act("apply", |server| &mut server.apply);
        progress.waiting_for("item a to settle");
        match act {
            Act::Fails(kind) => return stage.iter().map(|_| Err(fault(kind))).collect(),
            Act::Lies => return stage.iter().map(|_| Ok(())).collect(),
            Act::Short => return Vec::new(),
            Act::Raced(name, value) => {
                SERVER.with_borrow_mut(|server| server.items.insert(name.to_owned(), value));
                return stage.iter().map(|_| Err(fault(FaultKind::Raced))).collect();
            }
            Act::Slow(seconds) => tokio::time::sleep(std::time::Duration::from_secs(seconds)).await,
            Act::Silent => pending().await,
            Act::Says(kind, ref text) => {
                return stage.iter().map(|_| Err(fault_with_text(kind, text))).collect();
            }
            Act::Awaits(ref what) => {
                progress.waiting_for(what.as_str());
                pending::<()>().await;
            }
            _ => {}
        }
        let refused = |at| matches!(&act, Act::Refuses(positions, _) if positions.contains(&at));
        let outcome = |(at, change): (usize, &Change)| match &act {
            Act::Refuses(_, kind) if refused(at) => Err(fault(*kind)),
            Act::Loses => {
                change.apply_to_server();
                Err(fault(FaultKind::Unavailable))
            }
            _ => {
                change.apply_to_server();
                progress.advance(1);
                Ok(())
            }
        };
        stage.iter().enumerate().map(outcome).collect()
    }

    async fn confirm(&mut self, _: &Desired, _: &[Change], _: &Secrets) -> Result<(), FakeError> {
        perform(next_act("confirm", |server| &mut server.confirm)).await
    }

    async fn export(&mut self, _: &Desired, _: &Secrets, _: &Scope) -> Result<Export, FakeError> {
        perform(next_act("export", |server| &mut server.export)).await?;
        let mut export = Export::default();
        let items = SERVER.with_borrow(|server| server.items.clone());
        export.map("items", items.into_iter().map(|(name, value)| (name, value.into())));
        if let Some(owner) = SERVER.with_borrow(|server| server.owner.clone()) {
            export.note("items", "", format!("that {owner} owns them"));
        }
        Ok(export)
    }
}
