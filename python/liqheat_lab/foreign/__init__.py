"""Another product's map beside ours."""
