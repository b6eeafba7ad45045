//! The table of cases: an operation, our call and progenitor's.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A call: whether it was sent and its reply decoded.
pub(crate) type Call = Pin<Box<dyn Future<Output = Result<(), String>>>>;

/// An operation called by both clients with the same values.
pub(crate) struct Case<O, T> {
    /// Id of the operation in the lowered document.
    pub(crate) id: &'static str,
    /// Bodies to send besides the examples of the document.
    pub(crate) bodies: fn() -> Vec<Value>,
    /// Our call.
    pub(crate) ours: fn(O, Value) -> Call,
    /// progenitor's call.
    pub(crate) theirs: fn(T, Value) -> Call,
}

/// A body as the type a client takes.
pub(crate) fn read<T: DeserializeOwned>(body: &Value) -> T {
    serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// What a call came to.
pub(crate) fn result<T, E: Debug>(result: Result<T, E>) -> Result<(), String> {
    result.map(drop).map_err(|error| format!("{error:?}"))
}

/// `operation: our call => progenitor's arguments;`, where `ours` and `body` are the names given
/// before. More bodies for an operation follow in brackets.
macro_rules! cases {
    ($client:ty, $progenitor:ty, |$ours:ident, $body:ident|
        $($id:ident: $call:expr => ($($argument:expr),* $(,)?) $([$($more:expr),* $(,)?])?;)*) => {
        pub(crate) fn cases() -> Vec<$crate::table::Case<$client, $progenitor>> {
            vec![$($crate::table::Case {
                id: stringify!($id),
                bodies: || vec![$($($more),*)?],
                ours: |$ours, $body| Box::pin(async move {
                    let _ = &$body;
                    $crate::table::result($call.await)
                }),
                theirs: |theirs, $body| Box::pin(async move {
                    let _ = &$body;
                    $crate::table::result(theirs.$id($($argument),*).await)
                }),
            }),*]
        }
    };
}
pub(crate) use cases;
