//! `write`: starts a run, follows it, prints the pieces.

use std::time::Instant;

use quillhouse_domain::{BrandId, RunState, SectionOrigin, SupportCounts};
use quillhouse_studio::{
    CommandError, Studio,
    views::{
        piece::{PieceDetailView, PieceListParams, PieceListView, PieceParams},
        run::{ActivityParams, RunParams, RunView},
    },
};
use serde::Serialize;

use super::{call, stream};
use crate::{arguments::WriteArguments, brief, progress::Bar, show};

/// What `write` prints; the keys are a contract.
#[derive(Debug, Serialize)]
pub(crate) struct Written {
    pub(crate) activity: String,
    pub(crate) run: String,
    pub(crate) state: RunState,
    pub(crate) model: String,
    pub(crate) way: quillhouse_domain::WayOfWorking,
    pub(crate) seconds: f64,
    pub(crate) model_calls: u32,
    pub(crate) tokens: Tokens,
    pub(crate) cache_hit: bool,
    pub(crate) reason: Option<String>,
    pub(crate) pieces: Vec<WrittenPiece>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Tokens {
    pub(crate) prompt: u32,
    pub(crate) completion: u32,
}

#[derive(Debug, Serialize)]
pub(crate) struct WrittenPiece {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) piece_type: String,
    pub(crate) network: Option<String>,
    pub(crate) title: String,
    pub(crate) words: u32,
    pub(crate) score: f32,
    pub(crate) language: String,
    pub(crate) sections_composed: u32,
    pub(crate) support: SupportCounts,
    pub(crate) citations: Vec<WrittenCitation>,
    pub(crate) text: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct WrittenCitation {
    pub(crate) sentence: String,
    /// Name of the document.
    pub(crate) document: String,
    pub(crate) document_id: String,
    pub(crate) page: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) quote: String,
}

fn written_piece(detail: PieceDetailView) -> WrittenPiece {
    let composed = detail.sections.iter().filter(|section| section.origin == SectionOrigin::Composed).count();
    WrittenPiece {
        id: detail.piece.id.to_string(),
        piece_type: detail.piece.piece_type,
        network: detail.piece.network,
        title: detail.piece.title,
        words: detail.piece.words,
        score: detail.piece.score,
        language: detail.piece.language,
        sections_composed: composed as u32,
        support: detail.piece.support,
        citations: detail
            .citations
            .into_iter()
            .map(|citation| WrittenCitation {
                sentence: citation.sentence,
                document: citation.document_name,
                document_id: citation.document.to_string(),
                page: citation.page,
                start: citation.start,
                end: citation.end,
                quote: citation.quote,
            })
            .collect(),
        text: detail.text,
    }
}

pub(crate) async fn run(studio: &Studio, arguments: &WriteArguments, json: bool) -> Result<u8, CommandError> {
    let started = Instant::now();
    let params = ActivityParams {
        brand: arguments.brand.clone(),
        brief: brief::request(arguments)?,
        model: arguments.model.clone(),
        use_cache: !arguments.no_cache,
    };
    let view: RunView = call(studio, "activity_start", params).await?;
    follow(studio, view, started, json).await
}

/// Follows a run to its end and prints what it made. Ctrl+C stops it and keeps the best draft.
pub(crate) async fn follow(studio: &Studio, view: RunView, started: Instant, json: bool) -> Result<u8, CommandError> {
    let params = RunParams { brand: view.brand.clone(), run: view.id.to_string() };
    let cache_hit = view.cache_hit;
    let view = if view.state == RunState::Running {
        let bar = Bar::new();
        let watching = stream::<RunView>(studio, "run_watch", params.clone(), bar.run());
        let ended = tokio::select! {
            ended = watching => ended,
            Ok(()) = tokio::signal::ctrl_c() => call(studio, "run_cancel", params).await,
        };
        bar.finish();
        ended?
    } else {
        view
    };
    let written = collect(studio, view, cache_hit, started.elapsed().as_secs_f64()).await?;
    show::print(&written, json);
    let ended_well =
        written.state == RunState::Done || (written.state == RunState::Cancelled && !written.pieces.is_empty());
    Ok(u8::from(!ended_well))
}

async fn collect(studio: &Studio, run: RunView, cache_hit: bool, seconds: f64) -> Result<Written, CommandError> {
    let brand: BrandId = run.brand.parse()?;
    let list: PieceListView =
        call(studio, "piece_list", PieceListParams { brand: brand.to_string(), activity: Some(run.activity) }).await?;
    let mut pieces = Vec::with_capacity(list.pieces.len());
    for piece in list.pieces.into_iter().filter(|piece| piece.run == run.id) {
        let params = PieceParams { brand: brand.to_string(), piece: piece.id.to_string() };
        pieces.push(written_piece(call(studio, "piece_show", params).await?));
    }
    Ok(Written {
        activity: run.activity.to_string(),
        run: run.id.to_string(),
        state: run.state,
        model: run.model,
        way: run.way,
        seconds: (seconds * 1_000.0).round() / 1_000.0,
        // A stored answer costs no call; what the first run cost stands with that run.
        model_calls: if cache_hit { 0 } else { run.model_calls },
        tokens: if cache_hit {
            Tokens { prompt: 0, completion: 0 }
        } else {
            Tokens { prompt: run.prompt_tokens, completion: run.completion_tokens }
        },
        cache_hit,
        reason: run.reason,
        pieces,
    })
}
