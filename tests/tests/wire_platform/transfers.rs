//! Files on their way: from and to everything, checked before, watched meanwhile, whole after.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use claude_typed::Error;
use claude_typed::platform::{Upload, UploadFileRequest};
use futures::{TryStreamExt, stream};
use serde_json::json;
use specwright_runtime::StreamCause;
use specwright_tests::socket::{Answer, End, Server};

use super::client;

fn stored() -> Answer {
    let file = json!({
        "id": "file_1", "type": "file", "filename": "a.txt", "mime_type": "text/plain",
        "size_bytes": 9, "created_at": "2026-11-04T09:00:00Z",
    });
    Answer::json(200, &file)
}

/// What a progress callback was told.
type Told = Arc<Mutex<Vec<(u64, Option<u64>)>>>;

fn watched(part: Upload) -> (Upload, Told) {
    let told = Told::default();
    let shared = Arc::clone(&told);
    let part = part.progress(move |sent, total| shared.lock().unwrap().push((sent, total)));
    (part, told)
}

#[tokio::test]
async fn a_file_from_a_path_bytes_a_reader_or_a_stream() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    std::fs::write(&path, "some text").unwrap();
    let chunks = || stream::iter(["some", " text"].map(|it| Ok(Bytes::from_static(it.as_bytes()))));
    let reader = || tokio::io::BufReader::new(&b"some text"[..]);
    let parts = [
        Upload::file(&path).await.unwrap(),
        Upload::bytes("some text").file_name("a.txt"),
        Upload::reader(reader(), Some(9)).file_name("a.txt"),
        Upload::stream(chunks(), Some(9)).file_name("a.txt"),
    ];
    let server = Server::start([stored()]).await;
    let files = client(server.url()).files();
    for part in parts {
        let (part, told) = watched(part);
        files.upload(UploadFileRequest::new(part)).await.unwrap();
        assert_eq!(told.lock().unwrap().last(), Some(&(9, Some(9))));
    }
    for request in server.received() {
        let body = String::from_utf8(request.body).unwrap();
        let head =
            "name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nsome text\r\n";
        assert!(body.contains(head), "{body}");
    }
}

/// Without a length the body has none either.
#[tokio::test]
async fn the_length_is_sent_when_it_is_known() {
    let reader = || &b"some text"[..];
    let known = UploadFileRequest::new(Upload::reader(reader(), Some(9)).file_name("a"));
    let unknown = UploadFileRequest::new(Upload::reader(reader(), None).file_name("a"));
    let form = known.into_form();
    let bytes: Vec<Bytes> = form.stream().unwrap().try_collect().await.unwrap();
    assert_eq!(form.content_length(), Some(bytes.concat().len() as u64));
    assert!(!form.is_replayable());
    assert_eq!(unknown.into_form().content_length(), None);
}

