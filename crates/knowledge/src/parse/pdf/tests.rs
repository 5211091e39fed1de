//! Small PDFs made here, one for each class of fault and each kind of structure.

use std::time::{Duration, Instant};

use lopdf::{
    Dictionary, Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream, StringFormat, dictionary,
};
use quillhouse_domain::{BlockKind, ParsedDocument, Problem, ProblemKind};

use super::read;
use crate::parse::{frame::ParseProgress, reader::Observer};

struct Silent;

impl Observer for Silent {
    fn progress(&mut self, _: ParseProgress) {}
    fn provisional(&mut self, _: &ParsedDocument) {}
}

/// A document under construction; every page shows its content with `F1` (Helvetica) and `F2` (its bold).
struct Made {
    document: Document,
    tree: (u32, u16),
    kids: Vec<Object>,
    resources: Dictionary,
}

impl Made {
    fn new() -> Self {
        let mut document = Document::with_version("1.5");
        let tree = document.new_object_id();
        let font = |name: &str| {
            Object::Dictionary(dictionary! {
                "Type" => "Font", "Subtype" => "Type1", "BaseFont" => name, "Encoding" => "WinAnsiEncoding",
            })
        };
        let fonts = dictionary! { "F1" => font("Helvetica"), "F2" => font("Helvetica-Bold") };
        Self { document, tree, kids: Vec::new(), resources: dictionary! { "Font" => fonts } }
    }

    fn page(&mut self, content: &str) -> &mut Dictionary {
        let content = self.document.add_object(Stream::new(Dictionary::new(), content.as_bytes().to_vec()));
        let page = self.document.add_object(dictionary! {
            "Type" => "Page", "Parent" => self.tree, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), 600.into(), 800.into()],
            "Resources" => self.resources.clone(),
        });
        self.kids.push(page.into());
        self.document.get_object_mut(page).unwrap().as_dict_mut().unwrap()
    }

    fn finish(&mut self) -> &mut Document {
        let count = self.kids.len() as i64;
        let tree = dictionary! { "Type" => "Pages", "Kids" => self.kids.clone(), "Count" => count };
        self.document.objects.insert(self.tree, Object::Dictionary(tree));
        let catalog = self.document.add_object(dictionary! { "Type" => "Catalog", "Pages" => self.tree });
        self.document.trailer.set("Root", catalog);
        let id = || Object::String(b"0123456789abcdef".to_vec(), StringFormat::Literal);
        self.document.trailer.set("ID", vec![id(), id()]);
        &mut self.document
    }

    fn read(&mut self) -> ParsedDocument {
        parse(&bytes(self.finish()), None).expect("the file is sound")
    }
}

