//! Plans changes of remote tiers.

use init_core::diff::{Drift, Side, by_key};
use init_core::{Conflict, SpecPath};

use super::findings::Findings;
use crate::change::TierChange;
use crate::desired::{Desired, Tier};
use crate::observed::{Observed, ObservedTier};

pub(super) fn tiers(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    for (name, side) in by_key(&desired.tiers, &observed.tiers) {
        let at = SpecPath::root().key("tiers").key(name);
        match side {
            Side::Missing(Tier { place, access_key, secret }) => findings.change(TierChange::CreateTier {
                tier: name.clone(),
                place: place.clone(),
                access_key: access_key.clone(),
                secret: secret.clone(),
            }),
            Side::Present(wanted, ObservedTier::OtherType(kind)) => {
                findings.conflicts.push(fixed(&at, "type", kind, wanted.place.kind.as_str()));
            }
            Side::Present(wanted, ObservedTier::Known { place, access_key, secret_refused }) => {
                let differing = wanted.place.differing(place);
                let elsewhere = !differing.is_empty();
                findings
                    .conflicts
                    .extend(differing.into_iter().map(|(key, from, to)| fixed(&at, key, from, to)));
                let key = Drift::between(Some(access_key.clone()), wanted.access_key.clone());
                if !elsewhere && (*secret_refused || key.is_some()) {
                    findings.change(TierChange::AlterTier {
                        tier: name.clone(),
                        access_key: wanted.access_key.clone(),
                        secret: wanted.secret.clone(),
                        differing: key,
                    });
                }
            }
            Side::Extra(_) => {}
        }
    }
}

/// A conflict with a tier in another place, where objects may be.
fn fixed(at: &SpecPath, key: &str, from: &str, to: &str) -> Conflict {
    let shown = |value: &str| if value.is_empty() { "unset".to_owned() } else { value.to_owned() };
    let problem = format!(
        "the tier has {}, not {}, and a tier stays where its objects are: write what it has, or give the new place another name",
        shown(from),
        shown(to)
    );
    Conflict::new(at.key(key), problem)
}
