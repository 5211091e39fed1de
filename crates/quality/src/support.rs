//! Who stands behind a sentence: a document, the user, nobody in particular, or nobody at all.
//!
//! Invariants
//! - A sentence is a fact only if every number, name, superlative and negation in it is in the evidence that is cited.
//!   Likeness of words or vectors alone never makes a fact.
//! - When in doubt the weaker label is given: a false `fact` costs trust, a false `unsupported` costs one repair.

mod claim;

use std::collections::HashMap;

use quillhouse_domain::{EvidenceSentence, Language, Support};

use claim::Claim;
pub use claim::Disagreement;

/// Share of a sentence's content words that the evidence must hold when no vector confirms it. One word in seven may be
/// new, so that a connective or a plural does not matter and a swapped subject of a short sentence does.
pub const LEXICAL_ALONE: f32 = 0.85;
/// The share that is enough when the vectors are at least [`VECTOR_STRONG`] alike. Below six in ten the sentences may
/// share a topic without sharing a statement.
pub const LEXICAL_WITH_VECTOR: f32 = 0.6;
/// Cosine that counts as saying the same. Paraphrases in MiniLM lie above 0.7; sentences of one topic mostly at 0.3–0.6.
pub const VECTOR_STRONG: f32 = 0.72;
/// Cosine below which a vector speaks against a lexical match: the words are the same, the meaning is not.
pub const VECTOR_AGAINST: f32 = 0.45;
/// The share that is enough for the evidence the writer says it used, with a strong vector.
pub const LEXICAL_HINTED: f32 = 0.5;
/// Fewest content words shared with the evidence; two words in common are chance.
pub const SHARED_WORDS: usize = 3;
/// The share that the cited sentence alone must hold when its neighbour completes it.
pub const LEXICAL_BEFORE_NEIGHBOUR: f32 = 0.5;
/// How many candidates are looked at closely; the right one is nearly always the first or second by shared words.
const CANDIDATES: usize = 8;

/// Evidence and user facts, prepared for many questions.
#[derive(Debug)]
pub struct SupportIndex {
    language: Language,
    evidence: Vec<EvidenceSentence>,
    claims: Vec<Claim>,
    /// Positions of the sentences right before and after in the same document.
    neighbours: Vec<Vec<usize>>,
    user_claims: Vec<Claim>,
    by_stem: HashMap<String, Vec<usize>>,
    known_names: Vec<String>,
}

/// How well one piece of evidence covers a sentence.
#[derive(Debug)]
struct Cover {
    strength: f32,
    missing: Vec<String>,
    covered: bool,
}

impl SupportIndex {
    /// Prepares evidence and the statements that the user vouches for.
    pub fn new(evidence: &[EvidenceSentence], user_facts: &[String], language: Language) -> Self {
        let claims: Vec<Claim> = evidence.iter().map(|sentence| Claim::new(&sentence.text, language)).collect();
        let mut by_stem: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, claim) in claims.iter().enumerate() {
            for stem in &claim.stem_set {
                by_stem.entry(stem.clone()).or_default().push(at);
            }
        }
        let mut by_document: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, sentence) in evidence.iter().enumerate() {
            by_document.entry(sentence.citation.document).or_default().push(at);
        }
        let neighbours = evidence
            .iter()
            .map(|sentence| {
                let others = by_document.get(&sentence.citation.document).map_or(&[][..], Vec::as_slice);
                others.iter().copied().filter(|&other| are_neighbours(sentence, &evidence[other])).collect()
            })
            .collect();
        Self {
            language,
            evidence: evidence.to_vec(),
            claims,
            neighbours,
            user_claims: user_facts.iter().map(|fact| Claim::new(fact, language)).collect(),
            by_stem,
            known_names: Vec::new(),
        }
    }

    /// Names that are no claim by themselves, such as the brand's own and those of the brief's topic: a sentence with no
    /// other name can still be general.
    #[must_use]
    pub fn with_known_names<S: AsRef<str>>(mut self, names: &[S]) -> Self {
        self.known_names = names.iter().map(|name| crate::text::fold(name.as_ref())).collect();
        self
    }

    /// Labels one sentence. `vector` is its quantised unit vector; `hint` the `id` of the evidence it was written from.
    pub fn label(&self, sentence: &str, vector: Option<&[i8]>, hint: Option<u32>) -> Support {
        let claim = Claim::new(sentence, self.language);
        let mut best: Option<(usize, Cover)> = None;
        let hinted = hint.and_then(|id| self.position_of(id));
        for at in self.candidates(&claim, hinted) {
            let cover = self.cover(&claim, at, vector, hinted == Some(at));
            let better = best.as_ref().is_none_or(|(_, known)| {
                (cover.covered, cover.strength, known.missing.len())
                    > (known.covered, known.strength, cover.missing.len())
            });
            if better {
                let done = cover.covered && hinted == Some(at);
                best = Some((at, cover));
                if done {
                    break;
                }
            }
        }
        if let Some((at, cover)) = &best
            && cover.covered
        {
            return Support::Fact { citation: self.evidence[*at].citation.clone(), strength: cover.strength };
        }
        if self.user_claims.iter().any(|fact| user_covers(&claim, fact)) {
            return Support::User;
        }
        let specifics = claim.specifics(&self.known_names);
        if specifics.is_empty() {
            return Support::General;
        }
        let missing = best
            .filter(|(_, cover)| cover.strength >= LEXICAL_BEFORE_NEIGHBOUR && !cover.missing.is_empty())
            .map_or(specifics, |(_, cover)| cover.missing);
        Support::Unsupported { missing }
    }

    fn position_of(&self, id: u32) -> Option<usize> {
        let at = id as usize;
        if self.evidence.get(at).is_some_and(|sentence| sentence.id == id) {
            return Some(at);
        }
        self.evidence.iter().position(|sentence| sentence.id == id)
    }

    /// Positions worth looking at: the hinted one first, then those with the most shared stems.
    fn candidates(&self, claim: &Claim, hinted: Option<usize>) -> Vec<usize> {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for stem in &claim.stem_set {
            for &at in self.by_stem.get(stem).map_or(&[][..], Vec::as_slice) {
                *shared.entry(at).or_default() += 1;
            }
        }
        let mut ranked: Vec<(usize, usize)> = shared.into_iter().collect();
        ranked.sort_by_key(|&(at, count)| (std::cmp::Reverse(count), self.claims[at].stem_set.len(), at));
        let mut found: Vec<usize> = hinted.into_iter().collect();
        found.extend(ranked.into_iter().map(|(at, _)| at).filter(|&at| Some(at) != hinted).take(CANDIDATES));
        found
    }

    fn cover(&self, claim: &Claim, at: usize, vector: Option<&[i8]>, hinted: bool) -> Cover {
        let evidence = &self.claims[at];
        let cosine = vector
            .filter(|vector| !vector.is_empty() && vector.len() == self.evidence[at].vector.len())
            .map(|vector| cosine(vector, &self.evidence[at].vector));
        let mut cover = cover_by(claim, evidence, cosine, hinted);
        if cover.covered || cover.strength < LEXICAL_BEFORE_NEIGHBOUR {
            return cover;
        }
        for &neighbour in &self.neighbours[at] {
            let (first, second) = if self.evidence[neighbour].citation.start < self.evidence[at].citation.start {
                (neighbour, at)
            } else {
                (at, neighbour)
            };
            let both = Claim::joined(&self.claims[first], &self.claims[second]);
            let wider = cover_by(claim, &both, None, false);
            if wider.covered && claim.containment(evidence) >= LEXICAL_BEFORE_NEIGHBOUR {
                cover = Cover { strength: wider.strength.min(0.95), ..wider };
                break;
            }
        }
        cover
    }
}

