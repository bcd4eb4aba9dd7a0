//! Borrowing numpy arrays as slices, with the argument's name in the error. The Python side has already made them
//! contiguous and of the right type; what remains is a caller who goes around it.

use liqheat_core::{CoreError, CoreResult};
use numpy::{Element, PyReadonlyArrayDyn, PyReadwriteArrayDyn};

/// Borrow for reading, in C order.
pub fn read<'a, T: Element>(argument: &'static str, array: &'a PyReadonlyArrayDyn<'_, T>) -> CoreResult<&'a [T]> {
    array.as_slice().map_err(|_| CoreError::new(argument, "must be C-contiguous", "a strided array"))
}

/// Borrow for writing, in C order.
pub fn write<'a, T: Element>(
    argument: &'static str,
    array: &'a mut PyReadwriteArrayDyn<'_, T>,
) -> CoreResult<&'a mut [T]> {
    array.as_slice_mut().map_err(|_| CoreError::new(argument, "must be C-contiguous", "a strided array"))
}
