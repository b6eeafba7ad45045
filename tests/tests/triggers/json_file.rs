//! The state in a file.

use std::error::Error as _;
use std::path::PathBuf;

use claude_typed::triggers::{Inbox, JsonFile, StoreError};
use serde_json::json;

fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("triggers.json");
    (folder, path)
}

#[tokio::test]
async fn what_is_not_acknowledged_is_there_again() {
    let (folder, path) = file();
    let inbox = Inbox::open(JsonFile::new(&path)).await.unwrap();
    for id in ["msg_1", "msg_2", "msg_3", "msg_2"] {
        let message = json!({"id": id, "type": "message"});
        inbox.add_message(message).await.unwrap();
    }
    inbox.acknowledge("messages.created:msg_2").await.unwrap();
    inbox.acknowledge("no such event").await.unwrap();
    drop(inbox);
    let inbox = Inbox::open(JsonFile::new(&path)).await.unwrap();
    let pending = ["messages.created:msg_1", "messages.created:msg_3"];
    assert_eq!(inbox.pending(), pending);
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[tokio::test]
async fn a_damaged_file_is_neither_read_nor_replaced() {
    for (text, place) in [
        ("", "line 1 column 0"),
        (
            "{\"version\": 1, \"cursors\":\n {}, \"pend",
            "line 2 column 10",
        ),
        (
            "{\"version\": 2, \"cursors\": {}, \"pending\": []}",
            "version 2",
        ),
        (
            "{\"version\": 1, \"cursors\": {\"trees\": {}}, \"pending\": []}",
            "`trees`",
        ),
        ("{\"version\": 1, \"pending\": []}", "`cursors`"),
        (
            "{\"version\": 1, \"cursors\": {}, \"pending\": [], \"x\": 1}",
            "`x`",
        ),
    ] {
        let (_folder, path) = file();
        std::fs::write(&path, text).unwrap();
        let error = Inbox::open(JsonFile::new(&path)).await.unwrap_err();
        let shown = error.to_string();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        assert!(shown.contains("triggers.json"), "{shown}");
        assert!(shown.contains(place), "{shown}");
        assert!(error.source().is_some());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[tokio::test]
async fn a_file_belongs_to_one_watcher_at_a_time() {
    let (_folder, path) = file();
    let first = Inbox::open(JsonFile::new(&path)).await.unwrap();
    let error = Inbox::open(JsonFile::new(&path)).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::InUse { path: of } if *of == path),
        "{error:?}"
    );
    drop(first);
    Inbox::open(JsonFile::new(&path)).await.unwrap();
}

#[tokio::test]
async fn a_write_that_broke_off_is_of_no_consequence() {
    let (folder, path) = file();
    std::fs::write(
        folder.path().join("triggers.json.tmp"),
        "{\"version\": 1, \"cur",
    )
    .unwrap();
    let inbox = Inbox::open(JsonFile::new(&path)).await.unwrap();
    assert!(inbox.pending().is_empty());
    inbox.add_message(json!({"id": "msg_1"})).await.unwrap();
    drop(inbox);
    let inbox = Inbox::open(JsonFile::new(&path)).await.unwrap();
    assert_eq!(inbox.pending().len(), 1);
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let (folder, _) = file();
    let path = folder.path().join("none/triggers.json");
    let error = Inbox::open(JsonFile::new(&path)).await.unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
    assert!(error.to_string().contains("none/triggers.json"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn others_cannot_read_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let (_folder, path) = file();
    let inbox = Inbox::open(JsonFile::new(&path)).await.unwrap();
    inbox.add_message(json!({"id": "msg_1"})).await.unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
