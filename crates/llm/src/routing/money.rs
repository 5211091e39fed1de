//! Amounts in millionths of a currency's unit, and what tokens cost.
//!
//! Amounts of different currencies are never added or compared for a budget: no exchange rate is known here.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The text is not the code of a currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a currency; use its three-letter code, such as `USD`")]
pub struct CurrencyError(String);

/// ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct Currency([u8; 3]);

impl Currency {
    /// US dollar.
    pub const USD: Self = Self(*b"USD");
    /// Euro.
    pub const EUR: Self = Self(*b"EUR");

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("BUG: the validator accepts ASCII only")
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            [first, second, third] if text.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                Ok(Self([*first, *second, *third]))
            }
            _ => Err(CurrencyError(text.chars().take(20).collect())),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Money {
    /// Millionths of the unit: 1,250,000 is 1.25.
    #[ts(type = "number")]
    pub micros: u64,
    /// Of what.
    pub currency: Currency,
}

impl fmt::Display for Money {
    /// Cents, and the first digits that are not zero of amounts below one: `1.25 USD`, `0.0004 USD`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.micros / 1_000_000, self.micros % 1_000_000);
        if rest % 10_000 == 0 || self.micros >= 1_000_000 {
            // Rounded to the nearest cent.
            let cents = (self.micros + 5_000) / 10_000;
            return write!(formatter, "{}.{:02} {}", cents / 100, cents % 100, self.currency);
        }
        let digits = format!("{rest:06}");
        write!(formatter, "{whole}.{} {}", digits.trim_end_matches('0'), self.currency)
    }
}

/// What a model's tokens cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Of all three numbers.
    pub currency: Currency,
    /// A million tokens of the prompt, in micro-units.
    pub input_micros: u64,
    /// A million tokens of the prompt that the provider had kept; the full price where it gives none.
    pub cached_micros: u64,
    /// A million tokens of the answer, thinking included, in micro-units.
    pub output_micros: u64,
}

impl Price {
    /// What a call costs, rounded up to the next micro-unit. `cached` is a part of `input`; more than it counts as all of it.
    pub fn cost(&self, input: u64, cached: u64, output: u64) -> Money {
        let cached = cached.min(input);
        let parts = [(input - cached, self.input_micros), (cached, self.cached_micros), (output, self.output_micros)];
        let millionths: u128 = parts.iter().map(|(tokens, price)| u128::from(*tokens) * u128::from(*price)).sum();
        let micros = millionths.div_ceil(1_000_000);
        Money { micros: u64::try_from(micros).unwrap_or(u64::MAX), currency: self.currency }
    }

    /// True when nothing is asked for.
    pub const fn is_free(&self) -> bool {
        self.input_micros == 0 && self.cached_micros == 0 && self.output_micros == 0
    }
}
