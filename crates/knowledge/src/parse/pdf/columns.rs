//! The order in which a page is read: columns one after the other, tables row by row.

use super::{lines::Line, words::Segment};

/// Fewest lines on each side of a gutter.
const COLUMN_LINES: usize = 3;

/// Narrowest gutter in sizes of the font.
const GUTTER_SIZES: f32 = 0.7;

/// Most places tried for a gutter.
const GUTTER_TRIES: usize = 64;

/// Rows above and below that tell where a table's cells end.
const ROWS_AROUND: usize = 4;

/// Narrowest gap between cells, in sizes of the font.
const CELL_GAP: f32 = 0.35;

/// Columns within columns.
const DEPTH_LIMIT: usize = 8;

/// Distance between lines, in usual distances, that parts paragraphs.
const PARAGRAPH_GAP: f32 = 1.35;

/// Fewest letters of a typical line that make a column one of prose; shorter ones are cells.
const PROSE_LETTERS: usize = 16;

/// Lines in reading order; empty ones part paragraphs and columns.
pub(super) fn arrange(rows: Vec<Vec<Segment>>) -> Vec<Line> {
    let mut lines = Vec::new();
    area(rows, 0, &mut lines);
    lines
}

struct Gutter {
    x: f32,
    first: usize,
    last: usize,
}

fn area(rows: Vec<Vec<Segment>>, depth: usize, lines: &mut Vec<Line>) {
    let gutter = if depth < DEPTH_LIMIT { gutter(&rows) } else { None };
    let Some(Gutter { x, first, last }) = gutter else {
        write(&cut_cells(rows), lines);
        return;
    };
    let mut rows = rows;
    let below = rows.split_off(last + 1);
    let middle = rows.split_off(first);
    if !rows.is_empty() {
        area(rows, depth + 1, lines);
    }
    let mut sides: [Vec<Vec<Segment>>; 2] = [Vec::new(), Vec::new()];
    for row in middle {
        let (left, right): (Vec<Segment>, Vec<Segment>) = row.into_iter().partition(|segment| segment.end_x <= x);
        for (side, part) in sides.iter_mut().zip([left, right]) {
            if !part.is_empty() {
                side.push(part);
            }
        }
    }
    for side in sides {
        area(side, depth + 1, lines);
    }
    if !below.is_empty() {
        area(below, depth + 1, lines);
    }
}

/// The gutter between columns of prose that most lines stand beside.
fn gutter(rows: &[Vec<Segment>]) -> Option<Gutter> {
    if rows.len() < COLUMN_LINES {
        return None;
    }
    let mut tries: Vec<f32> =
        rows.iter().flat_map(|row| row.windows(2).map(|pair| f32::midpoint(pair[0].end_x, pair[1].x))).collect();
    tries.sort_by(f32::total_cmp);
    tries.dedup_by(|next, previous| *next - *previous < 4.0);
    let step = tries.len().div_ceil(GUTTER_TRIES).max(1);
    let mut best: Option<(usize, Gutter)> = None;
    for x in tries.into_iter().step_by(step) {
        let mut first = 0;
        while first < rows.len() {
            let crosses = |row: &[Segment]| row.iter().any(|segment| segment.x < x && segment.end_x > x);
            if crosses(&rows[first]) {
                first += 1;
                continue;
            }
            let mut last = first;
            while last + 1 < rows.len() && !crosses(&rows[last + 1]) {
                last += 1;
            }
            if let Some(score) = column_score(&rows[first..=last], x)
                && best.as_ref().is_none_or(|(known, _)| score > *known)
            {
                best = Some((score, Gutter { x, first, last }));
            }
            first = last + 1;
        }
    }
    best.map(|(_, gutter)| gutter)
}

/// Lines beside the gutter; `None` when it parts no columns of prose.
fn column_score(rows: &[Vec<Segment>], x: f32) -> Option<usize> {
    let (left, right): (Vec<&Segment>, Vec<&Segment>) = rows.iter().flatten().partition(|segment| segment.end_x <= x);
    if left.len() < COLUMN_LINES || right.len() < COLUMN_LINES {
        return None;
    }
    let edge = left.iter().map(|segment| segment.end_x).fold(f32::MIN, f32::max);
    let begin = right.iter().map(|segment| segment.x).fold(f32::MAX, f32::min);
    let size = left[left.len() / 2].size.min(right[right.len() / 2].size);
    if begin - edge < GUTTER_SIZES * size {
        return None;
    }
    let both =
        rows.iter().filter(|row| row.iter().any(|one| one.end_x <= x) && row.iter().any(|one| one.x >= x)).count();
    let prose = is_prose(&left) && is_prose(&right);
    // Lines that do not stand side by side are no cells of one table.
    let apart = both * 3 < rows.len() && both * 2 < left.len().min(right.len());
    (prose || apart).then(|| left.len().min(right.len()))
}

