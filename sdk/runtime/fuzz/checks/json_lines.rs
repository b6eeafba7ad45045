//! JSON lines against lines that are cut and parsed by hand.

use futures::StreamExt;
use futures::executor::block_on;
use specwright_runtime::http::{HeaderMap, StatusCode};
use specwright_runtime::jsonl::JsonLines;
use specwright_runtime::serde::de::IgnoredAny;
use specwright_runtime::serde_json::{self, Value};
use specwright_runtime::{Error, Reply, ResponseHead, StreamCause};

/// Every line is a value or an error of its own, in order; only a last line that is cut off ends
/// the stream with an error.
pub(crate) fn check(input: &[u8]) {
    let head = ResponseHead::new("lines", StatusCode::OK, HeaderMap::new());
    let lines = JsonLines::<Value>::new(Reply::new(head, input.to_vec()));
    let read: Vec<Result<Value, Error>> = block_on(lines.collect());
    let sent: Vec<&[u8]> = input
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(read.len(), sent.len());
    for (number, (read, line)) in read.iter().zip(&sent).enumerate() {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        match (read, serde_json::from_slice::<Value>(line)) {
            (Ok(read), Ok(value)) => assert_eq!(*read, value),
            (Err(Error::Decode(error)), Err(_)) => assert_eq!(&error.body()[..], line),
            (Err(Error::Stream(error)), Err(_)) => {
                let cut = serde_json::from_slice::<IgnoredAny>(line).unwrap_err();
                assert!(cut.is_eof(), "{cut}");
                assert_eq!(error.cause(), StreamCause::Truncated);
                assert_eq!(number + 1, sent.len());
            }
            // Half a character is repaired.
            (Ok(_), Err(error)) => assert!(line.windows(2).any(|two| two == b"\\u"), "{error}"),
            (Err(error), Ok(value)) => panic!("{value}: {error}"),
            (Err(error), Err(_)) => panic!("another error: {error:?}"),
        }
    }
}
