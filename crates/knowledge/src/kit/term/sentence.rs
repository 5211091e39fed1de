//! Rules that a sentence gives: `use X instead of Y`, `X, not Y`, `avoid Y`, `prefer X to Y`.

use std::ops::Range;

use quillhouse_domain::TermRule;

use super::{
    super::{
        rules::Vocabulary,
        scan::{Item, ItemKind},
    },
    FoundTerm, Ruled,
    phrase::{Run, is_conditional, is_grammar, marked_after, marked_before, phrase_at, plain_after, plain_before},
};

/// Most items between `avoid` and the term it is about: `Avoid terms that add to stigmas around mental illness: X`.
const REACH: usize = 16;

/// The rules of a line's sentences.
pub(super) fn rules(ruled: &Ruled<'_>, words: &Vocabulary) -> Vec<FoundTerm> {
    let items = &ruled.items;
    let sentences = sentences(items);
    let mut found = Vec::new();
    for (index, range) in sentences.iter().enumerate() {
        let next = sentences.get(index + 1).cloned();
        let speaks = ruled.guide.is_guide || speaks_of_words(&items[range.clone()], words);
        if !speaks {
            continue;
        }
        let text = text_of(ruled, range);
        let mut here = pairs(items, range, ruled.guide.is_guide, words);
        here.extend(preferences(items, range, words));
        here.extend(spelled(ruled, range, words));
        for (not, end) in avoided(items, range.clone(), words) {
            let known = here.iter().any(|(rule, _): &(TermRule, usize)| not.iter().any(|term| rule.not.contains(term)));
            if !known {
                let say = replacement(items, end..range.end, false, words)
                    .or_else(|| next.clone().and_then(|next| replacement(items, next, true, words)))
                    .unwrap_or_default();
                let because = note_after(ruled, end, range.end, words);
                let conditional = range.clone().any(|at| phrase_at(items, at, &words.cautions).is_some());
                here.push((TermRule { say, not, because, conditional }, end));
            }
        }
        for (mut rule, end) in here {
            if rule.because.is_empty() {
                rule.because = note_after(ruled, end, range.end, words);
            }
            rule.conditional = rule.conditional || is_conditional(&text, words);
            // What to say instead may stand in the sentence behind.
            let whole = rule.say.iter().chain(&rule.not).all(|term| text.contains(term.as_str()));
            let end = next.as_ref().filter(|_| !whole).map_or(range.end, |next| next.end);
            found.push(placed(ruled, rule, &(range.start..end)));
        }
    }
    found
}

/// A rule whose place is a stretch of items.
pub(super) fn placed(ruled: &Ruled<'_>, rule: TermRule, range: &Range<usize>) -> FoundTerm {
    let (first, last) = (&ruled.items[range.start], &ruled.items[range.end - 1]);
    // The mark that closes a quotation or a sentence stands right behind its last item.
    let mut end = last.end;
    while ruled.line.text.get(end).is_some_and(|mark| matches!(mark, '"' | '”' | '“' | '»' | '’' | '.' | '!' | ')'))
    {
        end += 1;
    }
    let mut start = first.start;
    if first.is_term() && start > 0 && matches!(ruled.line.text[start - 1], '"' | '“' | '„' | '«' | '‘') {
        start -= 1;
    }
    FoundTerm { rule, start: ruled.line.start + start as u32, end: ruled.line.start + end as u32 }
}

/// Stretches of items between closing marks.
pub(super) fn sentences(items: &[Item]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, item) in items.iter().enumerate() {
        if item.ends_sentence() {
            if at > start {
                found.push(start..at);
            }
            start = at + 1;
        }
    }
    if start < items.len() {
        found.push(start..items.len());
    }
    found
}

pub(super) fn text_of(ruled: &Ruled<'_>, range: &Range<usize>) -> String {
    let (from, to) = (ruled.items[range.start].start, ruled.items[range.end - 1].end);
    ruled.line.text[from..to].iter().collect()
}

/// True for a sentence about words, wherever it stands: `We write "boat", not "vessel"`.
fn speaks_of_words(items: &[Item], words: &Vocabulary) -> bool {
    let quoted = items.iter().filter(|item| item.is_term()).count();
    let lead = items.iter().any(|item| item.is_one_of(&words.leads));
    let writes = items.windows(2).any(|pair| pair[0].is_one_of(&words.speakers) && pair[1].is_one_of(&words.speaking));
    quoted >= 1 && (lead || writes)
}

