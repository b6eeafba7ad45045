//! What the fuzz targets check, over random inputs that are rich in what matters.

#[path = "../fuzz/checks/mod.rs"]
mod checks;

use proptest::prelude::*;

/// Random bytes, mixed with these.
fn rich(tokens: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        6 => prop::sample::select(tokens).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..6),
        1 => "\\PC{0,6}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

const JSON_LINES: &[&[u8]] = &[
    b"\n",
    b"\n",
    b"\r\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b":",
    b",",
    b"1",
    b"-",
    b"e9",
    b"null",
    b"tru",
    b"{\"a\": 1}",
    b"[1, 2]",
    b"\"x\"",
    b"\\u",
    b"\"\\ud83d\"",
    b"\\ude00",
    b" ",
    b"\t",
    b"\xef\xbb\xbf",
    b"\xff",
    b"1e999",
];

const PARTS: &[&[u8]] = &[
    b"\0",
    b"\0",
    b"\0",
    b"\r",
    b"\n",
    b"\r\n",
    b"\"",
    b"--",
    b"name",
    b"; filename=\"x\"",
    b"%0D",
    b"text/plain",
    b"Content-Type: a/b",
    b"\r\n\r\n",
    b"a.json",
    b"\\",
    b"\xff",
    "é€🦀".as_bytes(),
];

#[cfg(feature = "webhook")]
const SIGNED: &[&[u8]] = &[
    b"\0",
    b"\0",
    b"v1,",
    b"v1a,",
    b" ",
    b",",
    b"=",
    b"AAAA",
    b"msg_1",
    b"1614265330",
    b"-1",
    b"{}",
    b"99999999999999999999",
    b"g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    b"\xff",
    b".",
];

const VALUES: &[&[u8]] = &[
    b"\0",
    b"\0",
    b"\0",
    b"/",
    b"..",
    b".",
    b"%2e",
    b"%2F",
    b"%",
    b"?",
    b"#",
    b"&",
    b"=",
    b"+",
    b" ",
    b";",
    b",",
    b"[]",
    b"{one}",
    b"\\",
    b":",
    b"@",
    b"\r\n",
    b"a",
    b"\xff",
    "é€🦀".as_bytes(),
];

proptest! {
    #[test]
    fn json_lines(input in rich(JSON_LINES)) {
        checks::json_lines::check(&input);
    }

    #[test]
    fn multipart(input in rich(PARTS)) {
        checks::multipart::check(&input);
    }

    #[cfg(feature = "webhook")]
    #[test]
    fn webhook(input in rich(SIGNED)) {
        checks::webhook::check(&input);
    }

    #[test]
    fn address(input in rich(VALUES)) {
        checks::address::check(&input);
    }
}
