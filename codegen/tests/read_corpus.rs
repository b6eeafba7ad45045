//! Every document of a folder reads: `CORPUS=folder cargo test -p specwright --test read_corpus --
//! --ignored --nocapture` tells what each took.

use std::path::PathBuf;
use std::time::Instant;

use specwright::diagnostics::Diagnostics;
use specwright::origin::Origin;
use specwright::source::Sources;

#[test]
#[ignore = "needs documents: set CORPUS to their folder"]
fn every_document_reads_and_every_member_is_located() {
    let folder = PathBuf::from(std::env::var_os("CORPUS").expect("CORPUS"));
    let mut paths: Vec<_> = folder
        .read_dir()
        .expect("CORPUS is a folder")
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let mut failed = Vec::new();
    for path in &paths {
        let mut diagnostics = Diagnostics::default();
        let start = Instant::now();
        let Some(sources) = Sources::load(path, &mut diagnostics) else {
            failed.push(format!("{}: {diagnostics:?}", path.display()));
            continue;
        };
        let reading = start.elapsed();
        let start = Instant::now();
        for (key, node) in sources.root().entries() {
            let span = sources.locate(node.origin()).span;
            if !sources.text(node.origin().file())[span].contains(key) {
                failed.push(format!(
                    "{}: `{key}` is not where it is said to be",
                    path.display()
                ));
            }
        }
        let locating = start.elapsed();
        sources.locate(&Origin::root(sources.root().origin().file()));
        println!(
            "{} {reading:?} {locating:?} {} found",
            path.display(),
            diagnostics.len()
        );
        diagnostics
            .iter()
            .for_each(|one| println!("    {} {:?}", one.message, one.origin));
    }
    assert!(!paths.is_empty());
    assert!(failed.is_empty(), "{failed:#?}");
}
