//! `INFO` and `CLUSTER INFO`: lines of `key:value`.

use std::collections::BTreeMap;

/// The values by key.
pub(super) struct Info(BTreeMap<String, String>);

impl Info {
    pub(super) fn parse(text: &str) -> Self {
        let pair = |line: &str| {
            line.trim_end().split_once(':').map(|(key, value)| (key.to_owned(), value.to_owned()))
        };
        Self(text.lines().filter_map(pair).collect())
    }

    pub(super) fn get(&self, key: &str) -> &str {
        self.0.get(key).map_or("", String::as_str)
    }

    pub(super) fn number(&self, key: &str) -> u64 {
        self.get(key).parse().unwrap_or(0)
    }

    /// The number of keys in all databases: the sum over lines such as `db0:keys=3,expires=0,…`.
    pub(super) fn keys(&self) -> u64 {
        let databases = self.0.iter().filter(|(key, _)| {
            key.strip_prefix("db")
                .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        });
        let keys =
            |value: &str| value.split(',').find_map(|part| part.strip_prefix("keys=")?.parse::<u64>().ok());
        databases.filter_map(|(_, value)| keys(value)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_counted_over_all_databases() {
        let info = Info::parse(
            "# Keyspace\r\ndb0:keys=3,expires=0,avg_ttl=0\r\ndb12:keys=4,expires=1\r\ndbsize:9\r\n",
        );
        assert_eq!(info.keys(), 7);
        assert_eq!(info.get("dbsize"), "9");
    }
}
