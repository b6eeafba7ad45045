//! Compressed replies, decoded as they arrive.
//!
//! The HTTP client could do it, but takes the `content-encoding` header away.

use std::pin::Pin;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::{FutureExt, StreamExt};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use crate::error::Error;
#[cfg(any(feature = "gzip", feature = "brotli", feature = "zstd"))]
use {crate::error::TransportError, futures_util::TryStreamExt, std::io};

pub(crate) type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// The `accept-encoding` of a request: what [`Coding`] knows. `None` when no
/// feature for a coding is on.
pub(crate) const ACCEPTED: Option<&str> = match (
    cfg!(feature = "zstd"),
    cfg!(feature = "gzip"),
    cfg!(feature = "brotli"),
) {
    (true, true, true) => Some("zstd,gzip,br"),
    (true, true, false) => Some("zstd,gzip"),
    (true, false, true) => Some("zstd,br"),
    (true, false, false) => Some("zstd"),
    (false, true, true) => Some("gzip,br"),
    (false, true, false) => Some("gzip"),
    (false, false, true) => Some("br"),
    (false, false, false) => None,
};

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    #[cfg(feature = "gzip")]
    Gzip,
    #[cfg(feature = "brotli")]
    Brotli,
    #[cfg(feature = "zstd")]
    Zstd,
}