fn are_neighbours(left: &EvidenceSentence, right: &EvidenceSentence) -> bool {
    let (first, second) =
        if (left.block, left.position) <= (right.block, right.position) { (left, right) } else { (right, left) };
    if first.block == second.block {
        second.position - first.position == 1
    } else {
        second.block - first.block == 1 && second.position == 0
    }
}

fn user_covers(claim: &Claim, fact: &Claim) -> bool {
    cover_by(claim, fact, None, true).covered
}

fn cover_by(claim: &Claim, evidence: &Claim, cosine: Option<f32>, hinted: bool) -> Cover {
    let containment = claim.containment(evidence);
    let shared = claim.stem_set.intersection(&evidence.stem_set).count();
    let enough_shared = shared >= SHARED_WORDS.min(claim.stem_set.len().max(1)) && shared > 0;
    let disagreements = claim.disagreements_with(evidence);
    let lexical = match cosine {
        Some(cosine) if cosine >= VECTOR_STRONG => {
            containment >= if hinted { LEXICAL_HINTED } else { LEXICAL_WITH_VECTOR }
        }
        Some(cosine) if cosine < VECTOR_AGAINST => containment >= 1.0 && claim.is_part_of(evidence),
        _ => containment >= LEXICAL_ALONE && (cosine.is_some() || !claim.swaps_a_word(evidence)),
    };
    let strength = match cosine {
        Some(cosine) => f32::midpoint(containment, cosine.max(0.0)),
        None => containment,
    };
    let covered = lexical && enough_shared && disagreements.is_empty();
    Cover { strength, missing: disagreements.iter().map(Disagreement::part).collect(), covered }
}

/// Whether a rewrite says what its source says: numbers with their units, names, superlatives and negations agree in
/// both directions, and no word is replaced by its opposite.
pub fn agrees(source: &str, rewrite: &str, language: Language) -> Result<(), Vec<Disagreement>> {
    let (source, rewrite) = (Claim::new(source, language), Claim::new(rewrite, language));
    let mut found = rewrite.disagreements_with(&source);
    found.extend(source.losses_in(&rewrite));
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// Likeness of two texts by their content stems, 0 to 1: the harmonic mean of how much of each is in the other.
pub fn similarity(left: &str, right: &str, language: Language) -> f32 {
    let (left, right) = (Claim::stems_only(left, language), Claim::stems_only(right, language));
    if left.is_empty() || right.is_empty() {
        return 0.0;
    }
    let shared = left.intersection(&right).count() as f32;
    2.0 * shared / (left.len() + right.len()) as f32
}

fn cosine(left: &[i8], right: &[i8]) -> f32 {
    let (mut dot, mut left_square, mut right_square) = (0_i64, 0_i64, 0_i64);
    for (&a, &b) in left.iter().zip(right) {
        let (a, b) = (i64::from(a), i64::from(b));
        dot += a * b;
        left_square += a * a;
        right_square += b * b;
    }
    if left_square == 0 || right_square == 0 {
        return 0.0;
    }
    (dot as f64 / ((left_square as f64).sqrt() * (right_square as f64).sqrt())) as f32
}

#[cfg(test)]
mod tests;
