"""The first page: what waits for somebody who is signed in, and the way in for everybody else."""
