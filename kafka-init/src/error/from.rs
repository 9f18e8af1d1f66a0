//! Conversions of other errors.

use init_core::Undeclared;

use super::{Error, FeatureError, TokenRefusal};

impl From<Undeclared> for Error {
    fn from(undeclared: Undeclared) -> Self {
        Self::Internal(undeclared.to_string())
    }
}

impl From<FeatureError> for Error {
    fn from(error: FeatureError) -> Self {
        Self::Feature(Box::new(error))
    }
}

impl From<TokenRefusal> for Error {
    fn from(refusal: TokenRefusal) -> Self {
        Self::TokenRefused(Box::new(refusal))
    }
}