/// What can be read again is sent again; what cannot is not, and fails with the first error.
#[tokio::test]
async fn only_what_can_be_read_again_is_sent_again() {
    let busy = || {
        Answer::json(
            529,
            &json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}),
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    std::fs::write(&path, "some text").unwrap();
    let again = |url: &str| {
        let builder = claude_typed::platform::Client::builder()
            .api_key("key")
            .base_url(url);
        let policy = specwright_runtime::RetryPolicy::default().initial(Duration::from_millis(1));
        builder.retry_policy(policy).build().unwrap().files()
    };

    let server = Server::start([busy(), stored()]).await;
    let (part, told) = watched(Upload::file(&path).await.unwrap());
    again(server.url())
        .upload(UploadFileRequest::new(part))
        .await
        .unwrap();
    assert_eq!(server.received().len(), 2);
    assert_eq!(*told.lock().unwrap(), [(9, Some(9)), (9, Some(9))]);

    let server = Server::start([busy(), stored()]).await;
    let part = Upload::reader(&b"some text"[..], Some(9)).file_name("a.txt");
    let result = again(server.url())
        .upload(UploadFileRequest::new(part))
        .await;
    assert_eq!(result.unwrap_err().status().unwrap().as_u16(), 529);
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn names_sizes_and_expiry_are_checked_before_sending() {
    let server = Server::start([stored()]).await;
    let files = client(server.url()).files();
    let named = |name: &str| UploadFileRequest::new(Upload::bytes("x").file_name(name));
    let long = "é".repeat(256);
    for (upload, said) in [
        (UploadFileRequest::new(Upload::bytes("x")), "needs a name"),
        (named(""), "1 to 255 characters"),
        (named(&long), "1 to 255 characters"),
        (named("a/b.txt"), "no `/`"),
        (named("a\\b.txt"), "no `\\\\`"),
        (named("what?"), "no `?`"),
        (named("a\nb"), "no `\\n`"),
        (
            named("a").expires_in_seconds(3_599),
            "3600 to 7776000 seconds, not for 3599",
        ),
        (named("a").expires_in_seconds(7_776_001), "not for 7776001"),
        (
            UploadFileRequest::new(Upload::stream(stream::empty(), Some(600 << 20)).file_name("a")),
            "it has 629145600 bytes",
        ),
    ] {
        let found = upload.check().unwrap_err().to_string();
        assert!(found.contains(said), "{found}");
        let error = files.upload(upload).await.unwrap_err();
        assert_eq!(error.to_string(), format!("invalid request: {found}"));
    }
    assert!(server.received().is_empty());
    let name = "é".repeat(255);
    files
        .upload(named(&name).expires_in_seconds(3_600))
        .await
        .unwrap();
}

/// The names in a folder.
fn names(folder: &tempfile::TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[tokio::test]
async fn a_download_is_whole_or_not_there() {
    let whole = Answer::new(200).body(vec![7; 100_000]);
    let broken = Answer::new(200)
        .short_body(100_000, vec![8; 60_000])
        .end(End::Close);
    let server = Server::start([broken.clone(), whole, broken]).await;
    let files = client(server.url()).files();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.bin");
    let download = async || files.download("file_1").await.unwrap().into_inner();

    let error = download().await.save_to(&path).await.unwrap_err();
    assert!(matches!(&error, Error::Stream(it) if it.cause() == StreamCause::Transport));
    assert!(error.is_retryable());
    assert!(
        error.to_string().contains("after 60000 of 100000 bytes"),
        "{error}"
    );
    assert!(names(&folder).is_empty());

    let told = Told::default();
    let shared = Arc::clone(&told);
    let stream = download().await;
    let stream = stream.progress(move |had, total| shared.lock().unwrap().push((had, total)));
    assert_eq!(stream.save_to(&path).await.unwrap(), 100_000);
    assert_eq!(told.lock().unwrap().last(), Some(&(100_000, Some(100_000))));
    assert_eq!(std::fs::read(&path).unwrap(), vec![7; 100_000]);

    // What was there stays when the next one fails.
    download().await.save_to(&path).await.unwrap_err();
    assert_eq!(std::fs::read(&path).unwrap(), vec![7; 100_000]);
    assert_eq!(names(&folder), ["out.bin"]);
}

#[tokio::test]
async fn a_download_that_is_dropped_leaves_nothing() {
    let silent = Answer::new(200)
        .short_body(100_000, vec![8; 60_000])
        .end(End::Silence);
    let server = Server::start([silent]).await;
    let files = client(server.url()).files();
    let folder = tempfile::tempdir().unwrap();
    let stream = files.download("file_1").await.unwrap().into_inner();
    let saving = stream.save_to(folder.path().join("out.bin"));
    let stopped = tokio::time::timeout(Duration::from_millis(300), saving).await;
    assert!(stopped.is_err());
    assert_eq!(names(&folder), Vec::<String>::new());
    // The connection is closed, too.
    server.client_gone().await;
}

#[tokio::test]
async fn a_download_to_something_else_than_a_file() {
    let server = Server::start([Answer::new(200).body("x")]).await;
    let files = client(server.url()).files();
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no/such/folder.bin");
    for path in [folder.path(), &missing, std::path::Path::new("/dev/null")] {
        let stream = files.download("file_1").await.unwrap().into_inner();
        let error = stream.save_to(path).await.unwrap_err().to_string();
        assert!(error.contains("cannot write"), "{error}");
    }
    let null = std::fs::metadata("/dev/null").unwrap();
    assert!(!null.is_file());
}

/// A page of the older beta names no token but ids.
#[tokio::test]
async fn files_of_the_older_beta_page_by_page() {
    let page = |ids: &[&str], more: bool| {
        let file = |id: &&str| {
            json!({
                "id": id, "type": "file", "filename": "a", "mime_type": "text/plain",
                "size_bytes": 1, "created_at": "2026-11-04T09:00:00Z", "downloadable": false,
            })
        };
        let data: Vec<_> = ids.iter().map(file).collect();
        let body = json!({
            "data": data, "has_more": more, "first_id": ids.first(), "last_id": ids.last(),
        });
        Answer::json(200, &body)
    };
    let server = Server::start([page(&["f1", "f2"], true), page(&["f3"], false)]).await;
    let list = client(server.url()).files().list().limit(2);
    let items = list.betas(["files-api-2025-04-14"]).items();
    let ids: Vec<String> = items.map_ok(|file| file.id).try_collect().await.unwrap();
    assert_eq!(ids, ["f1", "f2", "f3"]);
    let targets: Vec<_> = server.received().into_iter().map(|it| it.target).collect();
    assert_eq!(
        targets,
        ["/v1/files?limit=2", "/v1/files?limit=2&after_id=f2"]
    );
}

/// A reader that fails makes the upload fail, and says why.
#[tokio::test]
async fn a_reader_that_fails() {
    let server = Server::start([stored()]).await;
    let chunks = [
        Ok(Bytes::from_static(b"some")),
        Err(io::Error::other("the tape broke")),
    ];
    let part = Upload::stream(stream::iter(chunks), Some(9)).file_name("a.txt");
    let upload = client(server.url())
        .files()
        .upload(UploadFileRequest::new(part));
    let error = upload.await.unwrap_err().to_string();
    assert!(error.contains("the tape broke"), "{error}");
}
