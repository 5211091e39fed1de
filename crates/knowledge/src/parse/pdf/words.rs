//! Letters to words, words to stretches of a line: along the line's own direction, whichever way it runs on the page.

use std::collections::HashSet;

use super::glyphs::{Direction, Glyph, PageGlyphs};

/// Wider gaps than this share of the font's size part words.
const WORD_GAP: f32 = 0.13;

/// Wider gaps than this many sizes part cells and columns; scripts from right to left stretch their lines further.
const SEGMENT_GAP: f32 = 1.1;

/// Letters on a base line nearer than this share of the size stand in one line.
const SAME_LINE: f32 = 0.35;

/// The same letter drawn again nearer than about one part in so many of its size is the same letter.
const DOUBLE_STEPS: f32 = 16.0;

/// A row of raised letters is at most one part in so many of the row it belongs to.
const RAISED_SHARE: usize = 4;

/// A stretch of words without a wide gap, in the frame of its direction: x along the line, y upwards.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) text: String,
    pub(super) x: f32,
    pub(super) end_x: f32,
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) bold: bool,
    pub(super) slanted: bool,
    /// The gaps between its words: where each begins and ends, and the place of its space in the text.
    pub(super) gaps: Vec<(f32, f32, usize)>,
}

impl Segment {
    /// Cut at some of its gaps, by their indexes in order.
    pub(super) fn cut(self, at: &[usize]) -> Vec<Self> {
        let mut parts = Vec::new();
        let (mut begin, mut x) = (0, self.x);
        for (start, end, space) in at.iter().filter_map(|index| self.gaps.get(*index)).copied() {
            parts.push(self.part(begin, space, x, start));
            (begin, x) = (space + 1, end);
        }
        parts.push(self.part(begin, self.text.len(), x, self.end_x));
        parts
    }

    fn part(&self, begin: usize, end: usize, x: f32, end_x: f32) -> Self {
        let text = self.text.get(begin..end).unwrap_or("").to_owned();
        Self { text, x, end_x, gaps: Vec::new(), ..self.clone() }
    }
}

#[derive(Debug, Clone)]
struct Word {
    pieces: Vec<(f32, String)>,
    x: f32,
    end_x: f32,
    y: f32,
    size: f32,
    bold: usize,
    slanted: usize,
    right_to_left: usize,
    space_before: bool,
}

/// The stretches of one direction, from the top, each line from its beginning.
pub(super) fn segments(page: &PageGlyphs, direction: Direction) -> Vec<Vec<Segment>> {
    let words = words(page, direction);
    rows(words).into_iter().map(join).filter(|row| !row.is_empty()).collect()
}

/// Coordinates along the line and across it.
fn frame(glyph: &Glyph, direction: Direction) -> (f32, f32, f32) {
    match direction {
        Direction::Right => (glyph.x, glyph.end_x, glyph.y),
        Direction::Up => (glyph.y, glyph.end_y, -glyph.x),
        Direction::Left => (-glyph.x, -glyph.end_x, -glyph.y),
        Direction::Down | Direction::Column => (-glyph.y, -glyph.end_y, glyph.x),
    }
}

