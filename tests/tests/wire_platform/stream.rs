use claude_typed::platform::{
    ContentBlock, ContentBlockDelta, EventStream, Maybe, MessageStreamEvent, Model, StopReason,
    TextCitation,
};
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_tests::wire::{Exchange, REQUEST_ID, Reply, answer, post, refused};

use super::{BETAS, WORKSPACE, client, full, question};

async fn exchange(events: &[(&str, Value)]) -> Exchange {
    answer("platform.createMessage", Reply::events(events)).await
}

async fn stream(exchange: &Exchange) -> EventStream<MessageStreamEvent> {
    let request = client(exchange.url()).messages().stream(question().0);
    request.await.unwrap().into_inner()
}

async fn events(events: &[(&str, Value)]) -> Vec<MessageStreamEvent> {
    let exchange = exchange(events).await;
    let events = stream(&exchange).await.try_collect().await.unwrap();
    exchange.requests(1).await;
    events
}

fn start() -> (&'static str, Value) {
    (
        "message_start",
        json!({"type": "message_start", "message": {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
            "content": [], "stop_reason": null, "stop_sequence": null,
            "usage": {"input_tokens": 25, "output_tokens": 1},
        }}),
    )
}

fn block(block: Value) -> (&'static str, Value) {
    let data = json!({"type": "content_block_start", "index": 0, "content_block": block});
    ("content_block_start", data)
}

fn delta(delta: Value) -> (&'static str, Value) {
    let data = json!({"type": "content_block_delta", "index": 0, "delta": delta});
    ("content_block_delta", data)
}

