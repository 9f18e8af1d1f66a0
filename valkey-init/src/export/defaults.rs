//! The compiled-in defaults of the servers' parameters. No server shows them: `CONFIG GET` has the value in effect,
//! whatever its origin.

/// The release of a server, as far as its defaults differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Release {
    /// Redis before 7.0.
    Redis6,
    /// Redis since 7.0, and Valkey 7.2.
    #[default]
    Redis7,
    /// Valkey since 8.0.
    Valkey8,
}

const TABLE: &str = include_str!("defaults.txt");

/// The different defaults of Redis and Valkey 7.2.
const UNTIL_VALKEY_8: [(&str, &str); 8] = [
    ("hide-user-data-from-log", "no"),
    ("lazyfree-lazy-eviction", "no"),
    ("lazyfree-lazy-expire", "no"),
    ("lazyfree-lazy-server-del", "no"),
    ("lazyfree-lazy-user-del", "no"),
    ("lazyfree-lazy-user-flush", "no"),
    ("repl-backlog-size", "1048576"),
    ("replica-lazy-flush", "no"),
];

/// The different defaults of Redis 6.
const UNTIL_REDIS_7: [(&str, &str); 2] =
    [("acl-pubsub-default", "allchannels"), ("repl-diskless-sync", "no")];

/// The parameters with which a server is started: where it listens, and where it has its files and certificates. Some
/// of them can be changed while it runs, which would move the server, so none is exported. Each has its default, where
/// all servers have the same.
const STARTUP_PARAMETERS: [(&str, Option<&str>); 48] = [
    ("aclfile", Some("")),
    ("always-show-logo", Some("no")),
    ("aof-rewrite-cpulist", Some("")),
    ("aof_rewrite_cpulist", Some("")),
    ("appenddirname", Some("appendonlydir")),
    ("appendfilename", Some("appendonly.aof")),
    ("bgsave-cpulist", Some("")),
    ("bgsave_cpulist", Some("")),
    ("bind", None),
    ("bind-source-addr", Some("")),
    ("bio-cpulist", Some("")),
    ("bio_cpulist", Some("")),
    ("cluster-config-file", Some("nodes.conf")),
    ("cluster-databases", Some("1")),
    ("cluster-port", Some("0")),
    ("daemonize", Some("no")),
    ("databases", Some("16")),
    ("dbfilename", Some("dump.rdb")),
    ("dir", None),
    ("disable-thp", Some("yes")),
    ("enable-debug-command", Some("no")),
    ("enable-module-command", Some("no")),
    ("enable-protected-configs", Some("no")),
    ("gopher-enabled", Some("no")),
    ("hash-seed", Some("")),
    ("io-threads", Some("1")),
    ("io-threads-do-reads", None),
    ("jemalloc-bg-thread", Some("yes")),
    ("locale-collate", Some("")),
    ("logfile", Some("")),
    ("mptcp", Some("no")),
    ("oom-score-adj", Some("no")),
    ("oom-score-adj-values", None),
    ("pidfile", None),
    ("port", None),
    ("proc-title-template", None),
    ("rdbchecksum", Some("yes")),
    ("server-cpulist", Some("")),
    ("server_cpulist", Some("")),
    ("set-proc-title", Some("yes")),
    ("socket-mark-id", Some("0")),
    ("supervised", None),
    ("syslog-enabled", Some("no")),
    ("syslog-facility", None),
    ("syslog-ident", None),
    ("tcp-backlog", Some("511")),
    ("unixsocket", Some("")),
    ("unixsocketperm", None),
];

/// The knowledge about the default of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KnownDefault {
    /// A spec may set the parameter; this is its default.
    Default(&'static str),
    /// The server is started with the parameter; its default, where all servers have the same.
    Start(Option<&'static str>),
    /// The default is unknown: the parameter is of another release or of a module.
    Nothing,
}

/// The default of a parameter, by its newest name.
pub(super) fn of(name: &str, release: Release) -> KnownDefault {
    if let Some((_, default)) = STARTUP_PARAMETERS.iter().find(|(known, _)| *known == name) {
        return KnownDefault::Start(*default);
    }
    if name.starts_with("tls-") || name.starts_with("unixsocket") || name.starts_with("rdma-") {
        return KnownDefault::Start(None);
    }
    let earlier: [&'static [(&'static str, &'static str)]; 2] = match release {
        Release::Redis6 => [&UNTIL_REDIS_7, &UNTIL_VALKEY_8],
        Release::Redis7 => [&UNTIL_VALKEY_8, &[]],
        Release::Valkey8 => [&[], &[]],
    };
    if let Some((_, default)) = earlier.into_iter().flatten().find(|(known, _)| *known == name) {
        return KnownDefault::Default(default);
    }
    let line = |line: &'static str| match line.split_once(' ') {
        Some((known, default)) => (known, default),
        None => (line, ""),
    };
    let found = TABLE.lines().map(line).find(|(known, _)| *known == name);
    found.map_or(KnownDefault::Nothing, |(_, default)| KnownDefault::Default(default))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_release_has_its_own_default() {
        for (name, release, default) in [
            ("lazyfree-lazy-expire", Release::Valkey8, "yes"),
            ("lazyfree-lazy-expire", Release::Redis7, "no"),
            ("lazyfree-lazy-expire", Release::Redis6, "no"),
            ("repl-diskless-sync", Release::Redis6, "no"),
            ("repl-diskless-sync", Release::Redis7, "yes"),
            ("save", Release::Valkey8, "3600 1 300 100 60 10000"),
            ("notify-keyspace-events", Release::Valkey8, ""),
        ] {
            assert_eq!(of(name, release), KnownDefault::Default(default), "{name}");
        }
        assert_eq!(of("port", Release::Valkey8), KnownDefault::Start(None));
        assert_eq!(of("tls-cert-file", Release::Valkey8), KnownDefault::Start(None));
        assert_eq!(of("search-timeout", Release::Valkey8), KnownDefault::Nothing);
    }

    #[test]
    fn the_table_has_each_name_once_and_in_order() {
        let names: Vec<&str> = TABLE
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert!(names.is_sorted() && names.len() > 100);
    }
}
