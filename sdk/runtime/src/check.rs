//! Checks of a request before it is sent.

use std::ops::Range;

use http::HeaderMap;

use crate::error::InvalidRequest;
use crate::options::Operation;
use crate::splice;

/// A request as it is about to be sent, for a [`Check`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Outgoing<'a> {
    /// The operation.
    pub operation: &'static Operation,
    /// The headers, those of the client among them.
    pub headers: &'a HeaderMap,
    /// The body, when it is JSON.
    pub json: Option<&'a [u8]>,
    /// Whether the reply is read as a stream.
    pub streaming: bool,
    /// Whether the request or the client says itself how long an attempt may take.
    pub has_timeout: bool,
}

impl<'a> Outgoing<'a> {
    /// The JSON texts of members of the body, as they are sent. `None` for one that does not come,
    /// and for all when the body is no object. The body is scanned once and not decoded, so that
    /// large ones cost little.
    ///
    /// ```
    /// use specwright_runtime::check::Outgoing;
    ///
    /// fn is_short(request: &Outgoing<'_>) -> bool {
    ///     let [limit] = request.members(["limit"]);
    ///     let limit = limit.and_then(|json| json.parse::<u32>().ok());
    ///     limit.is_none_or(|limit| limit <= 100)
    /// }
    /// ```
    #[must_use]
    pub fn members<const N: usize>(&self, names: [&str; N]) -> [Option<&'a str>; N] {
        let mut found = [const { None }; N];
        let mut members = [None; N];
        self.find(&names, &mut found, &mut members);
        members
    }

    /// What does not depend on how many are wanted, apart.
    fn find(
        &self,
        names: &[&str],
        found: &mut [Option<Range<usize>>],
        members: &mut [Option<&'a str>],
    ) {
        let json = self.json.unwrap_or_default();
        if splice::find(json, names, found).is_none() {
            return;
        }
        for (at, member) in found.iter_mut().zip(members) {
            let text = at
                .take()
                .and_then(|at| std::str::from_utf8(json.get(at)?).ok());
            *member = text.map(str::trim_ascii);
        }
    }
}

/// Refuses a request that the server is known to refuse, or whose reply would not arrive, with a
/// message that says what to do. It runs once for each request, before the first attempt.
///
/// An [`Operation`] names its check; [`ClientBuilder::checks`](crate::ClientBuilder::checks) and
/// [`Request::unchecked`](crate::Request::unchecked) turn checks off.
///
/// ```
/// use specwright_runtime::check::Outgoing;
/// use specwright_runtime::{InvalidRequest, Method, Operation};
///
/// fn has_body(request: &Outgoing<'_>) -> Result<(), InvalidRequest> {
///     match request.json {
///         Some(_) => Ok(()),
///         None => Err(InvalidRequest::new("a body is needed")),
///     }
/// }
///
/// static CREATE: Operation = Operation::new("create", Method::Post, "/items").check(has_body);
/// # assert!(CREATE.check.is_some());
/// ```
pub type Check = fn(&Outgoing<'_>) -> Result<(), InvalidRequest>;
