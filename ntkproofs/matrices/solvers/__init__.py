"""What needs a symmetric matrix only by its products: eigenvalues, equations, training."""
