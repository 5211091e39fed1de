//! Pieces: listed, shown, exported.

pub(crate) mod finish;

use std::{collections::BTreeSet, sync::Arc};

use quillhouse_domain::{DocumentId, PieceId, PieceKind, SectionRecord, Support, SupportCounts};
use quillhouse_publish::{ExportedPiece, Source};
use quillhouse_store::{BrandStore, PieceRow, RevisionRow, StoreError};
use serde::{Deserialize, Serialize};

use crate::{
    CommandError, Studio,
    activity::StoredInput,
    views::piece::{
        CheckView, CitationView, CountView, ExportFormat, ExportView, PieceDetailView, PieceExportParams,
        PieceListParams, PieceListView, PieceParams, PieceView, SentenceView,
    },
};

/// What a revision keeps beside its text and tables.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RevisionMeta {
    pub(crate) description: Option<String>,
    pub(crate) slug: Option<String>,
    pub(crate) reading_ease: Option<f32>,
}

fn read_json<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, CommandError> {
    serde_json::from_str(json).map_err(|error| CommandError::internal(&error))
}

fn piece_view(row: &PieceRow, revision: &RevisionRow, sentences: &[SentenceView], erased_sources: u32) -> PieceView {
    let labels: Vec<&Support> = sentences.iter().map(|sentence| &sentence.support).collect();
    PieceView {
        id: row.id,
        activity: row.activity_id,
        run: row.run_id,
        piece_type: row.kind.word().to_owned(),
        network: row.kind.network().map(|network| network.word().to_owned()),
        title: row.title.clone(),
        words: revision.words,
        score: revision.score.unwrap_or_default() as f32,
        language: revision.language.code().to_owned(),
        state: row.state.clone(),
        created_at: row.created_at.clone(),
        support: SupportCounts::of(labels),
        erased_sources: (erased_sources > 0).then_some(erased_sources),
    }
}

fn with_revision(
    brand: quillhouse_store::BrandReader<'_>,
    row: PieceRow,
) -> Result<Option<(PieceRow, RevisionRow)>, StoreError> {
    Ok(brand.revisions().latest(row.id)?.map(|revision| (row, revision)))
}

pub(crate) async fn list(studio: &Studio, params: PieceListParams) -> Result<PieceListView, CommandError> {
    let (_, store) = studio.brand(&params.brand).await?;
    let rows = store
        .read(move |brand| {
            let rows = match params.activity {
                Some(activity) => brand.pieces().by_activity(activity)?,
                None => brand.pieces().list()?,
            };
            let rows = rows
                .into_iter()
                .filter_map(|row| with_revision(*brand, row).transpose())
                .collect::<Result<Vec<_>, _>>()?;
            Ok((rows, brand.pieces().erased_sources()?))
        })
        .await?;
    let (rows, erased) = rows;
    let pieces = rows
        .iter()
        .map(|(row, revision)| {
            let sentences: Vec<SentenceView> = read_json(&revision.support_json)?;
            Ok(piece_view(row, revision, &sentences, erased.get(&row.id).copied().unwrap_or(0)))
        })
        .collect::<Result<Vec<_>, CommandError>>()?;
    Ok(PieceListView { pieces })
}