/// A run before a connector, and where its opener stands.
fn left_of(items: &[Item], at: usize, floor: usize, guide: bool, chained: bool, words: &Vocabulary) -> Option<Run> {
    let mut end = at;
    while end > floor && matches!(items[end - 1].kind, ItemKind::Mark(',' | '(' | ';' | '–' | '—' | '-' | ':')) {
        end -= 1;
    }
    if let Some(run) = marked_before(items, end, floor, words) {
        return Some(run);
    }
    if !guide {
        return None;
    }
    let run = plain_before(items, end, &words.uses, words).filter(|run| run.start >= floor)?;
    let before = run.start.checked_sub(1).filter(|&before| before >= floor || chained).map(|before| &items[before]);
    let opened = before.is_some_and(|item| item.is_one_of(&words.uses));
    // `Use buy instead of purchase, help instead of assist`
    let follows = chained && before.is_some_and(|item| item.is_mark(','));
    (opened || follows).then_some(run)
}

fn right_of(items: &[Item], at: usize, lists: bool, guide: bool, words: &Vocabulary) -> Option<Run> {
    let lead = phrase_at(items, at, &["the"]).map_or(at, |length| at + length);
    let lead = if items.get(lead).is_some_and(|item| item.is_one_of(&words.leads)) { lead + 1 } else { at };
    let begun = [at, lead].into_iter().find_map(|from| marked_after(items, from, words));
    match begun {
        Some(run) => Some(run),
        None if guide => plain_after(items, at, lists, words),
        None => None,
    }
}

/// `X instead of Y`, `X, not Y`, `instead of Y, use X`.
fn pairs(items: &[Item], range: &Range<usize>, guide: bool, words: &Vocabulary) -> Vec<(TermRule, usize)> {
    let items = &items[..range.end];
    let mut found: Vec<(TermRule, usize)> = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let instead = phrase_at(items, at, &words.instead_of);
        let not = phrase_at(items, at, &words.nots).filter(|_| at > range.start);
        let Some(length) = instead.or(not) else {
            at += 1;
            continue;
        };
        let after = at + length;
        if instead.is_some()
            && (at == range.start || items[at - 1].is_mark('(') || items[at - 1].is_mark(','))
            && let Some(not) = right_of(items, after, true, guide, words)
            && let Some(say) = replacement_run(items, not.end..range.end, words)
            && (not.marked || say.marked)
        {
            at = say.end;
            found.push((rule(say.terms, not.terms), say.end));
            continue;
        }
        // `Labor in place of Department of Labor, rather than DOL`
        if let Some((rule, end)) = found.last_mut()
            && items[*end..at].iter().all(|item| item.is_mark(',') || item.is_one_of(&["and", "or", "und", "oder"]))
            && let Some(more) = right_of(items, after, true, guide, words)
        {
            rule.not.extend(more.terms);
            *end = more.end;
            at = more.end;
            continue;
        }
        let chained = !found.is_empty();
        let floor = found.last().map_or(range.start, |(_, end)| *end);
        let left = left_of(items, at, floor, guide, chained, words);
        // A negated verb is no rule for the word before it: `we do not call`.
        let verb = not.is_some() && items.get(after).is_some_and(|item| item.is_one_of(&words.uses));
        let right = if verb {
            None
        } else {
            right_of(items, after, left.as_ref().is_some_and(|left| left.marked), guide, words)
        };
        let right = right.map(|run| before_next(items, run, &words.instead_of)).filter(|run| {
            run.marked || !left.as_ref().is_some_and(|left| left.marked) || !items[after].is_one_of(&["a", "an"])
        });
        let left = left.filter(|left| !left.start.checked_sub(1).is_some_and(|before| is_gerund(&items[before])));
        if let (Some(left), Some(right)) = (left, right)
            && (left.marked || instead.is_some() || right.marked || opens_with_use(items, &left, words))
            && acceptable(&left, words)
            && acceptable(&right, words)
        {
            let end = right.end;
            let (say, not) = if is_negated(items, left.start, range.start, words) {
                (right.terms, left.terms)
            } else {
                (left.terms, right.terms)
            };
            found.push((rule(say, not), end));
            at = end;
        } else {
            at = after;
        }
    }
    found
}

/// The run without its last term when that begins the next pair: `buy instead of purchase, help instead of assist`.
fn before_next(items: &[Item], mut run: Run, connectors: &[String]) -> Run {
    if run.marked && run.terms.len() > 1 && phrase_at(items, run.end, connectors).is_some() {
        run.terms.pop();
        let last = (run.start..run.end - 1).rev().find(|&at| items[at].is_term());
        run.end = last.map_or(run.end, |last| last + 1);
    }
    run
}

