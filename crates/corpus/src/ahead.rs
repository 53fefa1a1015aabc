//! Batches read while the caller works on those before.

use std::panic::resume_unwind;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use crate::{Batch, Error, Reader};

/// Batches that wait for the caller, at most; one more is being read.
const WAITING: usize = 2;

/// Batches that are read on a thread of their own, in their order.
struct Ahead {
    batches: Receiver<Result<Batch, Error>>,
    /// It ends by itself when nobody listens any more. Nobody waits for that: it may wait for a pipe.
    reading: Option<JoinHandle<()>>,
}

/// The batches of `reader`, read ahead; or where the system gives no thread, when they are asked for.
pub(crate) fn ahead(reader: Reader) -> Box<dyn Iterator<Item = Result<Batch, Error>> + Send> {
    let (sender, batches) = mpsc::sync_channel(WAITING);
    let shared = Arc::new(Mutex::new(Some(reader)));
    let taken = Arc::clone(&shared);
    let read = move || {
        for batch in take(&taken).into_iter().flatten() {
            if sender.send(batch).is_err() {
                break;
            }
        }
    };
    match Builder::new().name("topicmill-reader".to_owned()).spawn(read) {
        Ok(reading) => Box::new(Ahead { batches, reading: Some(reading) }),
        Err(_) => Box::new(take(&shared).into_iter().flatten()),
    }
}

fn take(reader: &Mutex<Option<Reader>>) -> Option<Reader> {
    reader.lock().unwrap_or_else(PoisonError::into_inner).take()
}

impl Iterator for Ahead {
    type Item = Result<Batch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Ok(batch) = self.batches.recv() {
            return Some(batch);
        }
        // A panic over there is one here, and not the end of the batches.
        if let Some(Err(payload)) = self.reading.take().map(JoinHandle::join) {
            resume_unwind(payload);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, BufReader, Read};
    use std::num::NonZeroUsize;

    use jobs::Run;

    use super::*;
    use crate::{ReadConfig, read_lines};

    fn two() -> Run {
        Run::with_threads(NonZeroUsize::new(2).unwrap()).unwrap()
    }

    #[test]
    fn batches_read_ahead_are_the_same_and_end_with_the_same_error() {
        struct Broken(usize);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let line = b"{\"text\": \"a lamp\"}\n";
                self.0 = self.0.checked_sub(1).ok_or_else(|| io::Error::other("unplugged"))?;
                buffer[..line.len()].copy_from_slice(line);
                Ok(line.len())
            }
        }
        let read = || {
            let input = BufReader::new(Broken(5000));
            read_lines(input, "lines", &ReadConfig::default()).on(&two())
        };
        let told = |batch: Result<Batch, Error>| batch.map_err(|error| error.to_string());
        let expected: Vec<_> = read().map(told).collect();
        assert!(expected.len() > 3 && expected.iter().any(Result::is_err));
        assert_eq!(read().ahead().map(told).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn who_stops_listening_waits_for_nothing() {
        struct Endless;
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let line = b"{\"text\": \"a lamp\"}\n";
                buffer[..line.len()].copy_from_slice(line);
                Ok(line.len())
            }
        }
        let input = BufReader::new(Endless);
        let mut batches = read_lines(input, "lines", &ReadConfig::default()).on(&two()).ahead();
        assert!(batches.next().unwrap().is_ok());
    }

    #[test]
    #[should_panic(expected = "out of order")]
    fn a_panic_while_reading_is_not_the_end_of_the_batches() {
        struct Panicking;
        impl Read for Panicking {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                panic!("out of order")
            }
        }
        let input = BufReader::new(Panicking);
        let batches = read_lines(input, "lines", &ReadConfig::default()).on(&two()).ahead();
        assert_eq!(batches.count(), 0);
    }
}
