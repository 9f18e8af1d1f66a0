//! What an error means for the run, and what to do about it.

use init_core::{Fault, FaultKind};

use super::Error;

impl Fault for Error {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Net(error) => error.kind(),
            Self::Lost { .. }
            | Self::Silent { .. }
            | Self::NotReady { .. }
            | Self::Behind { .. }
            | Self::Unresolved { .. } => FaultKind::Unavailable,
            Self::Foreign { .. }
            | Self::Garbled { .. }
            | Self::Versions { .. }
            | Self::Advertised { .. }
            | Self::LoginRequired { .. }
            | Self::Mechanism { .. }
            | Self::Impostor { .. } => FaultKind::Unsupported,
            Self::Reassigned { .. } => FaultKind::Raced,
            Self::UnknownConfig { .. } | Self::FewCopies { .. } | Self::Unlisted { .. } => {
                FaultKind::Rejected
            }
            Self::Unwritable { .. } | Self::Internal(_) => FaultKind::Internal,
            // One that will not get better by waiting tells more than those that may.
            Self::Bootstrap(failures) => {
                let lasting = |kind: &FaultKind| *kind != FaultKind::Unavailable;
                failures.iter().map(Fault::kind).find(lasting).unwrap_or(FaultKind::Unavailable)
            }
            Self::Refused(refusal) => refusal.kind(),
        }
    }

    fn remedy(&self) -> Option<String> {
        match self {
            Self::Net(error) => error.remedy(),
            Self::Foreign { protocol: "TLS", .. } => {
                Some("write `tls` into the spec, or point `bootstrap` at a plaintext listener".to_owned())
            }
            Self::Foreign { wanted, .. } => {
                Some(format!("point `bootstrap` at a listener that speaks {wanted}, or correct `tls`"))
            }
            Self::LoginRequired { .. } => {
                Some("write `sasl` into the spec, or point `bootstrap` at a listener without".to_owned())
            }
            Self::Mechanism { .. } => Some(
                "write one that it has, or enable the wanted one in the broker's sasl.enabled.mechanisms"
                    .to_owned(),
            ),
            Self::Versions { .. } => Some("use Kafka 2.8 or newer".to_owned()),
            Self::Advertised { .. } => Some(
                "set the broker's advertised.listeners to a DNS name that its clients resolve, on the listener \
                 that `bootstrap` names"
                    .to_owned(),
            ),
            Self::Unresolved { .. } => Some(
                "start that broker, or set its advertised.listeners to a DNS name that resolves here".to_owned(),
            ),
            Self::NotReady { .. } => {
                Some("start the missing brokers, or write fewer into `brokers` or `replicationFactor`".to_owned())
            }
            Self::FewCopies { .. } => Some(
                "declare a larger `replicationFactor` for the topic, or a smaller min.insync.replicas".to_owned(),
            ),
            Self::Unlisted { .. } => Some("take that config out of the spec, or correct its name".to_owned()),
            Self::Bootstrap(failures) => {
                failures.iter().find(|failure| failure.kind() == self.kind()).and_then(Fault::remedy)
            }
            Self::Refused(refusal) => refusal.remedy(),
            Self::Lost { .. }
            | Self::Silent { .. }
            | Self::Impostor { .. }
            | Self::Internal(_)
            | Self::Garbled { .. }
            | Self::Unwritable { .. }
            | Self::UnknownConfig { .. }
            | Self::Reassigned { .. }
            | Self::Behind { .. } => None,
        }
    }
}
