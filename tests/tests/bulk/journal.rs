//! The journal: continued, locked, torn, damaged, of other requests.

use claude_typed::bulk::BulkError;
use futures::StreamExt;
use specwright_tests::batches::{BatchServer, Faults};

use super::{all, bulk, indexes, requests, start};

#[tokio::test]
async fn a_run_goes_on_where_the_last_was_acknowledged() {
    let server = BatchServer::start(1, Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let bulk = bulk(server.url()).in_flight(2);

    let mut run = start(&bulk, &journal, || requests(45).boxed())
        .await
        .unwrap();
    assert_eq!(run.position(), 0);
    let mut before = Vec::new();
    for _ in 0..17 {
        before.push(run.next().await.unwrap().unwrap().index);
    }
    run.acknowledge_at(1234).await.unwrap();
    // Handed out, and not taken care of.
    for _ in 0..5 {
        run.next().await.unwrap().unwrap();
    }
    drop(run);

    let run = start(&bulk, &journal, || requests(45).boxed())
        .await
        .unwrap();
    assert_eq!(run.position(), 1234);
    let (results, errors) = all(run).await;
    assert!(errors.is_empty(), "{errors:?}");
    let mut both: Vec<u64> = [before, indexes(&results)].concat();
    both.sort_unstable();
    assert_eq!(both, (0..45).collect::<Vec<_>>());
    assert!(server.questions().values().all(|times| *times == 1));
    assert_eq!(server.accepted(), 5);

    // Nothing of this was acknowledged: all of it comes again, and more requests may follow.
    let mut run = start(&bulk, &journal, || requests(52).boxed())
        .await
        .unwrap();
    let mut again = Vec::new();
    while let Some(result) = run.next().await {
        again.push(result.unwrap().index);
    }
    again.sort_unstable();
    let added: Vec<u64> = (45..52).collect();
    assert_eq!(again, [indexes(&results), added].concat());
    run.acknowledge().await.unwrap();
    drop(run);

    let run = start(&bulk, &journal, || requests(52).boxed())
        .await
        .unwrap();
    let (results, errors) = all(run).await;
    assert!(results.is_empty() && errors.is_empty());
    assert_eq!(server.accepted(), 6);
}

#[tokio::test]
async fn two_runs_cannot_share_a_journal() {
    let server = BatchServer::start(1, Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let run = bulk(server.url())
        .start(&journal, requests(5))
        .await
        .unwrap();
    let error = bulk(server.url())
        .start(&journal, requests(5))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, BulkError::Locked { path } if *path == journal),
        "{error}"
    );
    drop(run);
    let run = start(&bulk(server.url()), &journal, || requests(5).boxed())
        .await
        .unwrap();
    assert_eq!(all(run).await.0.len(), 5);
}

