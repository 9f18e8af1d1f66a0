//! How many sealed answers may be opened at once in the memory that this process may use. Each derivation takes 64 MiB
//! whatever the answer says: a container that cannot give them is told so, instead of being killed without a report.

use std::io::Read as _;

/// One Argon2id derivation.
const DERIVATION: u64 = 64 << 20;
/// Everything else: the process, the answers under way, what a kernel counts besides.
const REST: u64 = 20 << 20;
/// Where a container sees its own limit: control groups of version 2, and of version 1.
const LIMITS: [&str; 2] = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/// What a run that reads access keys needs at least.
pub(crate) const NEEDED: u64 = DERIVATION + REST;

/// The limit of the control group, where there is one.
pub(crate) fn limit() -> Option<u64> {
    LIMITS.iter().find_map(|path| {
        let mut text = String::new();
        std::fs::File::open(path).ok()?.take(64).read_to_string(&mut text).ok()?;
        parse(&text)
    })
}

/// `max`, or version 1's largest number, is no limit.
fn parse(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|limit| *limit < 1 << 60)
}

/// At most one for each core, and at least one.
pub(crate) fn derivations(limit: Option<u64>, cores: usize) -> usize {
    let room = limit.map_or(u64::MAX, |limit| limit.saturating_sub(REST) / DERIVATION);
    cores.min(usize::try_from(room).unwrap_or(usize::MAX)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_bounds_what_is_derived_at_once() {
        let mib = |number: u64| Some(number << 20);
        for (limit, cores, expected) in [
            (None, 8, 8),
            (mib(64), 8, 1),
            (mib(96), 8, 1),
            (mib(147), 8, 1),
            (mib(148), 8, 2),
            (mib(1024), 2, 2),
        ] {
            assert_eq!(derivations(limit, cores), expected, "{limit:?}");
        }
    }

    #[test]
    fn a_limit_is_read_as_the_kernel_writes_it() {
        for (text, expected) in
            [("100663296\n", Some(100_663_296)), ("max\n", None), ("9223372036854771712\n", None), ("", None)]
        {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
