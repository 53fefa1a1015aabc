//! Ctrl-C: the run is asked to stop, and after a moment the process ends.

#[cfg(unix)]
use std::sync::Arc;
use std::sync::{Mutex, Once, PoisonError};

use jobs::Cancel;

/// The run that a signal stops: the last one that was begun.
static CURRENT: Mutex<Option<Cancel>> = Mutex::new(None);
static LISTEN: Once = Once::new();

/// What an interrupt or a wish to terminate raises from now on.
pub(crate) fn cancel() -> Cancel {
    let cancel = Cancel::default();
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(cancel.clone());
    LISTEN.call_once(listen);
    cancel
}

/// A run that waits for the network or for a long step cannot always stop at once. What it leaves
/// behind is what a killed run leaves, and the next one clears it up.
#[cfg(unix)]
fn listen() {
    use std::time::Duration;

    use signal_hook::consts::{SIGINT, SIGTERM};

    const PATIENCE: Duration = Duration::from_millis(150);

    // Without a handler the system ends the process, which is all right too.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        if signals.forever().next().is_none() {
            return;
        }
        let current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(cancel) = current {
            cancel.cancel();
        }
        std::thread::sleep(PATIENCE);
        crate::exit::end_now();
    });
}

#[cfg(not(unix))]
fn listen() {}

/// A file that grows past the limit of the process is an error like any other, and does not end it.
#[cfg(unix)]
pub(crate) fn survive_limits() {
    // Whatever handles it, the write that was too long fails.
    drop(signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default()));
}

#[cfg(not(unix))]
pub(crate) fn survive_limits() {}
