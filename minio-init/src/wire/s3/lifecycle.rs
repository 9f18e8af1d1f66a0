//! Reads and writes lifecycle rules as XML.

use std::collections::BTreeMap;

use crate::desired::{Action, Rule, Status};
use crate::observed::ObservedRule;
use crate::wire::xml::Element;

/// The rules with an id; a spec cannot name any other.
pub(crate) fn from_xml(xml: &Element) -> BTreeMap<String, ObservedRule> {
    let rules = xml.all("Rule").filter_map(|element| {
        let existing = ObservedRule { status: status(element), rule: rule(element) };
        Some((id(element)?.to_owned(), existing))
    });
    rules.collect()
}

fn id(element: &Element) -> Option<&str> {
    element.value(&["ID"]).filter(|id| !id.is_empty())
}

fn status(element: &Element) -> Status {
    if element.value(&["Status"]) == Some("Enabled") { Status::Enabled } else { Status::Disabled }
}

/// The rules of a document without those with these ids, unchanged.
pub(crate) fn other_rules<'a>(
    xml: Option<&'a Element>,
    ours: &'a BTreeMap<String, Rule>,
) -> impl Iterator<Item = &'a Element> {
    let rules = xml.into_iter().flat_map(|xml| xml.all("Rule"));
    rules.filter(|element| !id(element).is_some_and(|id| ours.contains_key(id)))
}

/// The rules of a document with these ids, unchanged.
pub(crate) fn rules_with_ids<'a>(
    xml: Option<&'a Element>,
    ours: &'a BTreeMap<String, Rule>,
) -> impl Iterator<Item = &'a Element> {
    let rules = xml.into_iter().flat_map(|xml| xml.all("Rule"));
    rules.filter(|element| id(element).is_some_and(|id| ours.contains_key(id)))
}

fn rule(element: &Element) -> Option<Rule> {
    let mut rule = Rule {
        status: Some(status(element)),
        prefix: String::new(),
        tags: BTreeMap::new(),
        actions: BTreeMap::new(),
        tier: None,
    };
    for child in element.children() {
        match child.name() {
            "ID" | "Status" => {}
            "Prefix" => element.value(&["Prefix"])?.clone_into(&mut rule.prefix),
            "Filter" => filter(child, &mut rule)?,
            "Transition" => transition(child, Action::TransitionDays, "Days", &mut rule)?,
            "NoncurrentVersionTransition" => {
                transition(child, Action::TransitionNoncurrentDays, "NoncurrentDays", &mut rule)?;
            }
            name => actions(name, child, &mut rule.actions)?,
        }
    }
    Some(rule)
}

/// Reads one condition, or several below `And`. It is `None` for a condition that a spec cannot express.
fn filter(filter: &Element, rule: &mut Rule) -> Option<()> {
    let text = |element: &Element, name| element.value(&[name]).unwrap_or_default().to_owned();
    for child in filter.children() {
        match child.name() {
            "And" => self::filter(child, rule)?,
            "Prefix" => rule.prefix = text(filter, "Prefix"),
            "Tag" => {
                let key = text(child, "Key");
                if !key.is_empty() {
                    rule.tags.insert(key, text(child, "Value"));
                }
            }
            _ => return None,
        }
    }
    Some(())
}

fn actions(name: &str, element: &Element, actions: &mut BTreeMap<Action, u32>) -> Option<()> {
    for child in element.children() {
        let value = element.value(&[child.name()])?;
        let action = match (name, child.name()) {
            ("Expiration", "Days") => Action::ExpireDays,
            ("Expiration", "ExpiredObjectDeleteMarker") => Action::ExpireDeleteMarkers,
            ("NoncurrentVersionExpiration", "NoncurrentDays") => Action::ExpireNoncurrentDays,
            ("NoncurrentVersionExpiration", "NewerNoncurrentVersions") => Action::KeepNoncurrentVersions,
            ("AbortIncompleteMultipartUpload", "DaysAfterInitiation") => Action::AbortIncompleteUploadDays,
            _ => return None,
        };
        let number = match value {
            "true" => 1,
            "false" => 0,
            number => number.parse().ok()?,
        };
        // Some servers write out values that are not set.
        if number != 0 {
            actions.insert(action, number);
        }
    }
    Some(())
}

