//! The event-stream decoder against the rules of the standard, however the
//! bytes are cut.

#[path = "../fuzz/checks/mod.rs"]
mod checks;

use proptest::prelude::*;
use specwright_runtime::events::{Decoder, EventTooLong};

use checks::events::{check, decode, reference};

fn events(input: &str) -> Vec<(String, String)> {
    let seen = decode([input.as_bytes()]);
    let pairs = seen.events.into_iter();
    pairs.map(|(name, data, _)| (name, data)).collect()
}

fn unfinished(input: &str) -> bool {
    decode([input.as_bytes()]).unfinished
}

#[test]
fn the_end_of_a_body_tells_a_cut_event_from_a_finished_one() {
    assert!(!unfinished(""));
    assert!(!unfinished("data: a\n\n"));
    assert!(!unfinished("data: a\r\n\r\n"));
    assert!(!unfinished("data: a\n\n: bye"));
    assert!(!unfinished("data: a\n\n\n\n"));
    assert!(unfinished("data: a\n"));
    assert!(unfinished("data: a\n\nevent: b\n"));
    assert!(unfinished("data: a\n\ndat"));
}

#[test]
fn an_event_is_handed_out_as_soon_as_its_blank_line_ends() {
    let mut decoder = Decoder::new();
    decoder.feed(b"data: a\r\n\r");
    assert_eq!(decoder.next().unwrap().unwrap().data, "a");
    decoder.feed(b"\n");
    assert!(decoder.next().unwrap().is_none());
    assert!(!decoder.has_unfinished_event());
}

#[test]
fn many_lines_of_data_after_one_another() {
    let text = "data: a\ndata: b\n\ndata: c\n\ndata: d\ndata\ndata: e\n\n";
    let data: Vec<_> = events(text).into_iter().map(|(_, data)| data).collect();
    assert_eq!(data, ["a\nb", "c", "d\n\ne"]);
}

#[test]
fn the_limit_is_for_an_event_and_for_a_line_however_cut() {
    let limit = 40;
    let cases: &[(&str, bool)] = &[
        ("data: 012345678901234567890123456789012\n\n", true),
        ("data: 0123456789012345678901234567890123\n\n", false),
        ("data: 0123456789\ndata: 0123456789\nid: 4\n\n", true),
        ("data: 0123456789\ndata: 0123456789\nid: 45\n\n", false),
        (": 0123456789012345678901234567890123456789\n", false),
        (
            ": 01234567890123456789\n: 01234567890123456789\n: 0123456789\n\ndata: a\n\n",
            true,
        ),
        (
            "retry: 0123456789\r\nretry: 0123456789\r\nretry: 1\r\n\r\n",
            true,
        ),
        ("no end to this line, which is longer than that", false),
    ];
    for (input, fits) in cases {
        for size in [1, 2, 7, input.len()] {
            let mut decoder = Decoder::with_max_event_bytes(limit);
            let result = input.as_bytes().chunks(size).try_for_each(|piece| {
                decoder.feed(piece);
                while decoder.next()?.is_some() {}
                Ok::<_, EventTooLong>(())
            });
            assert_eq!(result.is_ok(), *fits, "{input:?} in pieces of {size}");
            if !fits {
                assert_eq!(decoder.next(), Err(EventTooLong { limit }), "stays failed");
            }
        }
    }
}

#[test]
fn a_long_stream_needs_no_more_memory_than_its_longest_event() {
    let mut decoder = Decoder::with_max_event_bytes(64);
    for _ in 0..100_000 {
        decoder.feed(b"event: tick\ndata: {\"n\":");
        assert!(decoder.next().unwrap().is_none());
        decoder.feed(b"1}\n\n");
        assert_eq!(decoder.next().unwrap().unwrap().data, "{\"n\":1}");
    }
}

/// Text rich in what the rules are about.
fn stream_bytes() -> impl Strategy<Value = Vec<u8>> {
    const TOKENS: &[&[u8]] = &[
        b"\n",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"data",
        b"data:",
        b"data: ",
        b"event: ",
        b"id: ",
        b"id",
        b"retry: ",
        b"12",
        b":",
        b" ",
        b"\0",
        b"x",
        "é€🦀".as_bytes(),
        b"\xf0\x9f",
        b"\xff",
        b"\xef\xbb\xbf",
        b"{\"type\":\"a\"}",
    ];
    let token = prop::sample::select(TOKENS);
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn cuts_change_nothing(
        input in stream_bytes(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
        at.extend([0, input.len()]);
        at.sort_unstable();
        let expected = reference(&input);
        prop_assert_eq!(&decode(at.windows(2).map(|cut| &input[cut[0]..cut[1]])), &expected);
        check(&input);
    }

    #[test]
    fn what_is_written_is_read(
        sent in prop::collection::vec(("[a-z_]{1,9}", "[^\r\n\0]{0,30}(\n[^\r\n\0]{0,9}){0,3}"), 0..8),
        end in prop_oneof![Just("\n"), Just("\r"), Just("\r\n")],
    ) {
        let mut text = String::new();
        for (name, data) in &sent {
            text += &format!("event:{name}{end}");
            for line in data.split('\n') {
                text += &format!("data: {line}{end}");
            }
            text += end;
        }
        prop_assert_eq!(events(&text), sent);
    }
}
