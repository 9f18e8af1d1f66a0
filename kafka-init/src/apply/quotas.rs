//! Other limits for users, clients and addresses: the declared ones alone.

use std::borrow::Cow;
use std::collections::BTreeMap;

use kafka_protocol::messages::alter_client_quotas_request::{EntityData, EntryData, OpData};
use kafka_protocol::messages::{AlterClientQuotasRequest, AlterClientQuotasResponse};
use kafka_protocol::protocol::StrBytes;

use super::mutation::{Mode, Mutation, Outcome, Outcomes};
use crate::change::AlterQuota;
use crate::desired::{Entity, Rate};
use crate::error::Attempt;

impl Mutation for AlterQuota {
    type Call = AlterClientQuotasRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(self.entity.to_string())
    }

    fn records(&self) -> usize {
        self.limits.len()
    }

    fn attempt(&self) -> Attempt {
        Attempt {
            action: format!("alter the quota of {}", self.entity),
            permission: "AlterConfigs on the cluster".to_owned(),
            waits: &[],
            races: &[],
        }
    }

    fn request<'c>(batch: impl Iterator<Item = &'c Self>, mode: Mode) -> Self::Call {
        AlterClientQuotasRequest::default()
            .with_entries(batch.map(entry).collect())
            .with_validate_only(mode.is_validate_only())
    }

    fn outcomes<'c>(answer: AlterClientQuotasResponse, _: impl Iterator<Item = &'c Self>) -> Outcomes {
        let each = answer.entries.into_iter().map(|entry| {
            let names = entry.entity.iter().map(|part| {
                (part.entity_type.to_string(), part.entity_name.as_ref().map(ToString::to_string))
            });
            Outcome {
                name: StrBytes::from_string(Entity(names.collect::<BTreeMap<_, _>>()).to_string()),
                code: entry.error_code,
                message: entry.error_message,
            }
        });
        Outcomes { throttle_ms: answer.throttle_time_ms, each: each.collect() }
    }
}

fn entry(quota: &AlterQuota) -> EntryData {
    let text = |text: &String| StrBytes::from_string(text.clone());
    let part = |(kind, name): (&String, &Option<String>)| {
        EntityData::default().with_entity_type(text(kind)).with_entity_name(name.as_ref().map(text))
    };
    let limit = |(key, drift): (&String, &init_core::diff::Drift<Rate>)| {
        OpData::default().with_key(text(key)).with_value(drift.to.0).with_remove(false)
    };
    EntryData::default()
        .with_entity(quota.entity.0.iter().map(part).collect())
        .with_ops(quota.limits.iter().map(limit).collect())
}
