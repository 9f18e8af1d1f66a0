//! Reads and writes remote tiers.

use init_core::Text;
use init_core::export::{Export, Node, Scope, secret_name};

use super::found::Found;
use crate::error::Error;
use crate::observed::ObservedTier;
use crate::wire::client::Client;

/// Reads the tiers of the server, without their secret keys.
pub(super) async fn read(client: &Client, scope: &Scope, found: &mut Found) -> Result<(), Error> {
    let tiers = client.read_tiers().await?;
    for tier in tiers.into_iter().filter(|tier| scope.includes("tiers", &tier.name)) {
        let (name, kind) = (tier.name.clone(), tier.kind.clone());
        let existing = tier.into_parts().map_or(ObservedTier::OtherType(kind), |(place, key)| {
            ObservedTier::Known { place, access_key: Text::Plain(key), secret_refused: false }
        });
        found.server.tiers.insert(name, existing);
    }
    Ok(())
}

/// The tier as a spec has it, unless a spec cannot express it.
pub(super) fn tier(
    (name, existing): (&String, &ObservedTier),
    export: &mut Export,
) -> Option<(String, Node)> {
    let (place, access_key) = match existing {
        ObservedTier::Known { place, access_key: Text::Plain(key), .. } if !key.is_empty() => (place, key),
        ObservedTier::Known { .. } => {
            export.note("tiers", name, "this tier, which has no access key of its own");
            return None;
        }
        ObservedTier::OtherType(kind) => {
            export.note("tiers", name, format!("this tier of the type {kind}"));
            return None;
        }
    };
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let secret_key = Node::Secret {
        name: secret_name(name, "secret_key"),
        purpose: format!("the secret key of the tier {name}"),
    };
    let node = Node::map()
        .with("type", place.kind.as_str())
        .with("endpoint", place.endpoint.as_str())
        .with("accessKey", access_key.as_str())
        .with("secretKey", secret_key)
        .with("bucket", place.bucket.as_str())
        .with_some("prefix", text(&place.prefix))
        .with_some("region", text(&place.region))
        .with_some("storageClass", text(&place.storage_class));
    Some((name.clone(), node))
}
