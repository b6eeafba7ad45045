//! Streams that fail: the error carries the message so far, and says whether to ask again.

use claude_typed::Error;
use claude_typed::platform::Message;
use claude_typed::streaming::StreamingError;
use futures::StreamExt;
use serde_json::{Value, json};
use specwright_runtime::{StreamCause, StreamError};
use specwright_tests::socket::{End, Server};

use crate::support::{
    REQUEST_ID, block_stop, client, input, lighthouse, message_start, message_stop, message_stream,
    question, reply, text, text_start, tool_start,
};

async fn failure(events: impl IntoIterator<Item = Value>) -> StreamingError<Message> {
    let (_server, stream) = message_stream(events).await;
    stream.final_message().await.unwrap_err()
}

fn stream_error(failure: &StreamingError<Message>) -> &StreamError {
    match failure.error() {
        Error::Stream(error) => error,
        error => panic!("another error: {error:?}"),
    }
}

fn error_event(kind: &str) -> Value {
    json!({
        "type": "error",
        "error": {"type": kind, "message": "Too many ships."},
        "request_id": "req_011InTheEvent",
    })
}

#[tokio::test]
async fn a_stream_that_ends_early_is_an_error_with_the_message_so_far() {
    let failure = failure(lighthouse().into_iter().take(5)).await;
    assert_eq!(stream_error(&failure).cause(), StreamCause::Truncated);
    assert_eq!(failure.partial().unwrap().text(), "The Tower of ");
    assert!(!failure.is_safe_to_retry());
    assert_eq!(failure.into_partial().unwrap().id, "msg_01Streams");
}

#[tokio::test]
async fn the_error_is_the_last_item() {
    let (_server, stream) = message_stream(lighthouse().into_iter().take(4)).await;
    let mut pieces = stream.text_stream();
    assert_eq!(pieces.next().await.unwrap().unwrap(), "The Tower ");
    let failure = pieces.next().await.unwrap().unwrap_err();
    assert_eq!(failure.partial().unwrap().text(), "The Tower ");
    assert!(pieces.next().await.is_none());
}

#[tokio::test]
async fn an_input_that_was_cut_off_is_in_the_message_so_far() {
    let failure = failure([
        message_start(),
        tool_start(0, "toolu_1", "write"),
        input(0, r#"{"path": "a.txt", "content": "ab"#),
    ])
    .await;
    let message = failure.into_partial().unwrap();
    let input = &message.content[0].as_tool_use().unwrap().input;
    assert_eq!(input, &json!({"path": "a.txt", "content": "ab"}));
}

#[tokio::test]
async fn an_input_that_cannot_become_json_is_in_the_message_so_far_as_text() {
    let tool = [
        tool_start(0, "toolu_1", "write"),
        input(0, r#"{"path": "a.txt"}}"#),
    ];
    let failure = failure([message_start()].into_iter().chain(tool)).await;
    let message = failure.into_partial().unwrap();
    let input = &message.content[0].as_tool_use().unwrap().input;
    assert_eq!(input, &json!(r#"{"path": "a.txt"}}"#));
}

#[tokio::test]
async fn an_error_event_is_typed() {
    let failure = failure([
        message_start(),
        text_start(0),
        text(0, "The"),
        error_event("overloaded_error"),
    ])
    .await;
    let error = stream_error(&failure);
    assert_eq!(error.cause(), StreamCause::ErrorEvent);
    assert_eq!(error.kind(), Some("overloaded_error"));
    assert_eq!(error.message(), "Too many ships.");
    assert_eq!(error.request_id(), Some("req_011InTheEvent"));
    assert_eq!(error.status().unwrap().as_u16(), 529);
    assert_eq!(failure.partial().unwrap().text(), "The");
    // The error passes, but a part of the message is out already.
    assert!(failure.error().is_retryable());
    assert!(!failure.is_safe_to_retry());
}

#[tokio::test]
async fn before_the_message_begins_an_error_that_passes_is_safe_to_retry() {
    let early = failure([json!({"type": "ping"}), error_event("overloaded_error")]).await;
    assert!(early.partial().is_none());
    assert!(early.is_safe_to_retry());

    let lasting = failure([error_event("invalid_request_error")]).await;
    assert!(lasting.partial().is_none());
    assert!(!lasting.is_safe_to_retry());

    let empty = failure([]).await;
    assert_eq!(stream_error(&empty).cause(), StreamCause::Truncated);
    assert!(empty.is_safe_to_retry());
}

#[tokio::test]
async fn events_that_make_no_sense_are_an_error() {
    for events in [
        vec![text_start(0), text(0, "a"), message_stop()],
        vec![message_start(), text(3, "a"), message_stop()],
        vec![message_start(), text_start(0), text_start(0)],
        vec![message_start(), message_start()],
    ] {
        let failure = failure(events.clone()).await;
        let cause = stream_error(&failure).cause();
        assert_eq!(cause, StreamCause::Protocol, "{events:?}");
        assert!(!failure.is_safe_to_retry(), "{events:?}");
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_an_error_with_its_place() {
    let broken =
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta"}});
    let failure = failure([message_start(), text_start(0), text(0, "a"), broken]).await;
    match failure.error() {
        Error::Decode(error) => assert_eq!(error.event(), Some("content_block_delta")),
        error => panic!("another error: {error:?}"),
    }
    assert_eq!(failure.partial().unwrap().text(), "a");
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_error_with_the_message_so_far() {
    for end in [End::Close, End::Reset] {
        let answer = reply(lighthouse().into_iter().take(4)).end(end);
        let server = Server::start([answer]).await;
        let stream = client(&server).messages().stream_message(question()).await;
        let failure = stream.unwrap().final_message().await.unwrap_err();
        let error = stream_error(&failure);
        assert_eq!(error.cause(), StreamCause::Transport, "{end:?}");
        assert_eq!(error.request_id(), Some(REQUEST_ID));
        assert!(failure.error().is_retryable());
        assert_eq!(failure.partial().unwrap().text(), "The Tower ");
    }
}

#[tokio::test]
async fn nothing_matters_after_the_message_is_complete() {
    let after = [
        text_start(1),
        text(1, "too late"),
        block_stop(1),
        error_event("api_error"),
    ];
    let events: Vec<Value> = lighthouse().into_iter().chain(after).collect();
    let (_server, stream) = message_stream(events).await;
    let message = stream.final_message().await.unwrap();
    assert_eq!(message.text(), "The Tower of Hercules 🗼");

    // Neither does a server that leaves the body open or breaks it.
    for end in [End::Silence, End::Close, End::Reset] {
        let server = Server::start([reply(lighthouse()).end(end)]).await;
        let stream = client(&server).messages().stream_message(question()).await;
        let message = stream.unwrap().final_message().await.unwrap();
        assert_eq!(message.text(), "The Tower of Hercules 🗼", "{end:?}");
    }
}
