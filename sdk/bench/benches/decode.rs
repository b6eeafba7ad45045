//! Times of decoding: `cargo bench -p specwright-bench --bench decode`.

mod decoders;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use specwright_bench::corpus::{CHUNK_SIZES, Kind, chunks, deltas};

const EVENTS: usize = 1000;

fn framing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("framing");
    group.throughput(Throughput::Elements(EVENTS as u64));
    for size in CHUNK_SIZES {
        let chunks = chunks(&deltas(Kind::Text, EVENTS), size);
        for (name, way) in decoders::FRAMING {
            let id = BenchmarkId::new(name, size);
            group.bench_function(id, |bencher| bencher.iter(|| way(black_box(&chunks))));
        }
    }
}

fn typed(criterion: &mut Criterion) {
    for kind in Kind::ALL {
        let mut group = criterion.benchmark_group(kind.name());
        group.throughput(Throughput::Elements(EVENTS as u64));
        for size in CHUNK_SIZES {
            let chunks = chunks(&deltas(kind, EVENTS), size);
            for (name, way) in decoders::TYPED {
                let id = BenchmarkId::new(name, size);
                group.bench_function(id, |bencher| bencher.iter(|| way(black_box(&chunks))));
            }
        }
    }
}

criterion_group!(benches, framing, typed);
criterion_main!(benches);
