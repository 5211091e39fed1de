//! Rules that a line gives by its shape: an entry of a word list, of a list of words to avoid, the text under a term.

use quillhouse_domain::{BlockKind, TermRule};

use super::{
    super::{
        rules::Vocabulary,
        scan::{Item, ItemKind},
    },
    FoundTerm, Ruled,
    phrase::{is_conditional, is_grammar, is_plain_term, marked_after, phrase_at, plain_after},
    sentence::{avoided, note_after, placed, preferences, replacement_run, sentences, text_of},
};

/// Words of an entry's head, and of a heading that is a term.
const HEAD_WORDS: usize = 6;
const TITLE_WORDS: usize = 4;

/// The rules of the line; none when it is no entry.
pub(super) fn rules(ruled: &Ruled<'_>, words: &Vocabulary) -> Vec<FoundTerm> {
    // A question among entries asks the reader.
    let asks = ruled.line.text.iter().rposition(|letter| !letter.is_whitespace()).map(|last| ruled.line.text[last]);
    if !ruled.guide.is_guide || ruled.items.is_empty() || asks == Some('?') {
        return Vec::new();
    }
    let rule = titled(ruled, words)
        .or_else(|| arrow(ruled, words))
        .or_else(|| alternative(ruled, words))
        .or_else(|| avoid_entry(ruled, words))
        .or_else(|| word_entry(ruled, words));
    rule.into_iter().collect()
}

/// The line's first items up to a mark that ends a head.
fn head(items: &[Item]) -> usize {
    items
        .iter()
        .position(|item| {
            matches!(item.kind, ItemKind::Mark('(' | ':' | '–' | '—' | '→' | '.' | '!' | '?' | ';' | '[' | '>'))
        })
        .unwrap_or(items.len())
}

/// The terms of a head: split at commas, slashes and `or`.
fn head_terms(ruled: &Ruled<'_>, end: usize, words: &Vocabulary) -> Option<Vec<String>> {
    side_terms(ruled, 0..end, words)
}

fn side_terms(ruled: &Ruled<'_>, range: std::ops::Range<usize>, words: &Vocabulary) -> Option<Vec<String>> {
    let items = &ruled.items[range];
    let plain = items.iter().filter(|item| item.kind == ItemKind::Word).count();
    if items.is_empty() || plain > HEAD_WORDS + 2 {
        return None;
    }
    let mut terms: Vec<String> = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let close = |open: &mut Option<(usize, usize)>, terms: &mut Vec<String>| {
        if let Some((start, end)) = open.take() {
            terms.push(ruled.line.text[start..end].iter().collect());
        }
    };
    for item in items {
        match item.kind {
            ItemKind::Mark(',' | '/') => close(&mut open, &mut terms),
            ItemKind::Word if item.is_one_of(&["or", "oder"]) => close(&mut open, &mut terms),
            ItemKind::Word | ItemKind::Term { .. } => {
                open = Some(open.map_or((item.start, item.end), |(start, _)| (start, item.end)));
            }
            ItemKind::Mark('-' | '\'' | '’' | '.' | '+' | '"' | '“' | '”') => {}
            ItemKind::Mark(_) => return None,
        }
    }
    close(&mut open, &mut terms);
    let fits = |term: &String| {
        let count = term.split_whitespace().count();
        count < HEAD_WORDS && !is_grammar(term, words)
    };
    (!terms.is_empty() && terms.iter().all(fits)).then_some(terms)
}

/// An entry of a list of words to avoid: `leverage (use “use”)`.
fn avoid_entry(ruled: &Ruled<'_>, words: &Vocabulary) -> Option<FoundTerm> {
    if ruled.line.kind != BlockKind::ListItem {
        return None;
    }
    let items = &ruled.items;
    let end = head(items);
    let rest = end..items.len();
    let say = replacement_in_note(items, rest.clone(), words);
    let opened = items.get(end + 1).is_some_and(|item| item.is_one_of(&words.note_openers));
    let tells = end < items.len() && opened && !say_is_empty(say.as_ref(), items, end, words);
    if !ruled.guide.is_avoid_list && !tells {
        return None;
    }
    // A sentence in such a list is read as a sentence.
    if items[..end].iter().any(|item| item.is_one_of(&words.avoids) || item.is_one_of(&words.refusals)) {
        return None;
    }
    if ruled.guide.is_avoid_list && items.get(end).is_some_and(|item| item.is_mark('.')) && end > TITLE_WORDS {
        return None;
    }
    let mut not = head_terms(ruled, end, words)?;
    // Only what was set off counts when something was.
    if items[..end].iter().any(Item::is_term) {
        not = items[..end].iter().filter(|item| item.is_term()).map(|item| item.text.clone()).collect();
    }
    let because = if rest.len() > 1 { text_of(ruled, &(end + 1..items.len())) } else { String::new() };
    let conditional = is_conditional(&because, words);
    let because = if say.is_some() && !conditional { String::new() } else { because };
    let rule = TermRule { say: say.unwrap_or_default(), not, because, conditional };
    Some(placed(ruled, rule, &(0..items.len())))
}

