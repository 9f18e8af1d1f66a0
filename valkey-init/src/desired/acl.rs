//! Evaluates ACL rules: two texts are equal when they allow the same, however they are written.
//!
//! Servers rewrite rules (7.0 from bitmaps, later ones by dropping what is superseded), so texts cannot be compared.
//! Both texts are evaluated here, with the commands and categories that the server itself lists. A command or
//! category that the server does not have stays in the result: it is a difference, and the server refuses it. Any other
//! token that is unknown here is not compared (`unknown`), because a server may show it in any form.

pub(crate) mod rules;

use std::collections::{BTreeMap, BTreeSet};

use rules::tokens;

/// The commands of each category, subcommands as `config|get`, as `ACL CAT` lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    categories: BTreeMap<String, BTreeSet<String>>,
    commands: BTreeSet<String>,
    /// `ACL GETUSER` does not show whether a user's payloads are sanitized.
    hides_payload_flag: bool,
}

impl FromIterator<(String, BTreeSet<String>)> for Catalog {
    fn from_iter<I: IntoIterator<Item = (String, BTreeSet<String>)>>(categories: I) -> Self {
        // Rules have no case; modules list their commands as their authors write them.
        let lower = |names: BTreeSet<String>| names.iter().map(|name| name.to_ascii_lowercase()).collect();
        let categories: BTreeMap<String, BTreeSet<String>> = categories
            .into_iter()
            .map(|(category, commands)| (category.to_ascii_lowercase(), lower(commands)))
            .collect();
        let commands = categories.values().flatten().cloned().collect();
        Self { categories, commands, hides_payload_flag: false }
    }
}

/// The permissions that a rule text grants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    root: Permissions,
    selectors: BTreeSet<Permissions>,
    has_nopass: bool,
    skips_sanitize_payload: bool,
}

/// The permissions of one selector.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Permissions {
    commands: BTreeSet<String>,
    /// `select|0`: a command by its first argument.
    first_arguments: BTreeSet<String>,
    /// Key patterns, each with its read flag and its write flag.
    keys: BTreeMap<String, (bool, bool)>,
    channels: BTreeSet<String>,
    /// The permitted databases; `None` for all.
    databases: Option<BTreeSet<String>>,
    /// Commands and categories that the server does not have.
    missing: Vec<String>,
    /// Tokens that are unknown here.
    unknown: Vec<String>,
}

impl Catalog {
    /// Adds commands that are in no category, as some commands of modules are.
    pub(crate) fn with_commands(mut self, commands: impl Iterator<Item = String>) -> Self {
        self.commands.extend(commands.map(|command| command.to_ascii_lowercase()));
        self
    }

    /// Notes a server that does not show whether payloads are sanitized.
    pub(crate) fn hiding_payload_flag(self, hides_payload_flag: bool) -> Self {
        Self { hides_payload_flag, ..self }
    }

    /// True when the server has this command.
    pub(crate) fn has(&self, command: &str) -> bool {
        self.commands.contains(command)
    }
}

impl Access {
    /// True when the rules outside of selectors allow a command.
    pub(crate) fn allows(&self, command: &str) -> bool {
        self.root.commands.contains(command)
    }

    /// The tokens that are not compared, or that the server does not have.
    pub(crate) fn incomparable_rules(rules: &str, catalog: &Catalog) -> Vec<String> {
        let access = Self::evaluate(rules, catalog);
        let all = [&access.root].into_iter().chain(&access.selectors);
        let mut incomparable_rules: Vec<String> =
            all.flat_map(|one| one.missing.iter().chain(&one.unknown)).cloned().collect();
        let hidden = |token: &String| catalog.hides_payload_flag && token == "skip-sanitize-payload";
        incomparable_rules
            .extend(tokens(rules).iter().map(|token| token.to_ascii_lowercase()).filter(hidden));
        incomparable_rules
    }