/// A finished run, and its journal.
async fn finished() -> (BatchServer, tempfile::TempDir, String) {
    let server = BatchServer::start(1, Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let run = bulk(server.url())
        .start(folder.path().join("journal"), requests(25))
        .await;
    let summary = run
        .unwrap()
        .save_to(folder.path().join("results"))
        .await
        .unwrap();
    assert_eq!(summary.total(), 25);
    let text = std::fs::read_to_string(folder.path().join("journal")).unwrap();
    (server, folder, text)
}

#[tokio::test]
async fn a_torn_last_line_is_taken_off() {
    let (server, folder, text) = finished().await;
    let whole: Vec<&str> = text.split_inclusive('\n').collect();
    let journal = folder.path().join("torn");
    // Cut at every line, and in the middle of every line.
    for count in 0..=whole.len() {
        for rest in [0, 1, 9, 30] {
            let mut cut = whole[..count].concat();
            let torn = whole
                .get(count)
                .map_or("", |line| &line[..rest.min(line.len() - 1)]);
            cut.push_str(torn);
            std::fs::write(&journal, &cut).unwrap();
            let accepted = server.accepted();
            let run = start(&bulk(server.url()), &journal, || requests(25).boxed()).await;
            let (results, errors) = all(run.unwrap()).await;
            assert!(errors.is_empty(), "{count} {rest}: {errors:?}");
            let known = cut.matches("\"accepted\"").count();
            let done = count == whole.len();
            assert_eq!(results.is_empty(), done, "{count} {rest}");
            if cut.contains("\"run\"") && known == 3 {
                assert_eq!(server.accepted(), accepted, "{count} {rest}");
            }
        }
    }
}

#[tokio::test]
async fn a_damaged_journal_is_an_error_that_says_where() {
    let (server, folder, text) = finished().await;
    let journal = folder.path().join("damaged");
    let lines: Vec<&str> = text.lines().collect();
    let with = |number: usize, line: &str| {
        let mut lines = lines.clone();
        lines[number - 1] = line;
        lines.join("\n") + "\n"
    };
    let other_version = lines[0].replace("\"version\":1", "\"version\":7");
    for (number, damaged, said) in [
        (1, "some notes\n".to_owned(), "expected value"),
        (1, "no line end".to_owned(), "not the journal of a bulk run"),
        (
            1,
            with(1, &other_version),
            "version 7, this program reads version 1",
        ),
        (2, with(2, lines[0]), "the first line, and no other"),
        (3, with(3, ""), "EOF"),
        (3, with(3, "{\"sending\":{\"part\":0,\"newe"), "EOF"),
        (3, with(3, "\0\0\0\0"), "expected value"),
        (3, with(3, "{\"melted\":{}}"), "unknown variant"),
        (
            3,
            with(3, "{\"sending\":{\"part\":9,\"newest\":null}}"),
            "there is no part 9",
        ),
        (4, with(4, lines[2]), "part 0 cannot become"),
        (2, with(2, lines[0]), "the first line, and no other"),
        (
            4,
            with(
                4,
                "{\"acknowledged\":{\"position\":0,\"results\":[{\"part\":0,\"ranges\":[[0,1]]}]}}",
            ),
            "is no batch",
        ),
    ] {
        std::fs::write(&journal, &damaged).unwrap();
        let error = bulk(server.url())
            .start(&journal, requests(25))
            .await
            .unwrap_err();
        assert!(
            matches!(&error, BulkError::Corrupt { line, .. } if *line == number as u64),
            "{error}"
        );
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(std::fs::read_to_string(&journal).unwrap(), damaged);
    }
}

#[tokio::test]
async fn other_requests_are_not_mixed_up_with_those_of_the_journal() {
    let (server, folder, _) = finished().await;
    let journal = folder.path().join("journal");
    let other = |change: fn(usize) -> usize, count: usize| {
        move || {
            requests(count)
                .enumerate()
                .map(move |(index, request)| match change(index) {
                    same if same == index => request,
                    other => super::request(other),
                })
                .boxed()
        }
    };
    for (requests, first, said) in [
        (
            other(|index| if index == 14 { 99 } else { index }, 25),
            10,
            "digest",
        ),
        (other(|index| index, 24), 20, "ends after 4"),
        (other(|index| index, 20), 20, "ends before them"),
        (other(|index| index + 1, 25), 0, "digest"),
    ] {
        let run = start(&bulk(server.url()), &journal, requests)
            .await
            .unwrap();
        let (results, errors) = all(run).await;
        assert!(results.is_empty());
        let [error @ BulkError::RequestsDiffer { first: at, .. }] = errors.as_slice() else {
            panic!("{errors:?}");
        };
        assert_eq!(*at, first);
        assert!(error.to_string().contains(said), "{error}");
    }
    assert_eq!(server.accepted(), 3);
}

#[tokio::test]
async fn a_place_where_no_journal_can_be() {
    let server = BatchServer::start(1, Faults::default()).await;
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("no/folder")] {
        let error = bulk(server.url())
            .start(&path, requests(1))
            .await
            .unwrap_err();
        assert!(
            matches!(&error, BulkError::File { action: "open", .. }),
            "{error}"
        );
    }
}
