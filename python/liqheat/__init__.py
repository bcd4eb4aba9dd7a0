"""liqheat: the open liquidation heatmap."""
