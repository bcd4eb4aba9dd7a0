//! The one error of the core: which argument broke which rule, and the value found.

/// A caller's argument broke a rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{argument}: {rule}; found {value}")]
#[non_exhaustive]
pub struct CoreError {
    /// Name of the argument as the caller wrote it.
    pub argument: &'static str,
    /// The rule that it must obey.
    pub rule: String,
    /// What was found instead.
    pub value: String,
}

impl CoreError {
    /// Build an error from its three parts.
    pub fn new(argument: &'static str, rule: impl Into<String>, value: impl ToString) -> Self {
        Self { argument, rule: rule.into(), value: value.to_string() }
    }
}

/// Result of a core call.
pub type CoreResult<T> = Result<T, CoreError>;

/// Check that a slice has the length that the other arguments ask for.
///
/// # Errors
/// When it has another.
pub fn expect_length<T>(argument: &'static str, values: &[T], length: usize) -> CoreResult<()> {
    if values.len() == length {
        return Ok(());
    }
    Err(CoreError::new(argument, format!("must hold {length} values"), values.len()))
}
