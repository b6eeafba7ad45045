//! Multipart bodies as a server receives them.

mod support;

use std::io;
use std::sync::{Arc, Mutex};

use futures::{TryStreamExt, stream};
use specwright_runtime::bytes::Bytes;
use specwright_runtime::multipart::{Form, Part, Upload};
use specwright_runtime::{Error, Request};
use support::{POST, Recorder, Server, builder, ok, reply};

/// The bytes of a form as text, with its boundary replaced.
async fn text_of(form: &Form) -> String {
    let chunks: Vec<Bytes> = form.stream().unwrap().try_collect().await.unwrap();
    let text = String::from_utf8(chunks.concat()).unwrap();
    text.replace(form.boundary(), "B")
}

async fn error_of(form: &Form) -> String {
    let result: io::Result<Vec<Bytes>> = form.stream().unwrap().try_collect().await;
    result.unwrap_err().to_string()
}

fn chunks(parts: &[&'static str]) -> impl futures::Stream<Item = io::Result<Bytes>> + use<> {
    let parts: Vec<_> = parts
        .iter()
        .map(|part| Ok(Bytes::from_static(part.as_bytes())))
        .collect();
    stream::iter(parts)
}

#[tokio::test]
async fn the_bytes_of_a_form() {
    let form = Form::new()
        .text("expires", 3600)
        .json("tags", &["a"])
        .part("file", Part::bytes("x").file_name("a.JSON"))
        .part("file", Part::bytes("y").content_type("text/x-y"))
        .part("note", Part::text("é"));
    let expected = concat!(
        "--B\r\nContent-Disposition: form-data; name=\"expires\"\r\n\r\n3600\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"tags\"\r\nContent-Type: application/json\r\n\r\n[\"a\"]\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.JSON\"\r\nContent-Type: application/json\r\n\r\nx\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"blob\"\r\nContent-Type: text/x-y\r\n\r\ny\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\né\r\n",
        "--B--\r\n",
    );
    assert_eq!(text_of(&form).await, expected);
    assert_eq!(text_of(&form).await, expected, "again");
    let boundary_bytes = 6 * (form.boundary().len() - 1);
    assert_eq!(
        form.content_length(),
        Some((expected.len() + boundary_bytes) as u64)
    );
    assert_eq!(text_of(&Form::new()).await, "--B--\r\n");
    assert_ne!(Form::new().boundary(), Form::new().boundary());
}

#[tokio::test]
async fn names_cannot_break_out_of_their_place() {
    let form = Form::new().part("a\"\r\nb", Part::bytes("").file_name("r\"é\\%\n.pdf"));
    let text = text_of(&form).await;
    assert!(
        text.contains("name=\"a%22%0D%0Ab\"; filename=\"r%22é\\%%0A.pdf\"\r\n"),
        "{text}"
    );

    let form = Form::new().part("a", Part::bytes("").content_type("text/plain\r\nx: y"));
    assert!(
        matches!(form.stream(), Err(Error::InvalidRequest(error)) if error.message().contains("`a`"))
    );
}

#[tokio::test]
async fn files_are_read_when_they_are_sent() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("big.bin");
    let content = "0123456789".repeat(50_000);
    std::fs::write(&path, &content).unwrap();

    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let part = Part::file(&path).await.unwrap();
    let part = part.progress(move |sent, total| log.lock().unwrap().push((sent, total)));
    assert_eq!(part.len(), Some(500_000));
    let form = Form::new().part("file", part);
    let text = text_of(&form).await;
    assert!(text.contains("filename=\"big.bin\"\r\nContent-Type: application/octet-stream\r\n"));
    assert!(text.contains(&format!("\r\n\r\n{content}\r\n--B--")));
    let seen = seen.lock().unwrap().clone();
    assert!(seen.len() > 1, "in pieces");
    assert!(seen.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert_eq!(seen.last(), Some(&(500_000, Some(500_000))));

    std::fs::write(&path, "shorter").unwrap();
    let error = error_of(&form).await;
    assert!(
        error.contains("`file` was announced with 500000 bytes and has 7"),
        "{error}"
    );
    std::fs::remove_file(&path).unwrap();
    assert!(error_of(&form).await.contains("cannot read"));
    assert!(matches!(
        Part::file(&path).await,
        Err(Error::InvalidRequest(_))
    ));
    assert!(matches!(
        Part::file(directory.path()).await,
        Err(Error::InvalidRequest(_))
    ));
}

#[tokio::test]
async fn streams_are_sent_once() {
    let form = Form::new().part("file", Part::stream(chunks(&["ab", "c"]), None));
    assert!(!form.is_replayable());
    assert_eq!(form.content_length(), None);
    assert!(text_of(&form).await.contains("\r\n\r\nabc\r\n"));
    assert!(
        matches!(form.stream(), Err(Error::InvalidRequest(error)) if error.message().contains("already"))
    );

    for (announced, error) in [
        (3, None),
        (2, Some("2 bytes and has more")),
        (4, Some("4 bytes and has 3")),
    ] {
        let form = Form::new().part("file", Part::stream(chunks(&["ab", "c"]), Some(announced)));
        assert!(form.content_length().is_some());
        match error {
            None => assert!(text_of(&form).await.contains("abc")),
            Some(expected) => assert!(error_of(&form).await.contains(expected)),
        }
    }
}

#[tokio::test]
async fn on_the_wire_with_length_and_retried() {
    let server = Server::start(vec![reply(500, &[], ""), ok("{}")]).await;
    let client = builder(&server.url, &Recorder::default()).build().unwrap();
    let file: Upload = Part::bytes("content").file_name("a.txt");
    let form = Form::new().text("a", "b").part("file", file);
    let (length, content_type) = (form.content_length().unwrap(), form.content_type());
    let value = Request::<serde_json::Value>::new(&client, &POST)
        .multipart_body(form)
        .await
        .unwrap();
    assert_eq!(value.retries(), 1);

    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let head = head.to_lowercase();
        assert!(
            head.contains(&format!("content-type: {content_type}")),
            "{head}"
        );
        assert!(
            head.contains(&format!("content-length: {length}")),
            "{head}"
        );
        assert!(!head.contains("transfer-encoding"), "{head}");
        assert_eq!(body.len() as u64, length);
        assert!(body.contains("filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\ncontent\r\n"));
    }
}

