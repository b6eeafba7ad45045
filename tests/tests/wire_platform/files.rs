use claude_typed::platform::{Upload, UploadFileRequest};
use futures::TryStreamExt;
use serde_json::{Value, json};
use specwright_tests::wire::{Part, Reply, answer, answers, delete, get, post, refused};

use super::{BETAS, WORKSPACE, client, full, plain};

fn invoice() -> Value {
    json!({
        "id": "file_01Invoice",
        "type": "file",
        "filename": "invoice-17.pdf",
        "mime_type": "application/pdf",
        "size_bytes": 5_000_000_000_u64,
        "created_at": "2026-11-04T09:00:00Z",
        "downloadable": false,
        "expires_at": "2026-12-04T09:00:00Z",
    })
}

fn page(names: &[&str], next: Option<&str>) -> Reply {
    let file = |name: &&str| {
        let mut file = invoice();
        file["filename"] = json!(name);
        file
    };
    let data: Vec<Value> = names.iter().map(file).collect();
    Reply::json(json!({"data": data, "next_page": next}))
}

#[tokio::test]
async fn upload() {
    let exchange = answer("platform.uploadFile", Reply::json(invoice())).await;
    let part = Upload::bytes("%PDF-1.7\r\n--x").file_name("invoice \"17\".pdf");
    let form =
        UploadFileRequest::new(part.content_type("application/pdf")).expires_in_seconds(3600);
    let request = client(exchange.url()).files().upload(form);
    let file = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(file.id, "file_01Invoice");
    assert_eq!(file.filename, "invoice-17.pdf");
    assert_eq!(file.mime_type, "application/pdf");
    assert_eq!(file.size_bytes, 5_000_000_000);
    assert_eq!(file.created_at.to_rfc3339(), "2026-11-04T09:00:00+00:00");
    assert_eq!(file.downloadable, Some(false));
    assert_eq!(
        file.expires_at.unwrap().to_rfc3339(),
        "2026-12-04T09:00:00+00:00"
    );

    let parts = [
        Part::file(
            "file",
            "invoice %2217%22.pdf",
            "application/pdf",
            "%PDF-1.7\r\n--x",
        ),
        Part::text("expires_in_seconds", "3600"),
    ];
    exchange.expect(full(post("/v1/files")).parts(parts)).await;
    refused(
        "platform.uploadFile",
        413,
        "request_too_large",
        async |url| {
            let part = Upload::bytes("x").file_name("x");
            client(url)
                .files()
                .upload(UploadFileRequest::new(part))
                .await
        },
    )
    .await;
}

#[tokio::test]
async fn list() {
    let exchange = answer(
        "platform.listFiles",
        page(&["a.pdf", "b.pdf"], Some("page_2")),
    )
    .await;
    let files = client(exchange.url()).files();
    let request = files
        .list()
        .page("page_1")
        .limit(2)
        .ids(["file_1", "file_2"]);
    let page = request.betas(BETAS).workspace_id(WORKSPACE).await.unwrap();

    assert_eq!(page.data.len(), 2);
    assert_eq!(page.data[1].filename, "b.pdf");
    assert_eq!(page.next_page.as_deref(), Some("page_2"));
    let expected = full(get("/v1/files"))
        .query("page", "page_1")
        .query("limit", "2");
    let expected = expected.query("ids[]", "file_1").query("ids[]", "file_2");
    exchange.expect(expected).await;
    refused(
        "platform.listFiles",
        400,
        "invalid_request_error",
        async |url| client(url).files().list().limit(0).await,
    )
    .await;
}

/// An empty page with a token is not the last one, and every other parameter stays.
#[tokio::test]
async fn items_through_an_empty_page() {
    let pages = [
        page(&["a", "b"], Some("t/2=")),
        page(&[], Some("t3")),
        page(&["c"], None),
    ];
    let exchange = answers("platform.listFiles", pages).await;
    let items = client(exchange.url())
        .files()
        .list()
        .limit(2)
        .ids(["x"])
        .items();
    let names: Vec<String> = items
        .map_ok(|file| file.filename)
        .try_collect()
        .await
        .unwrap();

    assert_eq!(names, ["a", "b", "c"]);
    let first = plain(get("/v1/files"))
        .query("limit", "2")
        .query("ids[]", "x");
    let second = first.clone().query("page", "t/2=");
    let third = first.clone().query("page", "t3");
    exchange.expect_all([first, second, third]).await;
}

