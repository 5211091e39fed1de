//! The video script: an opening, a scene for each section, a close.
//!
//! Invariants
//! - On-screen text has at most seven words and stands in the scene's claim or heading.
//! - A scene has at most three spoken sentences; a picture shows nothing that the claim does not need.

use quillhouse_domain::{Brief, SectionOrigin};

use super::{
    audio::{parts, seconds},
    clean::{Standing, standing},
    frame::is_advice,
    heading::Names,
    language::{LanguagePack, choose, pack},
    phrase::{Phrases, capital, point},
    section::ours,
    spoken::spoken,
    terms::word_count,
};
use crate::{
    draft::{ArticleDraft, DraftBlock, DraftSentence, Outline, SectionDraft, VideoDraft, VideoScene},
    step::Evidence,
};

/// Most words that can be read while a voice speaks.
const ON_SCREEN_WORDS: usize = 7;
/// Spoken words of one scene, about twenty seconds.
const SCENE_WORDS: usize = 52;
/// A card must stand long enough to be read.
const SHORTEST_SECONDS: u32 = 4;

/// Composes the script.
pub(super) fn video(
    brief: &Brief,
    outline: &Outline,
    article: Option<&ArticleDraft>,
    evidence: &Evidence,
) -> VideoDraft {
    let pack = pack(brief.language());
    let phrases = Phrases::of(brief, pack);
    let language = brief.language();
    let parts = parts(brief, outline, article, evidence);
    let names = Names::over(&evidence.sentences, pack);
    let mut scenes: Vec<VideoScene> = Vec::new();
    let mut opening: Vec<DraftSentence> = lines(&parts.introduction, pack).into_iter().take(1).collect();
    if opening.is_empty() {
        opening.push(ours(phrases.fill(&pack.video.opening_line, &[])));
    }
    // The title stands above the script already; its card names the subject alone.
    let card = on_screen(&phrases.fill("{Keyphrase}", &[]), pack);
    add(&mut scenes, pack.video.opening_picture.clone(), card, opening, language);
    for (index, section) in parts.sections.iter().enumerate() {
        let mut lines = lines(section, pack);
        if lines.is_empty() {
            lines = section.sentences().take(1).cloned().collect();
        }
        let heading = names.restored(&point(&section.heading, &phrases, pack));
        let picture = pack.video.pictures.get(index % pack.video.pictures.len().max(1)).map_or("", String::as_str);
        let picture = phrases.fill(picture, &[("heading", &heading)]);
        add(&mut scenes, picture, scene_text(&heading, &lines, pack), lines, language);
    }
    let advises = evidence.weak || is_advice(outline, evidence, pack);
    let actions = if evidence.weak {
        vec![parts.close.sentences().last().map_or_else(String::new, |sentence| sentence.text.clone())]
    } else if advises {
        pack.close.action_advice.clone()
    } else {
        pack.close.action_offer.clone()
    };
    let close_text = if advises { &pack.video.close_text_advice } else { &pack.video.close_text_offer };
    let mut close: Vec<DraftSentence> =
        parts.close.sentences().filter(|sentence| sentence.evidence.is_some()).take(1).cloned().collect();
    close.push(ours(phrases.fill(choose(&actions, &outline.title), &[])));
    add(&mut scenes, pack.video.close_picture.clone(), close_text.clone(), close, language);
    VideoDraft { title: outline.title.clone(), scenes, origin: SectionOrigin::Composed, reason: None }
}

/// The section's first sentences that can be said in one scene.
fn lines(section: &SectionDraft, pack: &LanguagePack) -> Vec<DraftSentence> {
    let mut lines: Vec<DraftSentence> = Vec::new();
    let mut words = 0;
    for block in &section.blocks {
        let DraftBlock::Paragraph { sentences } = block else { continue };
        for sentence in sentences.iter().filter(|sentence| !sentence.text.ends_with(':')) {
            let length = word_count(&sentence.text);
            let leans = standing(&sentence.text, pack) == Standing::AfterPrevious;
            if lines.len() == 3 || !lines.is_empty() && words + length > SCENE_WORDS {
                return lines;
            }
            if lines.is_empty() && leans {
                continue;
            }
            lines.push(sentence.clone());
            words += length;
        }
        if lines.len() >= 2 {
            break;
        }
    }
    lines
}

/// A short claim as it is, else the heading: both are true to the scene.
fn scene_text(heading: &str, lines: &[DraftSentence], pack: &LanguagePack) -> String {
    let claim = lines.iter().find(|line| line.evidence.is_some() && word_count(&line.text) <= ON_SCREEN_WORDS);
    match claim {
        Some(claim) => claim.text.trim_end_matches('.').to_owned(),
        None => on_screen(heading, pack),
    }
}

/// At most seven words, ending where the phrase can end.
fn on_screen(text: &str, pack: &LanguagePack) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= ON_SCREEN_WORDS {
        return capital(text);
    }
    if let Some((front, _)) = text.split_once([':', ',', '–', '—'])
        && (1..=ON_SCREEN_WORDS).contains(&word_count(front))
    {
        return capital(front.trim());
    }
    let mut end = ON_SCREEN_WORDS;
    while end > 2 && pack.words.stop.contains(&words[end - 1].to_lowercase()) {
        end -= 1;
    }
    capital(words[..end].join(" ").trim_end_matches([',', ';', ':', '.']))
}

fn add(
    scenes: &mut Vec<VideoScene>,
    picture: String,
    on_screen_text: String,
    lines: Vec<DraftSentence>,
    language: quillhouse_domain::Language,
) {
    let voice_over: Vec<DraftSentence> = lines
        .into_iter()
        .map(|line| DraftSentence { text: spoken(&line.text, language), evidence: line.evidence })
        .filter(|line| !line.text.is_empty())
        .collect();
    let words: usize = voice_over.iter().map(|line| word_count(&line.text)).sum();
    let start_seconds = scenes.last().map_or(0, |last| last.end_seconds);
    scenes.push(VideoScene {
        number: scenes.len() as u32 + 1,
        start_seconds,
        end_seconds: start_seconds + seconds(words).max(SHORTEST_SECONDS),
        picture,
        on_screen_text,
        voice_over,
    });
}
