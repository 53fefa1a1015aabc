//! How good the topics are, and the words that tell them.

use jobs::Run;
use learn::{Fit, Guide, Nmf, NmfConfig, Occurrence, WordsConfig, diversity, npmi};
use sprs::CsMatViewI;

use crate::Error;
use crate::model::Told;
use crate::results::Quality;

/// Documents that the coherence on documents left out is judged by, at most: more take longer and
/// change a figure that is read to two decimals by less than that.
const QUALITY_DOCS: usize = 8192;
/// Where the fit that is only judged by its words may end.
const HELD_OUT_TOL: f64 = 1e-4;

/// The words of the topics, their coherence and diversity, and the coherence of topics fitted on every other document,
/// judged on those between. Of many documents an even sample is halved.
pub(crate) fn quality(
    fit: &Fit,
    x: CsMatViewI<'_, f32, u32, usize>,
    (settings, guide): (&NmfConfig, Option<&Guide>),
    run: &Run,
) -> Result<Told, Error> {
    let words = |nmf: &Nmf, occurrence: &Occurrence| {
        WordsConfig::default().choose(nmf.components(), occurrence, run)
    };
    let occurrence = Occurrence::of(x);
    let chosen = words(&fit.nmf, &occurrence)?;
    let stride = 2 * x.rows().div_ceil(QUALITY_DOCS).max(1);
    let from = |first: usize| learn::some_rows(x, (first..x.rows()).step_by(stride));
    let (even, odd) = (from(0), from(stride / 2));
    let k = fit.nmf.components().nrows();
    let can_be_halved = k <= even.rows().min(even.cols()) && even.nnz() > 0;
    let npmi_held_out = if can_be_halved {
        // The words of the topics stand long before their last decimals.
        let tol = settings.tol.max(HELD_OUT_TOL);
        let half_settings = NmfConfig { n_topics: k, tol, ..settings.clone() };
        let half = half_settings.fit_guided(even.view(), guide, run)?;
        npmi(&words(&half.nmf, &Occurrence::of(even.view()))?, &Occurrence::of(odd.view()))
    } else {
        None
    };
    let quality =
        Quality { npmi: npmi(&chosen, &occurrence), npmi_held_out, diversity: diversity(&chosen) };
    Ok(Told { words: chosen, quality })
}
