//! Helpers that build specs and observed clusters.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use init_core::{
    Backend, Command, Files, Format, Host, LogLevel, Options, Plan, Report, Source, Stop, Text, execute,
};
use kafka_init::{Change, ConfigType, Desired, Kafka, Observed, ObservedTopic, Setting};
use serde_json::Value;

/// The report of an offline command on a spec's text.
pub(crate) async fn report(command: Command, spec: &str) -> Report<Change> {
    let options = Options {
        command,
        spec: Source::Stdin,
        secrets_dir: Path::new("/nowhere").to_owned(),
        timeout: Duration::from_secs(5),
        every: Duration::from_secs(60),
        format: Format::Json,
        log: LogLevel::Off,
        scope: init_core::export::Scope::default(),
        without_secrets: false,
    };
    let (_sender, stop) = Stop::channel();
    let stdin = Box::new(std::io::Cursor::new(spec.to_owned()));
    execute::<Kafka>(&options, Host { stdin, environment: Vec::new(), stop }).await
}

/// The meaning of a spec, to which `bootstrap` is added.
pub(crate) fn desired(mut spec: Value) -> Desired {
    spec["bootstrap"] = serde_json::json!(["kafka:9092"]);
    let spec = serde_json::from_value(spec).unwrap();
    Kafka::validate(spec, &Files::relative_to("/nowhere")).unwrap()
}

pub(crate) fn plan(spec: Value, observed: &Observed) -> Plan<Change> {
    Kafka::plan(&desired(spec), observed)
}

/// A name that is written in the spec.
pub(crate) fn name(plain: &str) -> Text {
    Text::Plain(plain.to_owned())
}

/// An existing topic, whose configs are whole numbers or text.
pub(crate) fn topic(partitions: i32, copies: i16, config: &[(&str, &str)]) -> ObservedTopic {
    let setting = |(key, value): &(&str, &str)| {
        let kind = if value.parse::<i64>().is_ok() { ConfigType::Whole } else { ConfigType::List };
        (
            (*key).to_owned(),
            Setting { value: Some((*value).to_owned()), kind, sensitive: false, is_own: true },
        )
    };
    let config = config.iter().map(setting).collect();
    ObservedTopic { partitions, copies: (copies, copies), config, ..ObservedTopic::default() }
}

pub(crate) fn cluster<const N: usize>(topics: [(&str, ObservedTopic); N]) -> Observed {
    let topics: BTreeMap<_, _> = topics.into_iter().map(|(name, topic)| (name.to_owned(), topic)).collect();
    Observed { cluster_id: Some("the-cluster".to_owned()), topics, ..Observed::default() }
}

/// A plan in its text form, followed by its JSON form.
pub(crate) fn shown(plan: &Plan<Change>) -> String {
    let changes = plan.changes().iter().map(|change| format!("{change}\n  {}\n", init_core::as_json(change)));
    let conflicts = plan.conflicts().iter().map(|conflict| format!("! {conflict}\n"));
    changes.chain(conflicts).collect()
}
