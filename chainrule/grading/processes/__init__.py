"""Who forks whom: from the process that collects results to the one that grades a submission."""
