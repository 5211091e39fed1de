//! Runs a page's drawing instructions for their text: fonts, places, forms, layers, annotations.
//!
//! Work is bounded by counts and a deadline, never by trust: forms that call themselves, trees that double at every level
//! and streams without end stop, and what was read until then is kept.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
    time::Instant,
};

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::{
    content::{Operand, Tokens},
    fonts::{Font, Letters},
    glyphs::{Direction, PageGlyphs, Style},
    matrix::Matrix,
    objects::{as_dictionary, dictionary, name, numbers, resolve, stream},
};

/// Deepest nesting of forms that is drawn.
const FORM_DEPTH: usize = 16;

/// Most forms drawn on one page.
const FORM_LIMIT: usize = 3_000;

/// Most saved states; deeper ones are counted but not kept.
const STATE_DEPTH: usize = 512;

/// Most operators on one page.
const OPERATOR_LIMIT: usize = 8_000_000;

/// Operators between two looks at the clock.
const CLOCK_STEP: usize = 4_096;

/// Fonts and layers of one document, kept from page to page.
pub(super) struct Library<'a> {
    pub(super) document: &'a Document,
    fonts: HashMap<ObjectId, Rc<Font>>,
    hidden_layers: HashSet<ObjectId>,
}

impl<'a> Library<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        let configuration = document
            .catalog()
            .ok()
            .and_then(|catalog| dictionary(document, catalog, b"OCProperties"))
            .and_then(|layers| dictionary(document, layers, b"D"));
        let off = configuration.and_then(|configuration| resolve(document, configuration, b"OFF")?.as_array().ok());
        let hidden_layers = off.into_iter().flatten().filter_map(|layer| layer.as_reference().ok()).collect();
        Self { document, fonts: HashMap::new(), hidden_layers }
    }

    fn font(&mut self, resources: &Resources<'a>, wanted: &[u8]) -> Option<Rc<Font>> {
        let entry = resources.entry(self.document, b"Font", wanted)?;
        let (id, object) = self.document.dereference(entry).ok()?;
        if let Some(id) = id
            && let Some(font) = self.fonts.get(&id)
        {
            return Some(Rc::clone(font));
        }
        let font = Rc::new(Font::load(self.document, as_dictionary(object)?));
        if let Some(id) = id {
            self.fonts.insert(id, Rc::clone(&font));
        }
        Some(font)
    }

    fn is_hidden(&self, layer: &Object) -> bool {
        if layer.as_reference().is_ok_and(|id| self.hidden_layers.contains(&id)) {
            return true;
        }
        // A membership is hidden when all its layers are.
        let Some(membership) = self.document.dereference(layer).ok().and_then(|(_, object)| as_dictionary(object))
        else {
            return false;
        };
        match membership.get(b"OCGs") {
            Ok(Object::Array(layers)) => {
                !layers.is_empty()
                    && layers.iter().all(|layer| layer.as_reference().is_ok_and(|id| self.hidden_layers.contains(&id)))
            }
            Ok(Object::Reference(id)) => self.hidden_layers.contains(id),
            _ => false,
        }
    }
}

/// The resources of a stream, then those of what it stands in.
#[derive(Clone, Default)]
pub(super) struct Resources<'a>(pub(super) Vec<&'a Dictionary>);

impl<'a> Resources<'a> {
    fn entry(&self, document: &'a Document, category: &[u8], name: &[u8]) -> Option<&'a Object> {
        self.0.iter().find_map(|resources| dictionary(document, resources, category)?.get(name).ok())
    }
}

#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    character_space: f64,
    word_space: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
}

/// Where the line begins and where the next letter stands.
struct Place {
    line: Matrix,
    text: Matrix,
}

impl Place {
    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::translation(x, y).then(self.line);
        self.text = self.line;
    }
}

struct Marked {
    actual: Option<(usize, String)>,
    hidden: bool,
}

/// Draws one page.
pub(super) struct Interpreter<'a, 'l> {
    library: &'l mut Library<'a>,
    pub(super) page: PageGlyphs,
    deadline: Instant,
    forms: usize,
    operators: usize,
    active: Vec<ObjectId>,
}

impl<'a, 'l> Interpreter<'a, 'l> {
    pub(super) fn new(library: &'l mut Library<'a>, width: f64, height: f64, deadline: Instant) -> Self {
        let page = PageGlyphs::sized(width as f32, height as f32);
        Self { library, page, deadline, forms: 0, operators: 0, active: Vec::new() }
    }

