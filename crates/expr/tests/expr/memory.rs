//! How much memory a call takes beyond operands and output.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use expr::{Expr, Prepared, View, ViewMut};
use jobs::Run;

struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // A thread that ends has no counters left, and nothing to count.
    let live = LIVE.try_with(|live| {
        live.set(live.get() + bytes);
        live.get()
    });
    if let Ok(live) = live {
        PEAK.try_with(|peak| peak.set(peak.get().max(live))).ok();
    }
}

#[expect(unsafe_code, reason = "an allocator that counts")]
// SAFETY: all is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise is the same.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promise is the same.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_call_takes_no_memory_that_grows_with_the_operands() {
    let n = 3_000_000;
    let (tf, idf) = (vec![1.5_f64; n], vec![2.0_f64; n]);
    let mut out = vec![0.0_f64; n];
    let (tf, idf) = (View::from(&tf[..]), View::from(&idf[..]));
    for text in [
        "tf * idf - 1",
        "where(idf == 0, 0, tf / idf)",
        "(tf - mean(tf)) / std(tf, where=idf > 1) + sqrt(tf * idf + tf / idf) * (tf + 1) * (idf - 1)",
    ] {
        let prepared = Prepared::new(&Expr::parse(text).unwrap());
        let operands: Vec<_> = prepared
            .names()
            .iter()
            .map(|name| if *name == "tf" { tf.operand() } else { idf.operand() })
            .collect();
        prepared.results(&operands).unwrap();
        let mut view = ViewMut::from(&mut out[..]);
        let before = LIVE.get();
        PEAK.set(before);
        prepared.call(&operands, &mut [view.output()], &Run::serial()).unwrap();
        let extra = PEAK.get() - before;
        assert!(extra <= 64 * 1024, "{text}: {extra} bytes");
    }
}
