//! Writes the state of a server as entries of a spec.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SecretRef;
use init_core::export::{Export, Node};

use super::fold;
use super::foreign::foreign_servers;
use super::found::Found;
use crate::desired::{
    Attribute, Database, Extension, Locale, Membership, Publication, Published, Publisher, Role, Schema,
    Settings, Slot, Subscription, sql,
};
use crate::spec::{LocaleProvider, Operation, ParameterPrivilege, Setting};

pub(super) fn export(mut found: Found) -> Export {
    found.declare_labelled_role();
    let mut export = Export::default();
    let own = found.context.password.clone();
    export.map("roles", found.roles.iter().map(|(key, entry)| (key.clone(), role(key, entry, own.as_ref()))));
    export
        .map("databases", found.databases.iter().map(|(name, entry)| (name.clone(), database(name, entry))));
    export.map("replicationSlots", found.slots.iter().map(|(name, entry)| (name.clone(), slot(entry))));
    found.write_notes(&mut export);
    export
}

fn role(key: &str, role: &Role, own: Option<&SecretRef>) -> Node {
    let password = role.secret().map(|secret| match own {
        Some(own) if own == secret => Node::from(secret),
        _ => Node::Secret { name: secret.clone(), purpose: format!("the password of the role {key}") },
    });
    let node = Node::map().with_some("name", role.name.as_ref());
    let node = role.attributes.iter().fold(node, |node, (name, value)| match value {
        Attribute::Flag(value) => node.with(name.key, *value),
        Attribute::Number(value) => node.with(name.key, *value),
        Attribute::Until(value) => node.with(name.key, value.to_string()),
    });
    node.with_some("password", password)
        .with_non_empty(
            "memberOf",
            role.member_of.iter().map(|(of, options)| member(of, options)).collect::<Vec<_>>(),
        )
        .with_non_empty("settings", settings(&role.settings))
        .with_non_empty("parameterPrivileges", entries(&role.parameter_privileges, parameter))
}

fn parameter(privileges: &BTreeSet<ParameterPrivilege>) -> Node {
    privileges.iter().map(|privilege| privilege.keyword()).collect::<Vec<_>>().into()
}

fn member(of: &str, options: &Membership) -> Node {
    if *options == Membership::default() {
        return of.into();
    }
    let node = Node::map().with("role", of).with_some("admin", options.admin);
    node.with_some("inherit", options.inherit).with_some("set", options.set)
}

fn settings(settings: &Settings) -> Node {
    let value = |setting: &Setting| match setting {
        Setting::One(text) => Node::from(text.as_str()),
        Setting::List(items) => items.clone().into(),
        Setting::Unset => Node::Literal("null".to_owned()),
    };
    Node::Map(settings.iter().map(|(name, setting)| (name.clone(), value(setting))).collect())
}

fn database(name: &str, database: &Database) -> Node {
    let subscriptions = database.subscriptions.iter();
    let subscriptions = subscriptions.map(|(key, entry)| (key.clone(), subscription(name, key, entry)));
    let mut defaults = fold::defaults(&database.defaults, "to");
    defaults.extend(fold::defaults(&database.default_revokes, "from"));
    let Locale { all, provider, icu, collate, ctype } = &database.locale;
    Node::map()
        .with_some("owner", database.owner.as_deref())
        .with_some("template", database.template.as_deref())
        .with_some("encoding", database.encoding.as_deref())
        .with_some("locale", all.as_deref())
        .with_some("localeProvider", provider.map(LocaleProvider::keyword))
        .with_some("icuLocale", icu.as_deref())
        .with_some("lcCollate", collate.as_deref())
        .with_some("lcCtype", ctype.as_deref())
        .with_some("tablespace", database.tablespace.as_deref())
        .with_some("connectionLimit", database.options.connection_limit)
        .with_some("allowConnections", database.options.allow_connections)
        .with_some("isTemplate", database.options.is_template)
        .with_non_empty("settings", settings(&database.settings))
        .with_non_empty("roleSettings", entries(&database.role_settings, settings))
        .with_non_empty("extensions", entries(&database.extensions, extension))
        .with_non_empty("schemas", entries(&database.schemas, schema))
        .with_non_empty("foreignServers", foreign_servers(name, database))
        .with_non_empty("grants", fold::targets(&database.grants, "to"))
        .with_non_empty("revokes", fold::targets(&database.revokes, "from"))
        .with_non_empty("defaultPrivileges", defaults)
        .with_non_empty("publications", entries(&database.publications, publication))
        .with_non_empty("subscriptions", Node::Map(subscriptions.collect()))
}

