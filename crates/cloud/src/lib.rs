//! Lay words out as a cloud; write it as SVG or PNG.
//!
//! ```
//! use cloud::{CloudConfig, Link, Word, layout};
//!
//! let words = [
//!     Word { text: "garden", weight: 9.0 },
//!     Word { text: "seed", weight: 4.0 },
//!     Word { text: "soil & compost", weight: 1.0 },
//! ];
//! let cloud = layout(&words, &CloudConfig::default())?;
//! assert_eq!(cloud.words[0].text, "garden");
//! assert!(cloud.words[0].font_size > cloud.words[2].font_size);
//!
//! let svg = cloud.to_svg("Gardening", |n, word| Link {
//!     href: format!("/search?q={n}"),
//!     title: format!("{}, weight {}", word.text, word.weight),
//! });
//! assert!(svg.contains(">soil &amp; compost</text>"));
//! # Ok::<(), cloud::Error>(())
//! ```
//!
//! [`layout`](fn@layout) gives every word a size by its weight and a place inside an ellipse, a rectangle or a mask, the
//! heaviest in the middle; [`Cloud::to_svg`] writes real text with links, whose colours and font are the
//! page's business; [`Cloud::to_png`] draws it. Widths are measured in Noto Sans Bold and written down, so that a browser
//! that sets another font stretches it to the place that was kept for it.
//!
//! The same words and configuration give the same bytes on every platform: places are whole
//! numbers of a fine grid, and decisions use no arithmetic but `+ - * /` and square roots.

mod balance;
mod error;
mod fit;
mod layout;
mod mask;
mod measure;
mod pack;
mod png;
mod size;
mod svg;

pub use error::Error;
pub use layout::{Cloud, CloudConfig, PlacedWord, Shape, Word, layout};
pub use mask::Mask;
pub use png::{Picture, PictureConfig};
pub use svg::Link;
