//! `AlterClientQuotas`: sets and removes the declared limits, and leaves all others as they are.

use std::borrow::Cow;
use std::collections::BTreeMap;

use init_core::diff::Drift;
use kafka_protocol::messages::alter_client_quotas_request::{EntityData, EntryData, OpData};
use kafka_protocol::messages::{AlterClientQuotasRequest, AlterClientQuotasResponse};
use kafka_protocol::protocol::StrBytes;

use super::mutation::{Mode, Mutation, Outcome, Outcomes};
use crate::change::{AlterQuota, RemoveQuota};
use crate::desired::{Entity, Rate};
use crate::error::Attempt;

impl Mutation for AlterQuota {
    type Request = AlterClientQuotasRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(self.entity.to_string())
    }

    fn records(&self) -> usize {
        self.limits.len()
    }

    fn attempt(&self) -> Attempt {
        attempt("alter", &self.entity)
    }

    fn request<'c>(batch: impl Iterator<Item = &'c Self>, mode: Mode) -> Self::Request {
        let limit = |(key, drift): (&String, &Drift<Rate>)| operation(key, Some(drift.to));
        request(batch.map(|quota| entry(&quota.entity, quota.limits.iter().map(limit).collect())), mode)
    }

    fn outcomes<'c>(answer: AlterClientQuotasResponse, _: impl Iterator<Item = &'c Self>) -> Outcomes {
        outcomes(answer)
    }
}

impl Mutation for RemoveQuota {
    type Request = AlterClientQuotasRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(self.entity.to_string())
    }

    fn records(&self) -> usize {
        self.limits.len()
    }

    fn attempt(&self) -> Attempt {
        attempt("remove", &self.entity)
    }

    fn request<'c>(batch: impl Iterator<Item = &'c Self>, mode: Mode) -> Self::Request {
        let remove = |key: &String| operation(key, None);
        request(batch.map(|quota| entry(&quota.entity, quota.limits.keys().map(remove).collect())), mode)
    }

    fn outcomes<'c>(answer: AlterClientQuotasResponse, _: impl Iterator<Item = &'c Self>) -> Outcomes {
        outcomes(answer)
    }
}

fn attempt(verb: &str, entity: &Entity) -> Attempt {
    Attempt::new(format!("{verb} the quota of {entity}"), "AlterConfigs on the cluster")
}

fn request(entries: impl Iterator<Item = EntryData>, mode: Mode) -> AlterClientQuotasRequest {
    AlterClientQuotasRequest::default()
        .with_entries(entries.collect())
        .with_validate_only(mode.is_validate_only())
}

fn outcomes(answer: AlterClientQuotasResponse) -> Outcomes {
    let each = answer.entries.into_iter().map(|entry| {
        let names = entry
            .entity
            .iter()
            .map(|part| (part.entity_type.to_string(), part.entity_name.as_ref().map(ToString::to_string)));
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
    let text = |text: &String| StrBytes::from_string(text.clone());
    let part = |(kind, name): (&String, &Option<String>)| {
        EntityData::default().with_entity_type(text(kind)).with_entity_name(name.as_ref().map(text))
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