#[tokio::test]
async fn a_token_that_does_not_advance() {
    let pages = [page(&["a"], Some("same")), page(&["b"], Some("same"))];
    let exchange = answers("platform.listFiles", pages).await;
    let items = client(exchange.url()).files().list().items();
    let result: Result<Vec<_>, _> = items.try_collect().await;
    assert!(result.is_err(), "{result:?}");
    let first = plain(get("/v1/files"));
    exchange
        .expect_all([first.clone(), first.query("page", "same")])
        .await;
}

/// Only what is always there, and a field from the future.
#[tokio::test]
async fn retrieve() {
    let body = json!({
        "id": "file_1", "type": "file", "filename": "chart.png", "mime_type": "image/png",
        "size_bytes": 0, "created_at": "2026-11-04T09:05:12Z", "sha256": "e3b0",
    });
    let exchange = answer("platform.retrieveFile", Reply::json(body.clone())).await;
    let files = client(exchange.url()).files();
    let file = files
        .retrieve("file_1")
        .betas(BETAS)
        .workspace_id(WORKSPACE)
        .await
        .unwrap();

    assert_eq!(file.filename, "chart.png");
    assert_eq!((file.downloadable, file.expires_at), (None, None));
    assert_eq!(file.extra["sha256"], "e3b0");
    assert_eq!(serde_json::to_value(file.into_inner()).unwrap(), body);
    exchange.expect(full(get("/v1/files/file_1"))).await;
    refused(
        "platform.retrieveFile",
        404,
        "not_found_error",
        async |url| client(url).files().retrieve("file_1").await,
    )
    .await;
}

#[tokio::test]
async fn delete_one() {
    let body = json!({"id": "file_1", "type": "file_deleted"});
    let exchange = answer("platform.deleteFile", Reply::json(body)).await;
    let files = client(exchange.url()).files();
    let deleted = files
        .delete("file_1")
        .betas(BETAS)
        .workspace_id(WORKSPACE)
        .await
        .unwrap();

    assert_eq!(deleted.id, "file_1");
    assert_eq!(deleted.r#type.as_deref(), Some("file_deleted"));
    exchange.expect(full(delete("/v1/files/file_1"))).await;
    refused("platform.deleteFile", 404, "not_found_error", async |url| {
        client(url).files().delete("file_1").await
    })
    .await;
}

#[tokio::test]
async fn download() {
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let reply = Reply::bytes("image/png", &bytes);
    let exchange = answer("platform.downloadFile", reply).await;
    let files = client(exchange.url()).files();
    let reply = files
        .download("file_1")
        .betas(BETAS)
        .workspace_id(WORKSPACE)
        .await
        .unwrap();

    assert_eq!(reply.header("content-type"), Some("image/png"));
    assert_eq!(reply.content_length(), Some(100_000));
    assert_eq!(reply.into_inner().collect().await.unwrap(), bytes);
    exchange.expect(full(get("/v1/files/file_1/content"))).await;
    refused(
        "platform.downloadFile",
        400,
        "invalid_request_error",
        async |url| client(url).files().download("file_1").await,
    )
    .await;
}

#[tokio::test]
async fn download_to_a_file() {
    let reply = Reply::bytes("application/octet-stream", b"\0\xff\r\n");
    let exchange = answer("platform.downloadFile", reply).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.bin");
    let stream = client(exchange.url())
        .files()
        .download("file_1")
        .await
        .unwrap();

    assert_eq!(stream.into_inner().save_to(&path).await.unwrap(), 4);
    assert_eq!(std::fs::read(&path).unwrap(), b"\0\xff\r\n");
    exchange
        .expect(plain(get("/v1/files/file_1/content")))
        .await;
}