    /// The access that these rules grant to a user without any rights, as far as it can be compared.
    pub fn of(rules: &str, catalog: &Catalog) -> Self {
        let mut access = Self::evaluate(rules, catalog);
        access.root.unknown.clear();
        let known = |one: Permissions| Permissions { unknown: Vec::new(), ..one };
        access.selectors = std::mem::take(&mut access.selectors).into_iter().map(known).collect();
        access.skips_sanitize_payload &= !catalog.hides_payload_flag;
        access
    }

    fn evaluate(rules: &str, catalog: &Catalog) -> Self {
        let mut access = Self::default();
        for token in tokens(rules) {
            match token.to_ascii_lowercase().as_str() {
                "nopass" => access.has_nopass = true,
                "sanitize-payload" => access.skips_sanitize_payload = false,
                "skip-sanitize-payload" => access.skips_sanitize_payload = true,
                _ => match token.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                    Some(selector) => {
                        let mut permissions = Permissions::default();
                        selector.split_whitespace().for_each(|token| permissions.apply(token, catalog));
                        access.selectors.insert(permissions);
                    }
                    None => access.root.apply(&token, catalog),
                },
            }
        }
        access
    }
}

impl Permissions {
    fn apply(&mut self, token: &str, catalog: &Catalog) {
        let lower = token.to_ascii_lowercase();
        match lower.as_str() {
            "allkeys" => self.key("*", (true, true)),
            "resetkeys" => self.keys.clear(),
            "allchannels" => drop(self.channels.insert("*".to_owned())),
            "resetchannels" => self.channels.clear(),
            "allcommands" => self.category(true, "all", catalog),
            "nocommands" => self.category(false, "all", catalog),
            "alldbs" => self.databases = None,
            "resetdbs" => self.databases = Some(BTreeSet::new()),
            _ => self.pattern_or_command(token, &lower, catalog),
        }
    }

    fn pattern_or_command(&mut self, token: &str, lower: &str, catalog: &Catalog) {
        let (sign, rest) = token.split_at(token.chars().next().map_or(0, char::len_utf8));
        let name = lower.get(sign.len()..).unwrap_or_default();
        if let Some(databases) = lower.strip_prefix("db=") {
            let number = |text: &str| text.parse::<u64>().map_or_else(|_| text.to_owned(), |n| n.to_string());
            self.databases = Some(databases.split(',').map(number).collect());
            return;
        }
        match sign {
            "~" => self.key(rest, (true, true)),
            "%" => match rest.split_once('~') {
                Some((flags, pattern)) if !flags.is_empty() => {
                    let flags = flags.to_ascii_uppercase();
                    self.key(pattern, (flags.contains('R'), flags.contains('W')));
                }
                _ => self.unknown.push(token.to_owned()),
            },
            "&" => drop(self.channels.insert(rest.to_owned())),
            "+" | "-" => match name.strip_prefix('@') {
                Some(category) if category == "all" || catalog.categories.contains_key(category) => {
                    self.category(sign == "+", category, catalog);
                }
                Some(_) => self.missing.push(lower.to_owned()),
                None => self.command(sign == "+", name, lower, catalog),
            },
            _ => self.unknown.push(token.to_owned()),
        }
    }

    fn key(&mut self, pattern: &str, (read, write): (bool, bool)) {
        let flags = self.keys.entry(pattern.to_owned()).or_default();
        *flags = (flags.0 || read, flags.1 || write);
    }

    /// A command of a category brings its subcommands, also those that are in another one.
    fn category(&mut self, allow: bool, name: &str, catalog: &Catalog) {
        let commands = if name == "all" { Some(&catalog.commands) } else { catalog.categories.get(name) };
        for command in commands.into_iter().flatten() {
            self.command(allow, command, command, catalog);
        }
        if name == "all" {
            self.first_arguments.clear();
        }
    }

    /// A command is allowed or not with all its subcommands; a subcommand alone.
    fn command(&mut self, allow: bool, name: &str, token: &str, catalog: &Catalog) {
        if catalog.commands.contains(name) {
            self.set(allow, name);
            let prefix = format!("{name}|");
            let after = catalog.commands.range(prefix.clone()..);
            for subcommand in after.take_while(|command| command.starts_with(&prefix)) {
                self.set(allow, subcommand);
            }
        } else if allow && name.split_once('|').is_some_and(|(command, _)| catalog.commands.contains(command))
        {
            self.first_arguments.insert(name.to_owned());
        } else {
            self.missing.push(token.to_owned());
        }
    }

