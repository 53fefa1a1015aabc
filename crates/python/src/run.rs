//! Work without the interpreter's lock, on threads of its own, that Ctrl-C ends.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use jobs::{Cancel, Run};
use pyo3::prelude::*;

use crate::error::Error;

/// How often a waiting thread asks the interpreter whether a signal came.
const SIGNALS: Duration = Duration::from_millis(50);

/// How many times something was learnt here.
static N_FITS: AtomicU64 = AtomicU64::new(0);

/// The threads of the last call, for the next one that wants as many.
static THREADS: Mutex<Option<Threads>> = Mutex::new(None);

/// Threads, and the process that they live in: one that was forked from it has none of them.
struct Threads {
    process: u32,
    run: Run,
}

/// How many times the native half has counted, weighed or factorised something in this process.
#[pyfunction]
pub(crate) fn n_fits() -> u64 {
    N_FITS.load(Ordering::Relaxed)
}

/// A run with `threads` threads, which are kept for the next call.
///
/// A forked process makes its own, and so does a call while another one looks.
pub(crate) fn run_with(threads: usize) -> Result<Run, Error> {
    let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
    if threads == NonZeroUsize::MIN {
        return Ok(Run::serial());
    }
    let process = std::process::id();
    let Ok(mut kept) = THREADS.try_lock() else {
        return Ok(Run::with_threads(threads)?);
    };
    if let Some(kept) = &*kept
        && kept.process == process
        && kept.run.threads() == threads.get()
    {
        return Ok(kept.run.clone().with_cancel(Cancel::default()));
    }
    let run = Run::with_threads(threads)?;
    let former = kept.replace(Threads { process, run: run.clone() });
    if let Some(former) = former.filter(|former| former.process != process) {
        // Its threads are the parent's: to end them here would wait for what cannot answer.
        std::mem::forget(former);
    }
    Ok(run)
}

/// Runs `work` with `threads` threads and without the interpreter's lock, and returns what it returns.
///
/// The calling thread hears signals meanwhile and cancels the work when a handler raises.
pub(crate) fn detached<R: Send>(
    py: Python<'_>,
    threads: usize,
    work: impl FnOnce(&Run) -> Result<R, Error> + Send,
) -> PyResult<R> {
    let run = run_with(threads)?;
    N_FITS.fetch_add(1, Ordering::Relaxed);
    waited_for(py, &run, work, |_| Ok(()))
}

/// As [`detached`], with `own` on the calling thread, which keeps the interpreter's lock for it; with one
/// thread before `work`, otherwise beside it. The work is cancelled when `own` raises.
pub(crate) fn beside<R: Send>(
    py: Python<'_>,
    threads: usize,
    own: impl FnOnce() -> PyResult<()>,
    work: impl FnOnce(&Run) -> Result<R, Error> + Send,
) -> PyResult<R> {
    let run = run_with(threads)?;
    N_FITS.fetch_add(1, Ordering::Relaxed);
    if run.threads() == 1 {
        own()?;
        return waited_for(py, &run, work, |_| Ok(()));
    }
    both(py, &run, (own, work), |_| Ok(()))
}

/// Runs `work` on another thread and without the interpreter's lock.
///
/// The calling thread hears signals meanwhile, calls `tick` between them and once more at the end, and
/// cancels the work when one of these raises.
pub(crate) fn waited_for<R: Send>(
    py: Python<'_>,
    run: &Run,
    work: impl FnOnce(&Run) -> Result<R, Error> + Send,
    tick: impl FnMut(Python<'_>) -> PyResult<()> + Send,
) -> PyResult<R> {
    both(py, run, (|| Ok(()), work), tick)
}

/// As [`waited_for`], once `own` is done beside the work.
fn both<R: Send>(
    py: Python<'_>,
    run: &Run,
    (own, work): (impl FnOnce() -> PyResult<()>, impl FnOnce(&Run) -> Result<R, Error> + Send),
    mut tick: impl FnMut(Python<'_>) -> PyResult<()> + Send,
) -> PyResult<R> {
    std::thread::scope(|scope| {
        let (sender, receiver) = channel::<()>();
        let worker = scope.spawn(move || {
            let result = work(run);
            // Hung up by going out of scope: there is nothing to say but that we are done.
            drop(sender);
            result
        });
        let mut raised = own().err();
        if raised.is_some() {
            run.cancel().cancel();
        }
        py.detach(move || {
            while receiver.recv_timeout(SIGNALS) == Err(RecvTimeoutError::Timeout) {
                if raised.is_none() {
                    raised = Python::attach(|py| py.check_signals().and_then(|()| tick(py)).err());
                    if raised.is_some() {
                        run.cancel().cancel();
                    }
                }
            }
            let result = worker
                .join()
                .map_err(|_| Error::Value("internal error: the work panicked".to_owned()));
            match raised.or_else(|| Python::attach(|py| tick(py).err())) {
                Some(error) => Err(error),
                None => result.and_then(|result| result).map_err(PyErr::from),
            }
        })
    })
}