/// Reads a transition, which is at once without a number of days. It is `None` for one that a spec cannot express: on a
/// date, after a number of versions, or to another tier than the other one of the rule.
fn transition(element: &Element, action: Action, days: &str, rule: &mut Rule) -> Option<()> {
    let tier = element.value(&["StorageClass"]).unwrap_or_default();
    // Some servers write out what is not set.
    if tier.is_empty() {
        return Some(());
    }
    let fits = |child: &Element| child.name() == days || child.name() == "StorageClass";
    if !element.children().iter().all(fits) || rule.tier.as_ref().is_some_and(|other| other != tier) {
        return None;
    }
    let number = element.value(&[days]).map_or(Some(0), |number| number.parse().ok())?;
    // S3 has several transitions in a rule, one after the other.
    if rule.actions.insert(action, number).is_some() {
        return None;
    }
    rule.tier = Some(tier.to_owned());
    Some(())
}

/// The whole document: other rules unchanged, and the rules of the spec.
pub(crate) fn to_xml<'a>(
    keep: impl IntoIterator<Item = &'a Element>,
    rules: impl IntoIterator<Item = (&'a String, &'a Rule)>,
) -> String {
    let ours = rules.into_iter().map(|(id, rule)| to_element(id, rule));
    let keep = keep.into_iter().cloned();
    Element::new("LifecycleConfiguration").with_all(keep).with_all(ours).to_string()
}

fn transition_elements(rule: &Rule) -> impl Iterator<Item = Element> {
    let transitions = [
        ("Transition", "Days", Action::TransitionDays),
        ("NoncurrentVersionTransition", "NoncurrentDays", Action::TransitionNoncurrentDays),
    ];
    transitions.into_iter().filter_map(|(name, days, action)| {
        let (number, tier) = (rule.actions.get(&action)?, rule.tier.as_ref()?);
        Some(Element::new(name).text(days, number).text("StorageClass", tier))
    })
}

