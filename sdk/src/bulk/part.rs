//! The stream of requests, cut into parts.

use bytes::Bytes;
use futures_core::stream::BoxStream;
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};
use specwright_runtime::Body;

use super::BulkError;
use crate::batches;
use crate::platform::MessageBatchRequest;

const HEAD: &[u8] = br#"{"requests":["#;
const TAIL: &[u8] = b"]}";

/// Bytes of a body that are kept in one piece.
const PIECE: usize = 1 << 20;

/// Requests that are one batch.
#[derive(Debug)]
pub(super) struct Part {
    /// Its number, 0 is the first.
    pub(super) number: u64,
    /// The index in the stream of its first request.
    pub(super) first: u64,
    /// The caller's ids of its requests.
    pub(super) ids: Vec<Box<str>>,
    /// A digest of the requests.
    pub(super) digest: String,
    /// What is sent.
    pub(super) body: PartBody,
}

impl Part {
    pub(super) fn requests(&self) -> u32 {
        u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }
}

/// How the ids of a part begin that the server gets to see.
pub(super) fn wire_prefix(run: &str, part: u64) -> String {
    format!("{run}-{part}-")
}

/// Cuts a stream of requests.
pub(super) struct Cutter {
    requests: BoxStream<'static, MessageBatchRequest>,
    /// A request that did not fit.
    waiting: Option<MessageBatchRequest>,
    run: String,
    part: u64,
    /// The index in the stream of the next request.
    index: u64,
}

impl Cutter {
    pub(super) fn new(run: String, requests: BoxStream<'static, MessageBatchRequest>) -> Self {
        Self {
            requests,
            waiting: None,
            run,
            part: 0,
            index: 0,
        }
    }

    /// The index in the stream of the next request.
    pub(super) fn index(&self) -> u64 {
        self.index
    }

    /// The next requests, as many as fit. `None` at the end of the stream.
    pub(super) async fn next_part(
        &mut self,
        max_requests: u32,
        max_bytes: usize,
    ) -> Result<Option<Part>, BulkError> {
        let prefix = wire_prefix(&self.run, self.part);
        let first = self.index;
        let mut ids = Vec::new();
        let mut digest = Sha256::new();
        let mut body = PartBody::default();
        while ids.len() < max_requests as usize {
            let next = match self.waiting.take() {
                Some(request) => Some(request),
                None => self.requests.next().await,
            };
            let Some(request) = next else {
                break;
            };
            let wire_id = format!("{prefix}{}", ids.len());
            let item = Item::new(&wire_id, &request).map_err(|message| BulkError::Request {
                index: self.index,
                custom_id: request.custom_id.clone(),
                message,
            })?;
            if body.len_with(&item) > max_bytes {
                if ids.is_empty() {
                    return Err(BulkError::Request {
                        index: self.index,
                        message: format!(
                            "alone it makes a body of {} bytes, and the limit is {max_bytes}",
                            body.len_with(&item)
                        ),
                        custom_id: request.custom_id,
                    });
                }
                self.waiting = Some(request);
                break;
            }
            digest.update((request.custom_id.len() as u64).to_be_bytes());
            digest.update(request.custom_id.as_bytes());
            digest.update((item.members.len() as u64).to_be_bytes());
            digest.update(&item.members);
            body.push(&item);
            ids.push(request.custom_id.into_boxed_str());
            self.index += 1;
        }
        if ids.is_empty() {
            return Ok(None);
        }
        let part = Part {
            number: self.part,
            first,
            ids,
            digest: hex(&digest.finalize()),
            body,
        };
        self.part += 1;
        Ok(Some(part))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A request as a member of the body.
struct Item {
    /// `{"custom_id":…`
    head: String,
    /// The other members, each after a comma.
    members: Vec<u8>,
}

impl Item {
    fn new(wire_id: &str, request: &MessageBatchRequest) -> Result<Self, String> {
        batches::check_params(request)?;
        let unserialisable = |error: serde_json::Error| format!("it cannot be serialised: {error}");
        let mut members = b",\"params\":".to_vec();
        serde_json::to_writer(&mut members, &request.params).map_err(unserialisable)?;
        for (name, value) in &request.extra {
            members.push(b',');
            serde_json::to_writer(&mut members, name).map_err(unserialisable)?;
            members.push(b':');
            serde_json::to_writer(&mut members, value).map_err(unserialisable)?;
        }
        Ok(Self {
            head: format!(r#"{{"custom_id":"{wire_id}""#),
            members,
        })
    }

    fn len(&self) -> usize {
        self.head.len() + self.members.len() + b"}".len()
    }
}

/// The body of a batch, in pieces, so that it grows without being copied.
#[derive(Clone, Debug, Default)]
pub(super) struct PartBody {
    pieces: Vec<Bytes>,
    open: Vec<u8>,
    /// The bytes of all items and the commas between them.
    len: usize,
}

impl PartBody {
    fn len_with(&self, item: &Item) -> usize {
        let comma = usize::from(self.len > 0);
        HEAD.len() + self.len + comma + item.len() + TAIL.len()
    }

    fn push(&mut self, item: &Item) {
        self.len = self.len_with(item) - HEAD.len() - TAIL.len();
        let comma: &[u8] = if self.open.is_empty() && self.pieces.is_empty() {
            HEAD
        } else {
            b","
        };
        self.open.extend_from_slice(comma);
        self.open.extend_from_slice(item.head.as_bytes());
        self.open.extend_from_slice(&item.members);
        self.open.push(b'}');
        if self.open.len() >= PIECE {
            self.pieces.push(std::mem::take(&mut self.open).into());
        }
    }

    /// What is sent. It can be sent again.
    pub(super) fn to_body(&self) -> Body {
        let mut pieces = self.pieces.clone();
        pieces.push(Bytes::copy_from_slice(&self.open));
        pieces.push(Bytes::from_static(TAIL));
        let len = pieces.iter().map(|piece| piece.len() as u64).sum();
        Body::replayable(Some(len), move || {
            stream::iter(pieces.clone()).map(Ok).boxed()
        })
    }
}
