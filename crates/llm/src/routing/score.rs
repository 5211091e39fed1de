//! The efficiency score: quality, speed and price of a model for one call, weighed by the profile.
//!
//! Each part lies between 0 and 1000 and depends on the candidate alone, so that another candidate never changes it:
//!
//! - quality: as measured; 500 when nothing was measured
//! - speed: `1000 × 30 s ÷ (30 s + seconds of the call)`, the seconds being prompt ÷ prefill + answer ÷ decode; 500 when
//!   nothing was measured. Half a minute is what a section of a piece takes a small model on a laptop.
//! - price: `1000 × 1 cent ÷ (1 cent + cost of the call)`; 1000 on this machine, 500 when nobody has said. Other currencies
//!   count by a rough rate, which serves this order only and never a budget.
//!
//! The score is their weighted mean (weights in [`Weights::of`], in hundredths) times the health factor: 1 for a provider
//! that answers, 0.9 for one that was not asked yet, 0.5 for one that failed lately.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    decide::TokenEstimate,
    money::Price,
    profile::ProfileName,
    provider::{Health, Measures},
};

/// Scores this near to the best one count as equal, and load decides: measurements of the same model differ by as much
/// from one day to the next.
pub const NEAR_EQUAL_PERMILLE: u16 = 50;

/// A part of which nothing is known.
const MIDDLING: u16 = 500;
/// The speed that counts half, in milliseconds.
const HALF_SPEED_MS: u64 = 30_000;
/// The price that counts half, in micro-units of a dollar.
const HALF_PRICE_MICROS: u64 = 10_000;
/// Roughly how many hundredths of a dollar a unit of a currency is worth.
const ROUGH_CENTS: [(&str, u64); 4] = [("USD", 100), ("EUR", 110), ("GBP", 130), ("CHF", 120)];

/// How much each part counts, in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Of quality.
    pub quality: u16,
    /// Of speed.
    pub speed: u16,
    /// Of price.
    pub price: u16,
}

/// The table: each row adds up to 100.
const WEIGHTS: [(ProfileName, Weights); 4] = [
    (ProfileName::Fast, Weights { quality: 20, speed: 65, price: 15 }),
    (ProfileName::Balanced, Weights { quality: 40, speed: 35, price: 25 }),
    (ProfileName::Quality, Weights { quality: 65, speed: 15, price: 20 }),
    (ProfileName::Best, Weights { quality: 90, speed: 5, price: 5 }),
];

impl Weights {
    /// Those of a profile.
    pub const fn of(profile: ProfileName) -> Self {
        WEIGHTS[profile as usize].1
    }
}

/// A score and what it is made of, each 0 to 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Score {
    /// Altogether.
    pub permille: u16,
    /// Of quality; none when nothing was measured.
    pub quality: Option<u16>,
    /// Of speed; likewise.
    pub speed: Option<u16>,
    /// Of price; none when nobody has said.
    pub price: Option<u16>,
}

pub(super) fn score(
    profile: ProfileName,
    tokens: TokenEstimate,
    measures: Measures,
    price: Option<&Price>,
    health: Health,
) -> Score {
    let quality = measures.quality_permille.map(|quality| quality.min(1_000));
    let speed = speed_part(tokens, measures);
    let price = price.and_then(|price| price_part(tokens, price));
    let weights = Weights::of(profile);
    let parts = [(quality, weights.quality), (speed, weights.speed), (price, weights.price)];
    let sum: u32 = parts.iter().map(|(part, weight)| u32::from(part.unwrap_or(MIDDLING)) * u32::from(*weight)).sum();
    let tenths = match health {
        Health::Ok => 10,
        Health::Unknown => 9,
        Health::Degraded => 5,
        Health::Down => 0,
    };
    Score { permille: (sum * tenths / 1_000) as u16, quality, speed, price }
}

fn speed_part(tokens: TokenEstimate, measures: Measures) -> Option<u16> {
    let prefill = u64::from(measures.prefill_per_second?.max(1));
    let decode = u64::from(measures.decode_per_second?.max(1));
    let duration_ms = u64::from(tokens.prompt).saturating_mul(1_000) / prefill
        + u64::from(tokens.answer).saturating_mul(1_000) / decode;
    Some((1_000 * HALF_SPEED_MS / (HALF_SPEED_MS + duration_ms)) as u16)
}

fn price_part(tokens: TokenEstimate, price: &Price) -> Option<u16> {
    if price.is_free() {
        return Some(1_000);
    }
    let (_, cents) = ROUGH_CENTS.iter().find(|(code, _)| *code == price.currency.as_str())?;
    let cost = price.cost(tokens.prompt.into(), 0, tokens.answer.into()).micros.saturating_mul(*cents) / 100;
    Some((1_000 * HALF_PRICE_MICROS / HALF_PRICE_MICROS.saturating_add(cost)) as u16)
}
