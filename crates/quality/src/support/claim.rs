//! What a sentence claims, taken apart so that two sentences can be compared part by part.

use std::{collections::BTreeSet, fmt};

use quillhouse_domain::Language;

use crate::{
    lexicon::lexicon,
    text::{
        Name, Negation, Number, content_stems_of, fold, limits, located_numbers, name_parts, negations, stems,
        superlatives, token::tokens,
    },
};

/// One way in which a sentence departs from what it is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Disagreement {
    /// A number, as written, that the source does not state.
    NumberAdded(String),
    /// A number of the source that is gone.
    NumberLost(String),
    /// A name that the source does not have.
    NameAdded(String),
    /// A name of the source that is gone.
    NameLost(String),
    /// A superlative or absolute that the source does not have.
    SuperlativeAdded(String),
    /// Negated here and not there, or there and not here: the word concerned.
    NegationChanged(String),
    /// A word stands where the source has its opposite.
    Opposite(String),
    /// The same numbers or names in another order, so that they may belong to other things.
    OrderChanged(String),
    /// A certainty, obligation or boundary that the source does not state: `must`, `only`.
    LimitChanged(String),
}

impl Disagreement {
    /// The part of the text concerned.
    pub fn part(&self) -> String {
        match self {
            Self::NumberAdded(part)
            | Self::NumberLost(part)
            | Self::NameAdded(part)
            | Self::NameLost(part)
            | Self::SuperlativeAdded(part)
            | Self::NegationChanged(part)
            | Self::Opposite(part)
            | Self::OrderChanged(part)
            | Self::LimitChanged(part) => part.clone(),
        }
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::NumberAdded(_) => "number not in the source",
            Self::NumberLost(_) => "number lost",
            Self::NameAdded(_) => "name not in the source",
            Self::NameLost(_) => "name lost",
            Self::SuperlativeAdded(_) => "superlative not in the source",
            Self::NegationChanged(_) => "negation changed",
            Self::Opposite(_) => "opposite of the source",
            Self::OrderChanged(_) => "order changed",
            Self::LimitChanged(_) => "limit changed",
        };
        write!(formatter, "{what}: `{}`", self.part())
    }
}

/// A sentence taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    language: Language,
    folded: String,
    /// Words that have an opposite, as written and in the form of the list.
    polar: Vec<(String, &'static str)>,
    /// Content stems in order.
    stems: Vec<String>,
    pub(crate) stem_set: BTreeSet<String>,
    numbers: Vec<Number>,
    names: Vec<(Name, Vec<String>)>,
    superlatives: Vec<String>,
    negations: Vec<Negation>,
    limits: Vec<(String, Vec<String>)>,
    specific: Option<String>,
    question: bool,
}

impl Claim {
    pub(crate) fn new(text: &str, language: Language) -> Self {
        let tokens = tokens(text);
        let located = located_numbers(text, &tokens, language);
        // Numbers are compared by value; their words would count as different content.
        let wordy: Vec<_> = tokens
            .iter()
            .enumerate()
            .filter(|(at, _)| !located.iter().any(|(range, numbers)| range.contains(at) && !numbers.is_empty()))
            .map(|(_, token)| token.clone())
            .collect();
        let stems_in_order = content_stems_of(&wordy, language);
        let names = name_parts(text, &tokens, language)
            .into_iter()
            .map(|name| {
                let parts = stems(&name.text, language);
                (name, parts)
            })
            .collect();
        let lexicon = lexicon(language);
        let specific = lexicon
            .specifics
            .find(&tokens)
            .map(|(at, length)| tokens[at..at + length].iter().map(|token| token.text).collect::<Vec<_>>().join(" "))
            .or_else(|| {
                speaks_for_the_brand(&tokens.iter().map(|token| token.lower.as_str()).collect::<Vec<_>>(), language)
            });
        Self {
            language,
            folded: fold(text),
            polar: tokens
                .iter()
                .flat_map(|token| {
                    let matching = lexicon.opposites.keys().filter(|base| same_word(&token.lower, base));
                    matching.map(|base| (token.lower.clone(), *base))
                })
                .collect(),
            stem_set: stems_in_order.iter().cloned().collect(),
            stems: stems_in_order,
            numbers: located.into_iter().flat_map(|(_, numbers)| numbers).collect(),
            names,
            superlatives: superlatives(text, language),
            negations: negations(text, language),
            limits: limits(text, language),
            specific,
            question: text.trim_end().ends_with('?'),
        }
    }

    pub(crate) fn stems_only(text: &str, language: Language) -> BTreeSet<String> {
        content_stems_of(&tokens(text), language).into_iter().collect()
    }

    /// Two neighbouring sentences as one source.
    pub(crate) fn joined(first: &Self, second: &Self) -> Self {
        let mut both = first.clone();
        both.folded = format!("{} {}", first.folded, second.folded);
        both.polar.extend(second.polar.iter().cloned());
        both.stems.extend(second.stems.iter().cloned());
        both.stem_set.extend(second.stem_set.iter().cloned());
        both.numbers.extend(second.numbers.iter().cloned());
        both.names.extend(second.names.iter().cloned());
        both.superlatives.extend(second.superlatives.iter().cloned());
        both.negations.extend(second.negations.iter().cloned());
        both.limits.extend(second.limits.iter().cloned());
        both
    }

