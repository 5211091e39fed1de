//! Names of providers and accounts: short, plain, safe as a part of a path or an address.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The text cannot name a provider or an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` cannot name a {noun}; use up to 64 lower-case letters, digits, `-`, `_` and `.`")]
pub struct RoutingIdError {
    noun: &'static str,
    text: String,
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $noun:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(String);

        impl $name {
            /// The name as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = RoutingIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
                let starts = text.starts_with(|first: char| first.is_ascii_alphanumeric());
                if starts && text.len() <= 64 && text.bytes().all(plain) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(RoutingIdError { noun: $noun, text: text.chars().take(80).collect() })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

names! {
    /// Names a provider as model ids do before their slash: `local`, `ollama`, `openai`.
    ProviderId = "provider";
    /// Names an account; unique over all providers.
    AccountId = "account";
}