fn bytes(document: &mut Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn parse(bytes: &[u8], password: Option<&str>) -> Result<ParsedDocument, Problem> {
    read("made.pdf", bytes, password, Instant::now() + Duration::from_secs(20), &mut Silent)
}

fn at(x: i32, y: i32, size: i32, text: &str) -> String {
    format!("BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n")
}

fn blocks(document: &ParsedDocument) -> Vec<(BlockKind, String)> {
    let letters: Vec<char> = document.text.chars().collect();
    let text = |start: u32, end: u32| letters[start as usize..end as usize].iter().collect::<String>();
    document.blocks.iter().map(|block| (block.kind, text(block.start, block.end))).collect()
}

#[test]
fn columns_are_read_one_after_the_other_below_a_heading_across_both() {
    let mut content = at(50, 740, 24, "The quay and its ferries all year");
    let left = [
        "Ferries leave the old quay in",
        "the morning when the harbour",
        "master has seen the ice and",
        "said that it is safe to go",
    ];
    let right = [
        "Tickets are sold at the white",
        "house on the pier until the",
        "last boat has left, and they",
        "cannot be given back later",
    ];
    for (row, (left, right)) in left.iter().zip(right).enumerate() {
        let y = 700 - 14 * row as i32;
        content += &at(50, y, 11, left);
        content += &at(320, y, 11, right);
    }
    let mut made = Made::new();
    made.page(&content);
    let document = made.read();
    let blocks = blocks(&document);
    assert!(matches!(blocks[0].0, BlockKind::Heading { .. }), "the larger line is a heading: {blocks:?}");
    let place =
        |words: &str| document.text.find(words).unwrap_or_else(|| panic!("`{words}` is missing: {}", document.text));
    assert!(place("safe to go") < place("Tickets are sold"), "columns must not be read line by line");
    assert!(document.text.contains("the harbour master has"), "lines of one column are one paragraph");
    assert_eq!(
        document.title.as_deref(),
        Some("The quay and its ferries all year"),
        "without metadata the largest text"
    );
}

#[test]
fn hyphens_at_line_ends_are_joined_and_kept_where_the_word_has_one() {
    let mut made = Made::new();
    made.page(
        &[
            at(50, 700, 11, "A self-locking nut is tight and this is an exam-"),
            at(50, 686, 11, "ple of a paragraph with a word that a self-"),
            at(50, 672, 11, "locking nut breaks at the end of its line."),
        ]
        .concat(),
    );
    let text = made.read().text;
    assert!(text.contains("an example of"), "{text}");
    assert!(text.contains("a self-locking nut breaks"), "a hyphen that the word has stays: {text}");
}

#[test]
fn rows_of_a_table_keep_their_cells_apart() {
    let mut content = at(50, 740, 11, "Prices of the season are listed in the following small table");
    for (row, cells) in
        [["Ticket", "Adult", "Child"], ["Single", "4.50", "2.20"], ["Return", "8.00", "4.00"]].iter().enumerate()
    {
        for (column, cell) in cells.iter().enumerate() {
            content += &at(50 + 120 * column as i32, 700 - 14 * row as i32, 11, cell);
        }
    }
    let mut made = Made::new();
    made.page(&content);
    let rows: Vec<String> = blocks(&made.read())
        .into_iter()
        .filter(|(kind, _)| *kind == BlockKind::TableRow)
        .map(|(_, text)| text)
        .collect();
    assert_eq!(rows, ["Ticket | Adult | Child", "Single | 4.50 | 2.20", "Return | 8.00 | 4.00"]);
}

#[test]
fn words_placed_letter_by_letter_or_drawn_twice_stay_words() {
    let mut made = Made::new();
    made.page(
        "BT /F1 12 Tf 50 700 Td [(w)-20(o)15(r)-400(k)-20(s)] TJ ET
         BT /F1 12 Tf 1 0 0 1 50 660 Tm (bold) Tj 1 0 0 1 50.3 660 Tm (bold) Tj ET
         BT /F1 12 Tf 2 Tc 50 620 Td (spacing) Tj ET",
    );
    let text = made.read().text;
    assert!(text.contains("wor ks"), "a wide gap is a space, narrow ones are not: {text}");
    assert_eq!(text.matches("bold").count(), 1, "what is drawn twice to look heavy is one word: {text}");
}

#[test]
fn values_of_fields_and_notes_are_text_of_the_page() {
    let mut made = Made::new();
    let appearance = made.document.add_object(Stream::new(
        dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 200.into(), 20.into()],
            "Resources" => made.resources.clone() },
        b"BT /F1 10 Tf 2 5 Td (stamped approved) Tj ET".to_vec(),
    ));
    let place = |y: i32| Object::Array(vec![50.into(), y.into(), 250.into(), (y + 20).into()]);
    let field = dictionary! { "Type" => "Annot", "Subtype" => "Widget", "FT" => "Tx", "Rect" => place(600),
    "V" => Object::string_literal("Margarete Ohm") };
    let secret = dictionary! { "Type" => "Annot", "Subtype" => "Widget", "FT" => "Tx", "Rect" => place(500),
    "Ff" => 1 << 13, "V" => Object::string_literal("hunter2") };
    let stamp = dictionary! { "Type" => "Annot", "Subtype" => "Stamp", "Rect" => place(550),
    "AP" => dictionary! { "N" => appearance } };
    let annotations: Vec<Object> = [field, secret, stamp].into_iter().map(Object::Dictionary).collect();
    made.page(&at(50, 700, 11, "Name of the applicant")).set("Annots", annotations);
    let text = made.read().text;
    for words in ["Name of the applicant", "Margarete Ohm", "stamped approved"] {
        assert!(text.contains(words), "`{words}` is seen on the page: {text}");
    }
    assert!(!text.contains("hunter2"), "what a password field holds stays hidden");
}

