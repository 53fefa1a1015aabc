//! What ran, how long it took, and how much memory it needed.

use std::fs;
use std::time::Instant;

use crate::{Digest, Error, Made, Run};

/// The record of one stage.
#[derive(Debug, Clone, PartialEq)]
pub struct StageRecord {
    /// The stage's name.
    pub stage: &'static str,
    /// Wall time, seconds.
    pub seconds: f64,
    /// True when nothing had to be fetched or computed: all of it came from a cache.
    pub cached: bool,
    /// How many things the stage made: documents, terms, topics, pages.
    pub items: u64,
    /// Results of its tasks that came from the cache.
    pub hits: u64,
    /// Results of its tasks that had to be computed.
    pub misses: u64,
    /// Bytes of its results.
    pub bytes: u64,
    /// Bytes that it put on disk, as they were too many for memory.
    pub spilled: u64,
    /// What it was made from, by name.
    pub inputs: Vec<(&'static str, Digest)>,
    /// What it made.
    pub output: Option<Digest>,
    /// The highest resident memory of the process up to the end of the stage, bytes; 0 where the
    /// system does not tell.
    pub peak_rss_bytes: u64,
}

/// What a stage says of itself while it runs.
#[derive(Debug, Default)]
pub struct Stage {
    /// How many things it made.
    pub items: u64,
    /// Whether all of them came from a cache; set it where no task is counted.
    pub cached: bool,
    /// What it made.
    pub output: Option<Digest>,
    /// Bytes that it put on disk, as they were too many for memory.
    pub spilled: u64,
    hits: u64,
    misses: u64,
    bytes: u64,
    inputs: Vec<(&'static str, Digest)>,
}

impl Stage {
    /// Notes what the stage is made from.
    pub fn input(&mut self, name: &'static str, digest: Digest) {
        self.inputs.push((name, digest));
    }

    /// Notes the result of a task of the stage, and gives its value.
    pub fn take<T>(&mut self, made: Made<T>) -> T {
        if made.cached {
            self.hits += 1;
        } else {
            self.misses += 1;
        }
        self.bytes += made.bytes;
        made.value
    }

    /// Notes results that are no tasks of their own: how many stayed from a former run, and how many were
    /// computed.
    pub fn count(&mut self, kept: u64, computed: u64) {
        self.hits += kept;
        self.misses += computed;
    }

    fn record(self, name: &'static str, seconds: f64) -> StageRecord {
        StageRecord {
            stage: name,
            seconds,
            cached: self.cached || (self.hits > 0 && self.misses == 0),
            items: self.items,
            hits: self.hits,
            misses: self.misses,
            bytes: self.bytes,
            spilled: self.spilled,
            inputs: self.inputs,
            output: self.output,
            peak_rss_bytes: peak_rss_bytes(),
        }
    }
}

/// The records of a run's stages, in their order.
#[derive(Debug, Default)]
pub struct Trace {
    records: Vec<StageRecord>,
    failed: Option<StageRecord>,
    last: Option<String>,
    /// Seconds that stages ran beside others.
    overlap: f64,
}

impl Trace {
    /// A trace whose last stage is `last`: no other is begun after it.
    #[must_use]
    pub fn until(last: &str) -> Self {
        Self { last: Some(last.to_owned()), ..Self::default() }
    }

    /// Runs `work` as the stage `name`, and records it.
    ///
    /// # Errors
    /// Those of `work`; [`Error::Ended`] after the last stage; [`Error::Cancelled`].
    pub fn stage<T, E: From<Error>>(
        &mut self,
        name: &'static str,
        run: &Run,
        work: impl FnOnce(&mut Stage) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check_goes_on()?;
        run.check()?;
        run.progress().started(name, None);
        let (result, record) = timed(name, work);
        self.note(result, record, run)
    }