fn say_is_empty(say: Option<&Vec<String>>, items: &[Item], end: usize, words: &Vocabulary) -> bool {
    say.is_none() && !items.get(end + 1).is_some_and(|item| item.is_one_of(&words.note_conditions))
}

/// `(use X or Y)`, `(instead, use X)`, `use X instead`
fn replacement_in_note(items: &[Item], range: std::ops::Range<usize>, words: &Vocabulary) -> Option<Vec<String>> {
    let run = replacement_run(items, range, words)?;
    let terms: Vec<String> = run
        .terms
        .into_iter()
        .filter(|term| {
            !words.leave_outs.has(term.to_lowercase().split(' ').next().unwrap_or_default()) && !is_grammar(term, words)
        })
        .collect();
    (!terms.is_empty()).then_some(terms)
}

/// `Band-Aid (adhesive bandage)` under a heading that promises alternatives.
fn alternative(ruled: &Ruled<'_>, words: &Vocabulary) -> Option<FoundTerm> {
    let items = &ruled.items;
    let open = items.iter().position(|item| item.is_mark('('))?;
    if !ruled.guide.has_alternatives || ruled.line.kind != BlockKind::ListItem || !items.last()?.is_mark(')') {
        return None;
    }
    let not = head_terms(ruled, open, words)?;
    let say = plain_nots(ruled, open + 1)?;
    let rule = TermRule { say: say.terms, not, because: String::new(), conditional: true };
    Some(placed(ruled, rule, &(0..items.len())))
}

/// True for a list entry that says of its head when or by what to replace it.
pub(super) fn tells(ruled: &Ruled<'_>, words: &Vocabulary) -> bool {
    let items = &ruled.items;
    let end = head(items);
    let opened = items.get(end + 1).is_some_and(|item| item.is_one_of(&words.note_openers));
    end > 0
        && end <= TITLE_WORDS
        && items.get(end).is_some_and(|item| item.is_mark('('))
        && opened
        && head_terms(ruled, end, words).is_some()
}

/// `utilize → use`
fn arrow(ruled: &Ruled<'_>, words: &Vocabulary) -> Option<FoundTerm> {
    let items = &ruled.items;
    let at = items.iter().position(|item| item.is_mark('→') || item.is_mark('⇒'))?;
    let not = head_terms(ruled, at, words)?;
    let say = side_terms(ruled, at + 1..items.len(), words)?;
    let rule = TermRule { say, not, ..TermRule::default() };
    Some(placed(ruled, rule, &(0..items.len())))
}

