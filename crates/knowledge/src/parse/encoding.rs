//! Text of unknown encoding to Unicode: byte order mark, then UTF-8, then UTF-16 without a mark, then Windows-1252.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes looked at to guess; text files show their nature early.
const SAMPLE_BYTES: usize = 64 << 10;

/// Decodes; never fails: bytes without meaning become U+FFFD.
pub(crate) fn decode(bytes: &[u8]) -> String {
    decode_with(bytes, None)
}

/// Decodes text that names its own encoding; a byte order mark and valid UTF-8 count for more than the name.
pub(crate) fn decode_with(bytes: &[u8], declared: Option<&str>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    if let Some(encoding) = guess_utf16(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    if let Some(encoding) = declared.and_then(|label| Encoding::for_label(label.trim().as_bytes()))
        && encoding != UTF_8
    {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    // A long text with a few damaged bytes is damaged UTF-8, not Latin text full of `Ã¤`.
    let (utf8, _) = UTF_8.decode_without_bom_handling(bytes);
    let damaged = utf8.chars().filter(|character| *character == '\u{FFFD}').count();
    let foreign = utf8.chars().filter(|character| !character.is_ascii()).count() - damaged;
    if foreign > damaged * 4 {
        return utf8.into_owned();
    }
    WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}

/// UTF-16 without a mark: nearly every second byte of Latin text is NUL.
pub(crate) fn guess_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES) & !1];
    if sample.len() < 8 {
        return None;
    }
    let half = sample.len() / 2;
    let high_first = sample.iter().step_by(2).filter(|byte| **byte == 0).count();
    let high_second = sample.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    if high_first * 10 > half * 7 && high_second * 20 < half {
        Some(UTF_16BE)
    } else if high_second * 10 > half * 7 && high_first * 20 < half {
        Some(UTF_16LE)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_whatever_wrote_it() {
        let utf16: Vec<u8> = "Grüße aus Wien".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked: Vec<u8> = [0xFF, 0xFE].into_iter().chain(utf16.iter().copied()).collect();
        let cases: [(&[u8], &str, &str); 5] = [
            ("Grüße".as_bytes(), "Grüße", "UTF-8"),
            (b"\xEF\xBB\xBFGr\xC3\xBC\xC3\x9Fe", "Grüße", "UTF-8 with a mark, which is not text"),
            (&marked, "Grüße aus Wien", "UTF-16 with a mark"),
            (&utf16, "Grüße aus Wien", "UTF-16 without a mark"),
            (b"Gr\xFC\xDFe \x80 5", "Grüße € 5", "Windows-1252"),
        ];
        for (bytes, wanted, why) in cases {
            assert_eq!(decode(bytes), wanted, "{why}");
        }
        assert_eq!(decode_with(b"\xD3\xE1", Some("windows-1251")), "Уб", "a page may name its encoding");
    }
}
