//! Letters with their places on a page, as the interpreter leaves them and the layout takes them.

/// Most letters kept of one page.
const GLYPH_LIMIT: usize = 400_000;

/// Which way a line runs on the page as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Direction {
    /// From left to right.
    Right,
    /// From bottom to top: turned by 90°.
    Up,
    /// Upside down.
    Left,
    /// From top to bottom: turned by 270°.
    Down,
    /// Upright letters below each other.
    Column,
}

/// One or several letters drawn as one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    /// Beginning of the base line, in points from the lower left corner.
    pub(super) x: f32,
    pub(super) y: f32,
    /// End of the base line.
    pub(super) end_x: f32,
    pub(super) end_y: f32,
    /// Height of the font in points.
    pub(super) size: f32,
    pub(super) direction: Direction,
    pub(super) bold: bool,
    pub(super) slanted: bool,
    start: u32,
    length: u32,
}

/// What was drawn on a page.
#[derive(Debug, Default)]
pub(super) struct PageGlyphs {
    pub(super) glyphs: Vec<Glyph>,
    letters: String,
    pub(super) width: f32,
    pub(super) height: f32,
    /// Share of the page that pictures cover, more than 1 when they overlap.
    pub(super) picture_share: f32,
    /// Number of codes that no letter is known for.
    pub(super) unknown: usize,
    /// True when something was left out because it was too much.
    pub(super) cut: bool,
}

/// What all letters of a string share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) direction: Direction,
    pub(super) bold: bool,
    pub(super) slanted: bool,
}

impl PageGlyphs {
    /// An empty page.
    pub(super) fn sized(width: f32, height: f32) -> Self {
        Self { width, height, ..Self::default() }
    }

    pub(super) fn text(&self, glyph: &Glyph) -> &str {
        self.letters.get(glyph.start as usize..(glyph.start + glyph.length) as usize).unwrap_or("")
    }

    pub(super) fn push(&mut self, text: &str, from: (f64, f64), to: (f64, f64), style: Style) {
        let places = [from.0, from.1, to.0, to.1];
        if self.glyphs.len() >= GLYPH_LIMIT || self.letters.len() > GLYPH_LIMIT * 8 {
            self.cut = true;
            return;
        }
        if places.iter().any(|place| !place.is_finite() || place.abs() > 1e6) {
            return;
        }
        let start = self.letters.len() as u32;
        self.letters.push_str(text);
        let [x, y, end_x, end_y] = places.map(|place| place as f32);
        let Style { size, direction, bold, slanted } = style;
        self.glyphs.push(Glyph {
            x,
            y,
            end_x,
            end_y,
            size,
            direction,
            bold,
            slanted,
            start,
            length: text.len() as u32,
        });
    }

    /// Ends the word that was drawn last.
    pub(super) fn part(&mut self) {
        if let Some(last) = self.glyphs.last().copied() {
            let style = Style { size: last.size, direction: last.direction, bold: false, slanted: false };
            let place = (f64::from(last.end_x), f64::from(last.end_y));
            self.push(" ", place, place, style);
        }
    }

    /// Replaces the glyphs from `first` on by one that means `text`.
    pub(super) fn replace_from(&mut self, first: usize, text: &str) {
        let (Some(begin), Some(end)) = (self.glyphs.get(first).copied(), self.glyphs.last().copied()) else { return };
        // What runs over several lines keeps its places; the meaning would be put on the first of them alone.
        if self.glyphs[first..]
            .iter()
            .any(|glyph| (glyph.y - begin.y).abs() > begin.size && (glyph.x - begin.x).abs() > begin.size)
        {
            return;
        }
        self.glyphs.truncate(first);
        let style = Style { size: begin.size, direction: begin.direction, bold: begin.bold, slanted: begin.slanted };
        self.push(text, (f64::from(begin.x), f64::from(begin.y)), (f64::from(end.end_x), f64::from(end.end_y)), style);
    }
}
