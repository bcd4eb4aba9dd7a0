"""Array types that records are made of."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
TimeArray = NDArray[np.int64]
"""UTC epoch milliseconds."""
IndexArray = NDArray[np.int64]
