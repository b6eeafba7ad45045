//! Instructions, allocations and CPU beside those of the peers, as the table of the README:
//! `cargo bench -p specwright-bench --bench figures`. With the name of a section (`instructions`,
//! `allocations`, `cpu`) only that one.

mod clients;
mod decoders;

use std::io;
use std::process::ExitCode;

use clients::{Call, Clients};
use specwright_bench::corpus::{CHUNK_SIZES, Kind, chunks, deltas};
use specwright_bench::counters::{allocations, cpu, instructions, median};
use specwright_bench::server::{self, Server};

fn main() -> io::Result<ExitCode> {
    server::serve_if_asked()?;
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["decode", way, kind, size, events] => decode_once(way, kind, size, events),
        ["call", call, count] => call_many(call, count)?,
        [] => {
            instruction_section();
            allocation_section();
            cpu_section()?;
        }
        ["instructions"] => instruction_section(),
        ["allocations"] => allocation_section(),
        ["cpu"] => cpu_section()?,
        _ => {
            eprintln!("expected `instructions`, `allocations`, `cpu` or nothing");
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What runs under callgrind.
fn decode_once(way: &str, kind: &str, size: &str, events: &str) {
    let way = decoders::named(way).expect("a way");
    let kind = Kind::named(kind).expect("a kind");
    let bytes = deltas(kind, events.parse().expect("a count"));
    std::hint::black_box(way(&chunks(&bytes, size.parse().expect("a size"))));
}

fn call_many(call: &str, count: &str) -> io::Result<()> {
    let call = match call {
        "unary/ours" => Call::Unary,
        "unary/reqwest" => Call::RawUnary,
        "stream/ours" => Call::Stream,
        _ => Call::RawStream,
    };
    let server = Server::start()?;
    let clients = Clients::new(server.url());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(clients.calls(call, count.parse().expect("a count"), 1));
    Ok(())
}

/// The difference of two runs, so that what a process costs by itself is left out.
fn difference(few: Vec<String>, many: Vec<String>, by: f64) -> f64 {
    match (instructions(&few), instructions(&many)) {
        (Ok(few), Ok(many)) => (many.saturating_sub(few)) as f64 / by,
        (Err(error), _) | (_, Err(error)) => {
            eprintln!("{error}");
            f64::NAN
        }
    }
}

/// Instructions for each event. Making the corpus is measured, too, and taken off.
fn of_decoding(way: &str, kind: Kind, size: usize) -> f64 {
    let run = |way: &str, events: usize| {
        let words = [
            "decode",
            way,
            kind.name(),
            &size.to_string(),
            &events.to_string(),
        ];
        words.map(str::to_owned).to_vec()
    };
    let whole = difference(run(way, 1000), run(way, 5000), 4000.0);
    let corpus = difference(run("nothing", 1000), run("nothing", 5000), 4000.0);
    whole - corpus
}

fn of_calling(call: &str, few: usize, many: usize) -> f64 {
    let run = |count: usize| {
        ["call", call, &count.to_string()]
            .map(str::to_owned)
            .to_vec()
    };
    difference(run(few), run(many), (many - few) as f64)
}

fn instruction_section() {
    const RECORD: usize = 16 << 10;
    println!("\n### Instructions for each event, 16 KiB chunks\n");
    println!("| | ours | memchr floor | sse-stream | eventsource-stream |\n|---|--:|--:|--:|--:|");
    for (what, kind) in [
        ("frames", Kind::Text),
        ("typed", Kind::Text),
        ("typed", Kind::Thinking),
        ("typed", Kind::ToolInput),
    ] {
        let of = |way: &str| of_decoding(&format!("{what}/{way}"), kind, RECORD);
        println!(
            "| {what}, {} | {:.0} | {:.0} | {:.0} | {:.0} |",
            kind.name(),
            of("ours"),
            of("memchr"),
            of("sse-stream"),
            of("eventsource-stream"),
        );
    }
    println!("\n### Instructions for each typed event of a text by size of chunks\n");
    println!("| bytes | ours | sse-stream |\n|--:|--:|--:|");
    for size in CHUNK_SIZES {
        let of = |way| of_decoding(way, Kind::Text, size);
        println!(
            "| {size} | {:.0} | {:.0} |",
            of("typed/ours"),
            of("typed/sse-stream")
        );
    }
    println!("\n### Instructions of a client, kernel not counted\n");
    println!("| | ours | reqwest + serde_json | ratio |\n|---|--:|--:|--:|");
    for (name, few, many) in [("unary", 100, 600), ("stream", 1, 6)] {
        let ours = of_calling(&format!("{name}/ours"), few, many);
        let raw = of_calling(&format!("{name}/reqwest"), few, many);
        println!("| {name} | {ours:.0} | {raw:.0} | {:.3} |", ours / raw);
    }
}

fn allocation_section() {
    const EVENTS: usize = 10_000;
    println!("\n### Allocations for each event, 16 KiB chunks\n");
    println!("| | ours | memchr floor | sse-stream | eventsource-stream |\n|---|--:|--:|--:|--:|");
    for (what, kind, ways) in [
        ("frames", Kind::Text, decoders::FRAMING),
        ("typed", Kind::Text, decoders::TYPED),
        ("typed", Kind::Thinking, decoders::TYPED),
        ("typed", Kind::ToolInput, decoders::TYPED),
    ] {
        let chunks = chunks(&deltas(kind, EVENTS), 16 << 10);
        let of = |at: usize| {
            let (_, way) = ways[at];
            let count = allocations(|| {
                std::hint::black_box(way(&chunks));
            });
            count as f64 / EVENTS as f64
        };
        println!(
            "| {what}, {} | {:.2} | {:.2} | {:.2} | {:.2} |",
            kind.name(),
            of(1),
            of(0),
            of(3),
            of(2),
        );
    }
}

/// Rounds of ours and theirs in turn; the ratio is the middle one of all rounds.
fn cpu_section() -> io::Result<()> {
    const ROUNDS: usize = 15;
    println!("\n### CPU over raw reqwest + serde_json, kernel included, {ROUNDS} rounds in turn\n");
    println!("| | ours, µs | raw, µs | ratio |\n|---|--:|--:|--:|");
    let server = Server::start()?;
    let clients = Clients::new(server.url());
    let runtime = tokio::runtime::Runtime::new()?;
    for (name, ours, raw, count, concurrency) in [
        ("unary, one at a time", Call::Unary, Call::RawUnary, 1000, 1),
        ("unary, 64 at once", Call::Unary, Call::RawUnary, 3200, 64),
        (
            "stream of 4,005 events",
            Call::Stream,
            Call::RawStream,
            100,
            1,
        ),
    ] {
        let (mut times, mut raw_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let of = |call| runtime.block_on(cpu(clients.calls(call, count, concurrency)));
            let (mine, theirs) = (of(ours).as_secs_f64(), of(raw).as_secs_f64());
            if round > 0 {
                times.push(mine * 1e6 / count as f64);
                raw_times.push(theirs * 1e6 / count as f64);
                ratios.push(mine / theirs);
            }
        }
        println!(
            "| {name} | {:.1} | {:.1} | {:.3} |",
            median(times),
            median(raw_times),
            median(ratios)
        );
    }
    Ok(())
}
