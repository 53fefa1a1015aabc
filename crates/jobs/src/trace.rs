//! What ran, how long it took, and how much memory it needed.

use std::fs;
use std::time::Instant;

use crate::Run;

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
    /// The highest resident memory of the process up to the end of the stage, bytes; 0 where the
    /// system does not tell.
    pub peak_rss_bytes: u64,
}

/// What a stage says of itself while it runs.
#[derive(Debug, Default)]
pub struct Stage {
    /// How many things it made.
    pub items: u64,
    /// Whether all of them came from a cache.
    pub cached: bool,
}

/// The records of a run's stages, in the order in which they ended.
#[derive(Debug, Default)]
pub struct Trace {
    records: Vec<StageRecord>,
}

impl Trace {
    /// Runs `work` as the stage `name`, and records it when it ends well.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn stage<T, E>(
        &mut self,
        name: &'static str,
        run: &Run,
        work: impl FnOnce(&mut Stage) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut stage = Stage::default();
        let started = Instant::now();
        run.progress().started(name, None);
        let result = work(&mut stage)?;
        let seconds = started.elapsed().as_secs_f64();
        run.progress().finished(name, stage.items, seconds);
        self.records.push(StageRecord {
            stage: name,
            seconds,
            cached: stage.cached,
            items: stage.items,
            peak_rss_bytes: peak_rss_bytes(),
        });
        Ok(result)
    }

    /// The records so far.
    #[must_use]
    pub fn records(&self) -> &[StageRecord] {
        &self.records
    }
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
    fn stages_are_recorded_in_order_and_failed_ones_are_not() {
        let mut trace = Trace::default();
        let run = Run::serial();
        let kept = trace.stage("count", &run, |stage| {
            stage.items = 3;
            Ok::<_, ()>(7)
        });
        let failed = trace.stage("weigh", &run, |_| Err::<(), _>("no"));
        assert_eq!((kept, failed), (Ok(7), Err("no")));
        let names: Vec<_> = trace.records().iter().map(|r| (r.stage, r.items)).collect();
        assert_eq!(names, [("count", 3)]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn peak_memory_is_at_least_what_is_held() {
        let held = vec![1_u8; 8 << 20];
        assert!(peak_rss_bytes() >= held.len() as u64);
    }
}
