//! Generates publications, subscriptions and replication slots.

use std::collections::{BTreeMap, BTreeSet};

use init_core::export::secret_name;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::place;
use crate::desired::{LogicalSlot, Publication, Published, Publisher, Slot, Subscription};
use crate::spec::Operation;

pub(super) fn publication() -> impl Strategy<Value = Publication> {
    let operations = [Operation::Insert, Operation::Update, Operation::Delete, Operation::Truncate];
    let publish = proptest::option::of(subsequence(operations.to_vec(), 1..4));
    let columns = proptest::option::of(proptest::collection::btree_set(place(), 1..3));
    let rows = proptest::option::of(select(
        &["(id > 0)", "((note = 'it''s: \"#{}'::text) OR (\"A b\" IS NULL))"][..],
    ));
    let table =
        (columns, rows).prop_map(|(columns, rows)| Published { columns, rows: rows.map(str::to_owned) });
    let tables = proptest::collection::btree_map((place(), place()), table, 0..3);
    let schemas = proptest::collection::btree_set(place(), 0..3);
    let via_root = proptest::option::of(Just(true));
    (any::<bool>(), tables, schemas, publish, via_root).prop_map(
        |(all_tables, tables, schemas, publish, via_root)| {
            let of_columns = tables.values().any(|table| table.columns.is_some());
            Publication {
                all_tables,
                tables: if all_tables { BTreeMap::new() } else { tables },
                schemas: if all_tables || of_columns { BTreeSet::new() } else { schemas },
                publish: publish.map(|publish| publish.into_iter().collect()),
                via_root,
            }
        },
    )
}

pub(super) fn subscription() -> impl Strategy<Value = Subscription> {
    let parameters =
        proptest::collection::btree_map("sslmode|connect_timeout|application_name", "[^\0]{0,8}", 0..3);
    let ends = (place(), 1..65_535_u16, place(), place());
    let publications = proptest::collection::btree_set(place(), 1..3);
    let options = (any::<bool>(), proptest::option::of(Just(false)), proptest::option::of("[a-z_]{1,5}"));
    (parameters, ends, publications, options).prop_map(|(mut parameters, ends, publications, options)| {
        let ((host, port, database, user), (password, enabled, slot)) = (ends, options);
        let own = [("host", host), ("port", port.to_string()), ("dbname", database), ("user", user)];
        parameters.extend(own.map(|(name, value)| (name.to_owned(), value)));
        let password = password.then(|| secret_name("subscription", "password"));
        let publisher = Publisher { parameters, password };
        Subscription { publisher, publications, enabled, slot, ..Subscription::default() }
    })
}

pub(super) fn slot() -> impl Strategy<Value = Slot> {
    let option = || proptest::option::of(Just(true));
    let logical = (place(), option(), option());
    let logical = logical.prop_map(|(plugin, two_phase, failover)| LogicalSlot {
        database: String::new(),
        plugin: Some(plugin),
        two_phase,
        failover,
    });
    proptest::option::of(logical).prop_map(|logical| Slot { logical })
}
