//! Normalises the values of conditions. A server stores some of them in its own form: an address as a network, a
//! network without the bits behind its prefix, a time in whole seconds.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::Value;

use super::permission::Conditions;

pub(super) fn conditions(condition: Option<&Value>) -> Conditions {
    let operators = condition.and_then(Value::as_object).into_iter().flatten();
    operators
        .flat_map(|(operator, keys)| {
            let keys = keys.as_object().into_iter().flatten();
            keys.map(move |(key, value)| {
                let values = literals(value).into_iter().map(|value| canonical(operator, value));
                ((operator.clone(), key.clone()), values.collect())
            })
        })
        .collect()
}

/// True when a condition has an IPv6 address without a prefix length, which a server may read as a whole /32.
pub(super) fn bare_ipv6(conditions: &Conditions) -> bool {
    conditions.iter().any(|((operator, _), values)| {
        is_kind(operator, "IpAddress")
            && values.iter().any(|value| value.parse::<std::net::Ipv6Addr>().is_ok())
    })
}

/// The values of a condition are literal, so `**` is kept.
fn literals(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Array(list) => list.iter().flat_map(literals).collect(),
        Value::String(text) => BTreeSet::from([text.clone()]),
        other => BTreeSet::from([other.to_string()]),
    }
}

/// True when an operator is of this kind, with any qualifier before (`ForAllValues:`, `Not`) and after it
/// (`IfExists`).
fn is_kind(operator: &str, kind: &str) -> bool {
    let plain = operator.rsplit(':').next().unwrap_or(operator);
    plain.strip_prefix("Not").unwrap_or(plain).starts_with(kind)
}

fn canonical(operator: &str, value: String) -> String {
    let normalised = if is_kind(operator, "IpAddress") {
        network(&value)
    } else if is_kind(operator, "Date") {
        whole_seconds(&value)
    } else {
        None
    };
    normalised.unwrap_or(value)
}

/// Normalises a network: `10.1.2.3/8` is `10.0.0.0/8`, and `10.1.2.3` is `10.1.2.3/32`. An IPv6 address without a
/// prefix length is kept.
fn network(value: &str) -> Option<String> {
    let (address, prefix) =
        value.split_once('/').map_or((value, None), |(address, prefix)| (address, Some(prefix)));
    let address: IpAddr = address.parse().ok()?;
    let prefix: Option<u32> = prefix.map(str::parse).transpose().ok()?;
    match (address, prefix) {
        (IpAddr::V4(address), prefix) => {
            let prefix = prefix.unwrap_or(32);
            let mask = u32::MAX.checked_shl(32_u32.checked_sub(prefix)?).unwrap_or(0);
            Some(format!("{}/{prefix}", std::net::Ipv4Addr::from_bits(address.to_bits() & mask)))
        }
        (IpAddr::V6(address), Some(prefix)) => {
            let mask = u128::MAX.checked_shl(128_u32.checked_sub(prefix)?).unwrap_or(0);
            Some(format!("{}/{prefix}", std::net::Ipv6Addr::from_bits(address.to_bits() & mask)))
        }
        (IpAddr::V6(address), None) => Some(address.to_string()),
    }
}

/// Drops the fraction of a second, and writes a zero offset as `Z`: `2026-01-01T00:00:00.5+00:00` is
/// `2026-01-01T00:00:00Z`.
fn whole_seconds(value: &str) -> Option<String> {
    let (date, time) = value.split_once('T')?;
    let zone = time.find(['Z', '+', '-'])?;
    let (time, zone) = time.split_at_checked(zone)?;
    let seconds = time.split(['.', ',']).next()?;
    let zone = if ["+00:00", "-00:00"].contains(&zone) { "Z" } else { zone };
    Some(format!("{date}T{seconds}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_what_its_prefix_leaves_of_it() {
        for (written, meant) in [
            ("10.1.2.3", "10.1.2.3/32"),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("10.1.2.3/0", "0.0.0.0/0"),
            ("2001:DB8:0::1/32", "2001:db8::/32"),
            ("2001:db8::1/128", "2001:db8::1/128"),
            ("::/0", "::/0"),
            ("2001:db8:0:0::1", "2001:db8::1"),
            ("10.1.2.3/33", "10.1.2.3/33"),
            ("10.1.2.3/x", "10.1.2.3/x"),
            ("${aws:SourceIp}", "${aws:SourceIp}"),
        ] {
            assert_eq!(canonical("NotIpAddress", written.to_owned()), meant, "{written}");
            assert_eq!(canonical("StringEquals", written.to_owned()), written);
        }
    }

    #[test]
    fn a_point_in_time_has_whole_seconds() {
        for (written, meant) in [
            ("2026-01-01T00:00:00.123Z", "2026-01-01T00:00:00Z"),
            ("2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00Z"),
            ("2026-01-01T00:00:00.5+02:00", "2026-01-01T00:00:00+02:00"),
            ("2026-01-01", "2026-01-01"),
        ] {
            assert_eq!(canonical("DateLessThan", written.to_owned()), meant, "{written}");
        }
    }
}
