//! Instructions, allocations and CPU beside those of the peers, as the table of the README:
//! `cargo bench -p specwright-bench --bench figures`. With the name of a section (`instructions`,
//! `allocations`, `cpu`) only that one.

mod clients;
mod decoders;

use std::io;
use std::process::ExitCode;
use std::time::Instant;

use clients::{Call, Clients};
use specwright_bench::corpus::{CHUNK_SIZES, Kind, chunks, deltas};
use specwright_bench::counters::{allocations, cpu, instructions, median, peak_memory};
use specwright_bench::server::{self, LINES, PAGES, STREAM_EVENTS, Server};

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
        ["client", url] => be_client(url)?,
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

/// What `scripts/official-sdks` runs beside the official SDKs.
fn be_client(url: &str) -> io::Result<()> {
    const CALLS: usize = 1000;
    const STREAMS: usize = 25;
    let events = (STREAMS * (STREAM_EVENTS + 5)) as f64;
    let clients = Clients::new(url);
    let runtime = tokio::runtime::Runtime::new()?;
    let of = |call, count| runtime.block_on(cpu(clients.calls(call, count, 1)));
    of(Call::Unary, 50);
    of(Call::Stream, 1);
    let call = of(Call::Unary, CALLS).as_secs_f64() / CALLS as f64;
    let clock = Instant::now();
    let event = of(Call::Stream, STREAMS).as_secs_f64() / events;
    let rate = events / clock.elapsed().as_secs_f64();
    let peak = peak_memory()? as f64 / 1024.0;
    println!("{:.1} {:.2} {rate:.0} {peak:.1}", call * 1e6, event * 1e6);
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

/// A table's head: its title, its first row, and the line under that.
fn head(title: &str, columns: &[&str]) {
    let line = "--:|".repeat(columns.len());
    println!(
        "\n### {title}\n\n| | {} |\n|---|{line}",
        columns.join(" | ")
    );
}

fn instruction_section() {
    const RECORD: usize = 16 << 10;
    let peers = ["ours", "memchr", "sse-stream", "eventsource-stream"];
    head(
        "Instructions for each event, 16 KiB chunks",
        &[
            "ours",
            "at most",
            "memchr",
            "sse-stream",
            "eventsource-stream",
        ],
    );
    let mut alone = Vec::new();
    for kind in Kind::ALL {
        let [framing, typed] = ["frames", "typed"].map(|what| {
            let of = |peer| of_decoding(&format!("{what}/{peer}"), kind, RECORD);
            let [ours, floor, sse_stream, eventsource_stream] = peers.map(of);
            let most = match what {
                "frames" => floor * 1.5,
                _ => 4000.0,
            };
            println!(
                "| {what}, {} | {ours:.0} | {most:.0} | {floor:.0} | {sse_stream:.0} | {eventsource_stream:.0} |",
                kind.name(),
            );
            ours
        });
        alone.push((kind, typed - framing));
    }
    for (kind, ours) in alone {
        println!(
            "| typed without framing, {} | {ours:.0} | 1000 | | | |",
            kind.name()
        );
    }
    head(
        "Instructions for each typed event by size of chunks",
        &[
            "1 B",
            "16 B",
            "1.4 KiB",
            "16 KiB",
            "64 KiB",
            "64 KiB over 1.4 KiB (at most 1.05)",
        ],
    );
    for kind in Kind::ALL {
        for way in ["ours", "sse-stream"] {
            let typed = format!("typed/{way}");
            let row = CHUNK_SIZES.map(|size| of_decoding(&typed, kind, size));
            let cells = row.map(|count| format!("{count:.0}")).join(" | ");
            let [_, _, segment, _, large] = row;
            println!(
                "| {}, {way} | {cells} | {:.2} |",
                kind.name(),
                large / segment
            );
        }
    }
    head(
        "Instructions of a client, kernel not counted",
        &["ours", "reqwest + serde_json", "ratio"],
    );
    for (name, few, many) in [("unary", 100, 600), ("stream", 1, 6)] {
        let ours = of_calling(&format!("{name}/ours"), few, many);
        let raw = of_calling(&format!("{name}/reqwest"), few, many);
        println!("| {name} | {ours:.0} | {raw:.0} | {:.3} |", ours / raw);
    }
}

fn allocation_section() {
    const EVENTS: usize = 10_000;
    head(
        "Allocations for each event, 16 KiB chunks",
        &[
            "ours",
            "at most",
            "memchr",
            "sse-stream",
            "eventsource-stream",
        ],
    );
    for (what, kind, ways, most) in [
        ("frames", Kind::Text, decoders::FRAMING, "0"),
        ("typed", Kind::Text, decoders::TYPED, "1.1"),
        ("typed", Kind::Thinking, decoders::TYPED, "1.1"),
        ("typed", Kind::ToolInput, decoders::TYPED, "1.1"),
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
            "| {what}, {} | {:.2} | {most} | {:.2} | {:.2} | {:.2} |",
            kind.name(),
            of(1),
            of(0),
            of(3),
            of(2),
        );
    }
}