fn words(page: &PageGlyphs, direction: Direction) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open: Option<Word> = None;
    let mut space = false;
    let mut drawn: HashSet<(char, i32, i32)> = HashSet::new();
    for glyph in page.glyphs.iter().filter(|glyph| glyph.direction == direction) {
        let text = page.text(glyph);
        let Some(first) = text.chars().find(|letter| !letter.is_whitespace()) else {
            words.extend(open.take());
            space = true;
            continue;
        };
        let (x, end_x, y) = frame(glyph, direction);
        let (x, end_x) = (x.min(end_x), x.max(end_x));
        let size = if glyph.size > 0.1 { glyph.size } else { 0.1 };
        // Letters drawn twice, a hair apart, to look bold or to cast a shadow.
        let key = |dx: i32, dy: i32| {
            (first, (x / size * DOUBLE_STEPS).round() as i32 + dx, (y / size * DOUBLE_STEPS).round() as i32 + dy)
        };
        let again = (-1..=1).any(|dx| (-1..=1).any(|dy| drawn.contains(&key(dx, dy))));
        if again && !matches!(first, '.' | '_' | '-') {
            continue;
        }
        drawn.insert(key(0, 0));
        let right_to_left = usize::from(is_right_to_left(first));
        let continues = open.as_ref().is_some_and(|word| {
            let limit = WORD_GAP * word.size.max(size);
            let ahead = x - word.end_x;
            let behind = word.x - end_x;
            let beside = (ahead < limit && ahead > -0.45 * size)
                || (right_to_left > 0 && behind < limit && behind > -0.45 * size)
                // Marks are drawn over the letter they belong to.
                || (is_mark(first) && x >= word.x - size && x <= word.end_x + limit);
            beside && (y - word.y).abs() < 0.5 * word.size.max(size) && size < word.size * 1.8 && size * 1.8 > word.size
        });
        if !continues {
            words.extend(open.take());
        }
        let word = open.get_or_insert_with(|| Word {
            pieces: Vec::new(),
            x,
            end_x,
            y,
            size,
            bold: 0,
            slanted: 0,
            right_to_left: 0,
            space_before: std::mem::take(&mut space),
        });
        word.x = word.x.min(x);
        word.end_x = word.end_x.max(end_x);
        word.bold += usize::from(glyph.bold);
        word.slanted += usize::from(glyph.slanted);
        word.right_to_left += right_to_left;
        space = text.ends_with(char::is_whitespace);
        word.pieces.push((x, text.trim().to_owned()));
        if space {
            words.extend(open.take());
        }
    }
    words.extend(open);
    words
}

/// Words on nearly the same base line, from the top of the page.
fn rows(mut words: Vec<Word>) -> Vec<Vec<Word>> {
    words.sort_by(|left, right| right.y.total_cmp(&left.y).then(left.x.total_cmp(&right.x)));
    let mut rows: Vec<(f32, f32, Vec<Word>)> = Vec::new();
    for word in words {
        // Small raised or lowered letters belong to the row whose words they touch.
        let near = rows.iter_mut().rev().take(4).find(|(y, size, row)| {
            let distance = (*y - word.y).abs();
            let reach = size.max(word.size);
            distance < SAME_LINE * size.min(word.size)
                || (distance < 0.6 * reach
                    && row.iter().any(|other| {
                        let gap = (word.x - other.end_x).max(other.x - word.end_x);
                        gap < 0.3 * reach
                            && gap > -0.3 * reach
                            && (other.size > word.size * 1.2 || word.size > other.size * 1.2)
                    }))
        });
        match near {
            Some((y, size, row)) => {
                if word.size > *size {
                    (*y, *size) = (word.y, word.size);
                }
                row.push(word);
            }
            None => rows.push((word.y, word.size, vec![word])),
        }
    }
    rows.sort_by(|left, right| right.0.total_cmp(&left.0));
    take_in_raised(&mut rows);
    rows.into_iter().map(|(_, _, row)| row).collect()
}

fn letters(row: &[Word]) -> usize {
    row.iter().map(|word| word.pieces.len()).sum()
}

/// Rows of small letters only, between the words of a row of larger ones: exponents, the halves of a fraction.
fn take_in_raised(rows: &mut Vec<(f32, f32, Vec<Word>)>) {
    let mut index = 0;
    while index < rows.len() {
        let (y, size) = (rows[index].0, rows[index].1);
        let host = [index + 1, index.wrapping_sub(1)].into_iter().find(|other| {
            rows.get(*other).is_some_and(|(host_y, host_size, host)| {
                size < host_size * 0.85
                    && letters(&rows[index].2) * RAISED_SHARE <= letters(host)
                    && (host_y - y).abs() < 0.6 * host_size
                    && rows[index].2.iter().all(|word| {
                        host.iter().any(|near| {
                            let gap = (word.x - near.end_x).max(near.x - word.end_x);
                            gap < 0.5 * host_size && gap > -0.5 * host_size
                        })
                    })
            })
        });
        match host {
            Some(host) => {
                let (_, _, small) = rows.remove(index);
                let host = if host > index { host - 1 } else { host };
                rows[host].2.extend(small);
            }
            None => index += 1,
        }
    }
}