    /// Runs a stream.
    pub(super) fn run(&mut self, content: &[u8], resources: &Resources<'a>, matrix: Matrix) {
        let mut state = State {
            matrix,
            font: None,
            size: 0.0,
            character_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        let mut place = Place { line: Matrix::IDENTITY, text: Matrix::IDENTITY };
        let mut saved: Vec<State> = Vec::new();
        let mut too_deep = 0_usize;
        let mut marked: Vec<Marked> = Vec::new();
        let mut hidden = 0_usize;
        let mut tokens = Tokens::new(content);
        let mut operands = Vec::new();
        while let Some(operator) = tokens.next_operator(&mut operands) {
            self.operators += 1;
            if self.operators > OPERATOR_LIMIT
                || (self.operators.is_multiple_of(CLOCK_STEP) && Instant::now() > self.deadline)
            {
                self.page.cut = true;
                return;
            }
            match operator {
                b"q" if saved.len() < STATE_DEPTH => saved.push(state.clone()),
                b"q" => too_deep += 1,
                b"Q" if too_deep > 0 => too_deep -= 1,
                b"Q" => state = saved.pop().unwrap_or(state),
                b"cm" => state.matrix = Matrix::from_operands(&operands).then(state.matrix),
                b"Tf" => {
                    if let Some(wanted) = operands.first().and_then(Operand::name) {
                        state.font = self.library.font(resources, wanted).or_else(|| Some(Rc::new(Font::plain())));
                    }
                    state.size = operands.last().and_then(Operand::number).unwrap_or(0.0);
                }
                b"gs" => {
                    if let Some(wanted) = operands.first().and_then(Operand::name) {
                        self.graphics_state(resources, wanted, &mut state);
                    }
                }
                b"BMC" => marked.push(Marked { actual: None, hidden: false }),
                b"BDC" => {
                    let section = self.section(resources, &operands);
                    hidden += usize::from(section.hidden);
                    marked.push(section);
                }
                b"EMC" => {
                    if let Some(section) = marked.pop() {
                        hidden -= usize::from(section.hidden);
                        if let Some((first, meaning)) = section.actual {
                            self.page.replace_from(first, &meaning);
                        }
                    }
                }
                b"Do" if hidden == 0 => {
                    if let Some(wanted) = operands.first().and_then(Operand::name) {
                        self.external(resources, wanted, state.matrix);
                    }
                }
                b"ID" => self.picture(state.matrix),
                _ => self.text_operator(operator, &operands, &mut state, &mut place, hidden > 0),
            }
        }
    }

    /// What moves, spaces and shows text.
    fn text_operator(
        &mut self,
        operator: &[u8],
        operands: &[Operand],
        state: &mut State,
        place: &mut Place,
        hidden: bool,
    ) {
        let number = |index: usize| operands.get(index).and_then(Operand::number).unwrap_or(0.0);
        match operator {
            b"BT" => *place = Place { line: Matrix::IDENTITY, text: Matrix::IDENTITY },
            b"Tc" => state.character_space = number(0),
            b"Tw" => state.word_space = number(0),
            b"Tz" => state.stretch = number(0) / 100.0,
            b"TL" => state.leading = number(0),
            b"Ts" => state.rise = number(0),
            b"Td" => place.next_line(number(0), number(1)),
            b"TD" => {
                state.leading = -number(1);
                place.next_line(number(0), number(1));
            }
            b"Tm" => {
                let matrix = Matrix::from_operands(operands);
                *place = Place { line: matrix, text: matrix };
            }
            b"T*" => place.next_line(0.0, -state.leading),
            b"Tj" | b"'" | b"\"" => {
                if operator == b"\"" {
                    state.word_space = number(0);
                    state.character_space = number(1);
                }
                if operator != b"Tj" {
                    place.next_line(0.0, -state.leading);
                }
                if let Some(bytes) = operands.last().and_then(Operand::text) {
                    self.show(state, &mut place.text, bytes, hidden);
                }
            }
            b"TJ" => {
                let Some(Operand::Array(parts)) = operands.first() else { return };
                for part in parts {
                    match part {
                        Operand::Text(bytes) => self.show(state, &mut place.text, bytes, hidden),
                        Operand::Number(back) => {
                            let shift = -back / 1000.0 * state.size;
                            let vertical = state.font.as_ref().is_some_and(|font| font.vertical);
                            let step = if vertical { (0.0, shift) } else { (shift * state.stretch, 0.0) };
                            place.text = Matrix::translation(step.0, step.1).then(place.text);
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn graphics_state(&mut self, resources: &Resources<'a>, wanted: &[u8], state: &mut State) {
        let document = self.library.document;
        let found = resources.entry(document, b"ExtGState", wanted);
        let Some(found) =
            found.and_then(|object| document.dereference(object).ok()).and_then(|(_, object)| as_dictionary(object))
        else {
            return;
        };
        if let Some(Object::Array(font)) = resolve(document, found, b"Font")
            && let [font, size] = &font[..]
            && let Some(font) = document.dereference(font).ok().and_then(|(_, object)| as_dictionary(object))
        {
            state.font = Some(Rc::new(Font::load(document, font)));
            state.size = f64::from(size.as_float().unwrap_or(0.0));
        }
    }

    /// What a marked section means or hides.
    fn section(&self, resources: &Resources<'a>, operands: &[Operand]) -> Marked {
        let document = self.library.document;
        let mut section = Marked { actual: None, hidden: false };
        let meaning = match operands.get(1) {
            Some(properties @ Operand::Dictionary(_)) => properties.value(b"ActualText").and_then(Operand::text),
            Some(Operand::Name(wanted)) => {
                let entry = resources.entry(document, b"Properties", wanted);
                section.hidden = operands.first().and_then(Operand::name) == Some(b"OC")
                    && entry.is_some_and(|layer| self.library.is_hidden(layer));
                entry
                    .and_then(|entry| document.dereference(entry).ok())
                    .and_then(|(_, object)| as_dictionary(object))
                    .and_then(|properties| resolve(document, properties, b"ActualText")?.as_str().ok())
            }
            _ => None,
        };
        if let Some(bytes) = meaning {
            let text = lopdf::decode_text_string(&Object::string_literal(bytes)).unwrap_or_default();
            section.actual = Some((self.page.glyphs.len(), text));
        }
        section
    }

    fn show(&mut self, state: &State, text: &mut Matrix, bytes: &[u8], hidden: bool) {
        let Some(font) = state.font.clone() else { return };
        let drawn = text.then(state.matrix);
        let (x_axis, y_axis) = (drawn.direction(1.0, 0.0), drawn.direction(0.0, 1.0));
        let height = y_axis.0.hypot(y_axis.1) * state.size.abs();
        let size = (height * font.height) as f32;
        let sign = if state.size < 0.0 { -1.0 } else { 1.0 };
        let direction = if font.vertical {
            Direction::Column
        } else {
            direction_of(x_axis.0 * sign * state.stretch.signum(), x_axis.1 * sign * state.stretch.signum())
        };
        let style = Style { size, direction, bold: font.bold, slanted: font.slanted };
        let page = &mut self.page;
        let (width, height) = (f64::from(page.width), f64::from(page.height));
        font.decode(bytes, |shown| {
            let em = shown.width / 1000.0 * state.size;
            let extra = state.character_space + if shown.is_space { state.word_space } else { 0.0 };
            let (glyph, step) = if font.vertical {
                ((0.0, -state.size), (0.0, -state.size - extra))
            } else {
                ((em * state.stretch, 0.0), ((em + extra) * state.stretch, 0.0))
            };
            let place = Matrix::translation(0.0, state.rise).then(*text).then(state.matrix);
            *text = Matrix::translation(step.0, step.1).then(*text);
            let mut one = [0; 4];
            let letters = match shown.letters {
                Letters::None => {
                    page.unknown += 1;
                    return;
                }
                Letters::One(letter) => &*letter.encode_utf8(&mut one),
                Letters::Several(letters) => letters,
            };
            let (from, to) = (place.apply(0.0, 0.0), place.apply(glyph.0, glyph.1));
            let on_page =
                |point: (f64, f64)| point.0 > -2.0 && point.1 > -2.0 && point.0 < width + 2.0 && point.1 < height + 2.0;
            if !hidden && (on_page(from) || on_page(to)) {
                page.push(letters, from, to, style);
            }
        });
    }

    fn external(&mut self, resources: &Resources<'a>, wanted: &[u8], matrix: Matrix) {
        let document = self.library.document;
        let Some(entry) = resources.entry(document, b"XObject", wanted) else { return };
        let Ok((id, object)) = document.dereference(entry) else { return };
        let Ok(external) = object.as_stream() else { return };
        if external.dict.get(b"OC").is_ok_and(|layer| self.library.is_hidden(layer)) {
            return;
        }
        match name(document, &external.dict, b"Subtype") {
            Some(b"Image") => self.picture(matrix),
            // Files exist whose forms do not say what they are.
            Some(b"Form") | None => self.form(id, object, resources, matrix),
            _ => {}
        }
    }

    /// Draws a form; also the appearance of an annotation.
    pub(super) fn form(&mut self, id: Option<ObjectId>, object: &'a Object, resources: &Resources<'a>, matrix: Matrix) {
        let Ok(form) = object.as_stream() else { return };
        self.forms += 1;
        let again = id.is_some_and(|id| self.active.contains(&id));
        if again || self.active.len() >= FORM_DEPTH || self.forms > FORM_LIMIT {
            self.page.cut |= !again;
            return;
        }
        let Some(content) = stream(object) else { return };
        let own =
            numbers(self.library.document, &form.dict, b"Matrix").and_then(|numbers| Matrix::from_numbers(&numbers));
        let mut inner = resources.clone();
        if let Some(found) = dictionary(self.library.document, &form.dict, b"Resources") {
            inner.0.insert(0, found);
            inner.0.truncate(FORM_DEPTH);
        }
        self.active.push(id.unwrap_or((0, 0)));
        self.run(&content, &inner, own.unwrap_or(Matrix::IDENTITY).then(matrix));
        self.active.pop();
    }

    fn picture(&mut self, matrix: Matrix) {
        let (across, up) = (matrix.direction(1.0, 0.0), matrix.direction(0.0, 1.0));
        let area = (across.0 * up.1 - across.1 * up.0).abs();
        let page = f64::from(self.page.width) * f64::from(self.page.height);
        if page > 0.0 && area.is_finite() {
            self.page.picture_share += (area / page).min(1.0) as f32;
        }
    }
}

/// The nearest of the four ways a line can run.
fn direction_of(x: f64, y: f64) -> Direction {
    if x.abs() >= y.abs() {
        if x >= 0.0 { Direction::Right } else { Direction::Left }
    } else if y > 0.0 {
        Direction::Up
    } else {
        Direction::Down
    }
}
