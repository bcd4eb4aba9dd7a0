//! The order in which profitable positions are closed against a bankrupt one.

/// The positions of one side that are closed first, worst off last: taken from the end.
#[derive(Debug, Default)]
pub struct Queue {
    /// Second that it was ranked in.
    pub of_ms: i64,
    /// Ids of positions.
    pub ids: Vec<u32>,
}