/// Joins a row's words to stretches.
fn join(mut row: Vec<Word>) -> Vec<Segment> {
    let right_to_left = row.iter().map(|word| word.right_to_left).sum::<usize>() * 2 > letters(&row);
    row.sort_by(|left, right| left.x.total_cmp(&right.x));
    let loose = loose_gap(&row);
    let wide = if right_to_left { SEGMENT_GAP * 2.0 } else { SEGMENT_GAP };
    let mut segments: Vec<Vec<Word>> = Vec::new();
    for word in row {
        let near = segments
            .last()
            .and_then(|segment| segment.last())
            .is_some_and(|last| word.x - last.end_x < wide * last.size.max(word.size));
        match segments.last_mut() {
            Some(segment) if near => segment.push(word),
            _ => segments.push(vec![word]),
        }
    }
    if right_to_left {
        segments.reverse();
    }
    segments.into_iter().map(|words| segment(words, right_to_left, loose)).collect()
}

/// Letters set apart from each other for looks: the gap between them, when nearly every word of a row is one letter.
fn loose_gap(row: &[Word]) -> f32 {
    let single = row.iter().filter(|word| word.pieces.len() == 1 && !word.space_before).count();
    if row.len() < 6 || single * 10 < row.len() * 8 {
        return 0.0;
    }
    let mut gaps: Vec<f32> = row.windows(2).map(|pair| pair[1].x - pair[0].end_x).collect();
    gaps.sort_by(f32::total_cmp);
    let usual = gaps[gaps.len() / 2];
    if usual < row[0].size * 0.8 { usual * 1.5 } else { 0.0 }
}

fn segment(words: Vec<Word>, right_to_left: bool, loose: f32) -> Segment {
    let x = words.iter().map(|word| word.x).fold(f32::MAX, f32::min);
    let end_x = words.iter().map(|word| word.end_x).fold(f32::MIN, f32::max);
    let longest = words.iter().max_by_key(|word| word.pieces.len());
    let (y, size) = longest.map_or((0.0, 1.0), |word| (word.y, word.size));
    let letters = letters(&words);
    let bold: usize = words.iter().map(|word| word.bold).sum();
    let slanted: usize = words.iter().map(|word| word.slanted).sum();
    let mut text = String::new();
    let mut gaps = Vec::new();
    let mut previous_end: Option<f32> = None;
    let ordered: Vec<&Word> = if right_to_left { words.iter().rev().collect() } else { words.iter().collect() };
    for word in ordered {
        if let Some(end) = previous_end {
            let gap = if right_to_left { end - word.end_x } else { word.x - end };
            if (word.space_before && gap > -0.3 * word.size) || gap > (WORD_GAP * word.size).max(loose) {
                if !right_to_left {
                    gaps.push((end, word.x, text.len()));
                }
                text.push(' ');
            }
        }
        previous_end = Some(if right_to_left { word.x } else { word.end_x });
        push_word(&mut text, word);
    }
    Segment { text, x, end_x, y, size, bold: bold * 10 >= letters * 8, slanted: slanted * 10 >= letters * 8, gaps }
}

fn push_word(text: &mut String, word: &Word) {
    if word.right_to_left * 2 <= word.pieces.len() {
        text.extend(word.pieces.iter().map(|(_, letters)| letters.as_str()));
        return;
    }
    let mut pieces: Vec<&(f32, String)> = word.pieces.iter().collect();
    pieces.sort_by(|left, right| right.0.total_cmp(&left.0));
    // Numbers inside keep their own order.
    let mut number = String::new();
    for (_, letters) in pieces {
        if letters.chars().all(|letter| letter.is_ascii_digit()) {
            number.insert_str(0, letters);
            continue;
        }
        text.push_str(&std::mem::take(&mut number));
        text.push_str(letters);
    }
    text.push_str(&number);
}

const fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

const fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{64B}'..='\u{65F}' | '´' | '`' | '¨' | 'ˆ' | '˜' | '¸')
}