/// An entry of a word list: `email, not e-mail`, `GitHub`, `log in (verb)`.
fn word_entry(ruled: &Ruled<'_>, words: &Vocabulary) -> Option<FoundTerm> {
    let items = &ruled.items;
    let list = ruled.guide.is_word_list && ruled.line.kind == BlockKind::ListItem;
    let leading = marked_after(items, 0, words);
    let (mut say, after) = match leading {
        Some(run) => {
            let named = items[..run.end].iter().any(Item::is_strong) || ruled.guide.is_word_list;
            let next = items.get(run.end);
            let shaped = next.is_none_or(|next| next.is_mark('(') || next.is_mark(','))
                && items[run.end..].iter().take(3).any(|item| item.is_one_of(&words.nots));
            if !(ruled.guide.is_word_list && named || shaped && ruled.line.kind == BlockKind::ListItem) {
                return None;
            }
            // `**Clear**: we say what we mean` names a quality, not a word.
            if next.is_some_and(|next| next.is_mark(':'))
                && !items[run.end..].iter().any(|item| item.is_one_of(&words.nots))
            {
                return None;
            }
            (run.terms, run.end)
        }
        None if list => plain_entry(ruled, words)?,
        None => return None,
    };
    if say.iter().all(|term| is_grammar(term, words)) {
        return None;
    }
    // Further accepted forms of the same entry: `**to do** (noun) and **to-do** (adjective)`.
    for item in items[after..].iter().filter(|item| item.is_strong()) {
        if !say.contains(&item.text) {
            say.push(item.text.clone());
        }
    }
    let mut not: Vec<String> = Vec::new();
    let mut noted = after;
    let near = items[after..]
        .iter()
        .take_while(|item| matches!(item.kind, ItemKind::Mark(',' | '(' | ':' | '–' | '—' | ';' | '.')))
        .count();
    if let Some(length) = phrase_at(items, after + near, &words.nots) {
        let begin = after + near + length;
        let run = marked_after(items, begin, words).or_else(|| plain_nots(ruled, begin));
        if let Some(run) = run {
            noted = run.end;
            not.extend(run.terms);
        }
    }
    for range in sentences(items) {
        for (terms, end) in avoided(items, range.start.max(after)..range.end, words) {
            noted = noted.max(end);
            not.extend(terms.into_iter().filter(|term| !say.contains(term)));
        }
    }
    for (rule, end) in preferences(items, &(0..items.len()), words) {
        if rule.say.iter().any(|term| say.contains(term)) {
            noted = noted.max(end);
            not.extend(rule.not);
        }
    }
    let rest = (noted..items.len())
        .find(|&at| !matches!(items[at].kind, ItemKind::Mark('.' | ',' | ')' | ';' | ':' | '(')))
        .map(|from| {
            let end = (from..items.len()).find(|&at| items[at].ends_sentence()).unwrap_or(items.len());
            text_of(ruled, &(from..end.max(from + 1)))
        });
    let because = rest.unwrap_or_default();
    // `ages, avoid hyphens in ages` is a rule about hyphens.
    if not.is_empty() && items.get(after + near).is_some_and(|item| item.is_one_of(&words.avoids)) {
        return None;
    }
    let conditional = say.len() > 1 && items[after..].iter().any(Item::is_strong) || is_conditional(&because, words);
    let rule = TermRule { say, not, because, conditional };
    Some(placed(ruled, rule, &(0..items.len())))
}

/// An entry in which nothing is set off: the whole of a short line, or what stands before `, not` or a parenthesis.
fn plain_entry(ruled: &Ruled<'_>, words: &Vocabulary) -> Option<(Vec<String>, usize)> {
    let items = &ruled.items;
    let mut end = head(items);
    if let Some(comma) = items[..end].windows(2).position(|pair| pair[0].is_mark(',') && pair[1].is_one_of(&words.nots))
    {
        end = comma;
    }
    if end == 0 || end > TITLE_WORDS || items[..end].iter().any(|item| item.kind != ItemKind::Word) {
        return None;
    }
    let closed = end == items.len() || !items.get(end).is_some_and(|item| item.is_mark('.')) || end + 1 == items.len();
    let term: String = ruled.line.text[items[0].start..items[end - 1].end].iter().collect();
    (closed && is_plain_term(&term, words)).then_some((vec![term], end))
}

/// Words behind `not` up to the sentence's end: `not US or USA`.
fn plain_nots(ruled: &Ruled<'_>, from: usize) -> Option<super::phrase::Run> {
    let items = &ruled.items;
    let end = (from..items.len())
        .find(|&at| items[at].ends_sentence() || matches!(items[at].kind, ItemKind::Mark('(' | ')' | ';' | ':')))
        .unwrap_or(items.len());
    let mut terms = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    for item in &items[from..end] {
        if item.is_mark(',') || item.is_one_of(&["or", "and", "nor", "oder", "und"]) {
            terms.extend(open.take());
        } else {
            open = Some(open.map_or((item.start, item.end), |(start, _)| (start, item.end)));
        }
    }
    terms.extend(open);
    let terms: Vec<String> =
        terms.into_iter().map(|(start, end)| ruled.line.text[start..end].iter().collect::<String>()).collect();
    let fits = !terms.is_empty() && terms.iter().all(|term| term.split_whitespace().count() <= 3);
    fits.then_some(super::phrase::Run { terms, start: from, end, marked: false })
}

