"""Pictures for the regia's channel: an aggregate in; a PNG, and a caption that says the same, out."""
