//! The text of a file, in whatever encoding it came.

use std::borrow::Cow;

/// What the bytes 0x80 to 0x9f are in Windows-1252; where they are nothing, what Latin-1 has.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// A text, and what is to be said of it.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    /// What it was taken for, when it is not UTF-8.
    pub(super) notice: Option<&'static str>,
}

/// Decodes UTF-8, UTF-16 that says so, and otherwise Windows-1252, which knows every byte. Lines that
/// end in CR alone, in a text without an LF, end in LF then.
pub(super) fn decode(bytes: &[u8]) -> Decoded<'_> {
    let mut decoded = characters(bytes);
    if decoded.text.contains('\r') && !decoded.text.contains('\n') {
        decoded.text = Cow::Owned(decoded.text.replace('\r', "\n"));
    }
    decoded
}

fn characters(bytes: &[u8]) -> Decoded<'_> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|it| unit([it[0], it[1]])).collect();
        Decoded {
            text: Cow::Owned(String::from_utf16_lossy(&units)),
            notice: Some("the file is read as UTF-16"),
        }
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        _ => {}
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded { text: Cow::Borrowed(text), notice: None };
    }
    let character = |byte: &u8| match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(*byte),
    };
    Decoded {
        text: Cow::Owned(bytes.iter().map(character).collect()),
        notice: Some("the file is not UTF-8; it is read as Windows-1252"),
    }
}
