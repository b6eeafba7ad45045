//! Answers of a Rust type: `output_config.format` from a type, and the answer read back into it.
//!
//! With the feature `structured`. A type that derives [`schemars::JsonSchema`] (schemars 1) becomes
//! the schema that is sent, [adapted](adapt()) to the part of JSON Schema that the API takes; the
//! answer is checked against all the type's schema says, and read.
//!
//! ```no_run
//! use claude_typed::platform::{Client, CreateMessageRequest, MessageParam, MessageRole, Model};
//!
//! /// A dish and how to cook it.
//! #[derive(schemars::JsonSchema, serde::Deserialize)]
//! struct Recipe {
//!     title: String,
//!     /// In the order in which they are needed.
//!     ingredients: Vec<String>,
//!     #[schemars(range(min = 1, max = 12))]
//!     serves: u8,
//! }
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::from_env()?;
//! let question = MessageParam::new(MessageRole::User, "How do I cook a tortilla for four?");
//! let request = CreateMessageRequest::new(Model::ClaudeSonnet55, 1024, [question]);
//!
//! let reply = client.messages().parse::<Recipe>(&request).await?;
//! println!("{}: {}", reply.output.title, reply.output.ingredients.join(", "));
//! println!("{} tokens", reply.message.usage.output_tokens);
//! # Ok(())
//! # }
//! ```
//!
//! The same as a stream is [`Messages::stream_parsed`](crate::platform::Messages::stream_parsed).
//! Where the request is sent some other way, in a batch for example,
//! [`CreateMessageRequest::output_type`](crate::platform::CreateMessageRequest::output_type) asks
//! for the type and [`Message::parse_output`](crate::platform::Message::parse_output) reads it; a
//! [`Schema`] does both without being made anew each time, and takes schemas that no type has.
//!
//! # What a type can be
//! Structs, enums, lists, options, strings, numbers and booleans. Limits (`range`, `length`,
//! `pattern`) are told to the model in words, and checked when the answer is there. A type that
//! contains itself is refused, and so is one whose schema allows anything, such as
//! [`serde_json::Value`]. A map is sent as an object without properties, for the API knows no
//! others: use a list of entries.

mod adapt;
mod call;
mod output;
mod prepare;
mod references;
mod schema;

pub use adapt::{SchemaError, adapt};
pub use call::{ParseError, ParseMessage, ParsedStream};
pub use output::{OutputError, OutputFault, Parsed};
pub use schema::{Schema, Violation, Violations};
pub(crate) use schema::{check, original_of, validator};
pub use schemars;
