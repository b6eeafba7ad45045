//! Differences between the two clients that are as they should be.
//!
//! One more is a member that is `null`: typify cannot say `null` for an optional one, so progenitor
//! leaves it out. Our body has to have it exactly where the body that was given has it.

/// Headers that are not compared, and why.
pub(crate) const HEADERS: &[(&str, &str)] = &[
    (
        "accept-encoding",
        "progenitor leaves compression to its HTTP client, which has none here",
    ),
    (
        "api-version",
        "progenitor sends the version of the document with every request",
    ),
    (
        "content-length",
        "bodies are compared as JSON: the order of members may differ",
    ),
    ("cookie", "progenitor leaves credentials to its HTTP client"),
    (
        "user-agent",
        "progenitor leaves it to its HTTP client, which has none",
    ),
    (
        "x-api-key",
        "progenitor leaves credentials to its HTTP client",
    ),
];

/// Parts in which the requests of an operation differ, and why: API and operation, part, reason.
pub(crate) const PARTS: &[(&str, &str, &str)] = &[(
    "claude_ai.conversations_delete",
    "header accept",
    "progenitor asks for the JSON of errors alone; a reply without a body may have any type",
)];