impl Coding {
    /// What is to be decoded. `None` for a body that is not compressed, and for
    /// one that is left to the caller: in a coding that is not known or whose
    /// feature is off, or in several.
    #[inline]
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        match headers.get(CONTENT_ENCODING)?.as_bytes().trim_ascii() {
            #[cfg(feature = "gzip")]
            name if name.eq_ignore_ascii_case(b"gzip") => Some(Self::Gzip),
            #[cfg(feature = "brotli")]
            name if name.eq_ignore_ascii_case(b"br") => Some(Self::Brotli),
            #[cfg(feature = "zstd")]
            name if name.eq_ignore_ascii_case(b"zstd") => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The decoded bytes of a body. Those that have come are handed out
    /// without a wait for more, and before an error.
    #[inline]
    pub(crate) fn decode(self, mut chunks: Chunks) -> Chunks {
        let decoded = async move {
            while let Some(first) = chunks.next().await {
                // Nothing is no truncated body: the reply to a HEAD, a 204.
                if !matches!(&first, Ok(chunk) if chunk.is_empty()) {
                    return self.decoder(futures_util::stream::iter([first]).chain(chunks));
                }
            }
            futures_util::stream::empty().boxed()
        };
        decoded.flatten_stream().boxed()
    }

    #[cfg(not(any(feature = "gzip", feature = "brotli", feature = "zstd")))]
    fn decoder(self, _: impl Stream<Item = Result<Bytes, Error>> + Send + 'static) -> Chunks {
        match self {}
    }

    #[cfg(any(feature = "gzip", feature = "brotli", feature = "zstd"))]
    fn decoder(self, chunks: impl Stream<Item = Result<Bytes, Error>> + Send + 'static) -> Chunks {
        use async_compression::tokio::bufread;
        use tokio_util::io::{ReaderStream, StreamReader};

        // A decoder that is told to wait hands out what it has; one that gets an
        // error drops it.
        let body = StreamReader::new(chunks.or_else(|error| async {
            tokio::task::yield_now().await;
            Err(io::Error::other(error))
        }));
        // With several members allowed a decoder reads to the end of the body:
        // more than one, or what does not belong there, is seen, and the
        // connection can be used again.
        match self {
            #[cfg(feature = "gzip")]
            Self::Gzip => {
                let mut decoder = bufread::GzipDecoder::new(body);
                decoder.multiple_members(true);
                with_errors(ReaderStream::new(decoder))
            }
            #[cfg(feature = "brotli")]
            Self::Brotli => {
                let mut decoder = bufread::BrotliDecoder::new(body);
                decoder.multiple_members(true);
                with_errors(ReaderStream::new(decoder))
            }
            #[cfg(feature = "zstd")]
            Self::Zstd => {
                let mut decoder = bufread::ZstdDecoder::new(body);
                decoder.multiple_members(true);
                with_errors(ReaderStream::new(decoder))
            }
        }
    }
}

/// The errors of the body as they were, and those of the decoder as ours.
#[cfg(any(feature = "gzip", feature = "brotli", feature = "zstd"))]
fn with_errors(decoded: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Chunks {
    let error = |error: io::Error| match error.downcast::<Error>() {
        Ok(of_the_body) => of_the_body,
        Err(error) => TransportError::while_decompressing(error).into(),
    };
    decoded.map_err(error).boxed()
}

#[cfg(all(test, feature = "gzip", feature = "brotli", feature = "zstd"))]
mod tests {
    use async_compression::tokio::write::{BrotliEncoder, GzipEncoder, ZstdEncoder};
    use futures_util::stream;
    use tokio::io::{AsyncWrite, AsyncWriteExt};

    use super::*;

    const TEXT: &[u8] = b"data: lighthouse\n\n";

    async fn flushed<E: AsyncWrite + Unpin>(mut encoder: E, inner: fn(E) -> Vec<u8>) -> Bytes {
        encoder.write_all(TEXT).await.unwrap();
        encoder.flush().await.unwrap();
        inner(encoder).into()
    }

    /// The text, compressed so that it can be read though there is no end.
    #[inline]
    async fn begun() -> [(Coding, Bytes); 3] {
        let none = Vec::new;
        [
            (
                Coding::Gzip,
                flushed(GzipEncoder::new(none()), GzipEncoder::into_inner).await,
            ),
            (
                Coding::Brotli,
                flushed(BrotliEncoder::new(none()), BrotliEncoder::into_inner).await,
            ),
            (
                Coding::Zstd,
                flushed(ZstdEncoder::new(none()), ZstdEncoder::into_inner).await,
            ),
        ]
    }

    #[inline]
    async fn text(decoded: &mut Chunks) -> Vec<u8> {
        let mut text = Vec::new();
        while text.len() < TEXT.len() {
            text.extend_from_slice(&decoded.next().await.unwrap().unwrap());
        }
        text
    }

    #[tokio::test]
    #[inline]
    async fn what_has_come_is_handed_out_without_a_wait_for_more() {
        for (coding, begun) in begun().await {
            let chunks = stream::iter([Ok(begun)]).chain(stream::pending());
            let mut decoded = coding.decode(chunks.boxed());
            assert_eq!(text(&mut decoded).await, TEXT, "{coding:?}");
            assert!(decoded.next().now_or_never().is_none(), "{coding:?}");
        }
    }

    #[tokio::test]
    #[inline]
    async fn what_has_come_is_handed_out_before_the_error() {
        for (coding, begun) in begun().await {
            let broken = Err(TransportError::new("reset").permanent().into());
            let chunks = stream::iter([Ok(Bytes::new()), Ok(begun), broken]);
            let mut decoded = coding.decode(chunks.boxed());
            assert_eq!(text(&mut decoded).await, TEXT, "{coding:?}");
            let error = decoded.next().await.unwrap().unwrap_err();
            assert_eq!(error.to_string(), "reset", "{coding:?}: as it was");
            assert!(decoded.next().await.is_none(), "{coding:?}");
        }
    }

    #[tokio::test]
    #[inline]
    async fn a_missing_end_is_an_error_and_no_body_is_none() {
        for (coding, begun) in begun().await {
            let mut decoded = coding.decode(stream::iter([Ok(begun)]).boxed());
            assert_eq!(text(&mut decoded).await, TEXT, "{coding:?}");
            let error = decoded.next().await.unwrap().unwrap_err();
            assert!(error.is_retryable(), "{coding:?}: {error}");

            let mut decoded = coding.decode(stream::iter([Ok(Bytes::new())]).boxed());
            assert!(decoded.next().await.is_none(), "{coding:?}");
        }
    }
}
