//! JSON as servers write it by the million: members in the document's order, no spaces inside, no
//! `\u` escapes. What is so plain is read in a fraction of the instructions of a JSON parser; of
//! anything else the reader says that it is not, and serde_json reads it.

/// What the memory of a string with escapes may be larger than the string, in bytes.
const MAX_SPARE: usize = 256;

/// A type that can be read from plain JSON. Generated for the small events of streams.
///
/// ```
/// use specwright_runtime::plain::{self, Plain, Reader};
///
/// #[derive(Debug, PartialEq)]
/// struct Delta {
///     index: u64,
///     text: String,
/// }
///
/// impl Plain for Delta {
///     fn read(json: &mut Reader<'_>) -> Option<Self> {
///         json.literal(r#"{"index":"#)?;
///         let index = json.unsigned()?;
///         json.literal(r#","text":"#)?;
///         let text = json.string()?;
///         json.close()?;
///         Some(Self { index, text })
///     }
/// }
///
/// let delta = plain::from_str::<Delta>(r#"{"index":7,"text":"a\nb"}"#);
/// assert_eq!(delta, Some(Delta { index: 7, text: "a\nb".into() }));
/// // Not wrong, but not plain.
/// assert_eq!(plain::from_str::<Delta>(r#"{"text":"a","index":7}"#), None);
/// assert_eq!(plain::from_str::<Delta>(r#"{"index":7.0,"text":"a"}"#), None);
/// assert_eq!(plain::from_str::<Delta>(r#"{"index":7,"text":"a"},"#), None);
/// ```
pub trait Plain: Sized {
    /// Reads a value. `None` when there is anything that is not expected, which serde may still be
    /// able to read; `Some` is what serde would have read.
    fn read(json: &mut Reader<'_>) -> Option<Self>;
}

/// Reads text that is one plain value. `None` when it is not plain, or not JSON at all.
pub fn from_str<T: Plain>(text: &str) -> Option<T> {
    let mut json = Reader { rest: text };
    let value = T::read(&mut json)?;
    json.rest.is_empty().then_some(value)
}

/// The text that is still to be read.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Skips this text, which must come next.
    #[inline]
    pub fn literal(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// Skips the end of an object. Some servers fill the space before it, so that the length of an
    /// event says nothing about its text.
    #[inline]
    pub fn close(&mut self) -> Option<()> {
        while let Some(rest) = self.rest.strip_prefix(' ') {
            self.rest = rest;
        }
        self.literal("}")
    }

    /// Reads a value, or goes back to where it was: for the members of a union in turn.
    #[inline]
    pub fn attempt<T: Plain>(&mut self) -> Option<T> {
        let start = *self;
        let value = T::read(self);
        if value.is_none() {
            *self = start;
        }
        value
    }

    /// Reads a number without sign, fraction and exponent.
    #[inline]
    pub fn unsigned(&mut self) -> Option<u64> {
        let bytes = self.rest.as_bytes();
        let mut number: u64 = 0;
        let mut digits = 0;
        while let Some(byte @ b'0'..=b'9') = bytes.get(digits) {
            number = number
                .checked_mul(10)?
                .checked_add(u64::from(byte - b'0'))?;
            digits += 1;
        }
        // `007` is no number in JSON.
        if digits == 0 || (digits > 1 && bytes.first() == Some(&b'0')) {
            return None;
        }
        self.rest = self.rest.get(digits..)?;
        Some(number)
    }

    /// Reads a string. Its escapes may be those of two characters.
    #[inline]
    pub fn string(&mut self) -> Option<String> {
        self.literal("\"")?;
        let end = special(self.rest.as_bytes(), 0)?;
        let run = self.rest.get(..end)?;
        match self.rest.as_bytes().get(end)? {
            b'"' => {
                self.rest = self.rest.get(end + 1..)?;
                Some(run.to_owned())
            }
            b'\\' => self.escaped(end),
            // A control character, which JSON does not allow.
            _ => None,
        }
    }

    /// Reads a string whose first escape is at `end`.
    #[inline]
    fn escaped(&mut self, end: usize) -> Option<String> {
        let rest = self.rest;
        let bytes = rest.as_bytes();
        // Enough for what is left of the string, so that it is allocated once.
        let mut text = String::with_capacity(bytes.len());
        text.push_str(rest.get(..end)?);
        let mut backslash = end;
        loop {
            text.push(match bytes.get(backslash + 1)? {
                b'"' => '"',
                b'n' => '\n',
                b'\\' => '\\',
                b't' => '\t',
                b'r' => '\r',
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'/' => '/',
                _ => return None,
            });
            let start = backslash + 2;
            let end = special(bytes, start)?;
            text.push_str(rest.get(start..end)?);
            match bytes.get(end)? {
                b'"' => {
                    self.rest = rest.get(end + 1..)?;
                    break;
                }
                b'\\' => backslash = end,
                _ => return None,
            }
        }
        // More may come after the string than is in it.
        if text.capacity() - text.len() > MAX_SPARE {
            text.shrink_to_fit();
        }
        Some(text)
    }
}

/// Where the first byte from `at` on is that a string cannot have as it is: quote, backslash,
/// control.
#[inline]
fn special(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some((word, _)) = bytes.get(at..).and_then(<[u8]>::split_first_chunk) {
        if let Some(found) = special_in(u64::from_le_bytes(*word)) {
            return Some(at + found);
        }
        at += 8;
    }
    let left = bytes.len().checked_sub(at)?;
    let Some(word) = bytes.last_chunk() else {
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
        let found = bytes.get(at..)?.iter().position(is_special);
        return found.map(|found| at + found);
    };
    // Less than a word is left: the last one, without the bytes that were looked at already. Behind
    // its end are zeros, which are special, too.
    let word = u64::from_le_bytes(*word).checked_shr(8 * (8 - left as u32))?;
    special_in(word)
        .filter(|found| *found < left)
        .map(|found| at + found)
}

/// Where the first special byte of these eight is.
#[inline]
fn special_in(word: u64) -> Option<usize> {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // The high bit of each byte that is zero after the quote, or the backslash, is taken off,
    // and of each below 0x20. Borrows only reach bytes above the first that is found.
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let found = (quote.wrapping_sub(ONES) & !quote)
        | (backslash.wrapping_sub(ONES) & !backslash)
        | (word.wrapping_sub(ONES * 0x20) & !word);
    let found = found & HIGH;
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    impl Plain for String {
        fn read(json: &mut Reader<'_>) -> Option<Self> {
            json.string()
        }
    }

    impl Plain for u64 {
        fn read(json: &mut Reader<'_>) -> Option<Self> {
            json.unsigned()
        }
    }

    #[test]
    fn plain_strings_are_read() {
        for text in [
            r#""""#,
            r#""a""#,
            r#""no escape, longer than a word""#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""Grüße, 世界 🦀, and \"more\" than sixteen""#,
        ] {
            let expected: String = serde_json::from_str(text).unwrap();
            assert_eq!(from_str::<String>(text), Some(expected));
        }
        assert_eq!(from_str::<u64>("18446744073709551615"), Some(u64::MAX));
    }

    proptest! {
        #[test]
        fn strings_are_those_of_serde_json(
            pieces in prop::collection::vec(
                prop_oneof![
                    "[ -~]{0,12}".prop_map(String::from),
                    "\\PC{0,6}".prop_map(String::from),
                    prop::sample::select(vec![
                        "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\", "\"", "\t", "\u{1}", "\\x",
                    ]).prop_map(String::from),
                ],
                0..6,
            ),
        ) {
            let text = format!("\"{}\"", pieces.concat());
            if let Some(read) = from_str::<String>(&text) {
                prop_assert_eq!(Some(read), serde_json::from_str(&text).ok());
            }
        }

        #[test]
        fn specials_are_found_where_they_are(
            bytes in prop::collection::vec(
                prop_oneof![8 => any::<u8>(), 8 => b'a'..=b'z', 1 => Just(b'"'), 1 => Just(b'\\')],
                0..40,
            ),
            at in 0usize..42,
        ) {
            let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
            let rest = bytes.get(at..).unwrap_or_default();
            let expected = rest.iter().position(is_special).map(|found| at + found);
            prop_assert_eq!(special(&bytes, at), expected);
        }

        #[test]
        fn numbers_are_those_of_serde_json(text in "[0-9]{0,22}") {
            prop_assert_eq!(from_str::<u64>(&text), serde_json::from_str(&text).ok());
        }
    }
}
