//! The connection of a stream: when it is closed, when it is given up, and how it is compressed.

use std::io::Write;
use std::time::Duration;

use claude_typed::Error;
use claude_typed::platform::Client;
use futures::{StreamExt, TryStreamExt};
use specwright_runtime::StreamCause;
use specwright_tests::socket::{Answer, End, Server};

use crate::support::{client, lighthouse, question, reply, sent};

/// How long a test waits for something that should happen at once.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn dropping_a_stream_closes_its_connection() {
    let answer = reply(lighthouse().into_iter().take(4)).end(End::Silence);
    let server = Server::start([answer]).await;
    let stream = client(&server).messages().stream_message(question()).await;
    let mut pieces = stream.unwrap().text_stream();
    assert_eq!(pieces.next().await.unwrap().unwrap(), "The Tower ");
    drop(pieces);
    let gone = tokio::time::timeout(PATIENCE, server.client_gone()).await;
    gone.expect("the server sees that the client is gone");
}

#[tokio::test]
async fn a_silent_server_is_given_up() {
    let answer = reply(lighthouse().into_iter().take(4)).end(End::Silence);
    let server = Server::start([answer]).await;
    let client = Client::builder()
        .api_key("sk-ant-streams")
        .base_url(server.url())
        .idle_timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    let stream = client.messages().stream_message(question()).await.unwrap();
    let failure = stream.final_message().await.unwrap_err();
    match failure.error() {
        Error::Stream(error) => assert_eq!(error.cause(), StreamCause::IdleTimeout),
        error => panic!("another error: {error:?}"),
    }
    assert!(failure.error().is_retryable());
    assert_eq!(failure.partial().unwrap().text(), "The Tower ");
    let gone = tokio::time::timeout(PATIENCE, server.client_gone()).await;
    gone.expect("the connection is closed");
}

/// The events, each compressed and flushed on its own.
fn compressed<W: Write>(mut encoder: W, take: impl Fn(&mut W) -> Vec<u8>) -> Vec<Vec<u8>> {
    let events = lighthouse().into_iter().map(sent);
    let pieces = events.map(|event| {
        encoder.write_all(event.as_bytes()).unwrap();
        encoder.flush().unwrap();
        take(&mut encoder)
    });
    pieces.collect()
}

/// The text comes as it is sent, though the compressed body never ends.
async fn comes_as_it_is_sent(encoding: &str, pieces: Vec<Vec<u8>>) {
    assert_eq!(pieces.len(), lighthouse().len());
    for sent in 4..pieces.len() {
        let answer = Answer::events(pieces.iter().take(sent).cloned());
        let answer = answer
            .header("content-encoding", encoding)
            .end(End::Silence);
        let server = Server::start([answer]).await;
        let stream = client(&server).messages().stream_message(question()).await;
        let pieces = stream.unwrap().text_stream();
        let come = pieces.take((sent - 3).min(3)).try_collect::<String>();
        let come = tokio::time::timeout(PATIENCE, come).await;
        let expected = match sent {
            4 => "The Tower ",
            5 => "The Tower of ",
            _ => "The Tower of Hercules 🗼",
        };
        assert_eq!(
            come.expect("the text comes").unwrap(),
            expected,
            "{encoding}"
        );

        let accepted = &server.received()[0];
        let accepted = accepted.header("accept-encoding").unwrap();
        assert!(accepted.contains(encoding), "{accepted}");
    }
}

#[tokio::test]
async fn gzip_is_decoded_as_it_comes() {
    let encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let pieces = compressed(encoder, |encoder| std::mem::take(encoder.get_mut()));
    comes_as_it_is_sent("gzip", pieces).await;
}

#[tokio::test]
async fn brotli_is_decoded_as_it_comes() {
    let encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
    let pieces = compressed(encoder, |encoder| std::mem::take(encoder.get_mut()));
    comes_as_it_is_sent("br", pieces).await;
}

#[tokio::test]
async fn zstd_is_decoded_as_it_comes() {
    let encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    let pieces = compressed(encoder, |encoder| std::mem::take(encoder.get_mut()));
    comes_as_it_is_sent("zstd", pieces).await;
}