    fn set(&mut self, allow: bool, command: &str) {
        if allow {
            self.commands.insert(command.to_owned());
        } else {
            self.commands.remove(command);
        }
        let prefix = format!("{command}|");
        self.first_arguments.retain(|rule| !rule.starts_with(&prefix));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let categories = [
            ("read".to_owned(), set(&["get", "mget"])),
            ("dangerous".to_owned(), set(&["config", "config|get", "config|set", "keys"])),
            ("slow".to_owned(), set(&["config", "config|get", "config|set", "keys", "select"])),
            ("fast".to_owned(), set(&["get", "mget", "ping"])),
        ];
        categories
            .into_iter()
            .collect::<Catalog>()
            .with_commands(["FT.SEARCH", "config|help"].map(str::to_owned).into_iter())
    }

    #[test]
    fn rules_that_cannot_be_compared_are_listed() {
        let incomparable_rules = |rules: &str| Access::incomparable_rules(rules, &catalog());
        assert_eq!(incomparable_rules("+get ~a db=1 +@read (+get some-new-rule)"), ["some-new-rule"]);
        assert_eq!(incomparable_rules("+nosuch +@nosuch bogus"), ["+nosuch", "+@nosuch", "bogus"]);
        assert_eq!(incomparable_rules("skip-sanitize-payload"), [""; 0]);
        let hiding = catalog().hiding_payload_flag(true);
        assert_eq!(Access::incomparable_rules("Skip-Sanitize-Payload", &hiding), ["skip-sanitize-payload"]);
        assert_eq!(Access::of("skip-sanitize-payload", &hiding), Access::of("", &hiding));
    }

    #[test]
    fn rules_that_allow_the_same_are_equal() {
        for (one, other) in [
            ("allkeys allcommands", "~* +@all"),
            ("%RW~a", "~a"),
            ("%R~a %W~a", "~a"),
            ("~a ~b &x &y", "&y ~b &x ~a"),
            ("+get +keys -get", "-@all +keys"),
            ("-@all +@all -@dangerous", "+@all -@dangerous"),
            ("+config", "+config +config|get"),
            ("+@all -config|set", "+@fast +keys +select +ft.search +config -config|set"),
            ("+GET +@READ", "+get +mget"),
            ("+@dangerous -keys", "+config"),
            ("+config -@dangerous", ""),
            ("(+get ~a) (~b +keys)", "(-@all ~b +keys) (resetchannels -@all ~a +get)"),
            ("sanitize-payload +get", "+get"),
            ("+select|0 +select", "+select"),
            ("+get -get", "-get"),
            ("+FT.search", "+ft.SEARCH"),
            ("+@all -FT.SEARCH", "+@all -ft.search"),
            ("db=0,01 +get", "+get db=1,0"),
            ("db=3 alldbs", ""),
            ("db=3 db=4", "db=4"),
            ("(db=2 +get)", "(-@all +get db=2)"),
            // An unknown rule is not compared.
            ("+get some-new-rule", "+get"),
        ] {
            assert_eq!(Access::of(one, &catalog()), Access::of(other, &catalog()), "{one} and {other}");
        }
    }

    #[test]
    fn rules_that_allow_something_else_differ() {
        for (one, other) in [
            ("~a", "%R~a"),
            ("+get -get", "-get +get"),
            ("+config", "+config|get"),
            ("+select|0", "+select"),
            ("nopass", ""),
            ("skip-sanitize-payload", ""),
            ("&a", ""),
            ("(+get ~a)", "+get ~a"),
            ("+nosuch", ""),
            ("+@nosuch", ""),
            ("db=0", ""),
            ("db=0", "resetdbs"),
            ("(db=2 +get)", "(+get)"),
        ] {
            assert_ne!(Access::of(one, &catalog()), Access::of(other, &catalog()), "{one} and {other}");
        }
    }
}
