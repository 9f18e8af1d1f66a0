//! Reads and writes CORS rules as XML.

use std::collections::BTreeSet;

use crate::desired::Cors;
use crate::wire::xml::Element;

pub(crate) fn from_xml(xml: &Element) -> Vec<Cors> {
    let set =
        |rule: &Element, name: &str| -> BTreeSet<String> { rule.values(name).map(str::to_owned).collect() };
    // Some servers return 0 where no value was set.
    let rule = |rule: &Element| Cors {
        origins: set(rule, "AllowedOrigin"),
        methods: set(rule, "AllowedMethod"),
        headers: set(rule, "AllowedHeader"),
        expose: set(rule, "ExposeHeader"),
        max_age: rule
            .value(&["MaxAgeSeconds"])
            .and_then(|seconds| seconds.parse().ok())
            .filter(|seconds| *seconds > 0),
    };
    xml.all("CORSRule").map(rule).collect()
}

pub(crate) fn to_xml(rules: &[Cors]) -> String {
    let rule = |rule: &Cors| {
        let lists = [
            ("AllowedOrigin", &rule.origins),
            ("AllowedMethod", &rule.methods),
            ("AllowedHeader", &rule.headers),
            ("ExposeHeader", &rule.expose),
        ];
        let pairs =
            lists.into_iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        let element =
            pairs.fold(Element::new("CORSRule"), |element, (name, value)| element.text(name, value));
        rule.max_age.into_iter().fold(element, |element, seconds| element.text("MaxAgeSeconds", seconds))
    };
    Element::new("CORSConfiguration").with_all(rules.iter().map(rule)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_xml_reads_back_the_same() {
        let set = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect::<BTreeSet<_>>();
        let rules = vec![
            Cors {
                origins: set(&["https://a", "https://b"]),
                methods: set(&["GET"]),
                max_age: Some(60),
                ..Cors::default()
            },
            Cors {
                origins: set(&["*"]),
                methods: set(&["PUT"]),
                headers: set(&["*"]),
                expose: set(&["etag"]),
                max_age: None,
            },
        ];
        assert_eq!(from_xml(&Element::parse(to_xml(&rules).as_bytes()).unwrap()), rules);
    }
}
