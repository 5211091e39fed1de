//! Judges the answers by rules that need no model.

use std::collections::BTreeSet;

use quillhouse_domain::{ProbeReason, WayOfWorking};
use serde_json::Value;

use super::{
    Answered, PROBE_VERSION, ProbeResult, Speed,
    ask::{AskKind, PARAGRAPH_FACTS, REWRITE_SOURCE, SUMMARY_SOURCE},
};

/// Free writing needs every fact kept and nearly every instruction followed. With 13 instructions, two may be missed.
const FREE_INSTRUCTIONS: f32 = 0.84;
const FREE_FAITHFUL: f32 = 0.999;
/// Small edits are checked one by one, so a model that gets a quarter right is worth asking; below it, asking only costs
/// time.
const GUIDED_INSTRUCTIONS: f32 = 0.25;
const GUIDED_FAITHFUL: f32 = 0.25;
/// Slower than reading pace: an edit of a sentence would take a quarter of a minute.
const GUIDED_TOKENS_PER_SECOND: f32 = 2.0;
/// A section of 200 words would take more than a minute and a half.
const FREE_TOKENS_PER_SECOND: f32 = 3.0;
/// Of an answer's content words, at most this share may be in neither the question nor the source.
const MAX_NEW_WORDS: f32 = 0.5;

/// What a check says something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckKind {
    /// An instruction was followed.
    Instruction,
    /// Facts were kept and none were added.
    Faithful,
}

/// One thing looked at in one answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What it says something about.
    pub kind: CheckKind,
    /// It was as wanted.
    pub passed: bool,
    /// What to say when it was not.
    pub fault: ProbeReason,
}

const fn instruction(passed: bool, fault: ProbeReason) -> Check {
    Check { kind: CheckKind::Instruction, passed, fault }
}

const fn faithful(passed: bool, fault: ProbeReason) -> Check {
    Check { kind: CheckKind::Faithful, passed, fault }
}

/// Looks at one answer. An answer that does not exist fails everything.
pub fn judge_answer(kind: AskKind, text: &str) -> Vec<Check> {
    let text = text.trim();
    match kind {
        AskKind::List => {
            let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            let formed = lines.iter().all(|line| line.starts_with("- ") && (1..=3).contains(&word_list(line).len()));
            let different: BTreeSet<String> = lines.iter().map(|line| line.to_lowercase()).collect();
            vec![
                instruction(lines.len() == 3 && different.len() == 3, ProbeReason::ItemCount),
                instruction(!lines.is_empty() && formed, ProbeReason::ListForm),
            ]
        }
        AskKind::Json => judge_json(text),
        AskKind::Rewrite => vec![
            instruction(sentence_count(text) == 1 && !is_chatty(text), ProbeReason::Chatty),
            instruction(has_word(text, &["you", "your"]), ProbeReason::Address),
            instruction(
                !text.is_empty() && text.len() < REWRITE_SOURCE.len() && text != REWRITE_SOURCE,
                ProbeReason::NotShorter,
            ),
            faithful(
                text.contains("Marlow") && numbers(text) == numbers(REWRITE_SOURCE) && !adds(text, REWRITE_SOURCE),
                ProbeReason::RewriteFacts,
            ),
        ],
        AskKind::OnlyTheSentence => vec![
            instruction(sentence_count(text) == 1, ProbeReason::MoreThanOneSentence),
            instruction(!is_chatty(text) && has_word(text, &["garden"]), ProbeReason::Chatty),
        ],
        AskKind::Paragraph => {
            let found = numbers(&text.to_lowercase().replace("eight", "8").replace("forty", "40"));
            vec![
                instruction(sentence_count(text) == 3 && !text.contains('\n'), ProbeReason::SentenceCount),
                instruction(!is_chatty(text), ProbeReason::Chatty),
                faithful(found == numbers(PARAGRAPH_FACTS) && text.contains("Ashford"), ProbeReason::ParagraphFacts),
                faithful(!adds(text, PARAGRAPH_FACTS) && !repeats(text), ProbeReason::ParagraphInvents),
            ]
        }
        AskKind::German => {
            let german =
                count_words(text, &["der", "die", "das", "und", "ist", "ein", "eine", "mit", "aus", "den", "von"]);
            let english = count_words(text, &["the", "and", "is", "a", "of", "with", "to", "this", "sentence"]);
            let about_bread = text.to_lowercase().contains("brot");
            vec![
                instruction(german > english && about_bread, ProbeReason::Language),
                instruction(sentence_count(text) == 1, ProbeReason::MoreThanOneSentence),
            ]
        }
        AskKind::Summary => vec![
            instruction(sentence_count(text) == 2, ProbeReason::SentenceCount),
            instruction(!is_chatty(text) && !text.is_empty(), ProbeReason::Chatty),
            faithful(
                !text.is_empty()
                    && numbers(text).is_subset(&numbers(SUMMARY_SOURCE))
                    && !adds(text, SUMMARY_SOURCE)
                    && !repeats(text),
                ProbeReason::SummaryInvents,
            ),
        ],
    }
}

