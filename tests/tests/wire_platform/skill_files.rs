//! Skills from directories, and what is no skill.

use std::fs;
use std::path::Path;

use claude_typed::platform::{CreateSkillRequest, CreateSkillVersionRequest, Upload};
use serde_json::json;
use specwright_tests::socket::{Answer, Server};

use super::client;

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn uploads(names: &[&str]) -> Vec<Upload> {
    let upload = |name: &&str| Upload::text("x").file_name(*name);
    names.iter().map(upload).collect()
}

#[tokio::test]
async fn a_skill_is_sent_as_one_directory() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("invoices");
    write(
        &directory,
        &[
            ("SKILL.md", "# Invoices"),
            ("scripts/deep/run.py", "print(1)"),
            ("scripts/a.txt", ""),
        ],
    );
    std::os::unix::fs::symlink("scripts/a.txt", directory.join("link.txt")).unwrap();
    let body = json!({"id": "skill_1", "type": "skill"});
    let server = Server::start([Answer::json(200, &body)]).await;
    let skills = client(server.url()).skills();

    let skill = CreateSkillRequest::from_directory(&directory)
        .await
        .unwrap();
    skills.create(skill.display_name("Invoices")).await.unwrap();
    // However the directory is written.
    let version = CreateSkillVersionRequest::from_directory(directory.join("scripts/..")).await;
    skills
        .versions()
        .create("skill_1", version.unwrap())
        .await
        .unwrap();

    let sent: Vec<String> = server
        .received()
        .into_iter()
        .map(|request| String::from_utf8(request.body).unwrap())
        .collect();
    for body in &sent {
        let names: Vec<&str> = body
            .split("name=\"files[]\"; filename=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        let expected = [
            "invoices/SKILL.md",
            "invoices/link.txt",
            "invoices/scripts/a.txt",
            "invoices/scripts/deep/run.py",
        ];
        assert_eq!(names, expected);
    }
    assert!(sent[0].contains("Content-Type: text/markdown\r\n\r\n# Invoices\r\n"));
    assert!(sent[0].contains("Content-Type: text/x-python\r\n\r\nprint(1)\r\n"));
    assert!(sent[0].contains("name=\"display_name\"\r\n\r\nInvoices\r\n"));
}

#[tokio::test]
async fn a_directory_that_is_no_skill() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("empty")).unwrap();
    write(root, &[("nested/inner/SKILL.md", ""), ("secret.txt", "")]);
    write(
        root,
        &[
            ("leaky/SKILL.md", ""),
            ("round/SKILL.md", ""),
            ("lost/SKILL.md", ""),
        ],
    );
    std::os::unix::fs::symlink("../secret.txt", root.join("leaky/link")).unwrap();
    std::os::unix::fs::symlink(".", root.join("round/link")).unwrap();
    std::os::unix::fs::symlink("nowhere", root.join("lost/link")).unwrap();
    for (name, said) in [
        ("empty", "the skill has no files"),
        ("nested", "the skill has no `nested/SKILL.md`"),
        (
            "leaky",
            "`leaky/link` is a link that leads out of the skill",
        ),
        (
            "round",
            "`round/link` is a link to something that is no file",
        ),
        ("lost", "`lost/link` is a link that leads nowhere"),
        ("missing", "cannot read"),
        ("secret.txt", "cannot read"),
    ] {
        let error = CreateSkillRequest::from_directory(root.join(name)).await;
        let error = error.unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[tokio::test]
async fn files_that_are_no_skill_are_not_sent() {
    let server = Server::start([Answer::new(200)]).await;
    let skills = client(server.url()).skills();
    for (names, said) in [
        (&[][..], "the skill has no files"),
        (&["SKILL.md"], "not in the skill's top directory"),
        (&["a/skill.md"], "the skill has no `a/SKILL.md`"),
        (&["a/b/SKILL.md"], "the skill has no `a/SKILL.md`"),
        (
            &["a/SKILL.md", "b/x.txt"],
            "one top directory, here are `a` and `b`",
        ),
        (&["a/SKILL.md", "a/../x"], "no empty steps"),
        (&["/a/SKILL.md"], "no empty steps"),
        (&["a/SKILL.md", "a//x"], "no empty steps"),
        (&["a/SKILL.md", "a\\x"], "separated by `/`"),
        (&["a/SKILL.md", "a/x\n"], "no control characters"),
        (&["a/SKILL.md", "a/SKILL.md"], "it is there twice"),
        (&["a.zip", "b.zip"], "not in the skill's top directory"),
    ] {
        let request = CreateSkillRequest::new(uploads(names));
        let found = request.check().unwrap_err().to_string();
        assert!(found.contains(said), "{names:?}: {found}");
        let error = skills.create(request).await.unwrap_err().to_string();
        assert_eq!(error, format!("invalid request: {found}"));
        let version = CreateSkillVersionRequest::new(uploads(names));
        let error = skills.versions().create("s", version).await.unwrap_err();
        assert_eq!(error.to_string(), format!("invalid request: {found}"));
    }
    let unnamed = CreateSkillRequest::new([Upload::bytes("x")]).check();
    assert!(unnamed.unwrap_err().to_string().contains("needs its path"));
    let long = CreateSkillRequest::new(uploads(&["a.zip"])).display_name("x".repeat(256));
    assert!(long.check().unwrap_err().to_string().contains("255"));
    assert_eq!(CreateSkillRequest::new(uploads(&["a.ZIP"])).check(), Ok(()));
    assert!(server.received().is_empty());
}
