"""How right a map is: scores, rivals, hidden truth, real positions, the article's claims. Never imported by liqheat."""