/// True when one may be another spelling of the other, or shares a word with it.
fn are_kin(left: &str, right: &str) -> bool {
    let letters = |text: &str| {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    let (left_letters, right_letters) = (letters(left), letters(right));
    let opening = |text: &str| text.chars().take(3).collect::<String>();
    opening(&left_letters) == opening(&right_letters)
        || left.split_whitespace().any(|word| right.split_whitespace().any(|other| word.eq_ignore_ascii_case(other)))
}

/// The text under a heading, or beside a term of a definition list, that is itself the term.
fn titled(ruled: &Ruled<'_>, words: &Vocabulary) -> Option<FoundTerm> {
    let title = ruled.title?;
    let name: String = title.string();
    let name = name.trim().trim_end_matches([':', '.']).to_owned();
    let count = name.split_whitespace().count();
    if !(1..=TITLE_WORDS).contains(&count) || is_grammar(&name, words) || name.contains(['?', '!', '&', '(']) {
        return None;
    }
    let items = &ruled.items;
    let first = sentences(items).into_iter().next()?;
    let text = text_of(ruled, &first);
    let own = |terms: &[String]| terms.iter().all(|term| term.to_lowercase() == name.to_lowercase());
    let mut rule = TermRule::default();
    let avoided_here = avoided(items, first.clone(), words);
    if avoided_here.iter().any(|(terms, _)| !own(terms) && !terms.iter().all(|term| are_kin(term, &name))) {
        return None;
    }
    let begins_avoiding = phrase_at(items, 0, &words.avoids).or_else(|| {
        let length = phrase_at(items, 0, &words.negations)?;
        items.get(length).is_some_and(|item| item.is_one_of(&words.uses)).then_some(length + 1)
    });
    let spelled = words.spellings.iter().any(|spelling| text.to_lowercase().starts_with(spelling));
    if let Some(length) = phrase_at(items, 0, &words.nots).filter(|_| begins_avoiding.is_none()) {
        let run = marked_after(items, length, words).or_else(|| plain_nots(ruled, length))?;
        rule.say = vec![name.clone()];
        rule.not = run.terms;
    } else if let Some((terms, _)) =
        avoided_here.first().filter(|(terms, _)| !own(terms) && terms.iter().all(|term| are_kin(term, &name)))
    {
        rule.say = vec![name.clone()];
        rule.not.clone_from(terms);
    } else if let Some(after) = begins_avoiding {
        let next = items.get(after);
        let about_it = next
            .is_none_or(|next| next.ends_sentence() || next.kind != ItemKind::Word || next.is_one_of(&words.about_it));
        if !about_it {
            return None;
        }
        rule.not = vec![name.clone()];
        rule.say =
            replacement_in_note(items, after..items.len(), words).filter(|terms| !own(terms)).unwrap_or_default();
        rule.because = note_after(ruled, after, first.end, words);
    } else if spelled {
        rule.say = vec![name.clone()];
        rule.because.clone_from(&text);
        let not = items.iter().position(|item| item.is_one_of(&words.nots));
        if let Some(run) = not.and_then(|at| marked_after(items, at + 1, words)) {
            rule.not = run.terms;
        }
    } else if items[..first.end].iter().any(|item| item.is_one_of(&words.instead)) {
        if let Some(length) = phrase_at(items, 1, &words.instead_of).filter(|_| items[0].is_one_of(&words.uses)) {
            rule.say = vec![name.clone()];
            rule.not =
                marked_after(items, 1 + length, words).or_else(|| plain_after(items, 1 + length, true, words))?.terms;
        } else {
            let run = replacement_run(items, first.clone(), words)?;
            let said = items.get(run.end).is_some_and(|item| item.is_one_of(&words.instead))
                || items[0].is_one_of(&words.instead);
            let say = run.terms;
            if own(&say) || !said {
                return None;
            }
            rule.not = vec![name.clone()];
            rule.say = say;
        }
    } else {
        return None;
    }
    rule.conditional = is_conditional(&text, words) && !spelled;
    // Title and sentence stand one behind the other, so that the quote holds both.
    let within = rule.say.iter().chain(&rule.not).all(|term| *term == name || text.contains(term.as_str()));
    let place = placed(ruled, rule, &(if within { first } else { 0..items.len() }));
    Some(FoundTerm { start: title.start, ..place })
}
