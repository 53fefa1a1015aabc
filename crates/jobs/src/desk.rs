//! A desk of a thread that is awake: who leaves work there need not ask the system to wake anyone.
#![allow(unsafe_code, reason = "what is lent to another thread may borrow")]

use std::cell::UnsafeCell;
use std::ptr::null;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{Thread, park};

use crate::share::wait_a_little;

/// Work in which threads join. Not a closure, which would be one more place to look at.
pub(crate) trait Join: Sync {
    fn join(&self);
}

/// Where work is left for one thread, a piece at a time. All that both sides look at for that is in one line of
/// the caches: each line that goes from one processor to the other takes as long as two hundred additions.
#[repr(align(64))]
pub(crate) struct Desk {
    state: AtomicU8,
    /// Whether its thread is looking.
    watched: AtomicBool,
    left: UnsafeCell<Left>,
    /// Who is to be woken.
    owner: Mutex<Option<Thread>>,
}

/// A piece of work: what does it, and what that is asked with.
#[derive(Clone, Copy)]
struct Left {
    call: unsafe fn(*const ()),
    work: *const (),
}

// States of a desk.
const FREE: u8 = 0;
/// Whoever changed the state to this is about to leave something.
const MINE: u8 = 1;
const LEFT: u8 = 2;
/// The thread of the desk works on what was left.
const TAKEN: u8 = 3;
/// As before, and the owner sleeps.
const AWAITED: u8 = 4;
const DONE: u8 = 5;

// SAFETY: `left` is written by whoever made the state `MINE` and read by whoever made it `TAKEN`; what it points
// to is `Sync`, see `lend`.
unsafe impl Sync for Desk {}
// SAFETY: as above.
unsafe impl Send for Desk {}

impl Desk {
    pub(crate) fn new() -> Self {
        let left = Left { call: |_| {}, work: null() };
        Self {
            state: AtomicU8::new(FREE),
            watched: AtomicBool::new(false),
            left: UnsafeCell::new(left),
            owner: Mutex::new(None),
        }
    }

    pub(crate) fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed)
    }

    /// Says that its thread is looking; whether that is new.
    pub(crate) fn watch(&self) -> bool {
        !self.watched.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn leave(&self) {
        self.watched.store(false, Ordering::Relaxed);
    }

    /// Calls `own`, and joins in `beside` at the same time on the thread that looks at this desk, if it takes it:
    /// it does not when `own` has ended before, or when something lies here.
    pub(crate) fn lend<J: Join>(&self, beside: &J, own: &mut dyn FnMut()) {
        /// # Safety
        /// `work` is a `J`.
        unsafe fn call<J: Join>(work: *const ()) {
            // SAFETY: the caller's promise.
            unsafe { &*work.cast::<J>() }.join();
        }
        let back = self.changed(FREE, MINE).then(|| {
            let left = Left { call: call::<J>, work: std::ptr::from_ref(beside).cast() };
            // SAFETY: as the state is `MINE`, no other looks.
            unsafe { *self.left.get() = left };
            self.state.store(LEFT, Ordering::Release);
            // When `own` panics, too, nothing may stay that borrows.
            Back(self)
        });
        own();
        drop(back);
    }

    /// Does what lies here; whether there was something.
    #[inline]
    pub(crate) fn work(&self) -> bool {
        if self.state.load(Ordering::Relaxed) != LEFT || !self.changed(LEFT, TAKEN) {
            return false;
        }
        let _told = Told(self);
        // SAFETY: no other has it now, and whoever has left it waits until it is told.
        unsafe {
            let Left { call, work } = *self.left.get();
            call(work);
        }
        true
    }

    /// Changes the state, if it is `from`.
    fn changed(&self, from: u8, to: u8) -> bool {
        self.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn is_done(&self) -> bool {
        self.state.load(Ordering::Acquire) == DONE
    }

    fn owner(&self) -> std::sync::MutexGuard<'_, Option<Thread>> {
        self.owner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes back what nobody has taken, or waits for whoever has.
struct Back<'a>(&'a Desk);

impl Drop for Back<'_> {
    fn drop(&mut self) {
        let Self(desk) = self;
        // Looked at first: to change it would take the line away from whoever works.
        if desk.state.load(Ordering::Relaxed) == LEFT && desk.changed(LEFT, FREE) {
            return;
        }
        if !wait_a_little(|| desk.is_done()) {
            *desk.owner() = Some(std::thread::current());
            if desk.changed(TAKEN, AWAITED) {
                while !desk.is_done() {
                    park();
                }
            }
        }
        desk.state.store(FREE, Ordering::Release);
    }
}

/// Tells the owner that its work is done, or has panicked.
struct Told<'a>(&'a Desk);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        let Self(desk) = self;
        if desk.state.swap(DONE, Ordering::AcqRel) == AWAITED
            && let Some(owner) = desk.owner().take()
        {
            owner.unpark();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::thread::yield_now;

    use super::*;

    impl<F: Fn() + Sync> Join for F {
        fn join(&self) {
            self();
        }
    }

    struct Ended<'a>(&'a AtomicBool);

    impl Drop for Ended<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    #[test]
    fn work_that_was_taken_is_done_when_its_owner_goes_on() {
        let (desk, end) = (Desk::new(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !end.load(Ordering::Relaxed) {
                    if !desk.work() {
                        yield_now();
                    }
                }
            });
            // Also when the test fails.
            let _ended = Ended(&end);
            for round in 0..2000 {
                let (begun, done, mut own) = (AtomicUsize::new(0), AtomicUsize::new(0), 0);
                let beside = || {
                    begun.fetch_add(1, Ordering::SeqCst);
                    // Now and then longer than its owner waits awake.
                    let awaited = || desk.state.load(Ordering::SeqCst) == AWAITED;
                    while round % 100 == 0 && !awaited() && !end.load(Ordering::Relaxed) {
                        yield_now();
                    }
                    yield_now();
                    done.fetch_add(1, Ordering::SeqCst);
                };
                desk.lend(&beside, &mut || {
                    own += 1;
                    while round % 4 == 0 && begun.load(Ordering::SeqCst) == 0 {
                        yield_now();
                    }
                });
                assert_eq!(own, 1);
                let (begun, done) = (begun.into_inner(), done.into_inner());
                assert!(begun == done && done <= 1, "begun {begun} times, done {done} times");
                assert!(done == 1 || round % 4 != 0, "it was waited for");
            }
        });
    }

    #[test]
    fn what_lies_on_a_desk_stays_where_more_is_lent() {
        let desk = Desk::new();
        let (first, second) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let count = |of: &AtomicUsize| of.fetch_add(1, Ordering::Relaxed);
        desk.lend(&|| _ = count(&first), &mut || {
            desk.lend(&|| _ = count(&second), &mut || {});
            assert!(desk.work() && !desk.work());
        });
        assert!(!desk.work());
        assert_eq!((first.into_inner(), second.into_inner()), (1, 0));
    }
}