    /// Runs two stages, of which neither needs the other, at the same time where there are threads for
    /// it; `beside` on one of its own. They are recorded in this order.
    ///
    /// # Errors
    /// As [`stage`](Self::stage); those of `own` where both fail.
    pub fn stages<A, B: Send, E: From<Error> + Send>(
        &mut self,
        (own, of_own): (&'static str, impl FnOnce(&mut Stage) -> Result<A, E>),
        (beside, of_beside): (&'static str, impl FnOnce(&mut Stage) -> Result<B, E> + Send),
        run: &Run,
    ) -> Result<(A, B), E> {
        if run.threads() == 1 || self.last.is_some() {
            // A trace that ends with one of them goes by their order.
            let made = self.stage(own, run, of_own)?;
            return Ok((made, self.stage(beside, run, of_beside)?));
        }
        run.progress().started(own, None);
        let started = Instant::now();
        let ((beside_made, beside_record), (made, record)) =
            run.both(|| timed(beside, of_beside), || timed(own, of_own))?;
        let seconds = record.seconds + beside_record.seconds;
        self.overlap += (seconds - started.elapsed().as_secs_f64()).max(0.0);
        let made = self.note(made, record, run)?;
        run.progress().started(beside, None);
        Ok((made, self.note(beside_made, beside_record, run)?))
    }

    fn check_goes_on(&self) -> Result<(), Error> {
        match &self.last {
            Some(last) if self.records.iter().any(|record| record.stage == last) => {
                Err(Error::Ended { stage: last.clone() })
            }
            _ => Ok(()),
        }
    }

    fn note<T, E>(&mut self, result: Result<T, E>, record: StageRecord, run: &Run) -> Result<T, E> {
        if result.is_ok() {
            run.progress().finished(record.stage, record.items, record.seconds);
            self.records.push(record);
        } else {
            self.failed = Some(record);
        }
        result
    }

    /// Wall time of all stages that ended well, seconds: what ran at the same time counts once.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.records.iter().map(|record| record.seconds).sum::<f64>() - self.overlap
    }

    /// The records of the stages that ended well.
    #[must_use]
    pub fn records(&self) -> &[StageRecord] {
        &self.records
    }

    /// The stage that failed, and ended the run.
    #[must_use]
    pub fn failed(&self) -> Option<&StageRecord> {
        self.failed.as_ref()
    }
}

/// What `work` gives, and the record of it as the stage `name`.
fn timed<T, E>(
    name: &'static str,
    work: impl FnOnce(&mut Stage) -> Result<T, E>,
) -> (Result<T, E>, StageRecord) {
    let mut stage = Stage::default();
    let started = Instant::now();
    let result = work(&mut stage);
    (result, stage.record(name, started.elapsed().as_secs_f64()))
}

/// The process's highest resident memory so far, bytes, from Linux's `/proc`; 0 elsewhere.
fn peak_rss_bytes() -> u64 {
    let Ok(status) = fs::read_to_string("/proc/self/status") else {
        return 0;
    };
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().strip_suffix("kB"))
        .and_then(|number| number.trim().parse::<u64>().ok());
    kilobytes.map_or(0, |kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_recorded_in_order_and_the_failed_one_apart() {
        let mut trace = Trace::default();
        let run = Run::serial();
        let kept = trace.stage("count", &run, |stage| {
            stage.items = 3;
            Ok::<_, Error>(7)
        });
        let counts = Digest::of(b"counts");
        let failed = trace.stage("weigh", &run, |stage| {
            stage.input("counts", counts);
            Err::<(), _>(Error::Panicked { message: "no".to_owned() })
        });
        assert!(matches!((kept, failed), (Ok(7), Err(Error::Panicked { .. }))));
        let names: Vec<_> = trace.records().iter().map(|r| (r.stage, r.items)).collect();
        assert_eq!(names, [("count", 3)]);
        let failed = trace.failed().unwrap();
        assert_eq!((failed.stage, &failed.inputs[..]), ("weigh", &[("counts", counts)][..]));
    }

    #[test]
    fn two_stages_run_at_once_where_they_can_and_are_recorded_in_their_order() {
        for threads in [1, 2] {
            let run = Run::with_threads(std::num::NonZeroUsize::new(threads).unwrap()).unwrap();
            // They wait for each other.
            let meeting = std::sync::Barrier::new(threads);
            let stage = |items: u64| {
                let meeting = &meeting;
                move |stage: &mut Stage| {
                    meeting.wait();
                    stage.items = items;
                    Ok::<_, Error>(items + 1)
                }
            };
            let mut trace = Trace::default();
            let made = trace.stages(("own", stage(1)), ("beside", stage(2)), &run).unwrap();
            assert_eq!(made, (2, 3));
            let records = trace.records();
            let names: Vec<_> = records.iter().map(|r| (r.stage, r.items)).collect();
            assert_eq!(names, [("own", 1), ("beside", 2)]);
            assert!(trace.seconds() <= records.iter().map(|record| record.seconds).sum());
        }
    }

    #[test]
    fn of_two_stages_that_fail_the_first_is_told_and_a_trace_ends_between_them() {
        let two = Run::with_threads(std::num::NonZeroUsize::new(2).unwrap()).unwrap();
        let failed = |name: &str| Error::Panicked { message: name.to_owned() };
        let fails = |name: &'static str| move |_: &mut Stage| Err::<(), _>(failed(name));
        let mut trace = Trace::default();
        let both = trace.stages(("own", fails("own")), ("beside", fails("beside")), &two);
        assert!(matches!(both, Err(Error::Panicked { message }) if message == "own"));
        assert_eq!(trace.failed().map(|record| record.stage), Some("own"));
        let mut trace = Trace::until("own");
        let stands = |_: &mut Stage| Ok::<_, Error>(());
        let both = trace.stages(("own", stands), ("beside", fails("beside")), &two);
        assert!(matches!(both, Err(Error::Ended { stage }) if stage == "own"));
    }

    #[test]
    fn nothing_is_begun_after_the_last_stage_or_once_the_run_is_cancelled() {
        let mut trace = Trace::until("weigh");
        let run = Run::serial();
        for name in ["count", "weigh"] {
            assert!(trace.stage(name, &run, |_| Ok::<_, Error>(())).is_ok());
        }
        let mut begun = false;
        let mut begin = |trace: &mut Trace, run: &Run| {
            trace.stage("topics", run, |_| {
                begun = true;
                Ok::<_, Error>(())
            })
        };
        let ended = begin(&mut trace, &run);
        assert!(matches!(ended, Err(Error::Ended { stage }) if stage == "weigh"));
        run.cancel().cancel();
        assert!(matches!(begin(&mut Trace::default(), &run), Err(Error::Cancelled)));
        assert!(!begun);
    }

    #[test]
    fn a_stage_is_cached_when_all_of_its_tasks_were() {
        let made = |cached| Made { value: (), digest: Digest::of(b""), bytes: 8, cached };
        let mut trace = Trace::default();
        for second in [true, false] {
            let kept = trace.stage("count", &Run::serial(), |stage| {
                stage.take(made(true));
                stage.take(made(second));
                Ok::<_, Error>(())
            });
            assert!(kept.is_ok());
        }
        let told: Vec<_> = trace.records().iter().map(|r| (r.cached, r.hits, r.misses)).collect();
        assert_eq!(told, [(true, 2, 0), (false, 1, 1)]);
        assert_eq!(trace.records()[0].bytes, 16);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn peak_memory_is_at_least_what_is_held() {
        let held = vec![1_u8; 8 << 20];
        assert!(peak_rss_bytes() >= held.len() as u64);
    }
}