async fn find(
    studio: &Studio,
    brand: &str,
    piece: &str,
) -> Result<(Arc<BrandStore>, PieceRow, RevisionRow), CommandError> {
    let id: PieceId = piece.trim().parse()?;
    let brands = if brand.trim().is_empty() { studio.brands().await? } else { vec![studio.brand(brand).await?.0] };
    for row in brands {
        let store = studio.data().open_brand(row.id)?;
        let found = store
            .read(move |brand| match brand.pieces().get(id) {
                Ok(row) => with_revision(*brand, row),
                Err(StoreError::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            })
            .await?;
        if let Some((row, revision)) = found {
            return Ok((store, row, revision));
        }
    }
    Err(CommandError::not_found("piece", piece))
}

fn detail(
    row: &PieceRow,
    revision: RevisionRow,
    erased_sources: u32,
    kit_version: Option<u32>,
) -> Result<PieceDetailView, CommandError> {
    let sentences: Vec<SentenceView> = read_json(&revision.support_json)?;
    let citations: Vec<CitationView> = read_json(&revision.citations_json)?;
    let checks: Vec<CheckView> = read_json(&revision.checks_json)?;
    let sections: Vec<SectionRecord> = read_json(&revision.sections_json)?;
    let meta: RevisionMeta = read_json(&revision.meta_json)?;
    let count = match row.kind {
        PieceKind::Social { network } => {
            let count = quillhouse_quality::network::count(network, &revision.text);
            Some(CountView { used: count.used as u32, limit: count.limit as u32 })
        }
        PieceKind::Blog | PieceKind::Audio | PieceKind::Video => None,
    };
    Ok(PieceDetailView {
        piece: piece_view(row, &revision, &sentences, erased_sources),
        text: revision.text,
        description: meta.description,
        slug: meta.slug,
        sections,
        sentences,
        citations,
        checks,
        reading_ease: meta.reading_ease,
        count,
        kit_version,
    })
}

pub(crate) async fn show(studio: &Studio, params: PieceParams) -> Result<PieceDetailView, CommandError> {
    let (store, row, revision) = find(studio, &params.brand, &params.piece).await?;
    let run = row.run_id;
    let (erased, run) = store.read(move |brand| Ok((brand.pieces().erased_sources()?, brand.runs().get(run)?))).await?;
    let stored: Option<StoredInput> = serde_json::from_str(&run.input_json).ok();
    let kit_version = stored.map(|stored| stored.kit_version).filter(|version| *version > 0);
    let erased = erased.get(&row.id).copied().unwrap_or(0);
    let mut view = detail(&row, revision, erased, kit_version)?;
    if erased > 0 {
        mark_erased(&store, &mut view.citations).await?;
    }
    Ok(view)
}

/// Marks the citations whose documents are not in the library any more.
async fn mark_erased(store: &BrandStore, citations: &mut [CitationView]) -> Result<(), CommandError> {
    let cited: BTreeSet<DocumentId> = citations.iter().map(|citation| citation.document).collect();
    let gone = store
        .read(move |brand| {
            let mut gone = BTreeSet::new();
            for id in cited {
                match brand.documents().get(id) {
                    Ok(_) => {}
                    Err(StoreError::NotFound { .. }) => {
                        gone.insert(id);
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(gone)
        })
        .await?;
    for citation in citations {
        citation.erased = gone.contains(&citation.document).then_some(true);
    }
    Ok(())
}

const fn sources_heading(language: &str) -> &'static str {
    match language.as_bytes() {
        b"de" => "Quellen",
        b"es" => "Fuentes",
        b"it" => "Fonti",
        b"nl" => "Bronnen",
        b"pt" => "Fontes",
        _ => "Sources",
    }
}

pub(crate) async fn export(studio: &Studio, params: PieceExportParams) -> Result<ExportView, CommandError> {
    let (_, row, revision) = find(studio, &params.brand, &params.piece).await?;
    let view = detail(&row, revision, 0, None)?;
    let sources = if params.sources {
        view.citations
            .iter()
            .map(|citation| Source {
                number: citation.number,
                sentence: citation.sentence.clone(),
                document_name: citation.document_name.clone(),
                page: citation.page,
                quote: citation.quote.clone(),
            })
            .collect()
    } else {
        Vec::new()
    };
    let piece = ExportedPiece {
        title: view.piece.title.clone(),
        description: view.description,
        language: view.piece.language.clone(),
        text: view.text,
        sources,
        sources_heading: sources_heading(&view.piece.language).to_owned(),
    };
    let name = match view.piece.network {
        Some(network) => format!("{} {network}", view.piece.title),
        None => view.piece.title,
    };
    Ok(match params.format {
        ExportFormat::Md => ExportView {
            file_name: quillhouse_publish::file_name(&name, "md"),
            content: quillhouse_publish::markdown(&piece),
        },
        ExportFormat::Html => ExportView {
            file_name: quillhouse_publish::file_name(&name, "html"),
            content: quillhouse_publish::html(&piece),
        },
    })
}
