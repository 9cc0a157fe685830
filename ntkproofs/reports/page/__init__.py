"""Reports of verification as one page of HTML, with a supplement for papers beside it."""
