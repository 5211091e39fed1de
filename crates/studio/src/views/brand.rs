//! Views of brands.

use quillhouse_domain::BrandId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A new brand.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BrandCreateParams {
    /// Its name, 1 to 120 characters, unique.
    pub name: String,
}

/// Names a brand, by id or by name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BrandParams {
    /// Id or name.
    pub brand: String,
}

/// A brand.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct BrandView {
    /// Its id.
    pub id: BrandId,
    /// Its name.
    pub name: String,
    /// Which of the twelve brand colours it has.
    pub color: u32,
    /// Documents in its library.
    pub documents: u32,
    /// Passages in its library.
    pub passages: u32,
    /// Documents that need the user.
    pub attention: u32,
    /// When it was made.
    pub created_at: String,
    /// True when its texts stay on this computer.
    pub local_only: bool,
}

/// Changes a brand; what is left out stays.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BrandSetParams {
    /// Id or name.
    pub brand: String,
    /// Whether its texts stay on this computer.
    #[serde(default)]
    #[ts(optional)]
    pub local_only: Option<bool>,
}

/// All brands.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct BrandListView {
    /// By name.
    pub brands: Vec<BrandView>,
}