    /// Share of this sentence's content stems that the other holds; 0 for a sentence without content.
    pub(crate) fn containment(&self, other: &Self) -> f32 {
        if self.stem_set.is_empty() {
            return 0.0;
        }
        self.stem_set.intersection(&other.stem_set).count() as f32 / self.stem_set.len() as f32
    }

    /// True when the words of this sentence stand in the other in one piece.
    pub(crate) fn is_part_of(&self, other: &Self) -> bool {
        format!(" {} ", other.folded).contains(&format!(" {} ", self.folded))
    }

    /// True when, between words both have in the same order, one content word stands where the other has a different
    /// one: `users read` against `designers read`.
    pub(crate) fn swaps_a_word(&self, other: &Self) -> bool {
        let mut at = 0;
        let mut unmatched = false;
        for stem in &self.stems {
            if !other.stem_set.contains(stem) {
                unmatched = true;
                continue;
            }
            let Some(found) = other.stems[at..].iter().position(|candidate| candidate == stem) else {
                continue;
            };
            let skipped = other.stems[at..at + found].iter().any(|candidate| !self.stem_set.contains(candidate));
            if unmatched && skipped {
                return true;
            }
            at += found + 1;
            unmatched = false;
        }
        unmatched && other.stems[at.min(other.stems.len())..].iter().any(|candidate| !self.stem_set.contains(candidate))
    }

    /// What this sentence states beyond or against its source.
    pub(crate) fn disagreements_with(&self, source: &Self) -> Vec<Disagreement> {
        let mut found = Vec::new();
        for number in &self.numbers {
            if !source.numbers.iter().any(|known| number.agrees(known)) {
                found.push(Disagreement::NumberAdded(number.text.clone()));
            }
        }
        for (name, parts) in &self.names {
            if !source.has_name(name, parts) {
                found.push(Disagreement::NameAdded(name.text.clone()));
            }
        }
        for superlative in &self.superlatives {
            if !source.superlatives.contains(superlative) {
                found.push(Disagreement::SuperlativeAdded(superlative.clone()));
            }
        }
        for (limit, limited) in &source.limits {
            let kept = self.limits.iter().any(|(other, _)| other == limit);
            if !kept && limited.iter().all(|stem| self.stem_set.contains(stem)) {
                found.push(Disagreement::LimitChanged(limit.clone()));
            }
        }
        found.extend(self.negation_changes(source));
        found.extend(self.opposites_of(source));
        if found.is_empty() {
            found.extend(self.order_change(source));
        }
        found
    }

    /// What the source states and this rewrite (`other`) no longer does; called on the source.
    pub(crate) fn losses_in(&self, other: &Self) -> Vec<Disagreement> {
        let mut found = Vec::new();
        for number in &self.numbers {
            if !other.numbers.iter().any(|known| number.agrees(known)) {
                found.push(Disagreement::NumberLost(number.text.clone()));
            }
        }
        for (name, parts) in self.names.iter().filter(|(name, _)| name.certain) {
            if !other.has_name(name, parts) {
                found.push(Disagreement::NameLost(name.text.clone()));
            }
        }
        for superlative in &self.superlatives {
            // `only`, `must`, `most` limit a statement: without them it says more.
            if !other.superlatives.contains(superlative) {
                found.push(Disagreement::LimitChanged(superlative.clone()));
            }
        }
        found
    }

    fn has_name(&self, name: &Name, parts: &[String]) -> bool {
        let known = |part: &String| {
            self.stem_set.contains(part)
                || self.names.iter().any(|(_, parts)| parts.iter().any(|other| same_inflected(other, part)))
        };
        if parts.is_empty() {
            return self.folded.contains(&fold(&name.text));
        }
        parts.iter().all(known) || acronym_matches(&name.text, &self.names)
    }

    fn negation_changes(&self, source: &Self) -> Vec<Disagreement> {
        let negated = |claim: &Self| -> BTreeSet<String> {
            claim.negations.iter().flat_map(|negation| negation.scope.iter().cloned()).collect()
        };
        let (here, there) = (negated(self), negated(source));
        let mut found: Vec<Disagreement> = Vec::new();
        for stem in &there {
            if self.stem_set.contains(stem) && !here.contains(stem) {
                found.push(Disagreement::NegationChanged(stem.clone()));
            }
        }
        for stem in &here {
            if source.stem_set.contains(stem) && !there.contains(stem) {
                found.push(Disagreement::NegationChanged(stem.clone()));
            }
        }
        // A negation here that bears on nothing the source negates is new.
        if found.is_empty() && self.negations.len() > source.negations.len() {
            found.extend(self.negations.last().map(|negation| Disagreement::NegationChanged(negation.text.clone())));
        }
        found.truncate(3);
        found
    }