/// `writing St. instead of Street` tells what is done, not what to do.
fn is_gerund(item: &Item) -> bool {
    item.kind == ItemKind::Word && item.lower.len() > 4 && item.lower.ends_with("ing")
}

fn acceptable(run: &Run, words: &Vocabulary) -> bool {
    !run.terms.iter().any(|term| is_grammar(term, words))
}

fn opens_with_use(items: &[Item], run: &Run, words: &Vocabulary) -> bool {
    run.start.checked_sub(1).is_some_and(|before| items[before].is_one_of(&words.uses))
}

/// True when the verb before a run is negated: `don't use X instead of Y`.
fn is_negated(items: &[Item], run: usize, floor: usize, words: &Vocabulary) -> bool {
    let Some(verb) = run.checked_sub(1).filter(|&verb| verb >= floor && items[verb].is_one_of(&words.uses)) else {
        return false;
    };
    (floor..verb).any(|at| phrase_at(items, at, &words.negations).is_some_and(|length| at + length == verb))
        || verb.checked_sub(1).is_some_and(|before| before >= floor && items[before].is_one_of(&words.avoids))
}

fn rule(say: Vec<String>, not: Vec<String>) -> TermRule {
    TermRule { say, not, because: String::new(), conditional: false }
}

/// `prefer X to Y`, `X is preferred to Y`.
pub(super) fn preferences(items: &[Item], range: &Range<usize>, words: &Vocabulary) -> Vec<(TermRule, usize)> {
    let items = &items[..range.end];
    let mut found = Vec::new();
    for at in range.clone() {
        if items[at].is_one_of(&words.prefers) {
            let mut next = at + 1;
            while let Some(say) = marked_after(items, next, words)
                && let Some(length) = phrase_at(items, say.end, &words.prefer_to)
                && let Some(not) = right_of(items, say.end + length, true, true, words)
            {
                let not = before_next(items, not, &words.prefer_to);
                found.push((rule(say.terms, not.terms), not.end));
                next = not.end;
                while items.get(next).is_some_and(|item| item.is_mark(',') || item.is_one_of(&words.or)) {
                    next += 1;
                }
            }
        } else if let Some(length) = phrase_at(items, at, &words.preferred)
            && let Some(say) = marked_before(items, at, range.start, words)
        {
            let mut after = at + length;
            after += phrase_at(items, after, &words.preferred_to).unwrap_or(0);
            for _ in 0..2 {
                after += phrase_at(items, after, &words.articles).unwrap_or(0);
            }
            // `more than the % symbol`: the sign itself.
            let sign = items.get(after).filter(|item| item.is_one_of(&["%", "&"])).map(|sign| vec![sign.text.clone()]);
            let run = right_of(items, after, false, true, words).filter(|_| after > at + length);
            let end = run.as_ref().map_or(after + usize::from(sign.is_some()), |run| run.end);
            found.push((rule(say.terms, sign.or(run.map(|run| run.terms)).unwrap_or_default()), end));
        }
    }
    found
}

/// `Don't capitalize X`, `Hyphenate X`: how the words are written is how they stand there.
fn spelled(ruled: &Ruled<'_>, range: &Range<usize>, words: &Vocabulary) -> Option<(TermRule, usize)> {
    let items = &ruled.items[..range.end];
    let length = phrase_at(items, range.start, &words.lowers)?;
    let mut at = range.start + length;
    while items.get(at).is_some_and(|item| item.is_one_of(&words.articles) || item.is_one_of(&words.leads)) {
        at += 1;
    }
    let run = marked_after(items, at, words)?;
    let because = text_of(ruled, range);
    Some((TermRule { say: run.terms, because, ..TermRule::default() }, run.end))
}

/// Terms that a stretch says not to use, each with one past its last item.
pub(super) fn avoided(items: &[Item], range: Range<usize>, words: &Vocabulary) -> Vec<(Vec<String>, usize)> {
    let items = &items[..range.end];
    let mut found: Vec<(Vec<String>, usize)> = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let mut after = None;
        if let Some(length) = phrase_at(items, at, &words.negations) {
            let verb = at + length;
            if items.get(verb).is_some_and(|item| item.is_one_of(&words.uses)) {
                after = Some(verb + 1);
            } else if items.get(verb).is_some_and(Item::is_term) && items[at].is_one_of(&["never", "nie", "niemals"]) {
                after = Some(verb);
            }
        } else if let Some(length) = phrase_at(items, at, &words.avoids) {
            after = Some(at + length);
        } else if let Some(length) = phrase_at(items, at, &words.cautions) {
            after = Some(at + length);
        }
        let Some(after) = after else {
            at += 1;
            continue;
        };
        // `Use X and avoid Y` begins anew after a pair: `avoid` behind `to` is an aim, not a rule.
        let aim = at > range.start && items[at - 1].is_one_of(&words.aims);
        match (aim, avoided_run(items, after, words)) {
            (false, Some(run)) => {
                let terms: Vec<String> = run.terms.into_iter().filter(|term| !is_grammar(term, words)).collect();
                at = run.end;
                if !terms.is_empty() {
                    found.push((terms, run.end));
                }
            }
            _ => at = after,
        }
    }
    found
}

