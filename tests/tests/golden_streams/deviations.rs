//! Where the official client is wrong, and what ours does instead.

use specwright_runtime::StreamCause;

/// What ours does instead.
#[derive(Clone, Copy)]
pub(crate) enum Deviation {
    /// Gives the whole message.
    Whole,
    /// Fails with a typed error.
    Refused(StreamCause),
    /// Has the input of each tool as the fragments have it, as text where they are no JSON.
    SentInput,
    /// Has the message as it was when `message_stop` came.
    AtStop,
    /// Decodes it with the events of claude.ai, whose stream it is.
    ClaudeAi,
}

/// The cases by their number, with the reason. Streams that end early are not here: they are told
/// from the record, and are errors that carry the message so far.
const DEVIATIONS: [(&str, Deviation, &str); 11] = [
    (
        "31",
        Deviation::Whole,
        "a byte order mark belongs to the encoding, and does not lose the first event",
    ),
    (
        "40",
        Deviation::Whole,
        "an event without a name of its own has the `type` of its data for a name",
    ),
    (
        "43",
        Deviation::Refused(StreamCause::Protocol),
        "content before `message_start` is a fault of the server, not an assertion of the client",
    ),
    (
        "44",
        Deviation::Refused(StreamCause::Protocol),
        "a delta of a block that never began is a fault of the server, not an index error",
    ),
    (
        "45",
        Deviation::SentInput,
        "a tool input that is no JSON is kept as text, and the rest of the message with it",
    ),
    (
        "46",
        Deviation::SentInput,
        "a tool input that was cut off is kept as text: what can be read of it is not the input",
    ),
    (
        "49",
        Deviation::Refused(StreamCause::Truncated),
        "a body without events ended early",
    ),
    (
        "50",
        Deviation::Refused(StreamCause::Truncated),
        "a body without a message ended early",
    ),
    (
        "51",
        Deviation::AtStop,
        "what comes after `message_stop` is no part of the message",
    ),
    (
        "57",
        Deviation::SentInput,
        "the input of a tool call of any kind is put together from its fragments",
    ),
    ("59", Deviation::ClaudeAi, "it is a stream of claude.ai"),
];

pub(crate) fn of(name: &str) -> Option<Deviation> {
    let number = name.split('_').next();
    let found = DEVIATIONS.iter().find(|(have, ..)| number == Some(have));
    found.map(|(_, deviation, _)| *deviation)
}