fn judge_json(text: &str) -> Vec<Check> {
    let value: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    let says = |key: &str, expected: &str| value[key].as_str().is_some_and(|found| found.contains(expected));
    vec![
        faithful(says("name", "Harbour Bakery") && says("city", "Leeds"), ProbeReason::FormNames),
        faithful(value["opened"] == 1987 && value["employees"] == 24, ProbeReason::FormNumbers),
    ]
}

/// Puts all answers together.
pub fn judge_plan(answers: &[Answered]) -> ProbeResult {
    let mut checks = Vec::new();
    let mut json = false;
    for answer in answers {
        let of_this = judge_answer(answer.kind, answer.text.as_deref().unwrap_or_default());
        if answer.kind == AskKind::Json {
            json = answer.text.is_some() && of_this.iter().all(|check| check.passed);
        }
        checks.extend(of_this);
    }
    let share = |kind: CheckKind| {
        let (passed, all) = checks
            .iter()
            .filter(|check| check.kind == kind)
            .fold((0_u32, 0_u32), |(passed, all), check| (passed + u32::from(check.passed), all + 1));
        if all == 0 { 0.0 } else { passed as f32 / all as f32 }
    };
    let (instructions, faithful) = (share(CheckKind::Instruction), share(CheckKind::Faithful));
    let reading = fastest(answers.iter().map(|answer| answer.reading));
    let writing = total(answers.iter().map(|answer| answer.writing)).tokens_per_second();
    let way = way(instructions, faithful, json, writing);
    ProbeResult {
        json,
        instructions,
        faithful,
        prompt_tokens_per_second: reading,
        completion_tokens_per_second: writing,
        way,
        reasons: reasons(&checks, way, json, writing),
        version: PROBE_VERSION,
    }
}

fn way(instructions: f32, faithful: f32, json: bool, writing: f32) -> WayOfWorking {
    // A speed that could not be measured says nothing against the model.
    let at_least = |limit: f32| writing <= 0.0 || writing >= limit;
    if json && instructions >= FREE_INSTRUCTIONS && faithful >= FREE_FAITHFUL && at_least(FREE_TOKENS_PER_SECOND) {
        WayOfWorking::Free
    } else if instructions >= GUIDED_INSTRUCTIONS && faithful >= GUIDED_FAITHFUL && at_least(GUIDED_TOKENS_PER_SECOND) {
        WayOfWorking::Guided
    } else {
        WayOfWorking::Composed
    }
}

fn reasons(checks: &[Check], way: WayOfWorking, json: bool, writing: f32) -> Vec<ProbeReason> {
    let mut reasons = vec![match way {
        WayOfWorking::Free => ProbeReason::Free,
        WayOfWorking::Guided => ProbeReason::Guided,
        WayOfWorking::Composed => ProbeReason::Composed,
    }];
    if writing > 0.0 && writing < FREE_TOKENS_PER_SECOND {
        reasons.push(ProbeReason::Slow { tokens_per_second: writing });
    }
    if !json {
        reasons.push(ProbeReason::Form);
    }
    for check in checks.iter().filter(|check| !check.passed) {
        if !reasons.contains(&check.fault) {
            reasons.push(check.fault);
        }
    }
    reasons
}

