//! Frequent events are read the short way when they are plain. Whatever the data, the result is
//! that of serde_json.

use claude_typed::platform::{ContentBlockDeltaEvent, MessageStreamEvent};
use claude_typed::{claude_ai, platform};
use proptest::prelude::*;
use specwright_runtime::events::{Event, RawEvent};
use specwright_runtime::plain;

const NAME: &str = "content_block_delta";

fn event(data: &str) -> RawEvent<'_> {
    RawEvent {
        name: NAME,
        data,
        id: "",
    }
}

/// Both modules' events, read both ways.
fn check(data: &str) -> Result<(), TestCaseError> {
    let short = MessageStreamEvent::decode(&event(data));
    let long = serde_json::from_str(data).map(MessageStreamEvent::ContentBlockDelta);
    prop_assert_eq!(short.ok(), long.ok(), "{}", data);

    let short = claude_ai::CompletionEvent::decode(&event(data));
    let long = serde_json::from_str(data).map(claude_ai::CompletionEvent::ContentBlockDelta);
    prop_assert_eq!(short.ok(), long.ok(), "{}", data);
    Ok(())
}

#[test]
fn deltas_as_the_service_sends_them_take_the_short_way() {
    for data in [
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#,
        r#"{"type":"content_block_delta","index":12,"delta":{"type":"thinking_delta","thinking":"a\n\"b\""}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"a\": "}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":""}     }"#,
    ] {
        assert!(
            plain::from_str::<ContentBlockDeltaEvent>(data).is_some(),
            "{data}"
        );
        assert!(
            plain::from_str::<claude_ai::ContentBlockDeltaEvent>(data).is_some(),
            "{data}"
        );
        check(data).unwrap();
    }
}

#[test]
fn what_the_document_does_not_know_is_kept() {
    let data =
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"new_delta","text":"x"}}"#;
    check(data).unwrap();
    let event = MessageStreamEvent::decode(&event(data)).unwrap();
    let MessageStreamEvent::ContentBlockDelta(event) = event else {
        panic!("{event:?}");
    };
    assert!(matches!(
        event.delta,
        platform::ContentBlockDelta::Unknown(_)
    ));
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(texts)
}

/// The text of a JSON string: plain, escaped, broken.
fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[ -~]{0,10}".prop_map(|text| text.replace(['"', '\\'], "")),
        2 => "\\PC{0,4}".prop_map(|text| text.replace(['"', '\\'], "")),
        3 => one_of(&["\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\t"]).prop_map(String::from),
        1 => one_of(&["\\u00e9", "\\ud83e\\udd80", "\\ud83e", "\\u12", "\\x", "\t", "\u{7f}", "\u{0}"])
            .prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u8>().prop_map(|number| number.to_string()),
        one_of(&[
            "0",
            "00",
            "07",
            "-1",
            "-0",
            "1.0",
            "1e2",
            "18446744073709551615",
            "18446744073709551616",
            "\"1\"",
            "null",
            "",
            "0x1",
            "+1",
        ])
        .prop_map(String::from),
    ]
}

/// An object with these members in this order, spaces anywhere, members repeated, missing, added.
fn object(members: Vec<BoxedStrategy<String>>) -> impl Strategy<Value = String> {
    let members: Vec<_> = members
        .into_iter()
        .map(|member| (member, prop_oneof![9 => Just(1usize), 1 => 0..3usize]))
        .collect();
    let extra = prop_oneof![8 => Just(""), 1 => Just("\"x\":[1,{}]"), 1 => Just("\"x\"")];
    let space = prop_oneof![8 => Just(""), 2 => one_of(&[" ", "  ", "\t", "\n", "\u{a0}"])];
    let end = prop_oneof![12 => Just("}"), 1 => one_of(&["", "}}", ",}", "} "])];
    (
        members,
        extra,
        space.clone(),
        space,
        end,
        prop::bool::weighted(0.15),
    )
        .prop_flat_map(|(members, extra, comma, close, end, shuffled)| {
            let mut all: Vec<String> = members
                .into_iter()
                .flat_map(|(member, count)| vec![member; count])
                .collect();
            if !extra.is_empty() {
                all.push(extra.to_owned());
            }
            let all = if shuffled {
                Just(all).prop_shuffle().boxed()
            } else {
                Just(all).boxed()
            };
            all.prop_map(move |all| format!("{{{}{close}{end}", all.join(&format!(",{comma}"))))
        })
}

fn member(
    name: &'static str,
    value: impl Strategy<Value = String> + 'static,
) -> BoxedStrategy<String> {
    let colon = prop_oneof![9 => Just(":"), 1 => one_of(&[": ", " :", ""])];
    (value, colon)
        .prop_map(move |(value, colon)| format!("\"{name}\"{colon}{value}"))
        .boxed()
}

fn delta() -> impl Strategy<Value = String> {
    let of = |tag: &'static str, field: &'static str| {
        let tag = Just(format!("\"{tag}\""));
        object(vec![member("type", tag), member(field, string())]).boxed()
    };
    prop_oneof![
        of("text_delta", "text"),
        of("thinking_delta", "thinking"),
        of("input_json_delta", "partial_json"),
        of("signature_delta", "signature"),
        of("text_delta", "thinking"),
        of("text\\u005fdelta", "text"),
        of("citations_delta", "citation"),
        of("new_delta", "text"),
        string().boxed(),
    ]
}

fn data() -> impl Strategy<Value = String> {
    let kind = prop_oneof![
        9 => Just("\"content_block_delta\"".to_owned()),
        1 => prop_oneof![string().boxed(), number().boxed()],
    ];
    object(vec![
        member("type", kind),
        member("index", number()),
        member("delta", delta()),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_short_way_reads_what_the_long_one_reads(data in data()) {
        check(&data)?;
    }

    #[test]
    fn broken_in_one_place(data in data(), at in any::<prop::sample::Index>(), with in "\\PC{0,2}") {
        let mut text: Vec<char> = data.chars().collect();
        let at = at.index(text.len().max(1));
        text.splice(at..(at + 1).min(text.len()), with.chars());
        check(&text.into_iter().collect::<String>())?;
    }

    #[test]
    fn any_text(data in "\\PC{0,40}") {
        check(&data)?;
    }
}