fn entries<T>(map: &BTreeMap<String, T>, node: impl Fn(&T) -> Node) -> Node {
    Node::Map(map.iter().map(|(name, entry)| (name.clone(), node(entry))).collect())
}

fn schema(schema: &Schema) -> Node {
    Node::map()
        .with_some("owner", schema.owner.as_deref())
        .with_some("objectOwner", schema.object_owner.as_deref())
}

fn extension(extension: &Extension) -> Node {
    Node::map()
        .with_some("schema", extension.schema.as_deref())
        .with_some("version", extension.version.as_deref())
}

fn publication(publication: &Publication) -> Node {
    let operations =
        |set: &BTreeSet<Operation>| set.iter().map(|operation| operation.keyword()).collect::<Vec<_>>();
    let tables = publication.tables.iter().map(|(name, table)| published(name, table)).collect::<Vec<_>>();
    let node = if publication.all_tables {
        Node::map().with("tables", "all")
    } else {
        Node::map().with_non_empty("tables", tables)
    };
    let schemas = publication.schemas.iter().cloned().collect::<Vec<_>>();
    node.with_non_empty("schemas", schemas)
        .with_some("publish", publication.publish.as_ref().map(operations))
        .with_some("publishViaPartitionRoot", publication.via_root)
}

/// The connection parameters that have a key of their own in a spec, with that key.
const PARAMETERS_WITH_KEY: [(&str, &str); 4] =
    [("host", "host"), ("port", "port"), ("dbname", "database"), ("user", "user")];

fn subscription(database: &str, name: &str, subscription: &Subscription) -> Node {
    let Publisher { parameters, password } = &subscription.publisher;
    let mut connection = Node::map();
    for (part, key) in PARAMETERS_WITH_KEY {
        let value = parameters.get(part);
        connection = match value {
            Some(value) if part == "port" => connection.with(key, Node::Literal(value.clone())),
            value => connection.with_some(key, value.map(String::as_str)),
        };
    }
    let purpose = format!("the password of the subscription {name} of the database {database}");
    let secret = password.as_ref().map(|name| Node::Secret { name: name.clone(), purpose });
    let own = |name: &&String| !PARAMETERS_WITH_KEY.iter().any(|(part, _)| part == name);
    let options = parameters.iter().filter(|(name, _)| own(name));
    let options = options.map(|(name, value)| (name.clone(), Node::from(value.as_str())));
    let connection =
        connection.with_some("password", secret).with_non_empty("options", Node::Map(options.collect()));
    Node::map()
        .with("connection", connection)
        .with("publications", subscription.publications.iter().cloned().collect::<Vec<_>>())
        .with_some("enabled", subscription.enabled)
        .with_some("slotName", subscription.slot.as_deref())
}

fn slot(slot: &Slot) -> Node {
    let Some(logical) = &slot.logical else { return Node::map() };
    Node::map()
        .with("database", logical.database.as_str())
        .with_some("plugin", logical.plugin.as_deref())
        .with_some("twoPhase", logical.two_phase)
        .with_some("failover", logical.failover)
}

fn published(name: &(String, String), Published { columns, rows }: &Published) -> Node {
    if columns.is_none() && rows.is_none() {
        return sql::display_name(name).into();
    }
    let columns = columns.as_ref().map(|columns| columns.iter().cloned().collect::<Vec<_>>());
    Node::map()
        .with("table", sql::display_name(name))
        .with_some("columns", columns)
        .with_some("where", rows.as_deref())
}
