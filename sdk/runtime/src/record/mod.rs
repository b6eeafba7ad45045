//! Records (feature `connector`): structs whose values are picked out of a reply by selectors, as connector documents
//! describe them.
//!
//! A generated record has an `Option` for each field and keeps the reply it was picked from. What
//! a reply does not have, or has as `null`, is `None`. A value of another type than the document
//! says is an error that names the field and its selector, except where it can only mean one
//! thing:
//!
//! | type | Rust | accepted |
//! |---|---|---|
//! | `String` | `String` | texts |
//! | `Integer` | `i64` | integers, and numbers without a fraction (`2.0`) |
//! | `Float` | `f64` | numbers |
//! | `Boolean` | `bool` | `true`, `false`, and the numbers `1` and `0` |
//! | `DateTime` | `DateTime<Utc>` | RFC 3339; date and time without offset (UTC); a date alone (midnight UTC); seconds since 1970 |
//! | `Json` | `Value` | everything |
//! | `Array` | `Vec<Value>` | lists |

#[cfg(feature = "connector")]
mod list;
#[cfg(feature = "connector")]
mod pick;
#[cfg(feature = "connector")]
mod reply;
mod select;
#[cfg(feature = "connector")]
mod timestamp;

#[cfg(feature = "connector")]
pub use self::connector::*;
pub use select::Selector;

#[cfg(feature = "connector")]
mod connector {
    pub use super::list::RecordPage;
    pub(crate) use super::pick::noun;
    pub use super::pick::{Field, Pick, PickError};
    pub use super::reply::{Picked, Record, deserialize, json, named};
    pub use super::timestamp::{ParseTimestampError, Timestamp};
}
