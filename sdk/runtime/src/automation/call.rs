//! An operation that is called by name.

use std::fmt;
use std::future::IntoFuture;

use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value};

use super::{Given, Operation};
use crate::error::Error;
use crate::pages::Pages;
use crate::record::{Record, RecordPage};
use crate::response::Response;

/// One record of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs {
    /// The outputs by their names, as [`ValueType`](super::ValueType) says; `null` when the reply
    /// does not have one.
    pub values: Map<String, Value>,
    /// The reply, or the part of it that is about this record.
    pub raw: Value,
}

impl Outputs {
    fn of(record: impl Record) -> Self {
        Self {
            values: record.values(),
            raw: record.into_raw(),
        }
    }
}

/// The records of an answer, over all pages.
pub type OutputStream = BoxStream<'static, Result<Outputs, Error>>;

/// An operation whose inputs are good, ready to be sent: by awaiting it, or as a stream of
/// [`outputs`](Self::outputs). Nothing is sent before.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call {
    operation: &'static Operation,
    /// The answers: one, or the pages of a list.
    pages: BoxStream<'static, Result<Response<Vec<Outputs>>, Error>>,
}

/// Building blocks of generated code.
impl Call {
    /// A call that answers with a record.
    pub fn record<T: Record + 'static>(
        given: &Given,
        request: impl IntoFuture<Output = Result<Response<T>, Error>, IntoFuture: Send + 'static>,
    ) -> Self {
        Self::once(given, request.into_future(), |record| {
            vec![Outputs::of(record)]
        })
    }

    /// A call that answers with a list which is not paged.
    pub fn page<T: Record + 'static>(
        given: &Given,
        request: impl IntoFuture<
            Output = Result<Response<RecordPage<T>>, Error>,
            IntoFuture: Send + 'static,
        >,
    ) -> Self {
        Self::once(given, request.into_future(), outputs)
    }

    /// A call that answers with the pages of a list.
    pub fn pages<T: Record + 'static>(given: &Given, pages: Pages<RecordPage<T>>) -> Self {
        Self {
            operation: given.operation(),
            pages: pages.map(|page| Ok(page?.map(outputs))).boxed(),
        }
    }

    fn once<T: 'static>(
        given: &Given,
        request: impl Future<Output = Result<Response<T>, Error>> + Send + 'static,
        outputs: impl Fn(T) -> Vec<Outputs> + Send + 'static,
    ) -> Self {
        Self {
            operation: given.operation(),
            pages: stream::once(async move { Ok(request.await?.map(outputs)) }).boxed(),
        }
    }
}

fn outputs<T: Record>(page: RecordPage<T>) -> Vec<Outputs> {
    page.into_iter().map(Outputs::of).collect()
}

impl Call {
    /// What is called.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Sends it; awaiting it does the same. The answer of a list is its first page.
    ///
    /// # Errors
    /// As a typed call: what cannot be sent (an empty path value, say), what the server refuses,
    /// and a reply with a value of another type than the document says.
    pub async fn send(mut self) -> Result<Response<Vec<Outputs>>, Error> {
        let page = self.pages.next().await;
        page.unwrap_or_else(|| Err(Error::invalid_request("the list has no pages")))
    }

    /// The records of the answer as a stream: one, or those of a list over all its pages, which
    /// are fetched one at a time. It ends after the first error.
    pub fn outputs(self) -> OutputStream {
        let records = self.pages.flat_map(|page| {
            let records = match page {
                Ok(page) => page.into_inner().into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            };
            stream::iter(records)
        });
        records.boxed()
    }
}

impl IntoFuture for Call {
    type Output = Result<Response<Vec<Outputs>>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handle = &self.operation.handle;
        f.debug_struct("Call")
            .field("operation", handle)
            .finish_non_exhaustive()
    }
}
