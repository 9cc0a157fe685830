"""Floor 7: networks that are trained, and what theory says of them (extra ``networks``)."""
