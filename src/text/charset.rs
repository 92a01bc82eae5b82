//! Bytes to text, whatever they were written in.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Where a declaration inside the text is looked for, in bytes (the HTML standard's own reach).
const DECLARATION: usize = 1_024;
/// How much of a text without declaration is put before the detector, in bytes.
const GUESSED_FROM: usize = 64 << 10;

/// Bytes read as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// The encoding's name by the WHATWG standard: `UTF-8`, `windows-1252`, `Shift_JIS`, …
    pub encoding: &'static str,
    /// Whether bytes had to be replaced by U+FFFD.
    pub has_errors: bool,
}

/// Reads `bytes` as text: by byte order mark, as UTF-8 where they are that beyond doubt, by
/// `declared` (a Content-Type's charset), by the declaration inside (meta, XML), by detection.
pub fn decode<'a>(bytes: &'a [u8], declared: Option<&str>) -> Decoded<'a> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, &bytes[length..]);
    }
    let declared = declared.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    let shift_states = declared.filter(|encoding| !encoding.is_ascii_compatible());
    if let Some(encoding) = shift_states {
        return decode_as(encoding, bytes);
    }
    if let Some(encoding) = wide(bytes) {
        return decode_as(encoding, bytes);
    }
    let inside = declaration(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Valid beyond ASCII by accident is all but impossible; misdeclared UTF-8 is common.
        let is_shifting =
            inside.is_some_and(|e| !e.is_ascii_compatible() && e != UTF_16LE && e != UTF_16BE);
        if !is_shifting {
            return Decoded {
                text: Cow::Borrowed(text),
                encoding: UTF_8.name(),
                has_errors: false,
            };
        }
    }
    let told = [declared, inside].into_iter().flatten().find(|encoding| *encoding != UTF_8);
    match told {
        Some(encoding) => decode_as(encoding, bytes),
        None => decode_as(guess(bytes), bytes),
    }
}

fn decode_as<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Decoded<'a> {
    let (text, has_errors) = encoding.decode_without_bom_handling(bytes);
    Decoded { text, encoding: encoding.name(), has_errors }
}

/// Detects the encoding of text that is not whole UTF-8.
fn guess(bytes: &[u8]) -> &'static Encoding {
    // A few broken bytes in UTF-8 (cut emoji, pasted bytes) do not make it another encoding.
    let lossy = String::from_utf8_lossy(bytes);
    let (mut broken, mut beyond_ascii) = (0_usize, 0_usize);
    for c in lossy.chars().filter(|c| !c.is_ascii()) {
        beyond_ascii += 1;
        broken += usize::from(c == '\u{FFFD}');
    }
    if broken * 10 <= beyond_ascii {
        return UTF_8;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    let sample = &bytes[..bytes.len().min(GUESSED_FROM)];
    detector.feed(sample, sample.len() == bytes.len());
    detector.guess(None, chardetng::Utf8Detection::Deny)
}

/// UTF-16 without a mark, by the zero bytes of its ASCII part.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(512)];
    let pairs = head.len() / 2;
    if pairs < 4 {
        return None;
    }
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 10 >= pairs * 6 && even * 20 <= pairs {
        Some(UTF_16LE)
    } else if even * 10 >= pairs * 6 && odd * 20 <= pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The encoding that `<meta charset=…>`, `http-equiv` or an XML declaration names.
fn declaration(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION)]).to_ascii_lowercase();
    let is_xml = head.trim_start().starts_with("<?xml");
    let rest = if is_xml {
        let end = head.find("?>")?;
        head[..end].split_once("encoding")?.1
    } else {
        let meta = head.find("<meta")?;
        head[meta..].split_once("charset")?.1
    };
    let value = rest.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let label: String =
        value.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c)).collect();
    Encoding::for_label(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::plain(b"caf\xc3\xa9".as_slice(), None, "café", "UTF-8")]
    #[case::bom(b"\xef\xbb\xbfcaf\xc3\xa9", Some("latin1"), "café", "UTF-8")]
    #[case::header(b"caf\xe9", Some("ISO-8859-1"), "café", "windows-1252")]
    #[case::lying_header("naïve café".as_bytes(), Some("iso-8859-1"), "naïve café", "UTF-8")]
    #[case::lying_utf8(
        b"caf\xe9 <meta charset=windows-1252>",
        Some("utf-8"),
        "café <meta charset=windows-1252>",
        "windows-1252"
    )]
    #[case::xml(
        b"<?xml version='1.0' encoding='ISO-8859-2'?>\xb1",
        None,
        "<?xml version='1.0' encoding='ISO-8859-2'?>ą",
        "ISO-8859-2"
    )]
    #[case::meta(
        b"<meta http-equiv=x content='text/html; charset=Shift_JIS'>\x93\xfa\x96\x7b",
        None,
        "<meta http-equiv=x content='text/html; charset=Shift_JIS'>日本",
        "Shift_JIS"
    )]
    #[case::utf16(b"\xff\xfeh\x00i\x00", None, "hi", "UTF-16LE")]
    #[case::bare_utf16(b"h\x00e\x00l\x00l\x00o\x00", None, "hello", "UTF-16LE")]
    #[case::shifting(b"\x1b$BF|K\\\x1b(B", Some("iso-2022-jp"), "日本", "ISO-2022-JP")]
    #[case::unknown_label(b"ok", Some("klingon"), "ok", "UTF-8")]
    fn text_is_read_in_its_encoding(
        #[case] bytes: &[u8],
        #[case] declared: Option<&str>,
        #[case] text: &str,
        #[case] encoding: &str,
    ) {
        let decoded = decode(bytes, declared);
        assert_eq!((decoded.text.as_ref(), decoded.encoding), (text, encoding));
    }

    #[test]
    fn an_undeclared_encoding_is_detected() {
        let (bytes, _, _) = encoding_rs::WINDOWS_1251
            .encode("Счет просрочен, клиент получает напоминание каждый день.");
        assert_eq!(decode(&bytes, None).encoding, "windows-1251");
    }

    #[test]
    fn a_broken_byte_in_utf8_is_replaced_alone() {
        let decoded = decode(b"\xc3\xa9t\xc3\xa9 \xff \xc3\xa0 la caf\xc3\xa9t\xc3\xa9ria, d\xc3\xa9j\xc3\xa0 \xc3\xa9t\xc3\xa9 \xc3\xa9l\xc3\xa8ve", None);
        assert!(decoded.has_errors && decoded.text.starts_with("été \u{FFFD} à"), "{decoded:?}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200), label in "[a-z0-9-]{0,8}") {
            decode(&bytes, Some(&label));
        }
    }
}
