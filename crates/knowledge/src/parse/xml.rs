//! Small questions to XML parts. All readers refuse document type declarations and know no entities but the five of XML.

use std::{io::BufRead, ops::ControlFlow};

use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

/// Deepest nesting of a real document's elements, with room.
pub(crate) const DEPTH_LIMIT: usize = 256;

/// One thing met in XML. An empty element is a start and an end.
pub(crate) enum Xml<'a> {
    /// An element begins.
    Start(&'a BytesStart<'a>),
    /// The element of this name, without prefix, ends.
    End(&'a str),
    /// Characters between tags, as they stand.
    Text(&'a str),
}

/// How a walk came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// To the end.
    Whole,
    /// As far as the visitor wanted.
    Stopped,
    /// As far as the XML was readable.
    Broken,
    /// It declares its own entities or nests without end; what was seen must not be used.
    Refused,
}

/// Shows XML to a visitor, without building a tree.
pub(crate) fn walk(source: impl BufRead, visitor: &mut dyn FnMut(Xml<'_>) -> ControlFlow<()>) -> Walk {
    let mut reader = Reader::from_reader(source);
    let mut buffer = Vec::new();
    let mut depth = 0_usize;
    loop {
        buffer.clear();
        let Ok(event) = reader.read_event_into(&mut buffer) else { return Walk::Broken };
        let flow = match &event {
            Event::DocType(_) => return Walk::Refused,
            Event::Eof => return if depth == 0 { Walk::Whole } else { Walk::Broken },
            Event::Start(element) => {
                depth += 1;
                if depth > DEPTH_LIMIT {
                    return Walk::Refused;
                }
                visitor(Xml::Start(element))
            }
            Event::Empty(element) => match visitor(Xml::Start(element)) {
                ControlFlow::Continue(()) => visitor(Xml::End(local(element.name().as_ref()))),
                flow @ ControlFlow::Break(()) => flow,
            },
            Event::End(element) => {
                depth = depth.saturating_sub(1);
                visitor(Xml::End(local(element.name().as_ref())))
            }
            Event::Text(text) => visitor(Xml::Text(text)),
            Event::CData(text) => visitor(Xml::Text(text)),
            Event::GeneralRef(reference) => match entity(reference) {
                Some(character) => visitor(Xml::Text(character.encode_utf8(&mut [0; 4]))),
                None => ControlFlow::Continue(()),
            },
            _ => ControlFlow::Continue(()),
        };
        if flow.is_break() {
            return Walk::Stopped;
        }
    }
}

/// The element's name without prefix.
pub(crate) fn name<'a>(element: &'a BytesStart<'_>) -> &'a str {
    let whole = std::str::from_utf8(element.name().into_inner().as_bytes()).unwrap_or("");
    local(whole)
}

/// A pointer from one part to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relationship {
    /// What the part calls it.
    pub(crate) id: String,
    /// The last part of its type's address: `slide`, `worksheet`, `notesSlide`.
    pub(crate) kind: String,
    /// Name of the other part from the archive's root.
    pub(crate) target: String,
}

/// All pointers inside the archive, made absolute against the folder of the part they belong to.
pub(crate) fn relationships(source: &str, folder: &str) -> Vec<Relationship> {
    let mut found = Vec::new();
    walk(source.as_bytes(), &mut |event| {
        if let Xml::Start(element) = event
            && let Some(target) = attribute(element, "Target")
            && attribute(element, "TargetMode").as_deref() != Some("External")
        {
            let kind = attribute(element, "Type").unwrap_or_default();
            found.push(Relationship {
                id: attribute(element, "Id").unwrap_or_default(),
                kind: kind.rsplit('/').next().unwrap_or("").to_owned(),
                target: absolute(folder, &target),
            });
        }
        ControlFlow::Continue(())
    });
    found
}

fn absolute(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("/")
}

/// The value of an attribute, by its name without prefix.
pub(crate) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| local(attribute.key.as_ref()) == name)
        .map(|attribute| unescape(&attribute.value))
}

/// A name without its prefix.
pub(crate) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// A switch like `<w:vanish/>`: on unless it says off.
pub(crate) fn is_on(element: &BytesStart<'_>) -> bool {
    !matches!(attribute(element, "val").as_deref(), Some("0" | "false" | "off" | "none"))
}

/// What `&name;` stands for; unknown names stand for nothing.
pub(crate) fn entity(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

fn unescape(value: &str) -> String {
    quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned)
}

/// The text of the first element of this name.
pub(crate) fn first_text(xml: &str, name: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    let mut text: Option<String> = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) if local(element.name().as_ref()) == name => text = Some(String::new()),
            Event::Text(words) => {
                if let Some(text) = &mut text {
                    text.push_str(&words);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(text) = &mut text {
                    text.extend(entity(&reference));
                }
            }
            Event::End(element) if local(element.name().as_ref()) == name => {
                return text.filter(|text| !text.trim().is_empty());
            }
            Event::DocType(_) | Event::Eof => return None,
            _ => {}
        }
    }
}

/// How many elements of this name there are.
pub(crate) fn count(xml: &str, wanted: &str) -> usize {
    let mut count = 0;
    walk(xml.as_bytes(), &mut |event| {
        count += usize::from(matches!(event, Xml::Start(element) if name(element) == wanted));
        ControlFlow::Continue(())
    });
    count
}

/// The target of the first relationship whose type ends so.
pub(crate) fn relationship_target(xml: &str, ending: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element)
                if attribute(&element, "Type").is_some_and(|kind| kind.ends_with(ending)) =>
            {
                return attribute(&element, "Target");
            }
            Event::DocType(_) | Event::Eof => return None,
            _ => {}
        }
    }
}

/// Visible characters in all `w:t` and `m:t`, fallbacks left out: what a reader must have kept or dropped on purpose.
///
/// Counts by itself, apart from the reader proper, so that a mistake there shows.
pub(crate) fn text_characters(xml: &str) -> usize {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let (mut fallbacks, mut texts, mut count) = (0_usize, 0_usize, 0);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) => match local(element.name().as_ref()) {
                "Fallback" => fallbacks += 1,
                "t" => texts += 1,
                _ => {}
            },
            Event::End(element) => match local(element.name().as_ref()) {
                "Fallback" => fallbacks = fallbacks.saturating_sub(1),
                "t" => texts = texts.saturating_sub(1),
                _ => {}
            },
            Event::Text(words) if texts > 0 && fallbacks == 0 => {
                count += words.chars().filter(|character| !character.is_whitespace()).count();
            }
            Event::GeneralRef(_) if texts > 0 && fallbacks == 0 => count += 1,
            Event::Eof => break,
            _ => {}
        }
    }
    count
}
