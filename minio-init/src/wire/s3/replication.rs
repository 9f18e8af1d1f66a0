//! Reads and writes replication rules as XML.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{ReplicaRoute, ReplicaRule, Status};
use crate::wire::xml::Element;

/// The most characters of an id, each of which may have four bytes.
const ID_MAX: usize = 60;

/// The URL and the bucket of each target, by its ARN.
pub(crate) type Targets = BTreeMap<String, (String, String)>;

/// The rules to known targets that a spec can express. Of two with the same route, the first.
pub(crate) fn from_xml(xml: &Element, targets: &Targets) -> BTreeMap<ReplicaRoute, ReplicaRule> {
    let mut rules = BTreeMap::new();
    for element in xml.all("Rule") {
        if let Some(route) = route(xml, element, targets) {
            rules.entry(route).or_insert_with(|| rule(element));
        }
    }
    rules
}

/// The rules of other routes than these, each with its priority, and whether it is enabled.
pub(crate) fn other_rules<'a>(
    xml: &'a Element,
    targets: &'a Targets,
    ours: impl Fn(&ReplicaRoute) -> bool,
) -> Vec<ReplicaRule> {
    let mut met = BTreeSet::new();
    let is_other = |element: &&Element| {
        route(xml, element, targets).is_none_or(|route| !ours(&route) || !met.insert(route))
    };
    xml.all("Rule").filter(is_other).map(rule).collect()
}

/// The number of rules that a spec cannot express.
pub(crate) fn inexpressible(xml: &Element, targets: &Targets) -> usize {
    xml.all("Rule").count() - from_xml(xml, targets).len()
}

fn route(xml: &Element, element: &Element, targets: &Targets) -> Option<ReplicaRoute> {
    // An older form has the ARN of the one target of all rules here.
    let role = xml.value(&["Role"]).filter(|role| !role.is_empty());
    let arn = role.or_else(|| element.value(&["Destination", "Bucket"]))?;
    let (endpoint, bucket) = targets.get(arn)?.clone();
    let mut route = ReplicaRoute { endpoint, bucket, prefix: String::new(), tags: BTreeMap::new() };
    element.descendant(&["Filter"]).map_or(Some(()), |element| filter(element, &mut route))?;
    Some(route)
}

/// Reads one condition, or several below `And`.
fn filter(element: &Element, route: &mut ReplicaRoute) -> Option<()> {
    for child in element.children() {
        match child.name() {
            "And" => filter(child, route)?,
            "Prefix" => child.content().clone_into(&mut route.prefix),
            "Tag" => {
                let text = |name| child.value(&[name]).unwrap_or_default().to_owned();
                if !text("Key").is_empty() {
                    route.tags.insert(text("Key"), text("Value"));
                }
            }
            _ => return None,
        }
    }
    Some(())
}

fn rule(element: &Element) -> ReplicaRule {
    let is_enabled = |path: &[&str]| Some(element.value(path) == Some("Enabled"));
    let status =
        if element.value(&["Status"]) == Some("Enabled") { Status::Enabled } else { Status::Disabled };
    ReplicaRule {
        status: Some(status),
        priority: element.value(&["Priority"]).and_then(|number| number.parse().ok()),
        delete_markers: is_enabled(&["DeleteMarkerReplication", "Status"]),
        deletes: is_enabled(&["DeleteReplication", "Status"]),
        existing_objects: is_enabled(&["ExistingObjectReplication", "Status"]),
    }
}

