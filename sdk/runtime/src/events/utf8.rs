//! Text from pieces of bytes that may be cut inside a character.

/// Collects text. Each byte is checked once, in long runs, when it arrives;
/// what is not UTF-8 becomes U+FFFD, as the Encoding standard has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Utf8Buffer {
    text: String,
    /// The start of a character whose rest has not arrived: at most 3 bytes.
    partial: Vec<u8>,
}

impl Utf8Buffer {
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the bytes so far end inside a character.
    pub(super) fn has_partial(&self) -> bool {
        !self.partial.is_empty()
    }

    /// Adds a byte if that is simple: it is ASCII, after a whole character, and there is room.
    #[inline]
    pub(super) fn push_byte(&mut self, byte: u8) -> bool {
        let simple =
            byte.is_ascii() && self.partial.is_empty() && self.text.len() < self.text.capacity();
        if simple {
            self.text.push(char::from(byte));
        }
        simple
    }

    /// Adds bytes.
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while !self.partial.is_empty() {
            let [first, rest @ ..] = bytes else { return };
            if !self.complete_partial(*first) {
                break;
            }
            bytes = rest;
        }
        // The cut character is taken off first, so that the check of the rest
        // succeeds and need not be made again.
        let cut = bytes.len() - partial_len(bytes);
        let (whole, partial) = bytes.split_at_checked(cut).unwrap_or((bytes, &[]));
        match std::str::from_utf8(whole) {
            Ok(text) => self.text.push_str(text),
            Err(_) => push_lossy(&mut self.text, whole),
        }
        self.partial.extend_from_slice(partial);
    }

    /// Adds a byte to the partial character. False if it is not part of it.
    fn complete_partial(&mut self, byte: u8) -> bool {
        self.partial.push(byte);
        match std::str::from_utf8(&self.partial) {
            Ok(text) => self.text.push_str(text),
            Err(error) if error.error_len().is_none() => return true,
            Err(_) => {
                self.partial.pop();
                push_lossy(&mut self.text, &self.partial);
                self.partial.clear();
                return false;
            }
        }
        self.partial.clear();
        true
    }

    /// Drops the first `count` bytes of the text, which must end at a
    /// character, and memory above `keep` when little of it is used.
    pub(super) fn drop_front(&mut self, count: usize, keep: usize) {
        self.text.drain(..count);
        if self.text.capacity() > keep && self.text.len() < keep / 2 {
            self.text.shrink_to(keep / 2);
        }
    }
}

fn push_lossy(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// The length of a character at the end of `bytes` that is cut there.
fn partial_len(bytes: &[u8]) -> usize {
    for (before, byte) in bytes.iter().rev().take(3).enumerate() {
        let length = match byte {
            0x80..=0xbf => continue,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return 0,
        };
        return if before + 1 < length { before + 1 } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_same_as_the_standard_library_however_cut(
            units in prop::collection::vec(
                prop_oneof![
                    Just("é".as_bytes()), Just("€".as_bytes()), Just("🦀".as_bytes()),
                    Just(&b"a"[..]), Just(&b"\xc3"[..]), Just(&b"\xe2\x82"[..]),
                    Just(&b"\xf0\x9f\xa6"[..]), Just(&b"\xe0\x80"[..]), Just(&b"\x80"[..]),
                    Just(&b"\xed\xa0"[..]), Just(&b"\xff"[..]), Just(&b"\xc0"[..]),
                ],
                0..12,
            ),
            size in 1usize..7,
        ) {
            let bytes = units.concat();
            let mut buffer = Utf8Buffer::default();
            for piece in bytes.chunks(size) {
                buffer.push(piece);
            }
            // A character cut at the very end is still to come.
            buffer.push(b".");
            let expected = String::from_utf8_lossy(&bytes) + ".";
            prop_assert_eq!(buffer.as_str(), expected);
        }
    }
}