/// Reading a long text shows the true speed; short ones are mostly waiting.
fn fastest(speeds: impl Iterator<Item = Speed>) -> f32 {
    speeds.map(Speed::tokens_per_second).fold(0.0, f32::max)
}

fn total(speeds: impl Iterator<Item = Speed>) -> Speed {
    speeds.fold(Speed::default(), |sum, speed| Speed {
        tokens: sum.tokens + speed.tokens,
        seconds: sum.seconds + speed.seconds,
    })
}

fn word_list(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric() && character != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn has_word(text: &str, wanted: &[&str]) -> bool {
    count_words(text, wanted) > 0
}

fn count_words(text: &str, wanted: &[&str]) -> usize {
    word_list(text).iter().filter(|word| wanted.contains(&word.as_str())).count()
}

/// Numbers written in digits; a separator inside belongs to the number.
fn numbers(text: &str) -> BTreeSet<String> {
    text.split(|character: char| !character.is_ascii_digit() && !",.".contains(character))
        .map(|number| number.trim_matches([',', '.']).to_owned())
        .filter(|number| !number.is_empty())
        .collect()
}

/// Sentences, by their ends; text after the last end counts as one more.
fn sentence_count(text: &str) -> usize {
    let characters: Vec<char> = text.chars().collect();
    let mut count = 0;
    let mut open = false;
    for (index, character) in characters.iter().enumerate() {
        let ends = ".!?".contains(*character)
            && characters.get(index + 1).is_none_or(|next| next.is_whitespace() || "\"”'".contains(*next));
        if ends && open {
            count += 1;
            open = false;
        } else if character.is_alphanumeric() {
            open = true;
        }
    }
    count + usize::from(open)
}

/// Words around an answer instead of the answer.
fn is_chatty(text: &str) -> bool {
    const OPENINGS: [&str; 12] = [
        "here is",
        "here's",
        "here are",
        "sure",
        "certainly",
        "of course",
        "okay",
        "as an",
        "i'm",
        "i am",
        "the sentence",
        "the following",
    ];
    const ANYWHERE: [&str; 7] =
        ["as an ai", "rewritten", "the paragraph", "this sentence", "the original", "let me know", "i hope"];
    let lower = text.to_lowercase();
    let lower = lower.trim_start_matches(|character: char| !character.is_alphanumeric());
    OPENINGS.iter().any(|opening| lower.starts_with(opening)) || ANYWHERE.iter().any(|part| lower.contains(part))
}

/// Names that the source does not have, or too many content words that it does not have.
fn adds(text: &str, source: &str) -> bool {
    let known: BTreeSet<String> = word_list(source).iter().map(|word| stem(word)).collect();
    let content: Vec<String> = word_list(text).into_iter().filter(|word| word.chars().count() > 3).collect();
    let new = content.iter().filter(|word| !known.contains(&stem(word))).count();
    let too_many = new as f32 > content.len() as f32 * MAX_NEW_WORDS;
    too_many || new_names(text, &known)
}

/// Capitalised words within a sentence that the source does not have.
fn new_names(text: &str, known: &BTreeSet<String>) -> bool {
    let mut starts = true;
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|character: char| !character.is_alphanumeric());
        let capital = bare.chars().next().is_some_and(char::is_uppercase) && bare.chars().count() > 1;
        if capital && !starts && !known.contains(&stem(&bare.to_lowercase())) {
            return true;
        }
        starts = word.ends_with(['.', '!', '?', ':', '"', '”']);
    }
    false
}

/// Enough to hold `desk` and `desks`, `open` and `opens` together.
fn stem(word: &str) -> String {
    word.chars().take(4).collect()
}

/// A sentence said twice, or a word sequence that goes round in circles.
fn repeats(text: &str) -> bool {
    let words = word_list(text);
    let mut seen = BTreeSet::new();
    words.windows(6).any(|window| !seen.insert(window.join(" ")))
}
