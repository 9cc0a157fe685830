"""Floor 6: networks of finite width: ensembles, exact moments, the hierarchy, bounds."""
