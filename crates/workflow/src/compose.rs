//! The composer: articles, posts and scripts from the brand's own sentences, without a model.
//!
//! Invariants
//! - Pure and deterministic: the same brief and evidence give the same text.
//! - A sentence that stems from a document names its evidence; the few sentences of ours state no fact.
//! - No panic on any input; no evidence at all still gives an honest draft.

mod audio;
pub(crate) mod brand;
mod clean;
mod cluster;
mod evidence;
mod frame;
mod front;
mod heading;
mod improve;
mod label;
mod language;
mod outline;
mod phrase;
mod post;
mod run;
mod section;
mod select;
mod seo;
mod space;
mod split;
mod spoken;
mod terms;
mod video;
mod weak;

use quillhouse_domain::{BrandKit, Brief, EvidenceSentence, Network, Support};
use quillhouse_quality::{
    article::{ArticleInput, ArticleReport},
    check,
};

use crate::{
    draft::{ArticleDraft, AudioDraft, DraftSentence, Outline, PostDraft, SectionDraft, SeoPlan, VideoDraft},
    step::{Evidence, RetrievedPassage},
};

/// Keyphrase, related phrases and library queries from the brief alone.
pub fn seo(brief: &Brief) -> SeoPlan {
    seo::seo(brief)
}

/// Clean sentences of the passages, document by document in reading order, vectors empty; the caller embeds their
/// `text` and fills `vector` before [`select`].
pub fn evidence(brief: &Brief, passages: &[RetrievedPassage]) -> Vec<EvidenceSentence> {
    evidence::evidence(brief, passages)
}

/// Keeps what carries the brief: relevant, distinct, whole lists, antecedents together. Renumbers the ids.
///
/// `sentences` may have vectors or not; `query_vectors` are those of [`SeoPlan::queries`] and may be empty.
pub fn select(brief: &Brief, sentences: Vec<EvidenceSentence>, query_vectors: &[Vec<i8>]) -> Evidence {
    select::select(brief, sentences, query_vectors)
}

/// Sentences as the brand kit wants them before the choice: without hidden facts, preferred ones first.
pub fn prepare(kit: &BrandKit, brief: &Brief, mut sentences: Vec<EvidenceSentence>) -> Vec<EvidenceSentence> {
    brand::prepare(kit, &mut sentences, brief.language());
    sentences
}

/// What was chosen, in the brand's words where that is sure, with the kit that the rest of the run is held to.
pub fn settle(kit: &BrandKit, brief: &Brief, mut evidence: Evidence) -> Evidence {
    brand::settle(kit, &mut evidence, brief.language());
    evidence
}

/// Title, description, slug and sections with their claims.
pub fn outline(brief: &Brief, seo: &SeoPlan, evidence: &Evidence) -> Outline {
    outline::outline(brief, seo, evidence)
}

/// The introduction, without a heading.
pub fn introduction(brief: &Brief, outline: &Outline, evidence: &Evidence) -> SectionDraft {
    frame::introduction(brief, outline, evidence)
}

/// Section `index` of the outline, counted from 0; without text when the outline has no such section.
pub fn section(brief: &Brief, outline: &Outline, index: usize, evidence: &Evidence) -> SectionDraft {
    section::section(brief, outline, index, evidence)
}

/// The close with its call to action, without a heading.
pub fn close(brief: &Brief, outline: &Outline, evidence: &Evidence) -> SectionDraft {
    frame::close(brief, outline, evidence)
}

/// Puts the parts together in reading order.
pub fn assemble(
    _brief: &Brief,
    outline: &Outline,
    introduction: SectionDraft,
    sections: Vec<SectionDraft>,
    close: SectionDraft,
) -> ArticleDraft {
    ArticleDraft {
        title: outline.title.clone(),
        description: outline.description.clone(),
        slug: outline.slug.clone(),
        sections: std::iter::once(introduction)
            .chain(sections.into_iter().filter(|section| !section.blocks.is_empty()))
            .chain(std::iter::once(close))
            .collect(),
    }
}

/// One post for one network, always inside its limit. `article` is the one it announces, when there is one.
pub fn post(
    brief: &Brief,
    network: Network,
    outline: &Outline,
    article: Option<&ArticleDraft>,
    evidence: &Evidence,
) -> PostDraft {
    post::post(brief, network, outline, article, evidence)
}

/// The audio script at 150 words a minute.
pub fn audio(brief: &Brief, outline: &Outline, article: Option<&ArticleDraft>, evidence: &Evidence) -> AudioDraft {
    audio::audio(brief, outline, article, evidence)
}

/// The video script: an opening, a scene a section, a close.
pub fn video(brief: &Brief, outline: &Outline, article: Option<&ArticleDraft>, evidence: &Evidence) -> VideoDraft {
    video::video(brief, outline, article, evidence)
}

/// Who stands behind each sentence of a draft, in its order.
pub fn labels<'a>(
    brief: &Brief,
    evidence: &Evidence,
    sentences: impl IntoIterator<Item = &'a DraftSentence>,
) -> Vec<Support> {
    label::labels(brief, evidence, sentences)
}

/// The article's score, 0 to 10, with every check behind it.
pub fn score(brief: &Brief, seo: &SeoPlan, article: &ArticleDraft, evidence: &Evidence) -> ArticleReport {
    let support = labels(brief, evidence, article.sentences());
    let markdown = article.to_markdown();
    let mut report = quillhouse_quality::article::score(&ArticleInput {
        markdown: &markdown,
        title: &article.title,
        description: &article.description,
        slug: &article.slug,
        keyphrase: &seo.keyphrase,
        related: &seo.related,
        language: brief.language(),
        target_words: Some(brief.words()),
        support: &support,
    });
    let held = quillhouse_quality::brand::checks(&markdown, true, &evidence.kit, brief.language());
    if !held.is_empty() {
        report.checks.extend(held);
        report.score = check::score(&report.checks);
    }
    report
}

/// One round of deterministic repairs of what the report found; never scores lower than `article`.
pub fn improve(
    brief: &Brief,
    seo: &SeoPlan,
    outline: &Outline,
    evidence: &Evidence,
    article: &ArticleDraft,
    report: &ArticleReport,
) -> ArticleDraft {
    improve::improve(brief, seo, outline, evidence, article, report)
}
