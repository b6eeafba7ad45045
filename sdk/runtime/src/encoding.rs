//! Values that JSON carries as text in some encoding.

use std::fmt;
use std::ops::Deref;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Padding may be left out by who sends.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const READ_STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const READ_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// Bytes that are base64 text in JSON (`format: byte`).
///
/// Written with the standard alphabet and padding; both alphabets are read,
/// with or without padding.
///
/// ```
/// use specwright_runtime::encoding::Base64;
///
/// let image = Base64::from(vec![0xff, 0xd8]);
/// assert_eq!(serde_json::to_string(&image)?, r#""/9g=""#);
/// assert_eq!(serde_json::from_str::<Base64>(r#""_9g""#)?, image);
/// assert_eq!(image.len(), 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Base64(pub Bytes);

impl Base64 {
    /// The bytes.
    #[inline]
    pub fn into_inner(self) -> Bytes {
        self.0
    }
}

impl Deref for Base64 {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Base64 {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Bytes> for Base64 {
    #[inline]
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl From<Vec<u8>> for Base64 {
    #[inline]
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<&[u8]> for Base64 {
    #[inline]
    fn from(bytes: &[u8]) -> Self {
        Self(Bytes::copy_from_slice(bytes))
    }
}

impl fmt::Debug for Base64 {
    /// Says how many bytes there are: an image is no reading matter.
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base64({} bytes)", self.0.len())
    }
}

/// The base64 text.
impl fmt::Display for Base64 {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        base64::display::Base64Display::new(&self.0, &STANDARD).fmt(f)
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Base64;

    #[inline]
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64 text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Base64, E> {
        let engine = if text.contains(['-', '_']) {
            READ_URL_SAFE
        } else {
            READ_STANDARD
        };
        match engine.decode(text) {
            Ok(bytes) => Ok(Base64(bytes.into())),
            Err(error) => Err(E::custom(format_args!("invalid base64: {error}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_base64_is_an_error_that_says_so() {
        let error = serde_json::from_str::<Base64>(r#""a b""#).unwrap_err();
        assert!(error.to_string().contains("invalid base64"), "{error}");
        assert!(serde_json::from_str::<Base64>("[1]").is_err());
    }

    #[test]
    fn debug_shows_no_content() {
        assert_eq!(
            format!("{:?}", Base64::from(vec![1, 2, 3])),
            "Base64(3 bytes)"
        );
        assert_eq!(Base64::from(vec![1, 2, 3]).to_string(), "AQID");
    }
}
