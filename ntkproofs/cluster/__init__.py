"""A cluster of Dask in place of local processes: for evidence, ensembles and sweeps.

Results are keyed by the task and the seed, so that they do not depend on where a task ran. A
cluster is trusted: Dask's own processes exchange pickles, and whoever reaches its scheduler can run
code on it. What evidence says comes back as JSON all the same, out of a process of its own.
"""
