"""The model held against the record of 2014 to 2023: targets, reference forecasts, scores, calibration and tests of what it rests on."""
