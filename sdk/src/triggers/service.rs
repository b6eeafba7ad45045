//! Asking the service for its lists and their items.

use chrono::{DateTime, Utc};
use futures_core::future::BoxFuture;
use futures_util::TryStreamExt;
use specwright_runtime::pages::Pages;
use specwright_runtime::record::{Picked, RecordPage};
use specwright_runtime::{DecodeError, Error, Request};

use super::resource::{Item, Resource, Watched};
use super::schedule::{Pace, server_time};
use crate::connector::Client;

/// What a watcher asks for.
pub(super) trait Service: Send + Sync + 'static {
    /// The whole list, or an error: never a part of it.
    fn walk<'a>(
        &'a self,
        resource: Resource,
        pace: &'a mut Pace,
    ) -> BoxFuture<'a, Result<Walk, Error>>;

    /// One item; `None` when the service says that there is none.
    fn look_up<'a>(
        &'a self,
        resource: Resource,
        id: &'a str,
        pace: &'a mut Pace,
    ) -> BoxFuture<'a, Result<Option<Item>, Error>>;
}

/// A list as it was seen page by page, in its order. Where there were several pages an item may
/// have moved from one to another meanwhile: be there twice, or not at all.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub(super) items: Vec<Item>,
    pub(super) pages: usize,
}

/// The platform, through the client of the connector.
pub(super) struct Platform {
    pub(super) client: Client,
    /// Items of a page.
    pub(super) page_size: u32,
}

impl Service for Platform {
    fn walk<'a>(
        &'a self,
        resource: Resource,
        pace: &'a mut Pace,
    ) -> BoxFuture<'a, Result<Walk, Error>> {
        let (client, limit) = (&self.client, self.page_size.to_string());
        let now = self.now();
        match resource {
            Resource::Models => {
                let list = client.models().list().query("limit", limit);
                Box::pin(collect(list.pages(), now, pace))
            }
            Resource::Files => {
                let list = client.files().list().query("limit", limit);
                Box::pin(collect(list.pages(), now, pace))
            }
            Resource::Skills => {
                let list = client.skills().list().query("limit", limit);
                Box::pin(collect(list.pages(), now, pace))
            }
            Resource::MessageBatches => {
                let list = client.message_batches().list().query("limit", limit);
                Box::pin(collect(list.pages(), now, pace))
            }
        }
    }

    fn look_up<'a>(
        &'a self,
        resource: Resource,
        id: &'a str,
        pace: &'a mut Pace,
    ) -> BoxFuture<'a, Result<Option<Item>, Error>> {
        let (client, now) = (&self.client, self.now());
        match resource {
            Resource::Models => Box::pin(find(client.models().read(id), now, pace)),
            Resource::Files => Box::pin(find(client.files().read(id), now, pace)),
            Resource::Skills => Box::pin(find(client.skills().read(id), now, pace)),
            Resource::MessageBatches => {
                Box::pin(find(client.message_batches().read(id), now, pace))
            }
        }
    }
}

impl Platform {
    /// The time where the server does not say it.
    fn now(&self) -> DateTime<Utc> {
        self.client.inner().clock().now().into()
    }
}

async fn collect<T: Watched>(
    mut pages: Pages<RecordPage<T>>,
    now: DateTime<Utc>,
    pace: &mut Pace,
) -> Result<Walk, Error> {
    let mut walk = Walk::default();
    while let Some(page) = pages.try_next().await? {
        let now = server_time(page.headers(), now);
        pace.note(page.headers(), now);
        walk.pages += 1;
        for record in page.iter() {
            walk.items.push(item(record, now)?);
        }
    }
    Ok(walk)
}

async fn find<T: Watched>(
    request: Request<T, Picked>,
    now: DateTime<Utc>,
    pace: &mut Pace,
) -> Result<Option<Item>, Error> {
    match request.await {
        Ok(record) => {
            let now = server_time(record.headers(), now);
            pace.note(record.headers(), now);
            item(&*record, now).map(Some)
        }
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn item<T: Watched>(record: &T, now: DateTime<Utc>) -> Result<Item, Error> {
    Item::new(record, now).ok_or_else(|| DecodeError::new("an item of the list has no `id`").into())
}

/// Whether the API itself says that there is no such item. A bare 404 does not: a proxy on the way
/// may have sent it.
fn is_gone(error: &Error) -> bool {
    error.as_api().is_some_and(|api| {
        let said = api.kind() == Some("not_found_error");
        api.status() == 404 && (said || api.error_code() == Some("file_expired"))
    })
}
