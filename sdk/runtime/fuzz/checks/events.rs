//! The event-stream decoder against the rules of the standard.

use specwright_runtime::events::Decoder;

/// What a stream says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) events: Vec<(String, String, String)>,
    pub(crate) retry: Option<u64>,
    pub(crate) last_id: String,
    pub(crate) unfinished: bool,
}

/// What a decoder makes of these pieces.
pub(crate) fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Seen {
    let mut decoder = Decoder::new();
    let mut events = Vec::new();
    for piece in pieces {
        decoder.feed(piece);
        while let Some(event) = decoder.next().expect("within the limit") {
            events.push((event.name.into(), event.data.into(), event.id.into()));
        }
    }
    Seen {
        events,
        retry: decoder.retry(),
        last_id: decoder.last_event_id().to_owned(),
        unfinished: decoder.has_unfinished_event(),
    }
}

/// The rules as the standard words them, on the whole text at once.
pub(crate) fn reference(input: &[u8]) -> Seen {
    let text = String::from_utf8_lossy(input).replace("\r\n", "\n");
    let text = text.replace('\r', "\n");
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut lines: Vec<&str> = text.split('\n').collect();
    let cut_line = lines.pop().unwrap_or_default();
    let (mut name, mut data, mut id) = (String::new(), String::new(), String::new());
    let mut any_id = false;
    let mut seen = Seen {
        events: Vec::new(),
        retry: None,
        last_id: String::new(),
        unfinished: false,
    };
    for line in lines {
        if line.is_empty() {
            seen.last_id.clone_from(&id);
            if !data.is_empty() {
                data.pop();
                let name = if name.is_empty() { "message" } else { &name };
                seen.events.push((name.into(), data.clone(), id.clone()));
            }
            (name, data, any_id) = (String::new(), String::new(), false);
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => name = value.into(),
            "data" => data = data + value + "\n",
            "id" if !value.contains('\0') => (id, any_id) = (value.into(), true),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                seen.retry = value.parse().ok().or(seen.retry);
            }
            _ => {}
        }
    }
    let open = !name.is_empty() || !data.is_empty() || any_id;
    seen.unfinished = open || !(cut_line.is_empty() || cut_line.starts_with(':'));
    seen
}

/// However the bytes are cut, the decoder says what the standard says; and a narrow limit is an
/// error, not a panic.
pub(crate) fn check(input: &[u8]) {
    let expected = reference(input);
    for size in [1, 2, 3, 7, 64, input.len().max(1)] {
        assert_eq!(decode(input.chunks(size)), expected, "in pieces of {size}");
    }
    let mut narrow = Decoder::with_max_event_bytes(16);
    for piece in input.chunks(5) {
        narrow.feed(piece);
        while let Ok(Some(event)) = narrow.next() {
            assert!(event.data.len() <= 3 * 16, "{} bytes", event.data.len());
        }
    }
}
