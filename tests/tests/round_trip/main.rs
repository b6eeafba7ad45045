//! Content blocks there and back: for every kind of block of the document, in replies and in
//! requests, JSON in is JSON out, with a member that nobody knows in every object.
//!
//! The samples are computed from the document: every member of every union, every property, once
//! with values and once with the empty, zero and null values that the schema allows.

mod sample;

use claude_typed::platform::{
    BashTool20250124, CacheControl, CacheTtl, ContentBlock, ContentBlockParam, CountTokensRequest,
    CreateMessageRequest, Message, MessageContent, MessageParam, TextBlock, TextCitation,
    ThinkingConfig, Tool, ToolChoice,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use specwright_tests::json::differences;

use sample::{Fill, Samples};

const FILLS: [Fill; 3] = [Fill::Full, Fill::Empty, Fill::Required];

/// Every sample of a schema goes through a type as it is.
fn expect_round_trip<T: Serialize + DeserializeOwned>(samples: &[Value]) {
    let problems: Vec<String> = samples
        .iter()
        .flat_map(|sample| {
            match serde_json::from_value::<T>(sample.clone()) {
                Ok(read) => differences(sample, &serde_json::to_value(read).unwrap()),
                Err(error) => vec![error.to_string()],
            }
            .into_iter()
            .map(move |problem| format!("{}: {problem}", sample["type"]))
        })
        .collect();
    let count = problems.len();
    assert!(
        problems.is_empty(),
        "{count} problems:\n{}",
        problems.join("\n")
    );
}

fn kinds(samples: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<&str> = samples
        .iter()
        .map(|sample| sample["type"].as_str().unwrap_or_default())
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

#[test]
fn every_block_of_a_reply() {
    let document = Samples::platform();
    for fill in FILLS {
        let samples = document.of("ContentBlock", fill);
        assert_eq!(kinds(&samples).len(), 12, "{:?}", kinds(&samples));
        expect_round_trip::<ContentBlock>(&samples);
    }
}

#[test]
fn every_block_of_a_request() {
    let document = Samples::platform();
    for fill in FILLS {
        let samples = document.of("ContentBlockParam", fill);
        assert_eq!(kinds(&samples).len(), 16, "{:?}", kinds(&samples));
        expect_round_trip::<ContentBlockParam>(&samples);
    }
}

/// A reply goes into the next request as it came: as a turn, and as the JSON that is sent.
#[test]
fn every_block_of_a_reply_in_the_next_request() {
    let document = Samples::platform();
    for fill in FILLS {
        let mut content = document.of("ContentBlock", fill);
        content.push(json!({"type": "hologram", "depth": 0, "parts": [{}], "none": null}));
        let reply: Message = serde_json::from_value(json!({
            "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
            "content": content, "usage": {"input_tokens": 0, "output_tokens": 0},
        }))
        .unwrap();
        let turn = reply.to_param();
        let MessageContent::Blocks(blocks) = &turn.content else {
            panic!("{turn:?}");
        };
        let known = &blocks[..blocks.len() - 1];
        assert!(
            known
                .iter()
                .all(|block| !matches!(block, ContentBlockParam::Unknown(_)))
        );
        let request = CreateMessageRequest::new("m", 1, [turn]);
        let sent = serde_json::to_value(&request).unwrap();
        let problems = differences(&Value::from(content), &sent["messages"][0]["content"]);
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }
}

/// What stands around the blocks keeps what it does not know, too.
#[test]
fn whole_requests_and_their_parts() {
    expect_every_kind::<Tool>("Tool");
    expect_every_kind::<ToolChoice>("ToolChoice");
    expect_every_kind::<ThinkingConfig>("ThinkingConfig");
    expect_every_kind::<TextCitation>("TextCitation");
    let document = Samples::platform();
    for fill in FILLS {
        expect_round_trip::<MessageParam>(&document.of("MessageParam", fill));
        expect_round_trip::<CreateMessageRequest>(&document.of("CreateMessageRequest", fill));
        expect_round_trip::<CountTokensRequest>(&document.of("CountTokensRequest", fill));
    }
}

fn expect_every_kind<T: Serialize + DeserializeOwned>(name: &str) {
    let document = Samples::platform();
    for fill in FILLS {
        let samples = document.of(name, fill);
        assert_eq!(kinds(&samples).len(), document.variants(name), "{name}");
        expect_round_trip::<T>(&samples);
    }
}

/// A part that is marked by its type writes it by itself: there is no way to leave it out or to give
/// another.
#[test]
fn tags_are_right_by_construction() {
    let control = CacheControl::new().ttl(CacheTtl::OneHour);
    let text = TextBlock::new("Hi").cache_control(control);
    let written = json!({
        "type": "text", "text": "Hi", "cache_control": {"type": "ephemeral", "ttl": "1h"},
    });
    assert_eq!(json!(text), written);
    assert_eq!(
        json!(BashTool20250124::new()),
        json!({"type": "bash_20250124", "name": "bash"})
    );
}
