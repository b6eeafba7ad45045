//! Forms, read again by hand.

use futures::TryStreamExt;
use futures::executor::block_on;
use specwright_runtime::Error;
use specwright_runtime::multipart::{Form, Part};

use super::texts;

/// Whatever names, file names, content types and contents are: every part arrives with its content,
/// in the lines of its head and no others, and the length is the one that was announced.
pub(crate) fn check(input: &[u8]) {
    let texts = texts(input);
    let mut form = Form::new();
    let mut sent = Vec::new();
    for part in texts.chunks(4) {
        let text = |place: usize| part.get(place).cloned();
        let content = text(1).unwrap_or_default();
        let mut built = Part::bytes(content.clone().into_bytes());
        if let Some(file_name) = text(2) {
            built = built.file_name(file_name);
        }
        if let Some(content_type) = text(3) {
            built = built.content_type(content_type);
        }
        form = form.part(text(0).unwrap_or_default(), built);
        sent.push(content);
    }
    let chunks = match form.stream() {
        Ok(chunks) => chunks,
        Err(error) => {
            assert!(matches!(error, Error::InvalidRequest(_)), "{error:?}");
            let odd = |text: &String| text.bytes().any(|byte| !(b' '..0x7f).contains(&byte));
            assert!(texts.iter().any(odd), "nothing was wrong: {error}");
            return;
        }
    };
    let body: Vec<u8> = block_on(chunks.try_fold(Vec::new(), |mut body, chunk| async move {
        body.extend_from_slice(&chunk);
        Ok(body)
    }))
    .expect("bytes in memory");
    assert_eq!(form.content_length(), Some(body.len() as u64));
    let delimiter = format!("--{}", form.boundary());
    let mut rest = &body[..];
    for content in &sent {
        rest = rest
            .strip_prefix(delimiter.as_bytes())
            .expect("a delimiter");
        rest = rest
            .strip_prefix(b"\r\nContent-Disposition: form-data; name=\"")
            .expect("a head");
        let end = rest
            .windows(4)
            .position(|bytes| bytes == b"\r\n\r\n")
            .expect("its end");
        let head = String::from_utf8_lossy(&rest[..end]);
        let mut lines = head.split("\r\n");
        let first = lines.next().unwrap_or_default();
        assert!(
            first.ends_with('"') && !first.contains(['\r', '\n']),
            "{head:?}"
        );
        assert!(
            lines.all(|line| line.starts_with("Content-Type: ")),
            "{head:?}"
        );
        assert!(head.matches("\r\n").count() <= 1, "{head:?}");
        rest = &rest[end + 4..];
        rest = rest.strip_prefix(content.as_bytes()).expect("the content");
        rest = rest.strip_prefix(b"\r\n").expect("the end of the part");
    }
    assert_eq!(rest, format!("{delimiter}--\r\n").as_bytes());
}
