//! `LiquidationMap`: the fused map of `liqheat_core::fused`.

use liqheat_core::fused::{LiquidationMap as Core, MapRule, MapTier};
use liqheat_core::price::ContractKind;
use liqheat_core::{CoreError, CoreResult, expect_length};
use pyo3::prelude::*;

use crate::arrays::{Floats, FloatsOut, Integers, borrow};
use crate::error::BindingResult;

/// Rules from rows: a kind (1 inverse), whether caps count coins, and how many tiers each has, in turn.
fn read_rules(rows: &[i64], weights: &[f64], tiers: &[f64]) -> CoreResult<Vec<MapRule>> {
    expect_length("rules", rows, 3 * weights.len())?;
    let mut rest = tiers.chunks_exact(3);
    let rules = rows.chunks_exact(3).zip(weights).map(|(row, &weight)| MapRule {
        kind: if row[0] == 1 { ContractKind::Inverse } else { ContractKind::Linear },
        by_coins: row[1] == 1,
        weight,
        tiers: rest
            .by_ref()
            .take(row[2].max(0) as usize)
            .map(|tier| MapTier { cap: tier[0], rate: tier[1], amount: tier[2] })
            .collect(),
    });
    let rules = rules.collect();
    match rest.next() {
        None => Ok(rules),
        Some(_) => Err(CoreError::new("tiers", "must be those of the rules", tiers.len())),
    }
}

#[pyclass(module = "liqheat._core")]
struct LiquidationMap(Core);

#[pymethods]
impl LiquidationMap {
    #[new]
    fn new(
        price_edges: Floats<'_>,
        leverages: Floats<'_>,
        shares: Floats<'_>,
        rules: Integers<'_>,
        weights: Floats<'_>,
        tiers: Floats<'_>,
    ) -> BindingResult<Self> {
        borrow!(price_edges, leverages, shares, rules, weights, tiers);
        Ok(Self(Core::new(price_edges, leverages, shares, &read_rules(rules, weights, tiers)?)?))
    }

    fn add(
        &mut self,
        py: Python<'_>,
        entry_prices: Floats<'_>,
        notional_usd: Floats<'_>,
        sign: f64,
        n_threads: usize,
    ) -> BindingResult<()> {
        borrow!(entry_prices, notional_usd);
        Ok(py.detach(|| self.0.add(entry_prices, notional_usd, sign, n_threads))?)
    }

    /// Fill `out`; answers USD that are never liquidated and USD outside the edges.
    fn values(&self, py: Python<'_>, mut out: FloatsOut<'_>) -> BindingResult<(f64, f64)> {
        borrow!(mut out);
        let rest = py.detach(|| self.0.values(out))?;
        Ok((rest.never_usd, rest.outside_usd))
    }
}

/// Add the class to the module.
///
/// # Errors
/// When Python cannot.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<LiquidationMap>()
}
