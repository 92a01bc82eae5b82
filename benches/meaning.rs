//! How fast texts are embedded, compared and classified; one core unless said otherwise.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use reservoir::embed::{Model, Vector, VectorSet};
use reservoir::extract::classify::Classifier;
use std::hint::black_box;

const TITLE: &str = "Remind customers of unpaid invoices and log their replies in the CRM";
const ROWS: u32 = 100_000;

/// A repeatable spread of vectors.
fn vector(seed: u32) -> Vector {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let values = std::array::from_fn(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as i8
    });
    Vector { scale: 0.001, blocks: [values].into() }
}

fn embed(criterion: &mut Criterion) {
    let model = Model::shared();
    let mut group = criterion.benchmark_group("embed");
    group.throughput(Throughput::Elements(1));
    group.bench_function("short text", |b| b.iter(|| model.encode(black_box(TITLE))));
    group.finish();
}

fn nearest(criterion: &mut Criterion) {
    let mut set = VectorSet::with_capacity(ROWS as usize);
    for id in 0..ROWS {
        set.insert(id, &vector(id));
    }
    let query = vector(ROWS + 1);
    criterion.bench_function("nearest 100 of 100,000, all cores", |b| {
        b.iter(|| set.scores(black_box(&query), |_| true, 100));
    });
}

fn classify(criterion: &mut Criterion) {
    let classifier = Classifier::shared();
    let text =
        format!("When triggered by the schedule, {TITLE}. ").repeat(3000 / (TITLE.len() + 34));
    let mut group = criterion.benchmark_group("classify");
    group.throughput(Throughput::Elements(1));
    group.bench_function("3 kB", |b| b.iter(|| classifier.classify(black_box(TITLE), &text)));
    group.finish();
}

criterion_group!(benches, embed, nearest, classify);
criterion_main!(benches);
