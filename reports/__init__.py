"""What goes on paper: aggregates in, documents out."""
