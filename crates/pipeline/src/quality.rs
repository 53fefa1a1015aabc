//! How good the topics are, and the words that tell them.

use jobs::Run;
use learn::{Fit, Guide, Nmf, NmfConfig, Occurrence, WordsConfig, diversity, npmi};
use sprs::{CsMatI, CsMatViewI};

use crate::Error;
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
) -> Result<(Vec<Vec<usize>>, Quality), Error> {
    let words = |nmf: &Nmf, occurrence: &Occurrence| {
        WordsConfig::default().choose(nmf.components(), occurrence, run)
    };
    let occurrence = Occurrence::of(x);
    let chosen = words(&fit.nmf, &occurrence)?;
    let stride = 2 * x.rows().div_ceil(QUALITY_DOCS).max(1);
    let (even, odd) = (every(stride, 0, x), every(stride, stride / 2, x));
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
    Ok((chosen, quality))
}

/// Rows `first`, `first + stride`, `first + 2 · stride` and so on.
fn every(
    stride: usize,
    first: usize,
    x: CsMatViewI<'_, f32, u32, usize>,
) -> CsMatI<f32, u32, usize> {
    let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
    for row in x.outer_iterator().skip(first).step_by(stride) {
        indices.extend_from_slice(row.indices());
        data.extend_from_slice(row.data());
        indptr.push(indices.len());
    }
    CsMatI::new((indptr.len() - 1, x.cols()), indptr, indices, data)
}