/// The whole document: other rules unchanged, those of the spec changed in place, and new ones behind them. A rule
/// without a known target is left out.
pub(crate) fn to_xml(
    xml: Option<&Element>,
    targets: &Targets,
    ours: &BTreeMap<ReplicaRoute, ReplicaRule>,
) -> String {
    let empty = Element::default();
    let xml = xml.unwrap_or(&empty);
    let mut left: BTreeMap<_, _> = ours.iter().collect();
    let kept: Vec<_> = xml
        .all("Rule")
        .map(|element| match route(xml, element, targets).and_then(|route| left.remove(&route)) {
            Some(ours) => changed(element, &ours.completed(Some(&rule(element)))),
            None => element.clone(),
        })
        .collect();
    let used = kept.iter().map(rule).chain(ours.values().copied()).filter_map(|rule| rule.priority);
    let mut highest = used.max().unwrap_or_default();
    let mut ids: BTreeSet<_> =
        kept.iter().filter_map(|rule| rule.value(&["ID"])).map(str::to_owned).collect();
    let new: Vec<_> = left
        .into_iter()
        .filter_map(|(route, rule)| {
            let is_target = |(_, target): &(&String, &(String, String))| {
                (&target.0, &target.1) == (&route.endpoint, &route.bucket)
            };
            let (arn, _) = targets.iter().find(is_target)?;
            highest += u32::from(rule.priority.is_none());
            let rule = ReplicaRule { priority: rule.priority.or(Some(highest)), ..rule.completed(None) };
            Some(changed(&new_element(route, arn, id(route, &mut ids)), &rule))
        })
        .collect();
    let role =
        Element::new("ReplicationConfiguration").text("Role", xml.value(&["Role"]).unwrap_or_default());
    role.with_all(kept).with_all(new).to_string()
}

/// A rule with another state, and everything else as it is.
fn changed(element: &Element, rule: &ReplicaRule) -> Element {
    const STATE: [&str; 5] =
        ["Status", "Priority", "DeleteMarkerReplication", "DeleteReplication", "ExistingObjectReplication"];
    let word = |is_enabled: Option<bool>| if is_enabled == Some(true) { "Enabled" } else { "Disabled" };
    let rest = element.children().iter().filter(|child| !STATE.contains(&child.name())).cloned();
    let state = [
        ("DeleteMarkerReplication", rule.delete_markers),
        ("DeleteReplication", rule.deletes),
        ("ExistingObjectReplication", rule.existing_objects),
    ];
    let state = state.map(|(name, is_enabled)| Element::new(name).text("Status", word(is_enabled)));
    Element::new("Rule")
        .text("Status", word(Some(rule.status != Some(Status::Disabled))))
        .text("Priority", rule.priority.unwrap_or_default())
        .with_all(state)
        .with_all(rest)
}

/// The id of a new rule. It is for people, because a rule is known by its route, and for `mc`, which changes and removes
/// all rules with one id. So it is one that no other rule has.
fn id(route: &ReplicaRoute, taken: &mut BTreeSet<String>) -> String {
    let text: String = route.to_string().chars().take(ID_MAX).collect();
    let numbered = (2..).map(|number: u32| format!("{text} ({number})"));
    let mut ids = std::iter::once(text.clone()).chain(numbered);
    ids.find(|id| taken.insert(id.clone())).unwrap_or_default()
}

