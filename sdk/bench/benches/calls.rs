//! Times of calls over loopback: `cargo bench -p specwright-bench --bench calls`.

mod clients;
mod decoders;

use clients::{Call, Clients};
use criterion::{Criterion, Throughput};
use specwright_bench::server::{self, LINES, PAGES, STREAM_EVENTS, Server};
use tokio::runtime::Runtime;

/// Name, call, how many calls one measurement makes, how many at a time, and what they are
/// counted as.
const CALLS: [(&str, Call, usize, usize, usize); 9] = [
    ("unary/1/ours", Call::Unary, 1, 1, 1),
    ("unary/1/reqwest", Call::RawUnary, 1, 1, 1),
    ("unary/64/ours", Call::Unary, 640, 64, 640),
    ("unary/64/reqwest", Call::RawUnary, 640, 64, 640),
    ("stream/ours", Call::Stream, 1, 1, STREAM_EVENTS),
    ("stream/reqwest", Call::RawStream, 1, 1, STREAM_EVENTS),
    ("pages", Call::Pages, 1, 1, PAGES),
    ("multipart of 1 MiB", Call::Multipart, 1, 1, 1),
    ("json lines", Call::JsonLines, 1, 1, LINES),
];

fn main() -> std::io::Result<()> {
    server::serve_if_asked()?;
    let server = Server::start()?;
    let runtime = Runtime::new()?;
    let clients = Clients::new(server.url());
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("calls");
    for (name, call, count, concurrency, elements) in CALLS {
        group.throughput(Throughput::Elements(elements as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| runtime.block_on(clients.calls(call, count, concurrency)));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
