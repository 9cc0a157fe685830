"""ntkproofs."""