#[tokio::test]
async fn on_the_wire_in_chunks_and_not_retried() {
    let server = Server::start(vec![reply(500, &[], ""), ok("{}")]).await;
    let client = builder(&server.url, &Recorder::default()).build().unwrap();
    let form = Form::new().part("file", Part::stream(chunks(&["one", "two"]), None));
    let result = Request::<serde_json::Value>::new(&client, &POST)
        .multipart_body(form)
        .await;
    assert_eq!(result.unwrap_err().status().unwrap(), 500);
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(
        requests[0]
            .to_lowercase()
            .contains("transfer-encoding: chunked")
    );
    assert!(requests[0].contains("one") && requests[0].contains("two"));
}

#[tokio::test]
async fn what_cannot_be_built_is_not_sent() {
    struct Bad;
    impl serde::Serialize for Bad {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no"))
        }
    }
    let server = Server::start(vec![ok("{}")]).await;
    let client = builder(&server.url, &Recorder::default()).build().unwrap();
    let form = Form::new().json("bad", &Bad);
    let result = Request::<serde_json::Value>::new(&client, &POST)
        .multipart_body(form)
        .await;
    assert!(
        matches!(result, Err(Error::InvalidRequest(error)) if error.message().contains("`bad`"))
    );
    assert!(server.requests().is_empty());
}

#[test]
fn debug_shows_no_content() {
    let form = Form::new()
        .text("key", "hush")
        .part("file", Part::bytes("hush"));
    let shown = format!("{form:?}");
    assert!(
        shown.contains("\"key\"") && !shown.contains("hush"),
        "{shown}"
    );
}
