"""Maps of real and simulated markets put to the test: joins histories, books and the accuracy stage."""
