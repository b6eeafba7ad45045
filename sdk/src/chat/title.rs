//! Waiting for the title of a conversation.

use std::time::Duration;

use specwright_runtime::Error;
use specwright_runtime::poll::Poller;

use crate::claude_ai::{Conversation, ConversationUuid, Conversations, GenerateTitleRequest};

/// How often and how long a title is asked for: it takes the model a moment.
const TITLE: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(5),
    Duration::from_secs(60),
];

impl Conversations {
    /// Waits until a conversation has a name, which the server makes some time after
    /// [`generate_title`](Self::generate_title) was answered with 202.
    ///
    /// Asks after 0.5 s at first, at most every 5 s, for a minute; all of it can be set on the
    /// poller. Awaited, it gives the conversation; `states()` gives each reply.
    ///
    /// ```no_run
    /// # use claude_typed::claude_ai::{Client, ConversationUuid, GenerateTitleRequest};
    /// # async fn example(client: Client, conversation: ConversationUuid)
    /// # -> Result<(), claude_typed::Error> {
    /// let conversations = client.conversations();
    /// let reply = conversations.generate_title(conversation, GenerateTitleRequest::new()).await?;
    /// let title = match reply.into_inner().and_then(|reply| reply.title) {
    ///     Some(title) => title,
    ///     None => conversations.poll_title(conversation).await?.into_inner().name.unwrap_or_default(),
    /// };
    /// # Ok(())
    /// # }
    /// ```
    pub fn poll_title(&self, conversation: ConversationUuid) -> Poller<Conversation> {
        self.poll_until(conversation, |conversation| {
            conversation
                .name
                .as_ref()
                .is_some_and(|name| !name.is_empty())
        })
    }

    /// As [`poll_title`](Self::poll_title), until `done` says so: for a conversation that had
    /// another name before, or for anything else about one that changes later.
    pub fn poll_until(
        &self,
        conversation: ConversationUuid,
        done: impl Fn(&Conversation) -> bool + Send + 'static,
    ) -> Poller<Conversation> {
        let conversations = self.clone();
        let [first, longest, deadline] = TITLE;
        Poller::new(move || conversations.retrieve(conversation), done)
            .interval(first)
            .max_interval(longest)
            .deadline(deadline)
    }

    /// Has the server make a title and waits for it, at most a minute.
    ///
    /// `POST …/title`, then, unless the reply has the title, `GET` of the conversation until its
    /// name is there and another than it was.
    ///
    /// # Errors
    /// Those of the requests; [`Error::Timeout`] when the name does not come, or comes out the same
    /// as before.
    pub async fn title(
        &self,
        conversation: ConversationUuid,
        request: impl std::borrow::Borrow<GenerateTitleRequest>,
    ) -> Result<String, Error> {
        let before = self.retrieve(conversation).await?.into_inner().name;
        let reply = self.generate_title(conversation, request).await?;
        let title = reply.into_inner().and_then(|reply| reply.title);
        if let Some(title) = title.filter(|title| !title.is_empty()) {
            return Ok(title);
        }
        let named = self.poll_until(conversation, move |conversation| {
            let name = conversation.name.as_ref().filter(|name| !name.is_empty());
            name.is_some() && name != before.as_ref()
        });
        Ok(named.await?.into_inner().name.unwrap_or_default())
    }
}
