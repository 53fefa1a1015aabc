//! Work without the interpreter's lock, on threads of its own, that Ctrl-C ends.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use jobs::Run;
use pyo3::prelude::*;

use crate::error::Error;

/// How often a waiting thread asks the interpreter whether a signal came.
const SIGNALS: Duration = Duration::from_millis(50);

/// How many times something was learnt here.
static N_FITS: AtomicU64 = AtomicU64::new(0);

/// How many times the native half has counted, weighed or factorised something in this process.
#[pyfunction]
pub(crate) fn n_fits() -> u64 {
    N_FITS.load(Ordering::Relaxed)
}

/// Runs `work` with `threads` threads and without the interpreter's lock, and returns what it returns.
///
/// Threads are made for the call and end with it: a process that forks afterwards copies no thread that
/// waits for work. The calling thread hears signals meanwhile and cancels the work when a handler raises.
pub(crate) fn detached<R: Send>(
    py: Python<'_>,
    threads: usize,
    work: impl FnOnce(&Run) -> Result<R, Error> + Send,
) -> PyResult<R> {
    let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
    let run = Run::with_threads(threads).map_err(Error::from)?;
    N_FITS.fetch_add(1, Ordering::Relaxed);
    py.detach(|| {
        std::thread::scope(|scope| {
            let (sender, receiver) = channel::<()>();
            let run = &run;
            let worker = scope.spawn(move || {
                let result = work(run);
                // Hung up by going out of scope: there is nothing to say but that we are done.
                drop(sender);
                result
            });
            let mut raised = None;
            while receiver.recv_timeout(SIGNALS) == Err(RecvTimeoutError::Timeout) {
                if raised.is_none() {
                    raised = Python::attach(|py| py.check_signals().err());
                    if raised.is_some() {
                        run.cancel().cancel();
                    }
                }
            }
            let result = worker
                .join()
                .map_err(|_| Error::Value("internal error: the work panicked".to_owned()));
            match raised {
                Some(error) => Err(error),
                None => result.and_then(|result| result).map_err(PyErr::from),
            }
        })
    })
}
