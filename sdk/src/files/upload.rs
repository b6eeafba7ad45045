//! What is checked of a file before it is uploaded.

use crate::files::InvalidUpload;
use crate::platform::UploadFileRequest;

/// How long a file is at most, in bytes.
const MAX_BYTES: u64 = 500 << 20;

/// How long the name of a file is at most, in characters.
const MAX_NAME: usize = 255;

/// How long a file can be kept, in seconds.
const EXPIRY: std::ops::RangeInclusive<u32> = 3_600..=7_776_000;

impl UploadFileRequest {
    /// Checks name, size and expiry. [`Files::upload`](crate::platform::Files::upload) does it,
    /// too, and fails with the same message.
    ///
    /// ```
    /// use claude_typed::platform::{Upload, UploadFileRequest};
    ///
    /// let upload = UploadFileRequest::new(Upload::bytes("a,b").file_name("a/b.csv"));
    /// let error = upload.check().unwrap_err();
    /// assert_eq!(error.to_string(), "the file \"a/b.csv\": a file name has no `/`");
    /// ```
    ///
    /// # Errors
    /// The first thing that is wrong.
    #[inline]
    pub fn check(&self) -> Result<(), InvalidUpload> {
        let name = self.file.name();
        let invalid = |message: String| Err(InvalidUpload::new(name, message));
        let Some(text) = name else {
            return invalid("the file needs a name: set `file_name`".to_owned());
        };
        let characters = text.chars().count();
        if !(1..=MAX_NAME).contains(&characters) {
            return invalid(format!(
                "a file name has 1 to {MAX_NAME} characters, this one {characters}"
            ));
        }
        if let Some(character) = text.chars().find(|it| is_forbidden(*it)) {
            return invalid(format!(
                "a file name has no `{}`",
                character.escape_default()
            ));
        }
        if let Some(length) = self.file.len().filter(|length| *length > MAX_BYTES) {
            return invalid(format!("it has {length} bytes, {MAX_BYTES} are possible"));
        }
        match self.expires_in_seconds {
            Some(seconds) if !EXPIRY.contains(&seconds) => invalid(format!(
                "it can be kept for {} to {} seconds, not for {seconds}",
                EXPIRY.start(),
                EXPIRY.end()
            )),
            _ => Ok(()),
        }
    }
}

/// The service takes no `"` either, but never gets to see one: in a form it is written `%22`.
#[inline]
fn is_forbidden(character: char) -> bool {
    character.is_control() || r"<>:|?*\/".contains(character)
}
