//! The composer: articles, posts and scripts from the brand's own sentences, without a model.
//!
//! Invariants
//! - Pure and deterministic: the same brief and evidence give the same text.
//! - A sentence that stems from a document names its evidence; the few sentences of ours state no fact.
//! - No panic on any input; no evidence at all still gives an honest draft.

use quillhouse_domain::{Brief, EvidenceSentence, Network, SectionOrigin, Support};
use quillhouse_quality::article::ArticleReport;

use crate::{
    draft::{ArticleDraft, AudioDraft, DraftSentence, Outline, PostDraft, SectionDraft, SeoPlan, VideoDraft},
    step::{Evidence, RetrievedPassage},
};

/// Keyphrase, related phrases and library queries from the brief alone.
pub fn seo(brief: &Brief) -> SeoPlan {
    let mut queries = vec![brief.topic().to_owned()];
    queries.extend(brief.keywords().iter().cloned());
    SeoPlan { keyphrase: brief.keyphrase().to_owned(), related: brief.keywords().iter().skip(1).cloned().collect(), queries }
}

/// Clean sentences of the passages, in reading order, vectors empty; the caller embeds them before `select`.
pub fn evidence(_brief: &Brief, _passages: &[RetrievedPassage]) -> Vec<EvidenceSentence> {
    Vec::new()
}

/// Keeps what carries the brief: relevant, distinct, whole lists, antecedents together. Renumbers the ids.
///
/// `sentences` may have vectors or not; `query_vectors` may be empty.
pub fn select(_brief: &Brief, sentences: Vec<EvidenceSentence>, _query_vectors: &[Vec<i8>]) -> Evidence {
    Evidence { sentences, passages: 0, documents: 0, weak: true }
}

/// Title, description, slug and sections with their claims.
pub fn outline(brief: &Brief, _seo: &SeoPlan, _evidence: &Evidence) -> Outline {
    Outline {
        title: brief.topic().to_owned(),
        description: String::new(),
        slug: String::new(),
        introduction: Vec::new(),
        sections: Vec::new(),
        close: Vec::new(),
    }
}

/// The introduction, without a heading.
pub fn introduction(_brief: &Brief, _outline: &Outline, _evidence: &Evidence) -> SectionDraft {
    empty_section()
}

/// Section `index` of the outline, counted from 0.
pub fn section(_brief: &Brief, _outline: &Outline, _index: usize, _evidence: &Evidence) -> SectionDraft {
    empty_section()
}

/// The close with its call to action, without a heading.
pub fn close(_brief: &Brief, _outline: &Outline, _evidence: &Evidence) -> SectionDraft {
    empty_section()
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
        sections: std::iter::once(introduction).chain(sections).chain(std::iter::once(close)).collect(),
    }
}

/// One post for one network, always inside its limit.
pub fn post(
    _brief: &Brief,
    network: Network,
    _outline: &Outline,
    _article: Option<&ArticleDraft>,
    _evidence: &Evidence,
) -> PostDraft {
    PostDraft { network, paragraphs: Vec::new(), hashtags: Vec::new(), origin: SectionOrigin::Composed, reason: None }
}

/// The audio script at 150 words a minute.
pub fn audio(_brief: &Brief, outline: &Outline, _article: Option<&ArticleDraft>, _evidence: &Evidence) -> AudioDraft {
    AudioDraft { title: outline.title.clone(), segments: Vec::new(), origin: SectionOrigin::Composed, reason: None }
}

/// The video script: an opening, a scene a section, a close.
pub fn video(_brief: &Brief, outline: &Outline, _article: Option<&ArticleDraft>, _evidence: &Evidence) -> VideoDraft {
    VideoDraft { title: outline.title.clone(), scenes: Vec::new(), origin: SectionOrigin::Composed, reason: None }
}

/// The article's score, 0 to 10, with its checks.
pub fn score(_brief: &Brief, _seo: &SeoPlan, _article: &ArticleDraft, _evidence: &Evidence) -> ArticleReport {
    ArticleReport::default()
}

/// One deterministic repair round: a better article, or the same one when nothing failing can be repaired.
pub fn improve(
    _brief: &Brief,
    _seo: &SeoPlan,
    _outline: &Outline,
    _evidence: &Evidence,
    article: &ArticleDraft,
    _report: &ArticleReport,
) -> ArticleDraft {
    article.clone()
}

/// Who stands behind each sentence of a draft, in its order.
pub fn labels<'a>(
    _brief: &Brief,
    _evidence: &Evidence,
    sentences: impl IntoIterator<Item = &'a DraftSentence>,
) -> Vec<Support> {
    sentences.into_iter().map(|_| Support::General).collect()
}

fn empty_section() -> SectionDraft {
    SectionDraft { heading: String::new(), blocks: Vec::new(), origin: SectionOrigin::Composed, reason: None }
}