    fn opposites_of(&self, source: &Self) -> Option<Disagreement> {
        self.polar.iter().find_map(|(word, base)| {
            let stated = source.polar.iter().any(|(_, known)| known == base);
            let against = lexicon(self.language).opposites.get(base)?;
            let turned = !stated
                && against.iter().any(|opposite| {
                    source.polar.iter().any(|(_, known)| known == opposite)
                        && !self.polar.iter().any(|(_, known)| known == opposite)
                });
            turned.then(|| Disagreement::Opposite(word.clone()))
        })
    }

    /// Numbers, and names, must come in the order of the source.
    fn order_change(&self, source: &Self) -> Option<Disagreement> {
        let numbers: Vec<String> = self.numbers.iter().map(|number| number.value.clone()).collect();
        let known: Vec<String> = source.numbers.iter().map(|number| number.value.clone()).collect();
        if let Some(number) = out_of_order(&numbers, &known) {
            return Some(Disagreement::OrderChanged(number));
        }
        // A name that opens one of the sentences is uncertain there; German nouns are uncertain everywhere.
        let ordered = |claim: &Self| -> Vec<String> {
            claim
                .names
                .iter()
                .filter(|(name, _)| name.certain || self.language != Language::De)
                .map(|(_, parts)| parts.join(" "))
                .collect()
        };
        out_of_order(&ordered(self), &ordered(source)).map(Disagreement::OrderChanged)
    }

    /// The parts that make this sentence more than a general statement.
    pub(crate) fn specifics(&self, known_names: &[String]) -> Vec<String> {
        let mut found: Vec<String> = self.numbers.iter().map(|number| number.text.clone()).collect();
        for (name, _) in &self.names {
            let folded = fold(&name.text);
            let known = known_names.iter().any(|known| {
                format!(" {known} ").contains(&format!(" {folded} "))
                    || format!(" {folded} ").contains(&format!(" {known} "))
            });
            if name.certain && !known {
                found.push(name.text.clone());
            }
        }
        // A question states nothing; the particular things in it are still looked at above.
        if !self.question {
            found.extend(self.superlatives.iter().cloned());
            found.extend(self.specific.clone());
        }
        found
    }
}

/// `We tested it`, `our team`: a statement about the brand, not about the world.
fn speaks_for_the_brand(words: &[&str], language: Language) -> Option<String> {
    let own: &[&str] = match language {
        Language::En => &["we", "our", "we've", "we're", "ours"],
        Language::De => &["wir", "unser", "unsere", "unseren", "unserem", "unserer"],
        Language::Fr => &["nous", "notre", "nos"],
        Language::Es => &["nosotros", "nuestro", "nuestra", "nuestros", "nuestras"],
        Language::It => &["noi", "nostro", "nostra", "nostri", "nostre"],
        Language::Nl => &["wij", "onze", "ons"],
        Language::Pt => &["nós", "nosso", "nossa", "nossos", "nossas"],
    };
    let at = words.iter().position(|word| own.contains(word))?;
    let shown: Vec<&str> = words[at..].iter().take(3).copied().collect();
    Some(shown.join(" "))
}

/// Equal, or one is the other with an ending of inflection: `boat`/`boats`, `include`/`includes`/`included`.
fn same_word(word: &str, base: &str) -> bool {
    if word == base {
        return true;
    }
    let stem = base.strip_suffix('e').unwrap_or(base);
    word.strip_prefix(stem).is_some_and(|ending| {
        base.len() > 3
            && matches!(ending, "s" | "es" | "ed" | "d" | "ing" | "e" | "en" | "er" | "em" | "t" | "te" | "ten")
            && !(stem != base && ending == "e")
    })
}

/// Names differ in case endings: `Hamburg`/`Hamburgs`, `Acme`/`Acme's`.
fn same_inflected(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    short.chars().count() >= 4
        && !short.chars().any(|c| c.is_ascii_digit())
        && long.strip_prefix(short).is_some_and(|ending| matches!(ending, "s" | "es" | "n" | "en" | "er" | "'" | "'s"))
}

/// `GSA` for `General Services Administration`.
fn acronym_matches(name: &str, names: &[(Name, Vec<String>)]) -> bool {
    let letters: Vec<char> = name.chars().filter(|c| *c != '.').collect();
    letters.len() >= 3
        && letters.iter().all(|c| c.is_uppercase())
        && names.iter().any(|(known, _)| {
            let initials: Vec<char> = known
                .text
                .split_whitespace()
                .filter_map(|word| word.chars().next())
                .filter(|c| c.is_uppercase())
                .collect();
            initials == letters
        })
}

/// The first entry that cannot be found after the entry before it, although the source has it.
fn out_of_order(entries: &[String], source: &[String]) -> Option<String> {
    let mut at = 0;
    for entry in entries {
        match source[at.min(source.len())..].iter().position(|known| known == entry) {
            Some(found) => at += found + 1,
            None if source.contains(entry) && entries.iter().filter(|other| *other == entry).count() == 1 => {
                return Some(entry.clone());
            }
            None => {}
        }
    }
    None
}