fn decoded(event: &MessageStreamEvent) -> &ContentBlockDelta {
    match event {
        MessageStreamEvent::ContentBlockDelta(event) => &event.delta,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_reply_as_events() {
    let exchange = exchange(&[
        start(),
        block(json!({"type": "text", "text": ""})),
        ("ping", json!({"type": "ping"})),
        delta(json!({"type": "text_delta", "text": "Hé"})),
        (
            "content_block_stop",
            json!({"type": "content_block_stop", "index": 0}),
        ),
        (
            "message_delta",
            json!({"type": "message_delta",
                "delta": {"stop_reason": "stop_sequence", "stop_sequence": "END"},
                "usage": {"output_tokens": 15, "input_tokens": null},
            }),
        ),
        ("message_stop", json!({"type": "message_stop"})),
    ])
    .await;
    let request = client(exchange.url()).messages().stream(question().0);
    let request = request
        .betas(BETAS)
        .workspace_id(WORKSPACE)
        .user_profile_id("uprof_1");
    let reply = request.await.unwrap();
    assert_eq!(reply.request_id(), Some(REQUEST_ID));
    let events: Vec<MessageStreamEvent> = reply.into_inner().try_collect().await.unwrap();

    let [
        MessageStreamEvent::MessageStart(start),
        MessageStreamEvent::ContentBlockStart(block),
        MessageStreamEvent::Ping,
        MessageStreamEvent::ContentBlockDelta(delta),
        MessageStreamEvent::ContentBlockStop(stop),
        MessageStreamEvent::MessageDelta(end),
        MessageStreamEvent::MessageStop,
    ] = events.as_slice()
    else {
        panic!("{events:#?}");
    };
    assert_eq!(start.message.model, Model::ClaudeSonnet55);
    assert_eq!(
        (
            start.message.usage.input_tokens,
            start.message.content.len()
        ),
        (25, 0)
    );
    assert_eq!(block.content_block.as_text().unwrap().text, "");
    assert_eq!(
        (delta.index, &delta.delta.as_text_delta().unwrap().text),
        (0, &"Hé".to_owned())
    );
    assert_eq!(stop.index, 0);
    assert_eq!(end.delta.stop_reason, Some(StopReason::StopSequence));
    assert_eq!(end.delta.stop_sequence.as_deref(), Some("END"));
    let usage = end.usage.as_ref().unwrap();
    assert_eq!((usage.output_tokens, usage.input_tokens), (Some(15), None));

    let mut body = question().1;
    body["stream"] = json!(true);
    let expected = full(post("/v1/messages")).header("accept", "text/event-stream");
    exchange
        .expect(
            expected
                .header("anthropic-user-profile-id", "uprof_1")
                .json(body),
        )
        .await;
    refused(
        "platform.createMessage",
        529,
        "overloaded_error",
        async |url| client(url).messages().stream(question().0).await,
    )
    .await;
}

#[tokio::test]
async fn every_delta() {
    let citation = json!({
        "type": "web_search_result_location", "cited_text": "snow", "encrypted_index": "x",
        "title": null, "url": "https://example.com",
    });
    let events = events(&[
        delta(json!({"type": "input_json_delta", "partial_json": "{\"ci"})),
        delta(json!({"type": "thinking_delta", "thinking": "Hm.", "estimated_tokens": 3})),
        delta(json!({"signature": "c2ln", "type": "signature_delta"})),
        delta(json!({"type": "citations_delta", "citation": citation})),
    ])
    .await;

    assert_eq!(
        decoded(&events[0])
            .as_input_json_delta()
            .unwrap()
            .partial_json,
        "{\"ci"
    );
    assert_eq!(
        decoded(&events[1]).as_thinking_delta().unwrap().thinking,
        "Hm."
    );
    assert_eq!(
        decoded(&events[2]).as_signature_delta().unwrap().signature,
        "c2ln"
    );
    let citation = &decoded(&events[3]).as_citations_delta().unwrap().citation;
    let TextCitation::WebSearchResultLocation(citation) = citation else {
        panic!("{citation:?}");
    };
    assert_eq!(
        (citation.url.as_str(), &citation.title),
        ("https://example.com", &Maybe::Null)
    );
}

/// Events, blocks and deltas that the document does not have come as they are.
#[tokio::test]
async fn what_is_not_known() {
    let event = json!({"type": "message_progress", "done": 0.5});
    let new_block = json!({"type": "hologram", "depth": 3, "text": ""});
    let new_delta = json!({"type": "hologram_delta", "voxels": [1, 2]});
    let events = events(&[
        ("message_progress", event.clone()),
        start(),
        block(new_block.clone()),
        delta(new_delta.clone()),
        (
            "message_delta",
            json!({"type": "message_delta", "delta": {"stop_reason": "bored"}}),
        ),
    ])
    .await;

    let MessageStreamEvent::Unknown(unknown) = &events[0] else {
        panic!("{:?}", events[0]);
    };
    assert_eq!(unknown.name, "message_progress");
    assert_eq!(unknown.json::<Value>().unwrap(), event);
    let MessageStreamEvent::ContentBlockStart(start) = &events[2] else {
        panic!("{:?}", events[2]);
    };
    assert_eq!(start.content_block, ContentBlock::Unknown(new_block));
    assert_eq!(decoded(&events[3]), &ContentBlockDelta::Unknown(new_delta));
    let MessageStreamEvent::MessageDelta(end) = &events[4] else {
        panic!("{:?}", events[4]);
    };
    assert_eq!(
        end.delta.stop_reason,
        Some(StopReason::Unknown("bored".into()))
    );
    assert_eq!(end.usage, None);
}

/// An error event ends the stream with the error it tells.
#[tokio::test]
async fn an_error_event() {
    let error = json!({"type": "error", "error": {
        "type": "overloaded_error", "message": "Overloaded",
    }, "request_id": "req_of_the_event"});
    let exchange = exchange(&[start(), ("error", error), ("ping", json!({"type": "ping"}))]).await;
    let mut stream = stream(&exchange).await;

    let first = stream.try_next().await.unwrap().unwrap();
    assert!(
        matches!(first, MessageStreamEvent::MessageStart(_)),
        "{first:?}"
    );
    let error = stream.try_next().await.unwrap_err();
    let claude_typed::Error::Stream(told) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(
        (told.kind(), told.message()),
        (Some("overloaded_error"), "Overloaded")
    );
    assert_eq!(error.status().unwrap().as_u16(), 529);
    assert!(error.request_id().is_some());
    assert!(error.is_retryable());
    assert!(stream.try_next().await.unwrap().is_none());
    exchange.requests(1).await;
}

/// A known event with a body that is not its own is an error of that event; the stream goes on.
#[tokio::test]
async fn an_event_that_is_not_what_it_says() {
    let bad = (
        "content_block_stop",
        json!({"type": "content_block_stop", "index": "zero"}),
    );
    let exchange = exchange(&[bad, ("message_stop", json!({"type": "message_stop"}))]).await;
    let mut stream = stream(&exchange).await;

    let error = stream.try_next().await.unwrap_err();
    assert!(matches!(error, claude_typed::Error::Decode(_)), "{error:?}");
    assert!(error.to_string().contains("content_block_stop"), "{error}");
    assert_eq!(
        stream.try_next().await.unwrap(),
        Some(MessageStreamEvent::MessageStop)
    );
    exchange.requests(1).await;
}
