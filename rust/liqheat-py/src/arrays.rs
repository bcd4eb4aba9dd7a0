//! The one door for numpy arrays: borrowed as slices, with the argument's name in the error. The Python side has already
//! made them contiguous and of the right type; what remains is a caller who goes around it.

use std::borrow::Cow;

use liqheat_core::{CoreError, CoreResult};
use numpy::ndarray::Dimension;
use numpy::{
    Element, PyReadonlyArray, PyReadonlyArray1, PyReadonlyArrayDyn, PyReadwriteArray, PyReadwriteArrayDyn,
    PyUntypedArrayMethods,
};

/// Floats of any shape, to read.
pub type Floats<'py> = PyReadonlyArrayDyn<'py, f64>;
/// Integers of any shape, to read.
pub type Integers<'py> = PyReadonlyArrayDyn<'py, i64>;
/// Floats of any shape, to fill.
pub type FloatsOut<'py> = PyReadwriteArrayDyn<'py, f64>;

fn not_contiguous(argument: &'static str) -> CoreError {
    CoreError::new(argument, "must be C-contiguous", "a strided array")
}

/// Borrow for reading.
///
/// # Errors
/// When the array is not C-contiguous.
pub fn read<'a, T: Element, D: Dimension>(
    argument: &'static str,
    array: &'a PyReadonlyArray<'_, T, D>,
) -> CoreResult<&'a [T]> {
    // `as_slice` alone would take Fortran order, too: another order of values than the array's own.
    if !array.is_c_contiguous() {
        return Err(not_contiguous(argument));
    }
    array.as_slice().map_err(|_| not_contiguous(argument))
}

/// Borrow for writing.
///
/// # Errors
/// When the array is not C-contiguous.
pub fn write<'a, T: Element, D: Dimension>(
    argument: &'static str,
    array: &'a mut PyReadwriteArray<'_, T, D>,
) -> CoreResult<&'a mut [T]> {
    if !array.is_c_contiguous() {
        return Err(not_contiguous(argument));
    }
    array.as_slice_mut().map_err(|_| not_contiguous(argument))
}

/// Borrow one column for reading, and copy it where it is strided: for columns that a caller may cut out of a table.
pub fn read_or_copy<'a, T: Element + Copy>(array: &'a PyReadonlyArray1<'_, T>) -> Cow<'a, [T]> {
    match array.as_slice() {
        Ok(slice) => Cow::Borrowed(slice),
        Err(_) => Cow::Owned(array.as_array().to_vec()),
    }
}

/// Shadow array arguments by their slices: `borrow!(low, high)` to read them, `borrow!(mut out)` to write,
/// `borrow!(copy margin)` to copy those that are strided. The name of the variable is the one in the error.
macro_rules! borrow {
    (mut $($name:ident),+) => { $(let $name = $crate::arrays::write(stringify!($name), &mut $name)?;)+ };
    (copy $($name:ident),+) => { $(let $name = &*$crate::arrays::read_or_copy(&$name);)+ };
    ($($name:ident),+) => { $(let $name = $crate::arrays::read(stringify!($name), &$name)?;)+ };
}
pub(crate) use borrow;