#[test]
fn a_form_that_draws_itself_is_drawn_once() {
    let mut made = Made::new();
    let form = made.document.new_object_id();
    let resources = dictionary! { "Font" => made.resources.get(b"Font").unwrap().clone(),
    "XObject" => dictionary! { "Me" => form } };
    made.document.objects.insert(
        form,
        Stream::new(
            dictionary! { "Type" => "XObject", "Subtype" => "Form", "Resources" => resources },
            b"BT /F1 12 Tf 50 600 Td (inside the form) Tj ET /Me Do".to_vec(),
        )
        .into(),
    );
    made.resources.set("XObject", dictionary! { "Me" => form });
    made.page("/Me Do");
    assert_eq!(made.read().text.matches("inside the form").count(), 1);
}

#[test]
fn letters_come_from_the_fonts_own_map_and_from_names_of_glyphs() {
    let mut made = Made::new();
    let map = made.document.add_object(Stream::new(
        Dictionary::new(),
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange 2 beginbfrange <0001> <0003> <0061> <0004> <0004> <00660069> endbfrange".to_vec(),
    ));
    let descendant = dictionary! { "Type" => "Font", "Subtype" => "CIDFontType2", "DW" => 500,
    "CIDSystemInfo" => dictionary! { "Ordering" => Object::string_literal("Identity") } };
    let mapped = dictionary! { "Type" => "Font", "Subtype" => "Type0", "Encoding" => "Identity-H", "ToUnicode" => map,
    "DescendantFonts" => vec![Object::Dictionary(descendant)] };
    let differences: Vec<Object> = vec![65.into(), "germandbls".into(), "uni4E2D".into(), "f_f_i".into()];
    let named = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "ABCDEF+Made",
    "Encoding" => dictionary! { "Differences" => differences } };
    let japanese = dictionary! { "Type" => "Font", "Subtype" => "Type0", "Encoding" => "90ms-RKSJ-H",
    "DescendantFonts" => vec![Object::Dictionary(dictionary! { "Subtype" => "CIDFontType0" })] };
    let fonts = made.resources.get_mut(b"Font").unwrap().as_dict_mut().unwrap();
    fonts.set("M", mapped);
    fonts.set("N", named);
    fonts.set("J", japanese);
    made.page(
        "BT /M 12 Tf 50 700 Td <00010002000300040001> Tj ET BT /N 12 Tf 50 650 Td (ABC) Tj ET BT /J 12 Tf 50 600 Td <93FA967B8CEA> Tj ET",
    );
    let text = made.read().text;
    for word in ["abcfia", "ß中ffi", "日本語"] {
        assert!(text.contains(word), "`{word}` is missing: {text}");
    }
}

#[test]
fn a_protected_file_asks_for_its_password_and_opens_with_it() {
    let protected = |user: &str| {
        let mut made = Made::new();
        made.page(&at(50, 700, 11, "Only for members of the harbour guild"));
        let document = made.finish();
        let state = EncryptionState::try_from(EncryptionVersion::V2 {
            document,
            owner_password: "owner",
            user_password: user,
            key_length: 128,
            permissions: Permissions::all(),
        })
        .unwrap();
        document.encrypt(&state).unwrap();
        bytes(document)
    };
    let locked = protected("sésame");
    let asked = parse(&locked, None).unwrap_err();
    assert_eq!(asked.kind, ProblemKind::Encrypted);
    assert!(asked.message.contains("Enter the password"), "{}", asked.message);
    let wrong = parse(&locked, Some("other")).unwrap_err();
    assert_eq!(wrong.kind, ProblemKind::Encrypted);
    assert!(wrong.message.contains("not the right one") && !wrong.message.contains("other"), "{}", wrong.message);
    assert!(parse(&locked, Some("sésame")).unwrap().text.contains("harbour guild"), "the right password opens it");
    assert!(parse(&protected(""), None).unwrap().text.contains("harbour guild"), "an empty one needs no question");
}