/// What `avoid` is about: a term set off right behind it, behind `the word`, or behind a colon.
fn avoided_run(items: &[Item], after: usize, words: &Vocabulary) -> Option<Run> {
    let mut at = after;
    let mut named = false;
    let mut passed = 0;
    while let Some(item) = items.get(at) {
        if item.is_term() {
            let before = &items[at - 1];
            let near = at == after
                || before.is_mark(':')
                || before.is_mark('(')
                || before.is_mark(',') && named
                || before.is_one_of(&words.leads)
                || before.is_one_of(&words.near_leads)
                || before.is_one_of(&words.articles) && passed <= 2
                || before.is_one_of(&words.uses);
            // `Don't put X as a substitute for Y`: what comes late is another matter.
            return if near && (named || passed <= 4) { marked_after(items, at, words) } else { None };
        }
        let stops = item.is_one_of(&words.breaks) && at > after || item.is_mark(';') || item.is_mark('.');
        if stops || passed >= REACH {
            return None;
        }
        named = named || item.is_one_of(&words.leads);
        if named && item.is_one_of(&words.leads) && plain_named(items, at, words).is_some() {
            return plain_named(items, at, words);
        }
        passed += 1;
        at += 1;
    }
    None
}

/// `the word guys` without quotation marks: one lower-case word right behind the singular.
fn plain_named(items: &[Item], lead: usize, words: &Vocabulary) -> Option<Run> {
    if !items[lead].is_one_of(&words.single_leads) {
        return None;
    }
    let run = plain_after(items, lead + 1, false, words)?;
    (run.terms.len() == 1 && run.end - run.start <= 2).then_some(run)
}

/// `use X instead`, `instead, use X`, `; use X`: what to say for what was just avoided.
pub(super) fn replacement(
    items: &[Item],
    range: Range<usize>,
    own_sentence: bool,
    words: &Vocabulary,
) -> Option<Vec<String>> {
    if range.is_empty() {
        return None;
    }
    let items = &items[..range.end];
    let instead = items[range.clone()].iter().any(|item| item.is_one_of(&words.instead));
    let begins = items[range.start].is_one_of(&words.uses) || items[range.start].is_one_of(&words.instead);
    if own_sentence && !(instead && begins) && !(begins && items.get(range.start + 1).is_some_and(Item::is_term)) {
        return None;
    }
    let run = replacement_run(items, range, words)?;
    ((run.marked || instead) && !run.terms.iter().any(|term| is_grammar(term, words))).then_some(run.terms)
}

/// The run behind the first verb that tells what to use.
pub(super) fn replacement_run(items: &[Item], range: Range<usize>, words: &Vocabulary) -> Option<Run> {
    let items = &items[..range.end];
    for at in range.clone() {
        let negated =
            at > range.start && items[range.start..at].iter().rev().take(2).any(|item| item.is_one_of(&words.refusals));
        if !items[at].is_one_of(&words.uses) || negated {
            continue;
        }
        if let Some(run) = right_of(items, at + 1, true, true, words) {
            return Some(run);
        }
    }
    None
}

/// What the sentence adds behind the terms: a parenthesis or a condition.
pub(super) fn note_after(ruled: &Ruled<'_>, from: usize, to: usize, words: &Vocabulary) -> String {
    let items = &ruled.items;
    let (Some(first), true) = (items.get(from), from < to) else { return String::new() };
    let opens = first.is_mark('(') || first.is_mark(':') || first.is_one_of(&words.note_starts);
    let comma = first.is_mark(',') && items.get(from + 1).is_some_and(|next| next.is_one_of(&words.note_clauses));
    if !opens && !comma {
        return String::new();
    }
    let mut end = to;
    if first.is_mark('(')
        && let Some(close) = (from..to).find(|&at| items[at].is_mark(')'))
    {
        end = close;
    }
    let note: String = ruled.line.text[first.start..items[end - 1].end].iter().collect();
    let only_rule = items[from..end].iter().any(|item| item.is_one_of(&words.uses)) && end - from <= 5;
    if only_rule { String::new() } else { note }
}
