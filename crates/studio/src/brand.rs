//! Brands: made, listed, erased.

use quillhouse_domain::{BrandId, DocumentState};
use quillhouse_store::{BrandRow, BrandStore};

use crate::{
    CommandError, Studio,
    views::{
        app::{DoneView, NoParams},
        brand::{BrandCreateParams, BrandListView, BrandParams, BrandView},
    },
};

/// Brand colours there are.
const COLORS: u32 = 12;

async fn view(row: &BrandRow, store: &BrandStore) -> Result<BrandView, CommandError> {
    let (documents, passages, attention) = store
        .read(|brand| {
            let rows = brand.documents().list()?;
            let attention = rows
                .iter()
                .filter(|row| {
                    matches!(row.state, DocumentState::Partial | DocumentState::Rejected | DocumentState::Failed)
                })
                .count();
            Ok((rows.len() as u32, brand.passages().count()?, attention as u32))
        })
        .await?;
    Ok(BrandView {
        id: row.id,
        name: row.name.clone(),
        color: row.color,
        documents,
        passages,
        attention,
        created_at: row.created_at.clone(),
    })
}

pub(crate) async fn create(studio: &Studio, params: BrandCreateParams) -> Result<BrandView, CommandError> {
    let name = params.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > 120 {
        return Err(CommandError::invalid_input("A brand's name has 1 to 120 characters"));
    }
    if name.parse::<BrandId>().is_ok() {
        return Err(CommandError::invalid_input("A brand's name may not look like an id"));
    }
    let color = studio.brands().await?.len() as u32 % COLORS;
    let row = BrandRow { id: BrandId::from_uuid(studio.host().new_id()), name, color, created_at: studio.host().now() };
    let store = studio.data().create_brand(row.clone()).await?;
    view(&row, &store).await
}

pub(crate) async fn list(studio: &Studio, _: NoParams) -> Result<BrandListView, CommandError> {
    let mut brands = Vec::new();
    for row in studio.brands().await? {
        let store = studio.data().open_brand(row.id)?;
        brands.push(view(&row, &store).await?);
    }
    Ok(BrandListView { brands })
}

pub(crate) async fn erase(studio: &Studio, params: BrandParams) -> Result<DoneView, CommandError> {
    let (row, _) = studio.brand(&params.brand).await?;
    studio.forget_library(row.id).await;
    studio.data().erase_brand(row.id).await?;
    Ok(DoneView {})
}
