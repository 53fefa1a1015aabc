//! How good topics are, told by their words, by labels of the documents, and by other fits.

mod agreement;
mod coherence;
mod diversity;
mod labels;
mod occurrence;
mod windows;

pub use agreement::{best_matching, topic_agreement};
pub use coherence::{npmi, u_mass};
pub use diversity::diversity;
pub use labels::{adjusted_rand, normalised_mutual_information, purity};
pub use occurrence::Occurrence;
pub use windows::{Counting, Windows, c_npmi, c_v};