/// Rounds of ours and theirs in turn, each first as often as the other; the ratio is the middle
/// one of all rounds. They are short and many, as the speed of a shared machine changes from one
/// tenth of a second to the next.
fn cpu_section() -> io::Result<()> {
    const ROUNDS: usize = 200;
    const OTHER_ROUNDS: usize = 15;
    head(
        &format!("CPU over raw reqwest + serde_json, kernel included, {ROUNDS} rounds in turn"),
        &["ours, µs", "raw, µs", "ratio", "at most"],
    );
    let server = Server::start()?;
    let clients = Clients::new(server.url());
    let runtime = tokio::runtime::Runtime::new()?;
    let unary = (Call::Unary, Call::RawUnary);
    let stream = (Call::Stream, Call::RawStream);
    for (name, (ours, raw), count, concurrency, most) in [
        ("unary, one at a time", unary, 100, 1, "1.05"),
        ("unary, 64 at once", unary, 320, 64, "1.10"),
        ("stream of 4,005 events", stream, 5, 1, "1.10"),
    ] {
        let (mut times, mut raw_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let of = |call| runtime.block_on(cpu(clients.calls(call, count, concurrency)));
            let (mine, theirs) = if round % 2 == 0 {
                let mine = of(ours).as_secs_f64();
                (mine, of(raw).as_secs_f64())
            } else {
                let theirs = of(raw).as_secs_f64();
                (of(ours).as_secs_f64(), theirs)
            };
            if round > 0 {
                times.push(mine * 1e6 / count as f64);
                raw_times.push(theirs * 1e6 / count as f64);
                ratios.push(mine / theirs);
            }
        }
        println!(
            "| {name} | {:.1} | {:.1} | {:.3} | {most} |",
            median(times),
            median(raw_times),
            median(ratios)
        );
    }
    head(
        "CPU of other calls, kernel included",
        &["µs", "µs for each"],
    );
    for (name, call, count, elements) in [
        ("walk over 20 pages of 20 models", Call::Pages, 25, PAGES),
        ("upload of 1 MiB", Call::Multipart, 50, 1),
        (
            "2,000 JSON lines, each a message",
            Call::JsonLines,
            10,
            LINES,
        ),
    ] {
        runtime.block_on(clients.calls(call, 1, 1));
        let of_round = |_| runtime.block_on(cpu(clients.calls(call, count, 1)));
        let times = (0..OTHER_ROUNDS).map(of_round);
        let time = median(
            times
                .map(|time| time.as_secs_f64() * 1e6 / count as f64)
                .collect(),
        );
        println!("| {name} | {time:.0} | {:.2} |", time / elements as f64);
    }
    Ok(())
}