fn to_element(id: &str, rule: &Rule) -> Element {
    let status = if rule.status == Some(Status::Disabled) { "Disabled" } else { "Enabled" };
    let tags = rule.tags.iter().map(|(key, value)| Element::new("Tag").text("Key", key).text("Value", value));
    let conditions = |holder: Element| {
        let holder = if rule.prefix.is_empty() && rule.tags.len() == 1 {
            holder
        } else {
            holder.text("Prefix", &rule.prefix)
        };
        holder.with_all(tags)
    };
    let many = rule.tags.len() + usize::from(!rule.prefix.is_empty()) > 1;
    let filter = Element::new("Filter");
    let filter = if many { filter.with(conditions(Element::new("And"))) } else { conditions(filter) };
    let mut element = Element::new("Rule").text("ID", id).text("Status", status).with(filter);
    for (name, parts) in [
        (
            "Expiration",
            &[(Action::ExpireDays, "Days"), (Action::ExpireDeleteMarkers, "ExpiredObjectDeleteMarker")][..],
        ),
        (
            "NoncurrentVersionExpiration",
            &[
                (Action::ExpireNoncurrentDays, "NoncurrentDays"),
                (Action::KeepNoncurrentVersions, "NewerNoncurrentVersions"),
            ],
        ),
        ("AbortIncompleteMultipartUpload", &[(Action::AbortIncompleteUploadDays, "DaysAfterInitiation")]),
    ] {
        let said: Vec<_> = parts
            .iter()
            .filter_map(|(action, name)| Some((*action, *name, rule.actions.get(action)?)))
            .collect();
        if said.is_empty() {
            continue;
        }
        let part = said.into_iter().fold(Element::new(name), |part, (action, name, number)| match action {
            Action::ExpireDeleteMarkers => part.text(name, true),
            _ => part.text(name, number),
        });
        element = element.with(part);
    }
    element.with_all(transition_elements(rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> BTreeMap<String, ObservedRule> {
        from_xml(&Element::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn a_rule_that_a_spec_cannot_express_is_kept() {
        let text = "<L><Rule><ID>cold</ID><Status>Enabled</Status><Filter><ObjectSizeGreaterThan>9</ObjectSizeGreaterThan></Filter>\
                    <Transition><Days>3</Days><StorageClass>COLD</StorageClass></Transition></Rule></L>";
        let existing = read(text);
        assert_eq!(existing["cold"], ObservedRule { status: Status::Enabled, rule: None });
        let xml = Element::parse(text.as_bytes()).unwrap();
        let sent = to_xml(other_rules(Some(&xml), &BTreeMap::new()), []);
        assert_eq!(
            sent,
            text.replace("<L>", "<LifecycleConfiguration>").replace("</L>", "</LifecycleConfiguration>")
        );
    }

    #[test]
    fn a_top_level_prefix_and_explicit_zeros_are_read() {
        let existing = read(
            "<L><Rule><ID>a</ID><Prefix>x/</Prefix><Status>Enabled</Status>\
             <Expiration><Days>30</Days><ExpiredObjectDeleteMarker>false</ExpiredObjectDeleteMarker></Expiration></Rule></L>",
        );
        let actions = BTreeMap::from([(Action::ExpireDays, 30)]);
        let (status, prefix, tags) = (Some(Status::Enabled), "x/".to_owned(), BTreeMap::new());
        let expected = Rule { status, prefix, tags, actions, tier: None };
        assert_eq!(existing["a"].rule, Some(expected));
    }

    #[test]
    fn a_transition_is_at_once_without_days_and_to_one_tier() {
        let rule = |transitions: &str| {
            read(&format!("<L><Rule><ID>a</ID><Status>Enabled</Status><Filter/>{transitions}</Rule></L>"))["a"]
                .rule
                .clone()
        };
        let noncurrent = |tier: &str| {
            format!(
                "<NoncurrentVersionTransition><NoncurrentDays>2</NoncurrentDays><StorageClass>{tier}</StorageClass></NoncurrentVersionTransition>"
            )
        };
        let at_once = "<Transition><StorageClass>COLD</StorageClass></Transition>";
        let read = rule(&format!("{at_once}{}", noncurrent("COLD"))).unwrap();
        let actions = BTreeMap::from([(Action::TransitionDays, 0), (Action::TransitionNoncurrentDays, 2)]);
        assert_eq!((read.tier.as_deref(), read.actions), (Some("COLD"), actions));
        for other in [
            format!("{at_once}{}", noncurrent("OTHER")),
            format!("{at_once}<Transition><Days>9</Days><StorageClass>COLD</StorageClass></Transition>"),
            "<Transition><Date>2030-01-01T00:00:00Z</Date><StorageClass>COLD</StorageClass></Transition>"
                .to_owned(),
        ] {
            assert_eq!(rule(&other), None, "{other}");
        }
        let unset = "<Transition></Transition>";
        assert_eq!(rule(unset).unwrap().tier, None);
    }

    fn rules() -> impl Strategy<Value = Rule> {
        let actions = prop_oneof![
            Just(Action::ExpireDays),
            Just(Action::ExpireNoncurrentDays),
            Just(Action::KeepNoncurrentVersions),
            Just(Action::AbortIncompleteUploadDays),
            Just(Action::TransitionDays),
            Just(Action::TransitionNoncurrentDays),
        ];
        let actions = proptest::collection::btree_map(actions, 1_u32..999, 1..4);
        let tags = proptest::collection::btree_map("[a-z]{1,5}", "[a-z<&]{0,5}", 0..3);
        ("[a-z/&]{0,6}", tags, actions, any::<bool>()).prop_map(|(prefix, tags, actions, on)| Rule {
            status: Some(if on { Status::Enabled } else { Status::Disabled }),
            prefix,
            tags,
            tier: actions.keys().any(|action| action.is_transition()).then(|| "COLD".to_owned()),
            actions,
        })
    }

    proptest! {
        #[test]
        fn written_xml_reads_back_the_same(wanted in proptest::collection::btree_map("[a-z]{1,8}", rules(), 1..4)) {
            let existing: BTreeMap<_, _> =
                read(&to_xml([], &wanted)).into_iter().map(|(id, existing)| (id, existing.rule.unwrap())).collect();
            prop_assert_eq!(existing, wanted);
        }
    }
}
