"""How right a map is: calibration, baselines, scores with intervals and controls. Pure numbers in, numbers out."""
