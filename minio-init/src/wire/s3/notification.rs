//! Reads and writes bucket notifications as XML.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::Route;
use crate::wire::xml::Element;

/// The kinds of target, each with the element that holds its ARN.
const KINDS: [(&str, &str); 3] = [
    ("QueueConfiguration", "Queue"),
    ("TopicConfiguration", "Topic"),
    ("CloudFunctionConfiguration", "CloudFunction"),
];

/// The configurations that a spec can express, by route.
pub(crate) fn from_xml(xml: &Element) -> BTreeMap<Route, BTreeSet<String>> {
    let mut routes = BTreeMap::new();
    for (route, element) in xml.children().iter().filter_map(|element| Some((route(element)?, element))) {
        routes.entry(route).or_insert_with(|| element.values("Event").map(str::to_owned).collect());
    }
    routes
}

/// The configurations of a document without those of these routes, unchanged. Of two configurations with the same
/// route, the second is kept.
pub(crate) fn others<'a>(
    xml: Option<&'a Element>,
    ours: &'a BTreeSet<&'a Route>,
) -> impl Iterator<Item = &'a Element> {
    let mut met = BTreeSet::new();
    xml.into_iter().flat_map(Element::children).filter(move |element| {
        route(element).is_none_or(|route| !ours.contains(&route) || !met.insert(route))
    })
}

fn route(element: &Element) -> Option<Route> {
    let (_, arn) = KINDS.iter().find(|(name, _)| *name == element.name())?;
    let mut route =
        Route { target: element.value(&[arn])?.to_owned(), prefix: String::new(), suffix: String::new() };
    for rule in element.descendant(&["Filter", "S3Key"]).into_iter().flat_map(|key| key.all("FilterRule")) {
        let value = rule.value(&["Value"])?.to_owned();
        match rule.value(&["Name"])?.to_ascii_lowercase().as_str() {
            "prefix" => route.prefix = value,
            "suffix" => route.suffix = value,
            _ => return None,
        }
    }
    Some(route)
}

/// The whole document: other configurations unchanged, and the routes of the spec.
pub(crate) fn to_xml<'a>(
    keep: impl IntoIterator<Item = &'a Element>,
    routes: impl IntoIterator<Item = (&'a Route, &'a BTreeSet<String>)>,
) -> String {
    let ours = routes.into_iter().map(|(route, events)| to_element(route, events));
    Element::new("NotificationConfiguration").with_all(keep.into_iter().cloned()).with_all(ours).to_string()
}

fn to_element(route: &Route, events: &BTreeSet<String>) -> Element {
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
    fn written_notifications_read_back_and_others_are_kept() {
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
        assert_eq!(from_xml(&xml), wanted);
        assert_eq!(
            others(Some(&xml), &wanted.keys().collect()).collect::<Vec<_>>(),
            keep.iter().collect::<Vec<_>>()
        );
    }
}
