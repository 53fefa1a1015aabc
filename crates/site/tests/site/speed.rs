//! How long a big site takes.

use std::time::Instant;

use site::{Batch, Renderer, Route, Site};

use crate::fixture::conference;

#[test]
#[ignore = "measures; run with --release --ignored --nocapture"]
fn seventeen_thousand_documents_render_within_two_seconds_on_two_cores() {
    let fixture = conference(17_000, 20);
    let data = fixture.data();
    let started = Instant::now();
    let site = Site::new(data).unwrap();
    let checked = started.elapsed();
    let routes: Vec<_> = site.routes().collect();
    let renderer = Renderer::new();
    let batch = Batch::new(&renderer, &site);
    let render = |routes: &[Route]| -> usize {
        routes.iter().map(|&route| batch.render_page(route).unwrap().bytes.len()).sum()
    };
    let started = Instant::now();
    let (left, right) = routes.split_at(routes.len() / 2);
    let n_bytes: usize = std::thread::scope(|scope| {
        let left = scope.spawn(|| render(left));
        render(right) + left.join().unwrap()
    });
    let rendered = started.elapsed();
    println!(
        "{} files, {n_bytes} bytes; joined in {checked:?}, rendered in {rendered:?} by 2 threads",
        routes.len()
    );
    assert!((checked + rendered).as_secs_f64() < 2.0);
}