fn new_element(route: &ReplicaRoute, arn: &str, id: String) -> Element {
    let tags =
        || route.tags.iter().map(|(key, value)| Element::new("Tag").text("Key", key).text("Value", value));
    let many = route.tags.len() + usize::from(!route.prefix.is_empty()) > 1;
    let filter = Element::new("Filter");
    let filter = match (many, route.tags.is_empty()) {
        (true, _) => filter.with(Element::new("And").text("Prefix", &route.prefix).with_all(tags())),
        (false, true) => filter.text("Prefix", &route.prefix),
        (false, false) => filter.with_all(tags()),
    };
    Element::new("Rule").text("ID", id).with(Element::new("Destination").text("Bucket", arn)).with(filter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ARN: &str = "arn:minio:replication::id:copy";

    fn targets() -> Targets {
        BTreeMap::from([(ARN.to_owned(), ("http://far:9000".to_owned(), "copy".to_owned()))])
    }

    fn route(prefix: &str) -> ReplicaRoute {
        let (endpoint, bucket) = ("http://far:9000".to_owned(), "copy".to_owned());
        ReplicaRoute { endpoint, bucket, prefix: prefix.to_owned(), tags: BTreeMap::new() }
    }

    #[test]
    fn what_a_spec_does_not_name_stays_as_it_is() {
        let other = "<Rule><ID>other</ID><Status>Enabled</Status><Priority>7</Priority>\
                     <Destination><Bucket>arn:minio:replication::x:elsewhere</Bucket></Destination></Rule>";
        let text = format!(
            "<R><Role></Role>{other}<Rule><ID>mine</ID><Status>Enabled</Status><Priority>1</Priority>\
             <DeleteReplication><Status>Enabled</Status></DeleteReplication>\
             <Destination><Bucket>{ARN}</Bucket><StorageClass>STANDARD</StorageClass></Destination>\
             <Filter><Prefix>a/</Prefix></Filter></Rule></R>"
        );
        let xml = Element::parse(text.as_bytes()).unwrap();
        let ours = BTreeMap::from([
            (route("a/"), ReplicaRule { delete_markers: Some(true), ..ReplicaRule::default() }),
            (route("b/"), ReplicaRule::default()),
        ]);
        let written = to_xml(Some(&xml), &targets(), &ours);
        assert!(written.contains(other) && written.contains("<ID>mine</ID>") && written.contains("STANDARD"));
        let read = from_xml(&Element::parse(written.as_bytes()).unwrap(), &targets());
        let changed = ReplicaRule {
            status: Some(Status::Enabled),
            priority: Some(1),
            delete_markers: Some(true),
            deletes: Some(true),
            existing_objects: Some(false),
        };
        assert_eq!(read[&route("a/")], changed);
        // A new rule is above all others.
        assert_eq!(read[&route("b/")].priority, Some(8));
        let others = other_rules(&xml, &targets(), |route| ours.contains_key(route));
        assert_eq!(others.iter().map(|rule| rule.priority).collect::<Vec<_>>(), [Some(7)]);
        assert_eq!(inexpressible(&xml, &targets()), 1);
    }

    #[test]
    fn each_new_rule_has_an_id_of_its_own() {
        let long = |end: &str| route(&format!("{}{end}", "a".repeat(ID_MAX)));
        let ours = BTreeMap::from([
            (route("b/"), ReplicaRule::default()),
            (long("1"), ReplicaRule::default()),
            (long("2"), ReplicaRule::default()),
        ]);
        // Somebody has changed the prefix of the rule for b/, which has kept its id.
        let moved = format!(
            "<R><Rule><ID>{}</ID><Status>Enabled</Status><Priority>1</Priority>\
             <Destination><Bucket>{ARN}</Bucket></Destination></Rule></R>",
            route("b/")
        );
        let moved = Element::parse(moved.as_bytes()).unwrap();
        let written = Element::parse(to_xml(Some(&moved), &targets(), &ours).as_bytes()).unwrap();
        let ids: BTreeSet<_> = written.all("Rule").filter_map(|rule| rule.value(&["ID"])).collect();
        assert_eq!(ids.len(), 4, "{ids:?}");
        assert!(ids.iter().all(|id| id.len() <= 255), "{ids:?}");
    }

    #[test]
    fn the_older_form_has_its_target_in_the_role() {
        let text = format!(
            "<R><Role>{ARN}</Role><Rule><Status>Disabled</Status><Priority>1</Priority>\
             <Destination><Bucket>arn:aws:s3:::copy</Bucket></Destination></Rule></R>"
        );
        let xml = Element::parse(text.as_bytes()).unwrap();
        assert_eq!(from_xml(&xml, &targets())[&route("")].status, Some(Status::Disabled));
    }

    proptest! {
        #[test]
        fn written_xml_reads_back_the_same(
            rules in proptest::collection::btree_map(("[a-z/&]{0,4}", proptest::collection::btree_map("[a-z]{1,3}", "[a-z<]{0,3}", 0..3)),
                                                     (any::<bool>(), any::<bool>(), any::<bool>()), 1..4),
        ) {
            let ours: BTreeMap<_, _> = rules.into_iter().enumerate().map(|(n, ((prefix, tags), (a, b, c)))| {
                let status = Some(if a { Status::Enabled } else { Status::Disabled });
                let priority = u32::try_from(n).ok();
                let rule = ReplicaRule { status, priority, delete_markers: Some(b), deletes: Some(c), existing_objects: Some(a) };
                (ReplicaRoute { tags, ..route(&prefix) }, rule)
            }).collect();
            let written = to_xml(None, &targets(), &ours);
            prop_assert_eq!(from_xml(&Element::parse(written.as_bytes()).unwrap(), &targets()), ours);
        }
    }
}
