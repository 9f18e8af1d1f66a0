//! `AlterClientQuotas`: sets and removes the declared limits, and leaves all others as they are.

use std::borrow::Cow;
use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Secrets, Text};
use kafka_protocol::messages::alter_client_quotas_request::{EntityData, EntryData, OpData};
use kafka_protocol::messages::{AlterClientQuotasRequest, AlterClientQuotasResponse};
use kafka_protocol::protocol::StrBytes;

use super::mutation::{Mode, Mutation, Outcome, Outcomes};
use crate::Error;
use crate::change::{AlterQuota, RemoveQuota};
use crate::desired::{Entity, Rate};
use crate::error::Attempt;
use crate::observe::user_name;

/// A change of quotas.
pub(super) trait OfEntity {
    /// The verb for messages.
    const VERB: &'static str;

    fn entity(&self) -> &Entity;
    fn operations(&self) -> Vec<OpData>;
}

impl OfEntity for AlterQuota {
    const VERB: &'static str = "alter";

    fn entity(&self) -> &Entity {
        &self.entity
    }

    fn operations(&self) -> Vec<OpData> {
        let limit = |(key, drift): (&String, &Drift<Rate>)| operation(key, Some(drift.to));
        self.limits.iter().map(limit).collect()
    }
}

impl OfEntity for RemoveQuota {
    const VERB: &'static str = "remove";

    fn entity(&self) -> &Entity {
        &self.entity
    }

    fn operations(&self) -> Vec<OpData> {
        self.limits.keys().map(|key| operation(key, None)).collect()
    }
}

/// A change of quotas, and its entity as requests have it.
pub(super) struct NamedQuota<'c, C> {
    change: &'c C,
    entity: Entity,
}

impl<'c, C: OfEntity> NamedQuota<'c, C> {
    pub(super) fn of(change: &'c C, secrets: &Secrets) -> Result<Self, Error> {
        let mut entity = change.entity().clone();
        for name in entity.0.values_mut().flatten() {
            *name = Text::Plain(user_name(name, secrets)?.to_string());
        }
        Ok(Self { change, entity })
    }
}

impl<C: OfEntity> Mutation for NamedQuota<'_, C> {
    type Request = AlterClientQuotasRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(self.entity.to_string())
    }

    fn label(&self) -> Cow<'_, str> {
        Cow::Owned(self.change.entity().to_string())
    }

    fn records(&self) -> usize {
        self.change.operations().len()
    }

    fn attempt(&self) -> Attempt {
        let action = format!("{} the quota of {}", C::VERB, self.change.entity());
        Attempt::new(action, "AlterConfigs on the cluster")
    }

    fn request<'b>(batch: impl Iterator<Item = &'b Self>, mode: Mode) -> Self::Request
    where
        Self: 'b,
    {
        let entries = batch.map(|quota| entry(&quota.entity, quota.change.operations()));
        AlterClientQuotasRequest::default()
            .with_entries(entries.collect())
            .with_validate_only(mode.is_validate_only())
    }

    fn outcomes<'b>(answer: AlterClientQuotasResponse, _: impl Iterator<Item = &'b Self>) -> Outcomes
    where
        Self: 'b,
    {
        outcomes(answer)
    }
}

fn outcomes(answer: AlterClientQuotasResponse) -> Outcomes {
    let each = answer.entries.into_iter().map(|entry| {
        let names = entry.entity.iter().map(|part| {
            let name = part.entity_name.as_ref().map(|name| Text::Plain(name.to_string()));
            (part.entity_type.to_string(), name)
        });
        Outcome {
            name: StrBytes::from_string(Entity(names.collect::<BTreeMap<_, _>>()).to_string()),
            code: entry.error_code,
            message: entry.error_message,
            topic: None,
        }
    });
    Outcomes { throttle_ms: answer.throttle_time_ms, each: each.collect() }
}

fn entry(entity: &Entity, operations: Vec<OpData>) -> EntryData {
    let text = |text: String| StrBytes::from_string(text);
    let part = |(kind, name): (&String, &Option<Text>)| {
        let name = name.as_ref().map(|name| text(name.to_string()));
        EntityData::default().with_entity_type(text(kind.clone())).with_entity_name(name)
    };
    EntryData::default().with_entity(entity.0.iter().map(part).collect()).with_ops(operations)
}

/// The operation that sets a limit, or removes it for `None`.
fn operation(key: &str, limit: Option<Rate>) -> OpData {
    OpData::default()
        .with_key(StrBytes::from_string(key.to_owned()))
        .with_value(limit.map_or(0.0, |limit| limit.0))
        .with_remove(limit.is_none())
}
