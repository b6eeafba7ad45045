//! The page about the extensions.

use super::super::testing::api;

/// The sections of the page: the extension, and its example.
fn sections() -> Vec<(&'static str, &'static str)> {
    let page = include_str!("../../../guides/extensions.md");
    let sections = page.split("\n## ").skip(1).map(|section| {
        let (name, rest) = section.split_once('\n').expect("a heading");
        let example = rest
            .split("```yaml\n")
            .nth(1)
            .and_then(|it| it.split("```").next());
        (name, example.expect("an example"))
    });
    sections.collect()
}

#[test]
fn the_page_lists_what_the_reader_knows() {
    let known = include_str!("../extensions.rs").lines().filter_map(|line| {
        let value = line.strip_prefix("pub(super) const ")?.split('"').nth(1)?;
        value.starts_with("x-specwright-").then_some(value)
    });
    let mut known: Vec<_> = known.collect();
    known.sort_unstable();
    let mut listed: Vec<_> = sections().into_iter().map(|(name, _)| name).collect();
    assert!(listed.is_sorted(), "{listed:?}");
    listed.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn the_examples_are_read_and_say_something() {
    for (name, example) in sections() {
        assert!(example.contains(name), "{name} is not in its example");
        let document = |paths: &str| {
            let head = "openapi: 3.1.0\ninfo: { title: Shop, version: '1' }";
            api(&format!("{head}\n{paths}"))
        };
        let (with, told) = document(example);
        assert!(told.is_empty(), "{name}: {told:?}");
        let (without, _) = document(&example.replace(name, "x-other"));
        assert_ne!(
            format!("{with:?}"),
            format!("{without:?}"),
            "{name} changes nothing"
        );
    }
}