fn is_prose(side: &[&Segment]) -> bool {
    let mut lengths: Vec<usize> = side.iter().map(|segment| segment.text.chars().count()).collect();
    lengths.sort_unstable();
    let wordy = side.iter().filter(|segment| segment.text.split_whitespace().count() >= 3).count();
    let wide = side.iter().any(|segment| segment.text.chars().any(|letter| letter >= '\u{2E80}'));
    let needed = if wide { PROSE_LETTERS / 2 } else { PROSE_LETTERS };
    lengths[lengths.len() / 2] >= needed && (wordy * 2 >= side.len() || wide)
}

/// Cells of one row that stand so near that they look like words: cut where most rows around have the gap between two cells.
fn cut_cells(rows: Vec<Vec<Segment>>) -> Vec<Vec<Segment>> {
    let gaps: Vec<Vec<(f32, f32)>> =
        rows.iter().map(|row| row.windows(2).map(|pair| (pair[0].end_x, pair[1].x)).collect()).collect();
    let cut = |index: usize, row: Vec<Segment>| {
        let around = || gaps.iter().enumerate().skip(index.saturating_sub(ROWS_AROUND)).take(2 * ROWS_AROUND + 1);
        let tables = around().filter(|(other, gaps)| *other != index && gaps.len() > 1).count();
        if tables < 2 {
            return row;
        }
        let words: usize = row.iter().map(|cell| cell.gaps.len() + 1).sum();
        let cells: Vec<Segment> = row
            .iter()
            .cloned()
            .flat_map(|cell| {
                let is_edge = |gap: &(f32, f32, usize)| {
                    let middle = f32::midpoint(gap.0, gap.1);
                    let same = around().filter(|(other, gaps)| {
                        *other != index && gaps.iter().any(|(start, end)| (*start..=*end).contains(&middle))
                    });
                    gap.1 - gap.0 > CELL_GAP * cell.size && same.count() * 2 > tables
                };
                let edges: Vec<usize> =
                    cell.gaps.iter().enumerate().filter(|(_, gap)| is_edge(gap)).map(|(index, _)| index).collect();
                cell.cut(&edges)
            })
            .collect();
        // A sentence between tables has gaps below theirs by chance.
        if row.len() > 1 || (cells.len() > 2 && words <= cells.len() * 2) { cells } else { row }
    };
    rows.into_iter().enumerate().map(|(index, row)| cut(index, row)).collect()
}

/// Lines from top to bottom; neighbouring lines with cells below each other are rows of a table.
fn write(rows: &[Vec<Segment>], lines: &mut Vec<Line>) {
    let usual = usual_distance(rows);
    if !lines.is_empty() {
        lines.push(Line::empty());
    }
    for (index, row) in rows.iter().enumerate() {
        let above = index.checked_sub(1).and_then(|above| rows.get(above));
        if let (Some(above), Some(first)) = (above.and_then(|above| above.first()), row.first())
            && above.y - first.y > PARAGRAPH_GAP * usual.max(first.size.max(above.size))
        {
            lines.push(Line::empty());
        }
        let near = rows.iter().enumerate().skip(index.saturating_sub(3)).take(7).filter(|(other, _)| *other != index);
        let is_row =
            row.len() > 1 && !is_marker(&row[0].text) && near.into_iter().any(|(_, other)| aligned(row, other));
        lines.push(Line::of_segments(row, is_row));
    }
}

/// A bullet or a number that begins a list item.
fn is_marker(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() <= 4
        && (text.chars().all(|letter| !letter.is_alphanumeric()) || text.ends_with(['.', ')']) && !text.contains(' '))
}

/// True when two cells of one row begin, end or are centred where cells of the other do.
fn aligned(row: &[Segment], other: &[Segment]) -> bool {
    if other.len() < 2 {
        return false;
    }
    let near = |left: f32, right: f32, size: f32| (left - right).abs() < size * 0.8;
    let matches = row
        .iter()
        .filter(|cell| {
            other.iter().any(|found| {
                near(cell.x, found.x, cell.size)
                    || near(cell.end_x, found.end_x, cell.size)
                    || near(cell.x + cell.end_x, found.x + found.end_x, cell.size * 2.0)
            })
        })
        .count();
    matches >= 2
}

fn usual_distance(rows: &[Vec<Segment>]) -> f32 {
    let mut distances: Vec<f32> = rows
        .windows(2)
        .filter_map(|pair| Some(pair[0].first()?.y - pair[1].first()?.y))
        .filter(|distance| *distance > 0.5)
        .collect();
    distances.sort_by(f32::total_cmp);
    distances.get(distances.len() / 2).copied().unwrap_or(0.0)
}
