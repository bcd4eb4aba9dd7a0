//! The fast core of liqheat: liquidation prices, the estimated position book, heatmap columns. No I/O, no Python, no
//! unsafe code.
//!
//! **Units.** Prices are in quote currency per base coin. A book counts in the contract's own unit: coins for
//! linear contracts, USD for inverse ones. Rates are fractions (0.004 is 0.4 %). Times are UTC milliseconds.
//!
//! **Bucket edges** are increasing; bucket `i` is the half-open interval `[edges[i], edges[i + 1])`. Edges are
//! computed once and lookups compare against them.
//!
//! **Sides** are those of the position: index 0 is long, index 1 is short.
//!
//! **Errors.** Every argument that can be wrong is reported as a [`CoreError`]; nothing panics on caller data.

pub mod aggregate;
pub mod book;
pub mod buckets;
pub mod cells;
pub mod error;
pub mod fit;
pub mod fused;
mod locate;
pub mod margin;
pub mod price;
pub mod quantise;
pub mod render;
pub mod tiers;

pub use error::{CoreError, CoreResult, expect_length};
