//! Text of unknown encoding to Unicode: byte order mark, then UTF-8, UTF-16 and UTF-32 without a mark, then what the text
//! says of itself, then the encoding under which its letters look most like a language.

use std::borrow::Cow;

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

mod guess;

/// Bytes looked at to guess; text files show their nature early.
const SAMPLE_BYTES: usize = 64 << 10;

/// Decodes; never fails: bytes without meaning become U+FFFD.
pub(crate) fn decode(bytes: &[u8]) -> String {
    decode_cow(bytes).into_owned()
}

/// The same without a copy when the bytes already are UTF-8.
pub(crate) fn decode_cow(bytes: &[u8]) -> Cow<'_, str> {
    decode_named(bytes, None)
}

/// Decodes text that names its own encoding; a byte order mark and valid UTF-8 count for more than the name.
pub(crate) fn decode_with(bytes: &[u8], declared: Option<&str>) -> String {
    decode_named(bytes, declared).into_owned()
}

fn decode_named<'b>(bytes: &'b [u8], declared: Option<&str>) -> Cow<'b, str> {
    if let Some(text) = utf32(bytes) {
        return Cow::Owned(text);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    if let Some(encoding) = guess_utf16(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        if bytes.contains(&0x1B) && is_iso_2022_jp(bytes) {
            return ISO_2022_JP.decode_without_bom_handling(bytes).0;
        }
        return Cow::Borrowed(text);
    }
    if let Some(encoding) = declared.and_then(|label| Encoding::for_label(label.trim().as_bytes()))
        && encoding != UTF_8
    {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    // A long text with a few damaged bytes is damaged UTF-8, not Latin text full of `Ã¤`.
    let (utf8, _) = UTF_8.decode_without_bom_handling(bytes);
    let damaged = utf8.chars().filter(|character| *character == '\u{FFFD}').count();
    let foreign = utf8.chars().filter(|character| !character.is_ascii()).count() - damaged;
    if foreign > damaged * 4 {
        return utf8;
    }
    guess::legacy(&bytes[..bytes.len().min(SAMPLE_BYTES)]).unwrap_or(WINDOWS_1252).decode_without_bom_handling(bytes).0
}

/// UTF-16 without a mark: every second byte of Latin text is NUL, of any other text seldom changes.
pub(crate) fn guess_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES) & !1];
    if sample.len() < 8 {
        return None;
    }
    let half = sample.len() / 2;
    let high_first = sample.iter().step_by(2).filter(|byte| **byte == 0).count();
    let high_second = sample.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    if high_first * 10 > half * 7 && high_second * 20 < half {
        return Some(UTF_16BE);
    }
    if high_second * 10 > half * 7 && high_first * 20 < half {
        return Some(UTF_16LE);
    }
    // Text that is not Latin has spaces and line ends between letters of one alphabet.
    [UTF_16LE, UTF_16BE].into_iter().find(|encoding| {
        let (text, damaged) = encoding.decode_without_bom_handling(sample);
        let letters = text.chars().filter(|character| character.is_alphabetic()).count();
        let spaces =
            text.chars().filter(|character| matches!(character, ' ' | '\n' | '\r' | '。' | '、' | '，')).count();
        let controls = text.chars().filter(|character| character.is_control() && !character.is_whitespace()).count();
        let all = text.chars().count();
        !damaged && sample.contains(&0) && controls == 0 && letters * 10 > all * 6 && spaces * 60 > all
    })
}

/// UTF-32 in either order, with or without a mark: every code unit is a character below U+110000.
fn utf32(bytes: &[u8]) -> Option<String> {
    let units = |order: fn([u8; 4]) -> u32| {
        let mut text = String::new();
        for unit in bytes.chunks_exact(4) {
            let value = order([unit[0], unit[1], unit[2], unit[3]]);
            text.push(char::from_u32(value)?);
        }
        Some(text.strip_prefix('\u{FEFF}').map_or(text.clone(), str::to_owned))
    };
    if bytes.len() < 8 || !bytes.len().is_multiple_of(4) {
        return None;
    }
    match bytes[..4] {
        [0xFF, 0xFE, 0, 0] => units(u32::from_le_bytes),
        [0, 0, 0xFE, 0xFF] => units(u32::from_be_bytes),
        [0, 0, 0, 1..=0x7F] if bytes[4..7] == [0, 0, 0] => units(u32::from_be_bytes),
        [1..=0x7F, 0, 0, 0] if bytes[5..8] == [0, 0, 0] => units(u32::from_le_bytes),
        _ => None,
    }
}

fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    sample.windows(3).any(|window| matches!(window, b"\x1B$B" | b"\x1B$@" | b"\x1B(J"))
        && !ISO_2022_JP.decode_without_bom_handling(bytes).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_whatever_wrote_it() {
        let utf16: Vec<u8> = "Grüße aus Wien".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked: Vec<u8> = [0xFF, 0xFE].into_iter().chain(utf16.iter().copied()).collect();
        let utf32: Vec<u8> = "Grüße".chars().flat_map(|character| (character as u32).to_be_bytes()).collect();
        let russian: Vec<u8> =
            "Мы пишем просто и ясно, без лишних слов".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let cases: [(&[u8], &str, &str); 7] = [
            ("Grüße".as_bytes(), "Grüße", "UTF-8"),
            (b"\xEF\xBB\xBFGr\xC3\xBC\xC3\x9Fe", "Grüße", "UTF-8 with a mark, which is not text"),
            (&marked, "Grüße aus Wien", "UTF-16 with a mark"),
            (&utf16, "Grüße aus Wien", "UTF-16 without a mark"),
            (&russian, "Мы пишем просто и ясно, без лишних слов", "UTF-16 of another alphabet"),
            (&utf32, "Grüße", "UTF-32 without a mark"),
            (b"Gr\xFC\xDFe \x80 5", "Grüße € 5", "Windows-1252"),
        ];
        for (bytes, wanted, why) in cases {
            assert_eq!(decode(bytes), wanted, "{why}");
        }
        assert_eq!(decode_with(b"\xD3\xE1", Some("windows-1251")), "Уб", "a page may name its encoding");
    }

    #[test]
    fn old_encodings_are_told_by_their_letters() {
        use encoding_rs as e;
        let cases = [
            (e::WINDOWS_1252, "Größere Straßen, élève, señor, çà et là, smørrebrød"),
            (e::WINDOWS_1250, "Zażółć gęślą jaźń, proszę bardzo, dziękuję"),
            (e::WINDOWS_1250, "Příliš žluťoučký kůň úpěl ďábelské ódy"),
            (e::WINDOWS_1251, "Мы пишем просто и ясно, без лишних слов. Каждое обещание мы держим."),
            (e::KOI8_R, "Мы пишем просто и ясно, без лишних слов. Каждое обещание мы держим."),
            (e::WINDOWS_1253, "Γράφουμε απλά και καθαρά, χωρίς περιττές λέξεις."),
            (e::WINDOWS_1255, "אנחנו כותבים פשוט וברור, בלי מילים מיותרות"),
            (e::WINDOWS_1256, "نكتب ببساطة ووضوح دون كلمات زائدة عن الحاجة"),
            (e::SHIFT_JIS, "私たちはわかりやすい言葉で書きます。約束は必ず守ります。"),
            (e::EUC_JP, "私たちはわかりやすい言葉で書きます。約束は必ず守ります。"),
            (e::ISO_2022_JP, "私たちはわかりやすい言葉で書きます。"),
            (e::GBK, "我们用简单明了的语言写作，每一个承诺都会兑现。"),
            (e::BIG5, "我們用簡單明瞭的語言寫作，每一個承諾都會兌現。"),
            (e::EUC_KR, "우리는 쉽고 분명한 말로 씁니다. 모든 약속을 지킵니다."),
        ];
        for (encoding, text) in cases {
            let bytes = encoding.encode(text).0;
            assert_eq!(decode(&bytes), text, "{} must be recognised", encoding.name());
        }
    }
}