#[test]
fn a_protected_file_that_keeps_its_encryption_in_the_trailer_is_protected_and_not_damaged() {
    let protected = |user: &str, junk: &str| {
        let mut made = Made::new();
        made.page(&at(50, 700, 11, "Only for members of the harbour guild"));
        let document = made.finish();
        let state = EncryptionState::try_from(EncryptionVersion::V2 {
            document,
            owner_password: "owner",
            user_password: user,
            key_length: 128,
            permissions: Permissions::all(),
        })
        .unwrap();
        document.encrypt(&state).unwrap();
        let reference = document.trailer.get(b"Encrypt").unwrap().as_reference().unwrap();
        let dictionary = document.objects.remove(&reference).unwrap();
        document.trailer.set("Encrypt", dictionary);
        [junk.as_bytes(), &bytes(document)].concat()
    };
    for junk in ["", "junk before the header\n"] {
        let locked = protected("sésame", junk);
        for (password, part) in [(None, "Enter the password"), (Some("other"), "not the right one")] {
            let refused = parse(&locked, password).unwrap_err();
            assert_eq!(refused.kind, ProblemKind::Encrypted, "{}", refused.message);
            assert!(refused.message.contains(part), "{}", refused.message);
        }
        assert!(parse(&locked, Some("sésame")).unwrap().text.contains("harbour guild"), "the right password opens it");
        let open = parse(&protected("", junk), None).unwrap();
        assert!(open.text.contains("harbour guild"), "an empty one needs no question: {open:?}");
        assert!(open.problems.is_empty(), "nothing is damaged: {:?}", open.problems);
    }
}

#[test]
fn pages_of_pictures_are_named_and_ornaments_are_not() {
    let mut made = Made::new();
    let picture = made.document.add_object(Stream::new(
        dictionary! { "Type" => "XObject", "Subtype" => "Image", "Width" => 1, "Height" => 1, "BitsPerComponent" => 8,
        "ColorSpace" => "DeviceGray" },
        vec![0],
    ));
    made.resources.set("XObject", dictionary! { "P" => picture });
    made.page(&at(50, 700, 11, "The first page can be read and says enough"));
    made.page("q 600 0 0 800 0 0 cm /P Do Q");
    made.page("q 20 0 0 20 0 0 cm /P Do Q");
    let document = made.read();
    let named: Vec<(ProblemKind, &[u32])> =
        document.problems.iter().map(|problem| (problem.kind, &problem.pages[..])).collect();
    assert_eq!(named, [(ProblemKind::Scanned, &[2][..])], "a page with a small ornament and no text is empty");
}

#[test]
fn running_heads_and_page_numbers_stay_out_of_sentences() {
    let mut made = Made::new();
    let subjects = ["The ferry to the island", "A lamp on the pier", "Our oldest ropemaker", "Every spring the ice"];
    for (index, subject) in subjects.iter().enumerate() {
        let ending = ["one keeper", "two boats", "six knots", "ten days"][index];
        made.page(
            &[
                at(50, 780, 9, "Harbour guild yearbook"),
                at(50, 700, 11, &format!("{subject} is what this page tells of, with more words until")),
                at(50, 686, 11, &format!("the line below ends with {ending} and the full stop.")),
                at(50, 672, 11, &format!("{subject} comes back once more.")),
                at(300, 20, 9, &format!("{}", index + 1)),
            ]
            .concat(),
        );
    }
    let document = made.read();
    assert_eq!(
        document.text.matches("Harbour guild yearbook").count(),
        1,
        "kept where it is met first: {}",
        document.text
    );
    assert!(!document.text.contains("\n4"), "page numbers are no text: {}", document.text);
    assert_eq!(document.pages.len(), 4);
}

#[test]
fn turned_pages_and_vertical_lines_are_read_along_their_lines() {
    let mut made = Made::new();
    let content = "BT /F1 12 Tf 0 1 -1 0 300 100 Tm (turned by a quarter) Tj ET";
    made.page(content).set("Rotate", 90);
    let text = made.read().text;
    assert!(text.contains("turned by a quarter"), "{text}");
}

#[test]
fn trees_that_loop_and_brackets_without_end_are_damaged_files() {
    let mut made = Made::new();
    made.page(&at(50, 700, 11, "A page whose tree comes back to itself"));
    made.kids.push(made.tree.into());
    assert!(made.read().text.contains("comes back"), "each page is read once");
    let mut deep = b"%PDF-1.4\n1 0 obj\n".to_vec();
    deep.extend(vec![b'['; 200_000]);
    assert_eq!(parse(&deep, None).unwrap_err().kind, ProblemKind::Damaged);
}
