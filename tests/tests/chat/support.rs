//! A client of a server on a bare socket.

use claude_typed::claude_ai::{Client, ConversationUuid};
use specwright_tests::socket::Server;
use uuid::{Uuid, uuid};

pub(crate) const CONVERSATION: ConversationUuid =
    ConversationUuid::new(uuid!("b1a6e3c2-0d4f-4b8e-8a21-3f6c5d7e9a10"));

/// A client of one organization, which never asks twice.
pub(crate) fn client(server: &Server) -> Client {
    Client::builder()
        .session_key("sk-ant-sid02-chat")
        .organization(Uuid::from_u128(1).into())
        .base_url(server.url())
        .max_retries(0)
        .build()
        .unwrap()
}
