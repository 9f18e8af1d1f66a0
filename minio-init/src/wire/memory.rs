//! The memory limit of the container, and how many key derivations it allows at once. Each one takes 64 MiB. A
//! container with less gets an error, instead of being killed without a report.

use std::io::Read as _;

/// The memory of one Argon2id derivation.
const DERIVATION: u64 = 64 << 20;
/// The memory for everything else: the process, pending answers, and what the kernel counts.
const OTHER_MEMORY: u64 = 20 << 20;
/// The files in which a container sees its own limit, in cgroup version 2 and version 1.
const LIMITS: [&str; 2] = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/// The least memory for a run that reads access keys.
pub(crate) const MIN_LIMIT: u64 = DERIVATION + OTHER_MEMORY;

/// The memory limit of the cgroup, where there is one.
pub(crate) fn limit() -> Option<u64> {
    LIMITS.iter().find_map(|path| {
        let mut text = String::new();
        std::fs::File::open(path).ok()?.take(64).read_to_string(&mut text).ok()?;
        parse(&text)
    })
}

/// Parses a limit. `max`, and the largest number of version 1, mean that there is none.
fn parse(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|limit| *limit < 1 << 60)
}

/// The number of derivations at once: at most one for each core, and at least one.
pub(crate) fn max_derivations(limit: Option<u64>, cores: usize) -> usize {
    let room = limit.map_or(u64::MAX, |limit| limit.saturating_sub(OTHER_MEMORY) / DERIVATION);
    cores.min(usize::try_from(room).unwrap_or(usize::MAX)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_limits_the_derivations_at_once() {
        let mib = |number: u64| Some(number << 20);
        for (limit, cores, expected) in [
            (None, 8, 8),
            (mib(64), 8, 1),
            (mib(96), 8, 1),
            (mib(147), 8, 1),
            (mib(148), 8, 2),
            (mib(1024), 2, 2),
        ] {
            assert_eq!(max_derivations(limit, cores), expected, "{limit:?}");
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
