//! Bucket notifications as XML.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::Route;
use crate::xml::Element;

/// A configuration that a server has: its events, and as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenRoute {
    pub(crate) events: BTreeSet<String>,
    pub(crate) element: Element,
}

/// The kinds of target, and where each says its ARN.
const KINDS: [(&str, &str); 3] = [
    ("QueueConfiguration", "Queue"),
    ("TopicConfiguration", "Topic"),
    ("CloudFunctionConfiguration", "CloudFunction"),
];

/// Those that a spec can mean, by route, and the rest as it is.
pub(crate) fn from_xml(xml: &Element) -> (BTreeMap<Route, SeenRoute>, Vec<Element>) {
    let (mut routes, mut others) = (BTreeMap::new(), Vec::new());
    for element in xml.children() {
        let seen = route(element).map(|route| {
            let events = element.values("Event").map(str::to_owned).collect();
            (route, SeenRoute { events, element: element.clone() })
        });
        match seen {
            Some((route, seen)) if !routes.contains_key(&route) => drop(routes.insert(route, seen)),
            _ => others.push(element.clone()),
        }
    }
    (routes, others)
}

fn route(element: &Element) -> Option<Route> {
    let (_, arn) = KINDS.iter().find(|(name, _)| *name == element.name())?;
    let mut route =
        Route { target: element.value(&[arn])?.to_owned(), prefix: String::new(), suffix: String::new() };
    for rule in element.at(&["Filter", "S3Key"]).into_iter().flat_map(|key| key.all("FilterRule")) {
        let value = rule.value(&["Value"])?.to_owned();
        match rule.value(&["Name"])?.to_ascii_lowercase().as_str() {
            "prefix" => route.prefix = value,
            "suffix" => route.suffix = value,
            _ => return None,
        }
    }
    Some(route)
}

/// The whole document: what is kept as it was, and the routes of the spec.
pub(crate) fn to_xml<'a>(
    keep: &[Element],
    routes: impl IntoIterator<Item = (&'a Route, &'a BTreeSet<String>)>,
) -> String {
    let ours = routes.into_iter().map(|(route, events)| written(route, events));
    Element::new("NotificationConfiguration").with_all(keep.iter().cloned()).with_all(ours).to_string()
}

fn written(route: &Route, events: &BTreeSet<String>) -> Element {
    let (kind, arn) = match route.target.split(':').nth(2) {
        Some("sns") => ("TopicConfiguration", "Topic"),
        Some("lambda") => ("CloudFunctionConfiguration", "CloudFunction"),
        _ => ("QueueConfiguration", "Queue"),
    };
    let rules = [("prefix", &route.prefix), ("suffix", &route.suffix)];
    let rules = rules.into_iter().filter(|(_, value)| !value.is_empty());
    let rules: Vec<_> = rules
        .map(|(name, value)| Element::new("FilterRule").text("Name", name).text("Value", value))
        .collect();
    let element = Element::new(kind).text(arn, &route.target);
    let element = events.iter().fold(element, |element, event| element.text("Event", event));
    if rules.is_empty() {
        return element;
    }
    element.with(Element::new("Filter").with(Element::new("S3Key").with_all(rules)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_the_same_and_the_rest_is_kept() {
        let events = BTreeSet::from(["s3:ObjectCreated:*".to_owned(), "s3:ObjectRemoved:*".to_owned()]);
        let target = |arn: &str, prefix: &str, suffix: &str| Route {
            target: arn.to_owned(),
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
        };
        let wanted = BTreeMap::from([
            (target("arn:minio:sqs::a:webhook", "in/", ".json"), events.clone()),
            (target("arn:aws:sns:eu:1:t", "", ""), events.clone()),
            (target("arn:aws:lambda:eu:1:function:f", "", ".csv"), events),
        ]);
        let keep = [Element::new("EventBridgeConfiguration")];
        let xml = Element::parse(to_xml(&keep, &wanted).as_bytes()).unwrap();
        let (seen, others) = from_xml(&xml);
        let seen: BTreeMap<_, _> = seen.into_iter().map(|(route, seen)| (route, seen.events)).collect();
        assert_eq!(seen, wanted);
        assert_eq!(others, keep);
    }
}
